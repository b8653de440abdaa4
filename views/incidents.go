package views

import "slices"

// IncidentList is the page of all incidents.
type IncidentList struct {
	Page       Page
	Query      string
	Statuses   []Option
	Severities []Option
	Leads      []Option
	Filtered   bool // some filter is on
	Rows       []IncidentRow
	Older      string // path of the next page; "" on the last
	CanDeclare bool
}

// IncidentRow is one incident in a list.
type IncidentRow struct {
	Number      int
	Title       string
	Severity    int
	Status      string
	Lead        string
	Environment string
	Playbook    string
	Day         Time // Day
	Opened      Time // Minute
	Lasted      Time // Timer while it is open, Lasted afterwards
}

// DeclareForm opens an incident by hand.
type DeclareForm struct {
	Page         Page
	Title        string
	Summary      string
	Severity     int
	Environments []Option
	Playbooks    []Option
	Problems     []Problem
}

func hasProblem(all []Problem, field string) bool {
	return slices.ContainsFunc(all, func(p Problem) bool { return p.Field == field })
}
