package timeline

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// The structs below are what Event.Data holds, one per family of kinds. They are stored
// for ever: fields are added, never renamed. Words that a person wrote are not in them but
// in Event.Text, where a purge can reach them.

// DeclaredData belongs to Declared. The first line of the text is the title, the rest
// the summary.
type DeclaredData struct {
	Severity    int    `json:"severity"`
	Environment string `json:"environment,omitempty"`
	Symptoms    int    `json:"symptoms,omitempty"` // how many it was declared from
}

// StatusData belongs to StatusChanged.
type StatusData struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// SeverityData belongs to SeverityChanged.
type SeverityData struct {
	From int `json:"from"`
	To   int `json:"to"`
}

// LeadData belongs to LeadChanged. An empty name is nobody.
type LeadData struct {
	FromID *uuid.UUID `json:"from_id,omitempty"`
	From   string     `json:"from,omitempty"`
	ToID   *uuid.UUID `json:"to_id,omitempty"`
	To     string     `json:"to,omitempty"`
}

// PersonData belongs to Joined and Left when it is not the actor who joined or left.
type PersonData struct {
	UserID uuid.UUID `json:"user_id"`
	Name   string    `json:"name"`
}

// SymptomData belongs to SymptomAdded, SymptomFired, SymptomResolved and SymptomUnknown.
// A storm is one event: Count is above one and the other fields describe the worst.
type SymptomData struct {
	ID       uuid.UUID `json:"id"`
	Name     string    `json:"name"`
	Service  string    `json:"service,omitempty"`
	Severity int       `json:"severity,omitempty"`
	Value    string    `json:"value,omitempty"`
	Source   string    `json:"source,omitempty"`
	Count    int       `json:"count,omitempty"`
}

// PlaybookData belongs to PlaybookAttached, PlaybookDetached and PlaybookSwitched.
type PlaybookData struct {
	AttachedID uuid.UUID `json:"attached_id"`
	ID         string    `json:"id"`
	Title      string    `json:"title"`
	Revision   string    `json:"revision"`
	Reason     string    `json:"reason,omitempty"`
	Replaced   string    `json:"replaced,omitempty"` // title of the playbook that it took the place of
}

// RunData belongs to RunStarted, RunEnded, RunStopAsked, RunInterrupted, RunNoted,
// StepDone, ProposalSetAside and ProposalRestored.
type RunData struct {
	RunID       uuid.UUID `json:"run_id"`
	Number      int       `json:"number"`
	Step        string    `json:"step,omitempty"`  // its identity
	Title       string    `json:"title,omitempty"` // of the step
	Section     string    `json:"section,omitempty"`
	Text        string    `json:"text,omitempty"`   // exactly what ran, secrets masked
	Source      string    `json:"source,omitempty"` // edited or typed, when the text is not the playbook's
	Risk        string    `json:"risk,omitempty"`
	Environment string    `json:"environment,omitempty"`
	ActsAs      string    `json:"acts_as,omitempty"` // whom the cluster saw
	State       string    `json:"state,omitempty"`
	ExitCode    *int      `json:"exit_code,omitempty"`
	DurationMS  int64     `json:"duration_ms,omitempty"`
	Lines       int64     `json:"lines,omitempty"`
	Reason      string    `json:"reason,omitempty"` // why it ended as it did
}

// VariableData belongs to VariableSet. The text is the value.
type VariableData struct {
	Name    string `json:"name"`
	Removed bool   `json:"removed,omitempty"`
}

// EscalationData belongs to EscalationStarted, Escalated, EscalationHeld,
// EscalationExtended and EscalationStopped.
type EscalationData struct {
	From        int        `json:"from,omitempty"`
	To          int        `json:"to,omitempty"` // the level that holds from now on
	ByTimer     bool       `json:"by_timer,omitempty"`
	DueAt       *time.Time `json:"due_at,omitempty"` // of the timer that fired or that runs from now on
	LateSeconds int        `json:"late_seconds,omitempty"`
	Minutes     int        `json:"minutes,omitempty"` // by how much it was extended, or after how long it fired
	Reason      string     `json:"reason,omitempty"`  // Wardroom's own; a person's is the text
}

// HandoffData belongs to HandoffOffered, HandoffAccepted, HandoffDeclined and
// HandoffRevoked.
type HandoffData struct {
	HandoffID uuid.UUID `json:"handoff_id"`
	From      string    `json:"from"` // who offered it
	To        string    `json:"to"`   // a person's name or an address
}

// DataOf decodes what the event's kind keeps.
func DataOf[T any](r Record) (T, error) {
	var data T
	if err := json.Unmarshal(r.Data, &data); err != nil {
		return data, fmt.Errorf("timeline: data of event %d (%s): %w", r.Seq, r.Kind, err)
	}
	return data, nil
}
