package reviews

import (
	"strconv"
	"strings"
	"time"

	"wardroom/internal/timeline"
)

// Chart is the incident over time: lanes of spans.
type Chart struct {
	From, To time.Time
	Lanes    []Lane
}

// Lane is one row of the chart.
type Lane struct {
	Name  string
	Spans []Span
}

// The kinds of span, which decide how it is drawn.
const (
	KindImpact  = "impact"
	KindStatus  = "status"
	KindLevel   = "level"
	KindRead    = "read"
	KindChange  = "change"
	KindFailed  = "failed"
	KindRunning = "running"
)

// Span is something that lasted.
type Span struct {
	From, To time.Time
	Text     string // on the bar
	Detail   string // for the table
	Kind     string
}

func chart(r Review) Chart {
	c := Chart{From: r.BeganAt, To: r.BeganAt}
	lanes := []Lane{
		{Name: "Impact", Spans: impact(r)},
		{Name: "Status", Spans: spans(r.Timeline, r.BuiltAt, statusAt)},
		{Name: "Escalation", Spans: spans(r.Timeline, r.BuiltAt, levelAt)},
		{Name: "Steps", Spans: steps(r)},
	}
	for _, lane := range lanes {
		if len(lane.Spans) == 0 {
			continue
		}
		c.Lanes = append(c.Lanes, lane)
		for _, span := range lane.Spans {
			if span.From.Before(c.From) {
				c.From = span.From
			}
			if span.To.After(c.To) {
				c.To = span.To
			}
		}
	}
	return c
}

// impact is what was wrong, for as long as it was.
func impact(r Review) []Span {
	var all []Span
	for _, s := range r.Symptoms {
		span := Span{From: s.StartsAt, To: r.BuiltAt, Text: strings.TrimSpace(s.Name + " " + s.Service), Detail: s.Value, Kind: KindImpact}
		if s.ClearedAt != nil {
			span.To = *s.ClearedAt
		}
		all = append(all, span)
	}
	return all
}

// spans walks the timeline with a rule that says which events end a span, and which begin
// the next. The last one lasts until now.
func spans(records []timeline.Record, now time.Time, rule func(timeline.Record) (next *Span, ends bool)) []Span {
	var all []Span
	var open *Span
	for _, r := range records {
		next, ends := rule(r)
		if !ends {
			continue
		}
		if open != nil {
			open.To = r.At
			all = append(all, *open)
		}
		if open = next; open != nil {
			open.From, open.Detail = r.At, r.Actor
		}
	}
	if open != nil {
		open.To = now
		all = append(all, *open)
	}
	return all
}

// statusAt draws the statuses in which there was something to do. A resolved incident that
// is closed a week later must not stretch the chart.
func statusAt(r timeline.Record) (next *Span, ends bool) {
	status := "open"
	switch r.Kind {
	case timeline.Declared:
	case timeline.StatusChanged:
		data, err := timeline.DataOf[timeline.StatusData](r)
		if err != nil {
			return nil, false
		}
		status = data.To
	default:
		return nil, false
	}
	text, active := map[string]string{"open": "Open", "acknowledged": "Acknowledged", "mitigated": "Mitigated"}[status]
	if !active {
		return nil, true
	}
	return &Span{Text: text, Kind: KindStatus}, true
}

func levelAt(r timeline.Record) (next *Span, ends bool) {
	switch r.Kind {
	case timeline.EscalationStopped:
		return nil, true
	case timeline.EscalationStarted, timeline.Escalated:
		data, err := timeline.DataOf[timeline.EscalationData](r)
		if err != nil {
			return nil, false
		}
		return &Span{Text: "L" + strconv.Itoa(data.To), Kind: KindLevel}, true
	default:
		return nil, false
	}
}

func steps(r Review) []Span {
	var all []Span
	for _, run := range r.Runs {
		span := Span{
			From: run.StartedAt, To: r.BuiltAt, Text: strconv.Itoa(run.Number),
			Detail: run.Title() + ", " + run.By, Kind: run.kind(),
		}
		if run.EndedAt != nil {
			span.To = *run.EndedAt
		}
		all = append(all, span)
	}
	return all
}

// Title names the run by its step, and says when the playbook does not have its text.
func (r Run) Title() string {
	switch {
	case r.Source == Typed && r.Step != "":
		return "Typed at " + r.Step
	case r.Source == Typed:
		return "Typed"
	case r.Step == "":
		return "Run " + strconv.Itoa(r.Number)
	case r.Source == Edited:
		return r.Step + ", edited"
	}
	return r.Step
}

func (r Run) kind() string {
	switch {
	case r.EndedAt == nil:
		return KindRunning
	case r.State == "failed" || r.State == "timed_out" || r.State == "refused" || r.State == "interrupted":
		return KindFailed
	case r.Risk == "read":
		return KindRead
	default:
		return KindChange
	}
}
