package views

// SearchPage answers the box in the header.
type SearchPage struct {
	Page   Page
	Query  string
	Groups []SearchGroup // none when nothing was found
}

// SearchGroup is what was found of one kind.
type SearchGroup struct {
	Name string // Incidents, Playbooks, Pages
	Hits []SearchHit
}

// SearchHit is one place to go to.
type SearchHit struct {
	Icon string
	Link Link
	Note string // "Acknowledged, Ana"
}
