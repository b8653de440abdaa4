package views

import "slices"

// Step is the card of one step.
type Step struct {
	ID       string // end of the element id, see ElementID: the card is "step-" + ID
	Key      string // the step's identity, posted as "step"
	Attached string // id of the attached playbook
	Incident int
	Label    string // "6", "B"
	Title    string
	State    string // todo, current, running, passed, failed, stopped, interrupted, skipped, done
	Current  bool   // the one card with the accent edge
	Latest   bool   // not the current one, but what ran last: on a phone it stands right under the current one
	Started  bool   // one of its commands has run
	Finished bool   // there is nothing left to do here
	Commands int    // how many of its commands can run here
	Progress string // "3 of 7, 1 failed", for steps with several commands
	Risk     string // the worst of its commands; "" for manual steps
	Ran      string // what people ran here of their own, where that is worse than Risk; "" else
	Target   string // "on prod, from runner-1"
	Folded   bool   // finished and not current: one row until it is opened
	Preview  string // its command, shown in the folded row
	Gist     string // the first words of a step without a command, shown there instead
	Summary  string // its result, shown in the folded row
	Blocks   []Block
	Others   []Command // for platforms other than the incident's
	Platform string    // "docker, local": what Others are for
	Typed    []Command // that people typed here, and the playbook does not have
	Older    int       // how many texts were typed here before these
	Undo     []Command // that take back what Blocks do: offered, and never what comes next
	Manual   bool      // done by hand, then marked done with a note
	Done     *Done
	CanWrite bool
	Moves    *Moves // in the preview of a text: where the step can go; nil elsewhere
}

// Block is text or a command, in the order of the document.
type Block struct {
	Text    HTML
	Command *Command
}

// Done is the record of a manual step, or of what somebody did elsewhere.
type Done struct {
	By      string
	At      Time // Clock
	Note    string
	MovedOn bool // the step was left although not all of its commands have run
}

// Command is one runnable line.
type Command struct {
	ID       string // end of the element ids: "cmd-" + ID and what belongs to it
	Key      string // the command's identity, posted as "command"
	Step     string // posted as "step"
	Attached string
	Incident int
	Caption  string
	Kind     string // shell, sql, promql, logql, reference
	Segments []Segment
	Text     string // the exact text, for copying
	Written  string // of a typed command: its text with placeholders, posted as "text"; it has no key
	Edit     string // path of the box that begins with this command; "" where nobody may edit it
	Hash     string // of the exact text, posted as "text_hash"
	Risk     string // read, change, destroy, interactive, unknown
	Why      string // the reason for the class
	Reveals  bool   // discloses secrets: asks first, whatever the class
	Hints    []Hint // "can be undone", "expect …"
	Refused  string // why it cannot be run here; "" when it can
	Inputs   []Input
	Secret   bool   // it needs a secret, which the confirmation asks for
	Platform string // of commands among Step.Others
	Run      *Run   // the newest run; nil before the first
	History  []RunLink
	Tail     []LogLine // the last lines of Run's output
	Open     bool      // it can run here and has no outcome: none of an edit counts
	Place    int       // among the step's commands that can run here, from 1
	Next     bool      // what r runs while its step is selected
	Primary  bool      // has the filled Run button: the next thing to press in this room
	CanWrite bool
}

// Asks reports whether Run opens the confirmation first.
func (c Command) Asks() bool { return c.Risk != "read" || c.Reveals || c.Secret }

// Runnable reports whether the card offers Run at all.
func (c Command) Runnable() bool { return c.Refused == "" }

// Hint is a short remark under a command.
type Hint struct{ Icon, Text string }

// Input asks for the value of a placeholder that nothing has filled.
type Input struct {
	Name   string // "pod-name", posted as "v.pod-name", or "s.pod-name" when it is a secret
	Label  string // "<pod-name>"
	Value  string
	Filled string // what fills it when nothing is typed here
	From   string // where that comes from
	Error  string
}

// Run is one execution of a command, as its result line shows it.
type Run struct {
	ID      string
	State   string // queued, starting, running, stopping, passed, failed, stopped, interrupted
	Outcome string // "exit 0", "exit 1", "stopped", "interrupted, outcome unknown"; "" while it runs
	Took    string // "1.8 s"
	By      string
	ActsAs  string // whom the cluster saw; "" where nobody was impersonated
	Mine    bool   // the viewer started it
	At      Time   // Clock
	Elapsed Time   // Timer: since the start, while it runs
	Lines   int    // of output so far
	Problem string // why it could not start, or was stopped by a limit
	Note    string
	Edited  string // what really ran, when somebody had changed the command
	Number  int    // within the incident, as the timeline names it
	Again   bool   // there are earlier runs of the command
}

// Active reports whether the run has not ended.
func (r *Run) Active() bool {
	if r == nil {
		return false
	}
	switch r.State {
	case "queued", "starting", "running", "stopping":
		return true
	default:
		return false
	}
}

// Path is the run's log page.
func (r *Run) Path() string { return "/runs/" + r.ID }

// RunLink leads to an earlier run of the same command.
type RunLink struct {
	ID      string
	Text    string // "Run 1"
	State   string
	Current bool
}

// LogLine is one numbered line of output.
type LogLine struct {
	N      int
	HTML   HTML // from internal/ansi
	Stderr bool
	Marked bool // within ?L=
}

// Undoes reports that the command with the key is among Undo.
func (s Step) Undoes(key string) bool {
	return slices.ContainsFunc(s.Undo, func(c Command) bool { return c.Key == key })
}

// state is what the card's head shows: a step that nobody has touched yet is the current one or waits.
func (s Step) state() string {
	if s.Current && (s.State == "" || s.State == "todo") {
		return "current"
	}
	return s.State
}

// shownRuns is how many of a command's runs are named under it; the timeline has the older ones.
const shownRuns = 3

func (c Command) recent() []RunLink { return c.History[max(0, len(c.History)-shownRuns):] }

// fields are posted with the command: its identity, and for a read, which runs without another question, what was shown.
func (c Command) fields() []Pair {
	f := []Pair{{"attached", c.Attached}, {"step", c.Step}, {"command", c.Key}}
	if c.Written != "" {
		f = append(f, Pair{"text", c.Written})
	}
	if !c.Asks() {
		f = append(f, Pair{"confirm", c.Risk}, Pair{"text_hash", c.Hash})
	}
	return f
}

// asksBy is how the confirmation is asked for: an address can't hold a long text.
func (c Command) asksBy() string {
	if c.Written != "" {
		return "post"
	}
	return "get"
}

// again says that Run would run what has run before.
func (c Command) again() bool { return c.Run != nil && c.Run.Edited == "" }

// prompt marks what language a command is in.
func prompt(kind string) string {
	switch kind {
	case "sql":
		return "sql>"
	case "promql", "logql":
		return kind
	default:
		return "$"
	}
}

// shownTyped is how many commands that people typed stand open on a card: more would push away what comes next.
const shownTyped = 3

// earlierTyped are those that are folded; what runs is not.
func (s Step) earlierTyped() (all []Command) {
	for _, c := range s.Typed[:max(0, len(s.Typed)-shownTyped)] {
		if c.Run == nil || !c.Run.Active() {
			all = append(all, c)
		}
	}
	return all
}

func (s Step) lastTyped() (all []Command) {
	for i, c := range s.Typed {
		if i >= len(s.Typed)-shownTyped || c.Run != nil && c.Run.Active() {
			all = append(all, c)
		}
	}
	return all
}
