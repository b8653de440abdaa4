package views

import (
	"net/url"
	"strconv"
)

// CommandBox is where somebody types a command of their own, or changes one before it runs. It is a page, and its section is shown in a
// dialog.
type CommandBox struct {
	Page     Page
	Incident int
	Says     string // what people may type here
	Where    string // "on prod, from runner-1"
	Step     string // title of the step that it stands at; "" for none
	Edits    string // element id of the command that it began with; "" for a command of one's own
	Text     string
	Fields   []Pair   // what is posted beside the text
	Verdict  *Verdict // nil while nothing is typed
	Earlier  []string // the viewer's own texts, the newest first
	Back     string
}

// Verdict is what a typed text would do.
type Verdict struct {
	Risk     string
	Why      string
	Reveals  bool
	Programs []string
	Segments []Segment // what would run, when values fill it
	Inputs   []Input
	Asked    []string       // secrets, which the confirmation asks for
	Given    []ConfirmValue // values that nobody can change here
	Same     bool           // it is what the playbook has
	Refused  string
	Asks     bool
	Hash     string
	Shows    string // element id of the command that will show the run
}

// BoxPath is the page of the box, beside a step or on one of its commands.
func BoxPath(incident int, attached, step, command string) string {
	query := url.Values{}
	for name, value := range map[string]string{"attached": attached, "step": step, "command": command} {
		if step != "" && value != "" {
			query.Set(name, value)
		}
	}
	if len(query) == 0 {
		return IncidentPath(incident) + "/command"
	}
	return IncidentPath(incident) + "/command?" + query.Encode()
}

func (m CommandBox) title() string {
	if m.Edits != "" {
		return "Edit before running"
	}
	return "Run a command"
}

// draft names what is kept of the text on this device until it ran.
func (m CommandBox) draft() string {
	if m.Edits != "" {
		return "edit:" + strconv.Itoa(m.Incident) + ":" + m.Edits
	}
	return "command:" + strconv.Itoa(m.Incident)
}

// shows is the element id of the command that will show the run.
func (m CommandBox) shows() string {
	if m.Verdict == nil {
		return ""
	}
	return m.Verdict.Shows
}

// oneLine is how a text is named in a list.
func oneLine(text string) string {
	const most = 100
	runes := []rune(text)
	for i, r := range runes {
		if r == '\n' {
			runes[i] = ' '
		}
	}
	if len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return string(runes)
}
