package escalation

import (
	"fmt"
	"time"
)

// StartedData is recorded with timeline.EscalationStarted.
type StartedData struct {
	Level     int        `json:"level"`
	DueAt     *time.Time `json:"due_at,omitempty"` // when the next level's turn comes; nil at the highest
	Restarted bool       `json:"restarted,omitempty"`
}

// EscalatedData is recorded with timeline.Escalated; the event's text is the reason that
// a person gave.
type EscalatedData struct {
	From        int        `json:"from"`
	To          int        `json:"to"`
	ByTimer     bool       `json:"by_timer,omitempty"`
	LateSeconds int64      `json:"late_seconds,omitempty"` // only when it is worth saying
	DueAt       *time.Time `json:"due_at,omitempty"`
}

// Late says how late the timer was, like "late by 4 min", or nothing when it was on time.
func (d EscalatedData) Late() string {
	late := time.Duration(d.LateSeconds) * time.Second
	switch {
	case late == 0:
		return ""
	case late < time.Minute:
		return fmt.Sprintf("late by %d s", d.LateSeconds)
	case late < 2*time.Hour:
		return fmt.Sprintf("late by %d min", int(late.Minutes()))
	default:
		return fmt.Sprintf("late by %d h", int(late.Hours()))
	}
}

// HeldData is recorded with timeline.EscalationHeld.
type HeldData struct {
	Level int        `json:"level"`
	DueAt *time.Time `json:"due_at,omitempty"`
}

// ExtendedData is recorded with timeline.EscalationExtended; the event's text is the reason.
type ExtendedData struct {
	Level   int       `json:"level"`
	Minutes int       `json:"minutes"`
	DueAt   time.Time `json:"due_at"`
}

// StoppedData is recorded with timeline.EscalationStopped.
type StoppedData struct {
	Level  int    `json:"level"`
	Reason string `json:"reason"` // a word of the caller: mitigated, resolved, closed
}
