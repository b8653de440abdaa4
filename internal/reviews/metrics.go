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
	from := "declared"
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
	return []Metric{
		stage("Acknowledge", "first acknowledged by a person", r.AcknowledgedAt),
		stage("Mitigate", "marked as mitigated, or resolved without that", r.MitigatedAt),
		stage("Resolve", "marked as resolved, the last time", r.ResolvedAt),
	}
}
