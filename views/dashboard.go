package views

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// Dashboard is the first page: what is being worked on, what is wrong, and whether anything is watching at all.
type Dashboard struct {
	Page      Page
	Incidents ActiveIncidents
	Symptoms  SymptomTable
	Sources   Sources
}

// ActiveIncidents is the strip of incidents that are not closed, the next escalation first.
type ActiveIncidents struct {
	Rows []ActiveIncident
	Last *LastIncident // shown when there is no active one
}

// ActiveIncident is one row of the strip.
type ActiveIncident struct {
	Number   int
	Title    string
	Severity int
	Status   string
	Lead     string // "" when nobody leads
	Opened   Time   // Timer
	Progress string // "Step 6 of 7"
	NextWho  string // who is paged next; "" when the escalation is stopped
	NextAt   Time   // Left
}

// LastIncident names the one that was resolved last.
type LastIncident struct {
	Number int
	Title  string
	When   Time // Ago
	By     string
	Took   string
}

// SymptomTable is the flat table of what is wrong now.
type SymptomTable struct {
	Query    string // the filter as typed
	Group    string // "", service or severity
	Counters []Counter
	Silent   []SilentSource
	Groups   []SymptomGroup // one without a name when not grouped
	Cleared  []SymptomRow   // in the last 30 minutes
	Total    int            // before filtering
	Checks   int            // checks that the sources made; 0 leaves it out
	LastSeen Time           // Clock: when a source last answered
	CanStart bool
	Sources  Sources // drawn in place of the table when there are no symptoms
}

// Shown is the number of rows after filtering.
func (t SymptomTable) Shown() int {
	n := 0
	for _, g := range t.Groups {
		n += len(g.Rows)
	}
	return n
}

// SymptomGroup is a run of rows under one name.
type SymptomGroup struct {
	Name string
	Rows []SymptomRow
}

// Counter is a filter with the number of rows that it would leave.
type Counter struct {
	Text  string // "sev:2"
	Count int
	Path  string // the page with this filter switched on, or off when it is on
	On    bool
}

// SilentSource says that symptoms of a source are unknown, not healthy.
type SilentSource struct {
	Name    string
	Silent  Time // Age
	Last    Time // Clock: its last data; zero when it never answered
	Unknown int  // symptoms that are unknown because of it
}

// SymptomRow is one thing that is wrong.
type SymptomRow struct {
	ID        string
	Severity  int
	State     string // firing, cleared, unknown, silenced, inhibited
	Service   string
	Name      string
	Value     string // "p95 2.6 s"
	Threshold string // "max 2 s"
	Since     Time   // Age
	SinceAt   Time   // Minute
	Cleared   Time   // Minute; zero while it lasts
	Lasted    string // when it has cleared
	Playbook  *Link
	Incident  int // 0 when it belongs to none
}

// Path is the symptom's page.
func (r SymptomRow) Path() string { return "/symptoms/" + r.ID }

// Over is the row of something that has cleared: a value that was bad must not look as if it still were.
func (r SymptomRow) Over(began, ended time.Time) SymptomRow {
	r.State, r.Value = "cleared", WasValue(r.Value)
	r.Cleared, r.Lasted = Minute(ended), Took(ended.Sub(began))
	return r
}

// WasValue words the last value of a symptom that has cleared.
func WasValue(value string) string {
	return after("was ", value)
}

// Sources is the panel that proves that something is watching.
type Sources struct {
	Rows      []Source
	Reporting int
}

// Source is something that reports symptoms.
type Source struct {
	Name       string
	Silent     bool
	Last       Time // Ago, or Age while it is silent; zero when it never answered
	LastAt     Time // Clock
	Detail     string
	LastSignal Time // Ago: its last symptom; zero when it had none
}

// GroupSymptoms arranges rows under the name of their service or severity ("service", "severity"), or in one group without a name.
// The order of rows is kept.
func GroupSymptoms(rows []SymptomRow, by string) []SymptomGroup {
	name := func(r SymptomRow) string { return "" }
	switch by {
	case "service":
		name = func(r SymptomRow) string { return cmp.Or(r.Service, "no service") }
	case "severity":
		name = func(r SymptomRow) string { return "SEV" + strconv.Itoa(r.Severity) }
	}
	var groups []SymptomGroup
	for _, r := range rows {
		i := slices.IndexFunc(groups, func(g SymptomGroup) bool { return g.Name == name(r) })
		if i < 0 {
			groups = append(groups, SymptomGroup{Name: name(r)})
			i = len(groups) - 1
		}
		groups[i].Rows = append(groups[i].Rows, r)
	}
	return groups
}

func groupPath(query, group string) string {
	v := url.Values{}
	if query != "" {
		v.Set("q", query)
	}
	if group != "" {
		v.Set("group", group)
	}
	if len(v) == 0 {
		return "/"
	}
	return "/?" + v.Encode()
}

func unknownWords(n int) string {
	if n == 0 {
		return "what it watches is unknown, not healthy."
	}
	if n == 1 {
		return "1 symptom is unknown, not healthy."
	}
	return strconv.Itoa(n) + " symptoms are unknown, not healthy."
}
