package views

import "strings"

// Escalation is the card in the right rail. Live region "room-escalation".
type Escalation struct {
	Incident int
	Policy   string // "Service unavailable, L1 – L3"
	State    string // "Next: page Kim, L3", "Stopped: the incident is mitigated"
	NextWho  string // "" when nothing is due
	NextWhat string // ", L3"
	Left     Time   // Left
	DueAt    Time   // Clock
	Levels   []EscalationLevel
	CanWrite bool
	Stopped  bool // no timer runs
	Mine     bool // the viewer is on it
}

// EscalationLevel is one rung.
type EscalationLevel struct {
	Level   int
	Who     string
	Role    string // "on-call engineer"
	State   string // "acknowledged"
	At      Time   // Clock
	Sent    []Delivery
	Reached bool
}

// Delivery is what became of one page.
type Delivery struct {
	Channel string // mail, slack
	State   string // delivered, failed, waiting
	Detail  string
}

// Timeline is the incident's ledger, oldest first.
type Timeline struct {
	Incident int
	Show     string // updates, runs, escalation, notes, all
	Rows     []TimelineRow
	Shown    int // of Rows, by Show
	Total    int
	Older    string // path of what came before; "" when everything is here
	CanWrite bool
}

// TimelineRow is one event. It is inserted by its number.
type TimelineRow struct {
	Seq   int64
	At    Time     // Minute
	Kind  string   // symptom, cleared, status, severity, lead, run, failed, change, note, playbook, escalation, page, handoff, done, person, storm
	In    []string // filters that show it: updates, runs, escalation, notes
	Phase string   // heading above this row when a new day or phase begins; "" otherwise
	Parts []Part
	Body  HTML // a note's text
}

var timelineFilters = []Option{
	{Value: "updates", Text: "Updates"},
	{Value: "runs", Text: "Runs"},
	{Value: "escalation", Text: "Escalation"},
	{Value: "notes", Text: "Notes"},
	{Value: "all", Text: "All"},
}

func (t Timeline) last() int64 {
	if len(t.Rows) == 0 {
		return 0
	}
	return t.Rows[len(t.Rows)-1].Seq
}

func (r TimelineRow) filters() string { return strings.Join(r.In, " ") }
