package views

import "time"

// ReviewPage is the first version of the post-incident review: what is known without anybody writing a word.
type ReviewPage struct {
	Page        Page
	Number      int
	Title       string
	Severity    int
	Status      string
	Day         Time
	Began       Time // Minute
	Ended       Time // Minute; zero while it lasts
	Environment string
	Playbooks   []Link
	Lead        string
	Responders  []string
	Summary     string
	Metrics     []Metric
	Chart       Chart
	Runs        []ReviewRun
	Proposals   []Proposal
	CanWrite    bool // may set proposals aside
	Timeline    []TimelineRow
}

// Metric is one tile.
type Metric struct {
	Name  string // "Acknowledge"
	Value string // "2 min 16 s"; "–" when it never happened
	From  string // "fired"
	To    string // "Ana acknowledged"
}

// ReviewRun is a run with its output.
type ReviewRun struct {
	Step     string
	Risk     string
	Segments []Segment
	Run      Run
	Output   []LogLine
	Cut      string // "first 200 of 1,312 lines"
}

// Proposal is a command that the playbook did not have.
type Proposal struct {
	ReviewRun // the newest of its runs; the text with its placeholders

	Place    string // "Edited from Check the logs"
	People   string
	Times    string // "3 runs", "" for one
	Language string
	Markdown string // as it could stand in a playbook
	SetAside bool
}

// proposed are the proposals that stand, or those that somebody set aside.
func (m ReviewPage) proposed(aside bool) []Proposal {
	var some []Proposal
	for _, p := range m.Proposals {
		if p.SetAside == aside {
			some = append(some, p)
		}
	}
	return some
}

// Chart is the incident over time: lanes of bars.
type Chart struct {
	From, To time.Time
	Lanes    []Lane
}

// Lane is one row of the chart.
type Lane struct {
	Name string // Status, Escalation, Steps
	Bars []Bar
}

// Bar is one span. A span too short for its text carries it underneath.
type Bar struct {
	From, To time.Time
	Text     string // "Acknowledged"
	Detail   string // for the table: "Ana"
	Kind     string // impact, status, level, read, change, failed, passed, running
}

// ReviewList is the page of reviews.
type ReviewList struct {
	Page  Page
	Rows  []ReviewRow
	Older string
}

// ReviewRow is one review in the list.
type ReviewRow struct {
	Number    int
	Title     string
	Severity  int
	Status    string
	Day       Time
	Lead      string
	Ack       string
	Mitigated string
	Resolved  string
}
