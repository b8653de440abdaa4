package views

import "regexp"

// Confirm asks before a command that changes something. It is a page, and the same section is shown in a dialog.
type Confirm struct {
	Page        Page
	Incident    int
	StepLabel   string // "step 6"
	Back        string // path of the card to go back to
	Title       string // "Restart the orchestrator?"
	Risk        string
	Segments    []Segment
	Environment string
	Where       string   // "Kubernetes cluster eu-1, namespace octollm"
	WhereDetail string   // "from runner-1, as service account wardroom-prod"
	Why         []string // the reasons for the class
	Effect      string   // what it does, when known
	Undo        string   // what the author says of taking it back
	UndoCode    []string // the commands that take it back
	NoUndo      bool     // it cannot be taken back
	Told        string   // "Bo and Kim in the room, the timeline"
	Warning     string   // "The same change runs in INC-43 on the same target."
	Values      []ConfirmValue
	Secrets     []Input // secret parameters, asked for here alone: what is typed is posted and kept nowhere
	Refused     string  // it cannot be run after all; no confirm button
	Problem     string  // the last attempt did not go through
	Hidden      []Pair  // what is posted: attached, step, command, v.*, confirm, text_hash
	TypeName    bool    // the environment's name must be typed
	Button      string  // "Run change"
}

// ConfirmValue is a value in the command and where it came from.
type ConfirmValue struct {
	Name  string
	Value string
	From  string // alert, environment, typed, run
}

func whyLabel(risk string) string {
	switch risk {
	case "destroy":
		return "Why destroy"
	case "read":
		return "Why ask"
	default:
		return "Why a " + risk
	}
}

// literalPattern makes the browser's own check of the typed name exact.
func literalPattern(name string) string { return regexp.QuoteMeta(name) }
