package handlers

import (
	"context"
	"net/http"
	"slices"
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

// typedID ends the element ids of a text that somebody typed beside the step.
func typedID(attached uuid.UUID, step, text string) string {
	return views.ElementID(attached.String(), step, "typed", text)
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

// typedViews are the commands that people typed beside the step, in the order in which
// they first ran.
func (s *Server) typedViews(d roomData, attached uuid.UUID, book playbooks.Playbook, step string) ([]views.Command, error) {
	return s.typedWhere(d, diagnostics.Request{Attached: attached, Step: step}, book, func(run diagnostics.Run) bool {
		return run.AttachedID == attached && run.StepID == step
	})
}

func (s *Server) typedWhere(d roomData, at diagnostics.Request, book playbooks.Playbook, here func(diagnostics.Run) bool) ([]views.Command, error) {
	var all []views.Command
	seen := map[string]bool{}
	for _, first := range slices.Backward(d.runs) { // the oldest first
		if first.Source != diagnostics.Typed || !here(first) || seen[first.Written] {
			continue
		}
		seen[first.Written] = true
		at.Text = first.Written
		plan, err := d.planner.Plan(book, at)
		if err != nil {
			return nil, err
		}
		v := plannedView(d, plan)
		v.ID, v.Step, v.Written, v.Caption = typedID(at.Attached, at.Step, first.Written), at.Step, first.Written, "Not in the playbook. Typed by "+first.By+"."
		if at.Attached != uuid.Nil {
			v.Attached = at.Attached.String()
		}
		s.addRuns(&v, d, func(run diagnostics.Run) bool {
			return run.Source == diagnostics.Typed && here(run) && run.Written == first.Written
		})
		all = append(all, v)
	}
	return all, nil
}

// strayView is the card of what was typed beside no step that the room shows; nil when
// there is nothing.
func (s *Server) strayView(d roomData, books []views.RoomPlaybook) (*views.Step, error) {
	shown := map[string]bool{}
	for _, book := range books {
		for _, section := range book.Sections {
			for _, step := range section.Steps {
				shown[step.Attached+step.Key] = true
			}
		}
	}
	typed, err := s.typedWhere(d, diagnostics.Request{}, playbooks.Playbook{}, func(run diagnostics.Run) bool {
		return !shown[run.AttachedID.String()+run.StepID]
	})
	if err != nil || len(typed) == 0 {
		return nil, err
	}
	env, _ := d.planner.Environment()
	card := &views.Step{
		ID: "typed", Key: "typed", Incident: int(d.incident.Number), Title: "Typed commands", Target: s.target(env.Name),
		Typed: typed, CanWrite: d.canWrite(), Finished: true,
	}
	newest := typed[0].Run
	for _, v := range typed {
		card.Risk = worse(card.Risk, v.Risk)
		if v.Run.Number > newest.Number {
			newest = v.Run
		}
	}
	card.State = newest.State
	return card, nil
}
