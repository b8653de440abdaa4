package timeline

import (
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
)

// Part is a piece of a sentence; what is strong names a person, a thing or a verdict.
type Part struct {
	Text   string
	Strong bool
	Run    uuid.UUID // the run that it names; zero for all else
}

// Sentence says in one line what happened, for exports and announcements. What a person
// wrote is not part of it, except a title.
func Sentence(r Record) string {
	var s strings.Builder
	for _, part := range Parts(r) {
		s.WriteString(part.Text)
	}
	return s.String()
}

// Parts is Sentence with its emphasis. An event that a later version wrote is named by its
// kind.
func Parts(r Record) []Part {
	if say, ok := sayings[r.Kind]; ok {
		if parts := say(r); parts != nil {
			return parts
		}
	}
	return []Part{b(r.Actor), t(": " + strings.ReplaceAll(string(r.Kind), "_", " "))}
}

func b(text string) Part { return Part{Text: text, Strong: true} }

func t(text string) Part { return Part{Text: text} }

// sayings has one entry per kind. An entry gives nil when the data cannot be read.
var sayings = map[Kind]func(Record) []Part{
	Declared:        with(declared),
	StatusChanged:   with(statusChanged),
	SeverityChanged: with(severityChanged),
	TitleChanged:    titleChanged,
	LeadChanged:     with(leadChanged),
	Joined:          with(joined),
	Left:            with(left),

	SymptomAdded: with(func(r Record, d SymptomData) []Part {
		return append([]Part{b(r.Actor), t(" added ")}, d.parts()...)
	}),
	SymptomFired:    with(func(_ Record, d SymptomData) []Part { return append(d.parts(), t(" fired")) }),
	SymptomResolved: with(func(_ Record, d SymptomData) []Part { return append(d.parts(), b(" cleared")) }),
	SymptomUnknown:  with(symptomUnknown),

	PlaybookAttached: with(func(r Record, d PlaybookData) []Part {
		return []Part{b(r.Actor), t(" attached the playbook "), b(d.Title), t(bracketed(d.Reason))}
	}),
	PlaybookDetached: with(func(r Record, d PlaybookData) []Part {
		return []Part{b(r.Actor), t(" detached the playbook "), b(d.Title)}
	}),
	PlaybookSwitched: with(func(r Record, d PlaybookData) []Part {
		return []Part{b(r.Actor), t(" switched from the playbook " + d.Replaced + " to "), b(d.Title), t(bracketed(d.Reason))}
	}),

	RunStarted: with(func(r Record, d RunData) []Part {
		return slices.Concat([]Part{b(r.Actor), t(" started ")}, d.run(), []Part{t(bracketed(d.class()))})
	}),
	RunEnded: with(runEnded),
	RunStopAsked: with(func(r Record, d RunData) []Part {
		return append([]Part{b(r.Actor), t(" asked to stop ")}, d.run()...)
	}),
	RunInterrupted: with(func(_ Record, d RunData) []Part {
		return append(d.run(), t(" was "), b("interrupted, outcome unknown"))
	}),
	RunNoted: with(func(r Record, d RunData) []Part {
		return append([]Part{b(r.Actor), t(" noted on ")}, d.run()...)
	}),
	StepDone: with(func(r Record, d RunData) []Part {
		if d.State == "stopped" { // left although not all of its commands have run
			return []Part{b(r.Actor), t(" moved on from "), d.step()}
		}
		return []Part{b(r.Actor), t(" marked "), d.step(), t(" as done")}
	}),

	VariableSet: with(func(r Record, d VariableData) []Part {
		if d.Removed {
			return []Part{b(r.Actor), t(" removed the value of "), b(d.Name)}
		}
		return []Part{b(r.Actor), t(" set the value of "), b(d.Name)}
	}),

	ScratchEmptied: func(r Record) []Part { return []Part{b(r.Actor), t(" emptied the scratch folder")} },

	ProposalSetAside: with(func(r Record, d RunData) []Part {
		return slices.Concat([]Part{b(r.Actor), t(" does not propose ")}, d.run(), []Part{t(" for the playbook")})
	}),
	ProposalRestored: with(func(r Record, d RunData) []Part {
		return slices.Concat([]Part{b(r.Actor), t(" proposes ")}, d.run(), []Part{t(" for the playbook again")})
	}),

	EscalationStarted:  with(escalationStarted),
	Escalated:          with(escalated),
	EscalationHeld:     with(escalationHeld),
	EscalationExtended: with(escalationExtended),
	EscalationStopped:  with(escalationStopped),

	HandoffOffered: with(func(r Record, d HandoffData) []Part {
		return []Part{b(r.Actor), t(" offered the incident to "), b(d.To)}
	}),
	HandoffAccepted: with(func(r Record, d HandoffData) []Part {
		return []Part{b(r.Actor), t(" accepted the handoff from " + d.From + " and leads now")}
	}),
	HandoffDeclined: with(func(r Record, d HandoffData) []Part {
		return []Part{b(r.Actor), t(" declined the handoff from " + d.From)}
	}),
	HandoffRevoked: with(func(r Record, d HandoffData) []Part {
		return []Part{b(r.Actor), t(" revoked the handoff link to " + d.To)}
	}),

	Noted: func(r Record) []Part { return []Part{b(r.Actor), t(" noted")} },
}

// with decodes the data for a saying that needs it.
func with[T any](say func(Record, T) []Part) func(Record) []Part {
	return func(r Record) []Part {
		data, err := DataOf[T](r)
		if err != nil {
			return nil
		}
		return say(r, data)
	}
}

func declared(r Record, d DeclaredData) []Part {
	parts := []Part{b(r.Actor), t(" started the incident as "), b(sev(d.Severity))}
	if d.Environment != "" {
		parts = append(parts, t(" in "), b(d.Environment))
	}
	return parts
}

func statusChanged(r Record, d StatusData) []Part {
	verb, ok := map[string]string{
		"open": " reopened the incident", "acknowledged": " acknowledged the incident",
		"mitigated": " marked the incident as mitigated", "resolved": " resolved the incident",
		"closed": " closed the incident",
	}[d.To]
	if !ok {
		return nil
	}
	return []Part{b(r.Actor), t(verb)}
}

func severityChanged(r Record, d SeverityData) []Part {
	verb := " lowered"
	if d.To < d.From {
		verb = " raised"
	}
	return []Part{b(r.Actor), t(verb + " the severity from " + sev(d.From) + " to "), b(sev(d.To))}
}

func titleChanged(r Record) []Part {
	if r.Text == "" {
		return []Part{b(r.Actor), t(" renamed the incident")}
	}
	return []Part{b(r.Actor), t(" renamed the incident to “"), b(r.Text), t("”")}
}

func leadChanged(r Record, d LeadData) []Part {
	switch d.To {
	case "":
		return []Part{b(r.Actor), t(" took the lead from " + d.From + "; nobody leads now")}
	case r.Actor:
		return []Part{b(r.Actor), t(" leads now" + instead(d.From))}
	default:
		return []Part{b(r.Actor), t(" made "), b(d.To), t(" the lead" + instead(d.From))}
	}
}

func joined(r Record, d PersonData) []Part {
	if d.Name == "" || d.Name == r.Actor {
		return []Part{b(r.Actor), t(" joined")}
	}
	return []Part{b(r.Actor), t(" brought in "), b(d.Name)}
}

func left(r Record, _ PersonData) []Part { return []Part{b(r.Actor), t(" left")} }

func instead(of string) string {
	if of == "" {
		return ""
	}
	return ", instead of " + of
}

func bracketed(text string) string {
	if text == "" {
		return ""
	}
	return " (" + text + ")"
}

func sev(n int) string { return "SEV" + strconv.Itoa(n) }
