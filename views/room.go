package views

// Room is the war room of one incident.
type Room struct {
	Page       Page
	Header     RoomHeader
	Closed     *Closed // nil while the incident goes on
	ReadOnly   bool    // the viewer may only look
	Full       bool    // commands can write no more files until the scratch folder is emptied; for who may do that
	Outline    Outline
	Strip      SymptomStrip
	Playbooks  []RoomPlaybook
	Typed      *Step       // what was typed beside no step that is shown; nil when there is nothing
	Box        string      // path of the box for a command of one's own; "" where nobody types any
	Candidates []Candidate // what would fit, offered while no playbook is attached
	Library    []Option    // playbooks that can be attached
	Escalation Escalation
	Timeline   Timeline
	Handoffs   Handoffs
	Values     Values
	Fresh      *FreshLink // a handoff link that was made just now: the only time it can be shown
	People     []Option   // who can lead
	Others     []Option   // who can take over: everybody but the lead
	CanWrite   bool       // responder: notes, runs, status
	Seq        int64      // last number of the timeline, the socket's cursor when no row is shown
	Epoch      string     // the database's epoch, part of the socket's cursor
}

// HasState says whether there is a State to show.
func (r Room) HasState() bool { return r.ReadOnly || r.Full || r.Closed != nil }

// Closed is the end of an incident.
type Closed struct {
	At Time // Until
	By string
}

// Current is the step that the room stands at, nil when there is none.
func (r Room) Current() *Step {
	for _, p := range r.Playbooks {
		for _, s := range p.Sections {
			for i := range s.Steps {
				if s.Steps[i].Current {
					return &s.Steps[i]
				}
			}
		}
	}
	return nil
}

// RoomHeader is the sticky bar. Live region "room-header".
type RoomHeader struct {
	Number   int
	Title    string
	Severity int
	Status   string
	Elapsed  Time // Timer, or Lasted once it is closed
	Lead     string
	Here     []Person
	Moves    []Move // what may be done with the status, the most likely one first
	CanWrite bool
	Joined   bool   // the viewer is a responder of this incident
	Review   string // path of the review once there is one; "" before
}

// Move is one change of status that is possible now.
type Move struct {
	To      string // acknowledged, mitigated, resolved, closed, open
	Label   string // "Resolve"
	Primary bool   // has its own button in the header; the others are in the status menu
}

// SymptomStrip shows how the incident's symptoms are now. Live region "room-symptoms".
type SymptomStrip struct{ Items []StripSymptom }

// StripSymptom is one tile of the strip.
type StripSymptom struct {
	ID        string
	Name      string
	Service   string
	Value     string
	State     string // firing, resolved, unknown
	When      Time   // Age while firing, Clock when cleared
	Threshold string
}

// Outline is the left rail: what there is to do and how far it got. Live region "room-outline".
type Outline struct {
	Playbooks []OutlinePlaybook
	Here      []Person
}

// OutlinePlaybook is one attached playbook in the outline.
type OutlinePlaybook struct {
	Title    string
	From     string // "Playbook from ArmDown"
	Sections []OutlineSection
}

// OutlineSection groups steps.
type OutlineSection struct {
	Title    string
	Progress string // "4 of 4"
	Steps    []OutlineStep
}

// OutlineStep is one line of the outline.
type OutlineStep struct {
	ID      string // the card is "step-" + ID
	Label   string // "6"
	Title   string
	State   string // as Step.State
	Took    string
	Here    []Person
	Current bool
}

// RoomPlaybook is a playbook as it was when it was attached.
type RoomPlaybook struct {
	Attached string // id of the attachment
	ID       string
	Title    string
	Reason   string // "Playbook from ArmDown"
	Revision string // first characters
	Intro    HTML
	Sections []StepSection
}

// StepSection is a heading of the playbook with its steps.
type StepSection struct {
	Title string
	Text  HTML // before the first step
	Steps []Step
}

// Handoffs are the offers that wait for an answer. Live region "room-handoffs".
type Handoffs struct {
	Rows     []HandoffRow
	CanWrite bool
}

// HandoffRow is one offer.
type HandoffRow struct {
	ID      string
	To      string
	By      string
	State   string // "waiting", "accepted", "taken", "declined", "revoked", "over", "expired"
	Offered Time   // Ago
	Expires Time   // Clock
	Open    bool   // its link works and can be revoked
}

// FreshLink is a link that is shown once.
type FreshLink struct {
	For  string
	URL  string
	Note string // "Works until 14:00 tomorrow, or until the incident is closed."
}

// next is the command with the filled Run button in the current step.
func (r Room) next() *Command {
	if s := r.Current(); s != nil {
		for _, b := range s.Blocks {
			if b.Command != nil && b.Command.Primary && b.Command.Runnable() && !b.Command.Run.Active() {
				return b.Command
			}
		}
	}
	return nil
}
