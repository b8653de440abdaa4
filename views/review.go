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
