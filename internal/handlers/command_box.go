package handlers

import (
	"context"
	"net/http"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"wardroom/internal/diagnostics"
	"wardroom/internal/errs"
	"wardroom/internal/playbooks"
	"wardroom/views"
)

// typeCommand is the box for a command of one's own, or for one of a playbook that is
// changed before it runs. It says of what is posted what it would do, and starts nothing.
func (s *Server) typeCommand(c echo.Context) error {
	req, err := boxRequest(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	planner, err := s.Diagnostics.Planner(ctx, req.Incident)
	if err != nil {
		return err
	}
	env, _ := planner.Environment()
	says, may := diagnostics.Adhoc(env)
	if !may {
		return errs.New(errs.Forbidden, says)
	}
	m := views.CommandBox{
		Page: s.page(c, "Run a command", "incidents"), Incident: int(req.Incident), Says: says, Where: s.target(env.Name),
		Fields: identity(req), Back: room(req.Incident),
	}
	book, err := s.stand(ctx, &m, &req, c.Request().Method != http.MethodPost)
	if err != nil {
		return err
	}
	m.Text = req.Text
	if strings.TrimSpace(req.Text) != "" {
		plan, lookErr := s.Diagnostics.Look(ctx, planner, book, req)
		if lookErr != nil {
			return lookErr
		}
		m.Verdict = verdict(plan, req)
	}
	if m.Earlier, err = s.Diagnostics.TypedTexts(ctx, planner); err != nil {
		return err
	}
	return s.render(c, http.StatusOK, m.View())
}

// boxRequest reads the box's form. An earlier command that was picked takes the place of
// what was typed.
func boxRequest(c echo.Context) (diagnostics.Request, error) {
	values, err := c.FormParams()
	if err != nil {
		return diagnostics.Request{}, badForm(err)
	}
	if again := values.Get("again"); again != "" {
		values.Set("text", again)
	}
	return anyRequest(c)
}

// stand finds where the box stands: at a step, or on one of its commands, whose text it
// begins with.
func (s *Server) stand(ctx context.Context, m *views.CommandBox, req *diagnostics.Request, fresh bool) (playbooks.Playbook, error) {
	if req.Attached == uuid.Nil {
		return playbooks.Playbook{}, nil
	}
	in, err := s.Incidents.ByNumber(ctx, req.Incident)
	if err != nil {
		return playbooks.Playbook{}, err
	}
	book, err := s.Incidents.Snapshot(ctx, in.ID, req.Attached)
	if err != nil {
		return book, err
	}
	step, ok := book.Step(req.Step)
	if !ok {
		return book, errs.New(errs.NotFound, "The playbook has no such step.")
	}
	m.Step, m.Back = step.Title, m.Back+"#step-"+views.ElementID(req.Attached.String(), req.Step)
	if req.Command == "" {
		return book, nil
	}
	command, ok := step.Command(req.Command)
	if !ok {
		return book, errs.New(errs.NotFound, "The step has no such command.")
	}
	m.Edits = views.ElementID(req.Attached.String(), req.Step, req.Command)
	if fresh && req.Text == "" {
		req.Text = command.Text
	}
	return book, nil
}

// verdict says what the text in the box would do.
func verdict(plan diagnostics.Plan, req diagnostics.Request) *views.Verdict {
	v := &views.Verdict{
		Risk: plan.Risk.String(), Why: capital(plan.Analysis.Why), Reveals: plan.Analysis.Discloses, Programs: plan.Analysis.Programs,
		Refused: plan.Refused, Asks: plan.Asks(), Hash: plan.Hash, Same: plan.Source == diagnostics.FromPlaybook,
		Shows: "cmd-" + typedID(req.Attached, req.Step, plan.Command.Text),
	}
	if req.Command != "" {
		v.Shows = "cmd-" + views.ElementID(req.Attached.String(), req.Step, req.Command)
	}
	if plan.Text != plan.Command.Text {
		v.Segments = segments(plan)
	}
	for _, param := range plan.Missing {
		v.Inputs = append(v.Inputs, views.Input{Name: param.Name, Label: param.Text})
	}
	for _, param := range plan.Secrets {
		v.Asked = append(v.Asked, param.Text)
	}
	for _, value := range plan.Values {
		if value.Secret {
			continue
		}
		if value.Variable || value.Origin == diagnostics.FromFixed {
			v.Given = append(v.Given, views.ConfirmValue{Name: value.Name, Value: views.Visible(value.Value), From: originWord(value.Origin)})
			continue
		}
		input := views.Input{Name: value.Name, Label: value.Text, Value: req.Values[value.Name]}
		if input.Value == "" {
			input.Filled, input.From = views.Visible(value.Value), originWord(value.Origin)
		}
		v.Inputs = append(v.Inputs, input)
	}
	return v
}

// box is the path of the box, beside a step or on a command of it; empty where people do
// not type commands.
func (d roomData) box(attached, step, command string) string {
	env, _ := d.planner.Environment()
	if _, may := diagnostics.Adhoc(env); !may || !d.canWrite() {
		return ""
	}
	return views.BoxPath(int(d.incident.Number), attached, step, command)
}

// boxHere is the path of the box beside the step that the room stands at.
func (d roomData) boxHere(books []views.RoomPlaybook) string {
	if step := (views.Room{Playbooks: books}).Current(); step != nil {
		return d.box(step.Attached, step.Key, "")
	}
	return d.box("", "", "")
}

// commandKey tells the commands of a room apart: a playbook's by their identity, typed ones
// by what was typed.
func commandKey(run diagnostics.Run) string {
	key := run.AttachedID.String() + " " + run.StepID + " " + run.CommandID
	if run.Source == diagnostics.Typed {
		key += " " + run.Written
	}
	return key
}

// stepTitle names what a run was of.
func stepTitle(run diagnostics.Run) string {
	switch run.Source {
	case diagnostics.Typed:
		return "Typed: " + short(run.Written, 80)
	case diagnostics.Edited:
		return run.StepTitle + ", edited"
	default:
		return run.StepTitle
	}
}
