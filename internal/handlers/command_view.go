package handlers

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/google/uuid"

	"wardroom/internal/ansi"
	"wardroom/internal/authz"
	"wardroom/internal/diagnostics"
	"wardroom/internal/errs"
	"wardroom/internal/incidents"
	"wardroom/internal/playbooks"
	"wardroom/internal/shell"
	"wardroom/views"
)

// commandView maps a command with its runs, newest first.
func (s *Server) commandView(d roomData, attached uuid.UUID, book playbooks.Playbook, step *playbooks.Step, command *playbooks.Command) (views.Command, error) {
	plan, err := d.planner.Plan(book, diagnostics.Request{Attached: attached, Step: step.ID, Command: command.ID})
	if err != nil {
		return views.Command{}, err
	}
	v := plannedView(d, plan)
	v.ID, v.Key, v.Step, v.Attached = views.ElementID(attached.String(), step.ID, command.ID), command.ID, step.ID, attached.String()
	if command.Runnable() {
		v.Edit = d.box(v.Attached, step.ID, command.ID)
	}
	var mine []diagnostics.Run
	for _, run := range d.runs {
		if run.AttachedID == attached && run.CommandID == command.ID && run.StepID == step.ID {
			mine = append(mine, run)
		}
	}
	s.addRuns(&v, d, mine)
	return v, nil
}

// plannedView maps what is known of a command before any of its runs.
func plannedView(d roomData, plan diagnostics.Plan) views.Command {
	command := plan.Command
	v := views.Command{
		Incident: int(d.incident.Number), Caption: command.Caption, Kind: command.Kind, Segments: segments(plan), Text: plan.Text,
		Hash: plan.Hash, Risk: plan.Risk.String(), Why: plan.Analysis.Why, Reveals: plan.Analysis.Discloses, Refused: plan.Refused,
		CanWrite: d.canWrite(),
	}
	if d.incident.Status == incidents.Closed {
		v.Refused = "" // the room says so once
	}
	for _, param := range plan.Missing {
		v.Inputs = append(v.Inputs, views.Input{Name: param.Name, Label: param.Text})
	}
	v.Secret = len(plan.Secrets) > 0
	if plan.Risk == shell.Change && v.Refused == "" {
		v.Hints = append(v.Hints, views.Hint{Icon: "pencil", Text: plan.Analysis.Why})
	}
	return v
}

// addRuns adds the command's runs, newest first.
func (s *Server) addRuns(v *views.Command, d roomData, mine []diagnostics.Run) {
	for i, run := range slices.Backward(mine) {
		link := views.RunLink{ID: run.ID.String(), Text: fmt.Sprintf("Run %d", run.Number), State: runState(run.State), Current: i == 0}
		if run.Source == diagnostics.Edited {
			link.Text += ", edited"
		}
		v.History = append(v.History, link)
	}
	if len(mine) > 0 {
		run := s.runView(mine[0], d.viewer)
		run.Again = len(mine) > 1
		v.Run = &run
		v.Tail = logLines(d.tails[mine[0].ID])
	}
}

// segments splits the exact text so that what came from a variable is underlined. When the
// values changed more than their places, the whole text is shown as it is.
func segments(p diagnostics.Plan) []views.Segment {
	type place struct {
		text string
		seg  views.Segment
	}
	var places []place
	for _, v := range p.Values {
		if v.Variable {
			continue // the shell puts it in when it runs
		}
		places = append(places, place{v.Text, views.Segment{Text: v.Value, Value: true, From: originWord(v.Origin)}})
	}
	for _, m := range p.Missing {
		places = append(places, place{m.Text, views.Segment{Text: m.Text, Open: true}})
	}
	rest, all, joined := p.Command.Text, []views.Segment(nil), strings.Builder{}
	for {
		at, found := len(rest), place{}
		for _, pl := range places {
			if i := strings.Index(rest, pl.text); i >= 0 && i < at {
				at, found = i, pl
			}
		}
		if at > 0 {
			all = append(all, views.Segment{Text: rest[:at]})
			joined.WriteString(rest[:at])
		}
		if found.text == "" {
			break
		}
		all = append(all, found.seg)
		joined.WriteString(found.seg.Text)
		rest = rest[at+len(found.text):]
	}
	if joined.String() != p.Text && len(p.Missing) == 0 {
		return []views.Segment{{Text: p.Text}}
	}
	return all
}

func originWord(o diagnostics.Origin) string {
	switch o {
	case diagnostics.FromAlert:
		return "alert"
	case diagnostics.FromTyped:
		return "typed"
	case diagnostics.FromRun:
		return "run"
	default:
		return "environment"
	}
}

func (s *Server) runView(run diagnostics.Run, viewer authz.Actor) views.Run {
	v := views.Run{
		ID: run.ID.String(), State: runState(run.State), By: run.By, ActsAs: run.ActsAs, Mine: run.ByID == viewer.ID, At: views.Clock(run.Created),
		Number: run.Number, Lines: int(run.Lines), Note: run.Note,
	}
	if run.Source == diagnostics.Edited {
		v.Edited = views.Visible(run.Text)
	}
	if run.Started != nil {
		v.At = views.Clock(*run.Started)
		v.Elapsed = views.Timer(*run.Started, s.Now())
	}
	if !run.State.Active() {
		v.Outcome = outcome(run)
		if run.Started != nil {
			v.Took = views.Took(run.Took(s.Now()))
		}
		if run.State != diagnostics.Succeeded && (run.State != diagnostics.Stopped || !run.Confirmed) {
			v.Problem = run.Reason
		}
	}
	return v
}

// runState is the word that the views draw a state with.
func runState(state diagnostics.State) string {
	switch state {
	case diagnostics.Succeeded:
		return "passed"
	case diagnostics.Failed, diagnostics.TimedOut, diagnostics.Refused:
		return "failed"
	case diagnostics.Queued, diagnostics.Starting, diagnostics.Running:
		return "running"
	default:
		return string(state)
	}
}

func outcome(run diagnostics.Run) string {
	switch run.State {
	case diagnostics.Interrupted:
		return "interrupted, outcome unknown"
	case diagnostics.Stopped:
		if run.Confirmed {
			return "confirmed stopped"
		}
		return "stopped"
	case diagnostics.TimedOut:
		return "timed out"
	case diagnostics.Refused:
		return "refused"
	default:
		if run.ExitCode == nil {
			return string(run.State)
		}
		exit := fmt.Sprintf("exit %d", *run.ExitCode)
		if run.State == diagnostics.Succeeded && run.Reason != "" {
			exit += ": " + strings.TrimSuffix(run.Reason, ".")
		}
		return exit
	}
}

// target says where a command runs and from where.
func (s *Server) target(environment string) string {
	if environment == "" {
		return ""
	}
	return "on " + environment + ", from " + s.Host
}

func logLines(lines []diagnostics.Line) []views.LogLine {
	out := make([]views.LogLine, len(lines))
	for i, line := range lines {
		out[i] = views.LogLine{N: int(line.N), HTML: views.HTML(ansi.HTML(line.Runs)), Stderr: line.Stderr}
	}
	return out
}

// worse is the more dangerous of two classes; "" is none.
func worse(a, b string) string {
	ra, errA := shell.ParseRisk(a)
	rb, errB := shell.ParseRisk(b)
	switch {
	case errA != nil:
		return b
	case errB != nil:
		return a
	}
	return cmp.Or(max(ra, rb).String(), a)
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

func forbidden(err error) bool { return errs.KindOf(err) == errs.Forbidden }
