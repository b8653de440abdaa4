package timeline

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// parts names a symptom, or a storm by its worst.
func (d SymptomData) parts() []Part {
	parts := []Part{b(d.Name)}
	if d.Service != "" {
		parts = append(parts, t(" for "+d.Service))
	}
	if d.Count > 1 {
		parts = append([]Part{b(fmt.Sprintf("%d symptoms", d.Count)), t(", the worst of them ")}, append(parts, t(","))...)
	}
	return parts
}

func symptomUnknown(_ Record, d SymptomData) []Part {
	parts := append(d.parts(), t(" is "), b("unknown"))
	if d.Source != "" {
		parts = append(parts, t(": "+d.Source+" is silent"))
	}
	return parts
}

// run is how people speak of a run: its step when it did what that says, else what
// somebody wrote instead. Its number leads to it.
func (d RunData) run() []Part {
	number := Part{Text: "run " + strconv.Itoa(d.Number), Run: d.RunID}
	if d.Source != "" {
		number.Text = d.Source + " " + number.Text
	}
	switch {
	case d.Source == "edited" && d.Text != "":
		return []Part{b("“" + beginning(d.Text) + "”"), t(", "), number, t(" of " + cmp.Or(d.Title, "a step"))}
	case d.Source == "typed":
		return []Part{b("“" + beginning(d.Text) + "”"), t(", "), number}
	case d.Title == "":
		number.Strong = true
		return []Part{number}
	}
	return []Part{b(d.Title), t(", "), number}
}

// step names what was done by hand, or left.
func (d RunData) step() Part { return b(cmp.Or(d.Title, "run "+strconv.Itoa(d.Number))) }

// beginning is as much of a text as a sentence can bear.
func beginning(text string) string {
	const most = 80
	line, _, more := strings.Cut(text, "\n")
	if runes := []rune(line); len(runes) > most {
		line, more = string(runes[:most]), true
	}
	if more {
		line += "…"
	}
	return line
}

// class is what the run might do, and as whom in its cluster.
func (d RunData) class() string {
	if d.ActsAs == "" {
		return d.Risk
	}
	return d.Risk + ", as " + d.ActsAs
}

// verdicts words the states that end a run.
var verdicts = map[string]string{
	"succeeded": "succeeded", "failed": "failed", "stopped": "was stopped", "timed_out": "ran out of time",
	"refused": "was refused", "interrupted": "was interrupted, outcome unknown",
}

func runEnded(_ Record, d RunData) []Part {
	verdict := cmp.Or(verdicts[d.State], "ended")
	parts := d.run()
	if d.Source != "" && d.Risk != "read" { // no playbook has said it, and many see the end only
		parts = append(parts, t(bracketed(d.class())))
	}
	parts = append(parts, t(" "), b(verdict))
	if d.ExitCode != nil {
		parts = append(parts, t(" with exit "+strconv.Itoa(*d.ExitCode)))
	}
	if d.DurationMS > 0 {
		parts = append(parts, t(" after "+Span(time.Duration(d.DurationMS)*time.Millisecond)))
	}
	if d.Reason != "" {
		parts = append(parts, t(": "+d.Reason))
	}
	return parts
}

func escalationStarted(_ Record, d EscalationData) []Part {
	return append([]Part{t("Escalation started at "), b(level(d.To))}, due(d)...)
}

func escalated(r Record, d EscalationData) []Part {
	if !d.ByTimer {
		return append([]Part{b(r.Actor), t(" escalated to "), b(level(d.To))}, due(d)...)
	}
	first := t("Time is up: escalated to ")
	if d.Minutes > 0 {
		first = t(fmt.Sprintf("%d min without a fix: escalated to ", d.Minutes))
	}
	parts := []Part{first, b(level(d.To))}
	if d.LateSeconds > 0 {
		parts = append(parts, t(", "+Span(time.Duration(d.LateSeconds)*time.Second)+" late"))
	}
	return append(parts, due(d)...)
}

func escalationHeld(r Record, d EscalationData) []Part {
	parts := []Part{b(r.Actor), t(" is on it")}
	if d.To > 0 {
		parts = append(parts, t(" at "), b(level(d.To)))
	}
	return append(parts, due(d)...)
}

func escalationExtended(r Record, d EscalationData) []Part {
	return append([]Part{b(r.Actor), t(fmt.Sprintf(" gave it %d more minutes", d.Minutes))}, due(d)...)
}

func escalationStopped(_ Record, d EscalationData) []Part {
	parts := []Part{t("Escalation stopped")}
	if d.Reason != "" {
		parts = append(parts, t(": "+d.Reason))
	}
	return parts
}

func due(d EscalationData) []Part {
	if d.DueAt == nil {
		return nil
	}
	return []Part{t(", next at " + d.DueAt.UTC().Format("15:04:05") + " UTC")}
}

func level(n int) string { return "L" + strconv.Itoa(n) }

// Span words a duration for people: 0.9 s, 2 min 16 s, 1 h 4 min. Less than nothing is
// nothing.
func Span(d time.Duration) string {
	d = max(d, 0)
	switch s := int(d.Seconds()); {
	case d < 10*time.Second:
		return strconv.FormatFloat(float64(d.Round(100*time.Millisecond))/float64(time.Second), 'f', -1, 64) + " s"
	case s < 60:
		return fmt.Sprintf("%d s", s)
	case s < 3600:
		return fmt.Sprintf("%d min %d s", s/60, s%60)
	case s < 48*3600:
		return fmt.Sprintf("%d h %d min", s/3600, s/60%60)
	default:
		return fmt.Sprintf("%d days %d h", s/86400, s/3600%24)
	}
}
