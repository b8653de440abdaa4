package reviews

import (
	"time"

	"wardroom/internal/timeline"
)

// Metric is how long one stage took, with the definition of both its ends. All are counted
// from when the incident began, not from when somebody declared it.
type Metric struct {
	Name string
	From string        // what it is counted from
	To   string        // what it is counted to
	Took time.Duration // meaningless while Known is false
	// Known is false while the stage has not been reached.
	Known bool
}

// Text words the metric; a dash stands for a stage that was not reached.
func (m Metric) Text() string {
	if !m.Known {
		return "–"
	}
	return timeline.Span(m.Took)
}

func metrics(r Review) []Metric {
	from := "started by hand"
	if r.BeganAt.Before(r.DeclaredAt) {
		from = "the first symptom fired"
	}
	stage := func(name, to string, at *time.Time) Metric {
		m := Metric{Name: name, From: from, To: to}
		if at != nil {
			m.Took, m.Known = max(0, at.Sub(r.BeganAt)), true
		}
		return m
	}
	mitigate := stage("Mitigate", "marked as mitigated, or resolved without that", r.MitigatedAt)
	if len(r.Symptoms) > 0 { // what the systems say counts, not when somebody had time to press a button
		mitigate = stage("Mitigate", "the last symptom cleared", allCleared(r.Symptoms))
	}
	return []Metric{
		detect(r),
		stage("Acknowledge", "first acknowledged by a person", r.AcknowledgedAt),
		mitigate,
		stage("Resolve", "marked as resolved, the last time", r.ResolvedAt),
	}
}

// detect is how long the first symptom had been firing, by its source's word, when it was first seen here.
func detect(r Review) Metric {
	m := Metric{Name: "Detect", From: "the first symptom fired", To: "first seen by Wardroom"}
	for _, s := range r.Symptoms {
		if took := max(0, s.FirstSeenAt.Sub(r.Symptoms[0].StartsAt)); !m.Known || took < m.Took {
			m.Took, m.Known = took, true
		}
	}
	return m
}

// allCleared is when the last of the symptoms cleared; nil while one is not.
func allCleared(all []Symptom) *time.Time {
	var last *time.Time
	for _, s := range all {
		if s.ClearedAt == nil {
			return nil
		}
		if last == nil || s.ClearedAt.After(*last) {
			last = s.ClearedAt
		}
	}
	return last
}
