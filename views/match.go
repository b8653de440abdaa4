package views

// MatchPage answers which playbook an alert would open, and why.
type MatchPage struct {
	Page     Page
	Text     string // the labels that were pasted
	Symptoms []Option
	Problem  string
	Asked    bool
	Alert    string // the symptom or alert that was asked about
	Labels   []Pair
	Rows     []MatchRow
}

// MatchRow is one playbook that fits, the best first.
type MatchRow struct {
	ID, Title string
	File      string
	Score     int
	Confident bool // named for the alert, rather than guessed from words
	Near      bool // it only comes near: no incident opens with it
	Reasons   []string
}

// fits reports that an incident would open with one of them.
func (m MatchPage) fits() bool { return len(m.Rows) > 0 && !m.Rows[0].Near }
