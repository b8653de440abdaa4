package timeline

// Kind names what happened. The words are stored: never change one, add another.
type Kind string

// The kinds, grouped as the timeline's filters group them.
const (
	Declared         Kind = "declared"
	StatusChanged    Kind = "status_changed"
	SeverityChanged  Kind = "severity_changed"
	TitleChanged     Kind = "title_changed"
	LeadChanged      Kind = "lead_changed"
	Joined           Kind = "joined"
	Left             Kind = "left"
	SymptomAdded     Kind = "symptom_added"
	SymptomFired     Kind = "symptom_fired"
	SymptomResolved  Kind = "symptom_resolved"
	SymptomUnknown   Kind = "symptom_unknown"
	PlaybookAttached Kind = "playbook_attached"
	PlaybookDetached Kind = "playbook_detached"
	PlaybookSwitched Kind = "playbook_switched"

	RunStarted     Kind = "run_started"
	RunEnded       Kind = "run_ended"
	RunStopAsked   Kind = "run_stop_asked"
	RunInterrupted Kind = "run_interrupted"
	RunNoted       Kind = "run_noted"
	StepDone       Kind = "step_done"
	VariableSet    Kind = "variable_set" // typed or removed by a person
	ScratchEmptied Kind = "scratch_emptied"

	ProposalSetAside Kind = "proposal_set_aside" // a command that no playbook had is of no interest for one
	ProposalRestored Kind = "proposal_restored"

	EscalationStarted  Kind = "escalation_started"
	Escalated          Kind = "escalated" // to a level, by a timer or a person
	EscalationHeld     Kind = "escalation_held"
	EscalationExtended Kind = "escalation_extended"
	EscalationStopped  Kind = "escalation_stopped"
	HandoffOffered     Kind = "handoff_offered"
	HandoffAccepted    Kind = "handoff_accepted"
	HandoffDeclined    Kind = "handoff_declined"
	HandoffRevoked     Kind = "handoff_revoked"

	Noted Kind = "noted"
)

// Group is one of the timeline's filters.
type Group string

// The filters of the room; Updates is what everybody wants to read.
const (
	Updates    Group = "updates"
	Runs       Group = "runs"
	Escalation Group = "escalation"
	Notes      Group = "notes"
	All        Group = "all"
)

// Group says under which filter the kind is found.
func (k Kind) Group() Group {
	switch k {
	case RunStarted, RunEnded, RunStopAsked, RunInterrupted, RunNoted, StepDone, VariableSet, ScratchEmptied, ProposalSetAside, ProposalRestored:
		return Runs
	case EscalationStarted, Escalated, EscalationHeld, EscalationExtended, EscalationStopped,
		HandoffOffered, HandoffAccepted, HandoffDeclined, HandoffRevoked:
		return Escalation
	case Noted:
		return Notes
	default:
		return Updates
	}
}
