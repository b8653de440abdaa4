package views

import (
	"fmt"
	"strconv"
	"strings"
)

func statusIcon(status string) string {
	switch status {
	case "acknowledged":
		return "eye"
	case "mitigated":
		return "shield-check"
	case "resolved":
		return "circle-check"
	case "closed":
		return "square"
	default:
		return "bell"
	}
}

func statusWord(status string) string {
	if status == "" {
		return ""
	}
	return strings.ToUpper(status[:1]) + status[1:]
}

func symptomIcon(state string) string {
	switch state {
	case "resolved", "cleared":
		return "check"
	case "unknown":
		return "circle-question-mark"
	case "silenced", "inhibited":
		return "bell-off"
	default:
		return "flame"
	}
}

func riskIcon(risk string) string {
	switch risk {
	case "read":
		return "eye"
	case "change":
		return "pencil"
	case "destroy":
		return "trash-2"
	case "interactive":
		return "terminal"
	default:
		return "circle-question-mark"
	}
}

// stateIcon is the shape of a step's or run's state. The word stands beside it or in its label.
func stateIcon(state string) string {
	switch state {
	case "passed", "done", "finished":
		return "check"
	case "failed":
		return "octagon-x"
	case "stopped":
		return "octagon"
	case "interrupted":
		return "unlink"
	case "skipped":
		return "minus"
	case "queued", "starting", "running", "stopping":
		return "loader"
	case "current":
		return "circle-dot"
	default:
		return "circle-dashed"
	}
}

func stateWord(state string) string {
	switch state {
	case "", "todo":
		return "not done yet"
	case "current":
		return "current step"
	default:
		return state
	}
}

func timelineIcon(kind string) string {
	switch kind {
	case "symptom", "storm":
		return "bell"
	case "cleared", "passed", "done":
		return "check"
	case "status":
		return "eye"
	case "severity":
		return "triangle-alert"
	case "lead", "person":
		return "user-check"
	case "run":
		return "terminal"
	case "skipped":
		return "minus"
	case "failed":
		return "octagon-x"
	case "change":
		return "pencil"
	case "note":
		return "message-square"
	case "playbook":
		return "book-open"
	case "escalation", "page":
		return "arrow-up-right"
	case "handoff":
		return "arrow-right-left"
	default:
		return "info"
	}
}

func valueTitle(from string) string {
	switch from {
	case "alert":
		return "from the alert"
	case "environment":
		return "from the environment"
	case "typed":
		return "typed here"
	case "run":
		return "from an earlier run"
	default:
		return "a value"
	}
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return thousands(n) + " " + many
}

// Playbooks counts playbooks.
func Playbooks(n int) string { return plural(n, "playbook", "playbooks") }

// Lines counts lines of output.
func Lines(n int) string { return plural(n, "line", "lines") }

// thousands separates groups of digits: 1,312.
func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func level(n int) string {
	if n == 0 {
		return "–"
	}
	return fmt.Sprintf("L%d", n)
}

// runStep is the phone's button for the step's next command: "Run step 2 (4 of 7)".
func runStep(s *Step, c *Command) string {
	text := "Run step"
	if s.Label != "" {
		text += " " + s.Label
	}
	if s.Commands > 1 {
		text += fmt.Sprintf(" (%d of %d)", c.Place, s.Commands)
	}
	if c.Asks() {
		text += "…"
	}
	return text
}

func orDash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

// after is text with something in front of it, or nothing.
func after(separator, text string) string {
	if text == "" {
		return ""
	}
	return separator + text
}
