package views

// Values are what the incident keeps for the placeholders and variables of its commands.
// Live region "room-values".
type Values struct {
	Shown bool // the viewer may run commands: a value may be what only they may read
	Rows  []ValueRow
}

// ValueRow is one value.
type ValueRow struct {
	Name  string
	Value string
	From  string // "run 3", "run 4, from the alert", "typed by Ana"
}
