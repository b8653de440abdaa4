package playbooks

import (
	"time"

	"wardroom/internal/shell"
)

// Playbook is one parsed runbook. It is a plain value: it survives JSON, and two
// parses of the same source are equal.
type Playbook struct {
	ID       string    `json:"id"` // from the path, and from the heading when a file holds several
	Title    string    `json:"title"`
	Path     string    `json:"path"`
	Alerts   []string  `json:"alerts,omitempty"` // names or globs
	Match    []string  `json:"match,omitempty"`  // alternatives, each a list of label matchers in Alertmanager's syntax
	Level    int       `json:"level,omitempty"`  // where escalation starts, 0 when the file does not say
	Severity int       `json:"severity,omitempty"`
	Owner    string    `json:"owner,omitempty"`
	Reviewed string    `json:"reviewed,omitempty"`
	Revision string    `json:"revision"` // sha256 of Source, in hex
	Source   string    `json:"source"`   // the whole file
	Sections []Section `json:"sections"`
	Problems []Problem `json:"problems,omitempty"`
}

// The kinds of section.
const (
	Symptoms     = "symptoms"
	Impact       = "impact"
	Diagnosis    = "diagnosis"
	Resolution   = "resolution"
	Verification = "verification"
	Prevention   = "prevention"
	Escalation   = "escalation"
	Other        = "other"
)

// Section is one heading's worth of a playbook, or the part of it behind another section
// that stands below the same heading.
type Section struct {
	Kind  string `json:"kind"`
	Title string `json:"title"`
	Line  int    `json:"line,omitempty"`
	Text  string `json:"text,omitempty"` // Markdown before the first step
	Steps []Step `json:"steps,omitempty"`

	Directives []Directive `json:"directives,omitempty"` // that stand before the first step
}

// Step is something a responder does.
type Step struct {
	ID     string  `json:"id"`     // stable over revisions, unique in the playbook, fit for a URL
	Number int     `json:"number"` // position in its section and the parts of it before, from 1
	Title  string  `json:"title"`
	Text   string  `json:"text,omitempty"` // Markdown of the text blocks, for summaries
	Manual bool    `json:"manual,omitempty"`
	Line   int     `json:"line"`
	Blocks []Block `json:"blocks,omitempty"` // the whole step, in the order of the document
}

// Block is a piece of a step: exactly one of its fields is set.
type Block struct {
	Text      string     `json:"text,omitempty"` // Markdown
	Command   *Command   `json:"command,omitempty"`
	Directive *Directive `json:"directive,omitempty"`
}

// The kinds of command.
const (
	Shell     = "shell"
	SQL       = "sql"
	PromQL    = "promql"
	LogQL     = "logql"     // shown, not run
	Reference = "reference" // code to read: python, yaml, ini, ...
)

// Command is one logical line of a fence, or a whole fence of reference text.
type Command struct {
	ID       string         `json:"id"` // unique in the playbook
	Text     string         `json:"text"`
	Caption  string         `json:"caption,omitempty"`
	Kind     string         `json:"kind"`
	Language string         `json:"language,omitempty"` // of reference text
	Platform shell.Platform `json:"platform"`
	Line     int            `json:"line"`
	Timeout  time.Duration  `json:"timeout,omitempty"`  // 0: the default of the section
	Database string         `json:"database,omitempty"` // of SQL: the alias of the environment's that it is for; empty: its first
	Raise    *shell.Risk    `json:"raise,omitempty"`    // the least risk to show, when the author asks for more
	Undo     bool           `json:"undo,omitempty"`     // it takes back what the step's other commands do, and is not one of the things to do
}

// Runnable reports whether Wardroom can start the command at all.
func (c *Command) Runnable() bool {
	return c.Kind == Shell || c.Kind == SQL || c.Kind == PromQL
}

// Directive is an instruction to Wardroom itself: a probe, finding or verify fence.
type Directive struct {
	Name string `json:"name"`
	Body string `json:"body"` // YAML
	Line int    `json:"line"`
}

// Problem is something in a file that its author should know about.
type Problem struct {
	Line    int    `json:"line"` // 1-based; 0 when it concerns the whole file
	Message string `json:"message"`
	Severe  bool   `json:"severe,omitempty"` // an edit that introduces it does not replace the last valid revision
	Kept    bool   `json:"kept,omitempty"`   // of an edit that was not taken over
}

// Step finds a step by its identity.
func (p *Playbook) Step(id string) (*Step, bool) {
	for i := range p.Sections {
		for j := range p.Sections[i].Steps {
			if p.Sections[i].Steps[j].ID == id {
				return &p.Sections[i].Steps[j], true
			}
		}
	}
	return nil, false
}

// Command finds a command of the step by its identity.
func (s *Step) Command(id string) (*Command, bool) {
	for _, b := range s.Blocks {
		if b.Command != nil && b.Command.ID == id {
			return b.Command, true
		}
	}
	return nil, false
}
