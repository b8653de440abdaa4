package handlers

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"wardroom/internal/authz"
	"wardroom/internal/diagnostics"
	"wardroom/internal/errs"
	"wardroom/internal/shell"
	"wardroom/views"
)

// runRequest reads which command is meant and what was typed, from a query or a form. A
// text of one's own may stand beside no playbook.
func runRequest(c echo.Context) (diagnostics.Request, error) {
	req, err := anyRequest(c)
	if err == nil && req.Attached == uuid.Nil && req.Text == "" {
		err = errs.New(errs.NotFound, "There is no such attached playbook.")
	}
	return req, err
}

// anyRequest is runRequest while it need not be complete.
func anyRequest(c echo.Context) (diagnostics.Request, error) {
	n, err := number(c)
	if err != nil {
		return diagnostics.Request{}, err
	}
	values, err := c.FormParams()
	if err != nil {
		return diagnostics.Request{}, badForm(err)
	}
	req := diagnostics.Request{
		Incident: n, Step: values.Get("step"), Command: values.Get("command"), Text: values.Get("text"), Values: fieldsWith(values, valueField), Secrets: fieldsWith(values, secretField),
		Hash: values.Get("text_hash"), TypedName: values.Get("typed_environment"),
	}
	if raw := values.Get("attached"); raw != "" {
		if req.Attached, err = uuid.Parse(raw); err != nil {
			return req, errs.New(errs.NotFound, "There is no such attached playbook.")
		}
	}
	if word := values.Get("confirm"); word != "" {
		if req.Confirmed, err = shell.ParseRisk(word); err != nil {
			return req, errs.New(errs.Invalid, "There is no such class of command.")
		}
	}
	return req, nil
}

// valueField begins the name of a form field whose value fills a placeholder.
const valueField = "v."

// secretField begins the name of a form field whose value is kept nowhere.
const secretField = "s."

// fieldsWith are the fields whose name begins so, by the rest of it.
func fieldsWith(form url.Values, prefix string) map[string]string {
	fields := map[string]string{}
	for name := range form {
		if param, ok := strings.CutPrefix(name, prefix); ok {
			fields[param] = form.Get(name)
		}
	}
	return fields
}

func (s *Server) startRun(c echo.Context) error {
	req, err := runRequest(c)
	if err != nil {
		return err
	}
	run, _, err := s.Diagnostics.Start(c.Request().Context(), req)
	if kind := errs.KindOf(err); (kind == errs.Conflict || kind == errs.Invalid) && req.Hash != "" && wantsPage(c) {
		return s.confirmationPage(c, req, err) // look again at what would run now
	}
	if err != nil {
		return err
	}
	return back(c, standing(req.Incident, run))
}

// standing is where in its room a run is shown.
func standing(n int64, run diagnostics.Run) string {
	if run.Source == diagnostics.Typed {
		return room(n) + "#cmd-" + typedID(run.AttachedID, run.StepID, run.Written)
	}
	return room(n) + "#step-" + views.ElementID(run.AttachedID.String(), run.StepID)
}

func (s *Server) showConfirmation(c echo.Context) error {
	req, err := runRequest(c)
	if err != nil {
		return err
	}
	return s.confirmationPage(c, req, nil)
}

func (s *Server) confirmationPage(c echo.Context, req diagnostics.Request, problem error) error {
	ctx := c.Request().Context()
	req.Secrets = nil // they are asked for again, also when one of them was the problem
	plan, err := s.Diagnostics.Plan(ctx, req)
	if err != nil {
		return err
	}
	m := views.Confirm{
		Page: s.page(c, "Confirm", "incidents"), Incident: int(req.Incident), Back: room(req.Incident), Risk: plan.Risk.String(), Segments: segments(plan),
		Environment: plan.Environment.Name, Where: plan.Environment.Platform, WhereDetail: "from " + s.Host,
		Why: append([]string{capital(plan.Analysis.Why)}, plan.Doubts...), Effect: capital(plan.Command.Caption), NoUndo: plan.Risk == shell.Destroy,
		Told: "Everybody in the room, the timeline", Refused: plan.Refused, TypeName: plan.Risk == shell.Destroy,
		Button: "Run " + plan.Risk.String(),
	}
	if plan.ActsAs != "" {
		m.WhereDetail += ", as " + plan.ActsAs
	}
	if plan.Analysis.Discloses {
		m.Told = "The timeline; the output is for responders only"
	}
	m.StepLabel, m.Title = asked(plan)
	if plan.Step.ID != "" {
		m.Back += "#step-" + views.ElementID(req.Attached.String(), req.Step)
	}
	if plan.Source == diagnostics.FromPlaybook { // what the author says of the command is not said of another text
		if m.Undo, m.UndoCode, err = s.takesBack(ctx, plan, req); err != nil {
			return err
		}
	}
	if m.Undo == "" && len(m.UndoCode) == 0 && plan.Risk == shell.Change && !plan.Command.Undo {
		m.Undo = commonUndo(plan)
	}
	for _, param := range plan.Secrets {
		m.Why = append(m.Why, "It needs a secret: "+param.Text)
		m.Secrets = append(m.Secrets, views.Input{Name: param.Name, Label: param.Text})
	}
	if len(plan.Missing) > 0 {
		m.Refused = plan.Missing[0].Text + " needs a value."
	}
	status := http.StatusOK
	if problem != nil {
		status, m.Problem = statuses[errs.KindOf(problem)], errs.Message(problem)
	}
	same, err := s.Diagnostics.Elsewhere(ctx, plan)
	if err != nil {
		return err
	}
	if len(same) > 0 {
		m.Warning = "The same command runs in " + views.IncidentName(int(same[0].Number)) + " right now, started by " + same[0].By + "."
	}
	m.Values, m.Hidden = confirmed(plan, req)
	return s.render(c, status, m.View())
}

// asked words where the command stands and the question.
func asked(plan diagnostics.Plan) (label, title string) {
	label, title = "step "+strconv.Itoa(plan.Step.Number), plan.Step.Title+"?"
	if letter, rest, ok := scenario(plan.Step.Title); ok {
		label, title = "scenario "+letter, rest+": run this "+plan.Risk.String()+"?"
	}
	switch plan.Source {
	case diagnostics.Typed:
		return "a command of your own", "Run this " + plan.Risk.String() + "?"
	case diagnostics.Edited:
		return label + ", edited", title
	default:
		return label, title
	}
}

// confirmed lists the values for people to check, and what the confirmation posts: only
// what was typed goes back, everything else is looked up again.
func confirmed(plan diagnostics.Plan, req diagnostics.Request) ([]views.ConfirmValue, []views.Pair) {
	var values []views.ConfirmValue
	for _, v := range plan.Values {
		if v.Secret {
			continue // the form asks for it
		}
		values = append(values, views.ConfirmValue{Name: v.Name, Value: views.Visible(v.Value), From: originWord(v.Origin)})
	}
	hidden := append(identity(req),
		views.Pair{Name: "confirm", Value: plan.Risk.String()},
		views.Pair{Name: "text_hash", Value: plan.Hash},
	)
	if req.Text != "" {
		hidden = append(hidden, views.Pair{Name: "text", Value: req.Text})
	}
	for _, name := range sortedKeys(req.Values) {
		hidden = append(hidden, views.Pair{Name: "v." + name, Value: req.Values[name]})
	}
	return values, hidden
}

// identity is what a form posts to name the place of a command.
func identity(req diagnostics.Request) []views.Pair {
	pairs := []views.Pair{{Name: "step", Value: req.Step}, {Name: "command", Value: req.Command}}
	if req.Attached == uuid.Nil {
		return pairs
	}
	return append(pairs, views.Pair{Name: "attached", Value: req.Attached.String()})
}

func capital(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	if size == 0 {
		return ""
	}
	return string(unicode.ToUpper(first)) + text[size:]
}

func (s *Server) markDone(c echo.Context) error {
	return s.withStep(c, func(ctx context.Context, n int64, attached uuid.UUID, step string) error {
		_, err := s.Diagnostics.MarkDone(ctx, n, attached, step, c.FormValue("note"))
		return err
	})
}

func (s *Server) moveOn(c echo.Context) error {
	return s.withStep(c, func(ctx context.Context, n int64, attached uuid.UUID, step string) error {
		_, err := s.Diagnostics.MoveOn(ctx, n, attached, step)
		return err
	})
}

// withStep does something to the step of the form and goes back to its card.
func (s *Server) withStep(c echo.Context, deed func(ctx context.Context, n int64, attached uuid.UUID, step string) error) error {
	n, err := number(c)
	if err != nil {
		return err
	}
	attached, err := formID(c, "attached", "playbook")
	if err != nil {
		return err
	}
	step := c.FormValue("step")
	if err := deed(c.Request().Context(), n, attached, step); err != nil {
		return err
	}
	return back(c, room(n)+"#step-"+views.ElementID(attached.String(), step))
}

func (s *Server) stopRun(c echo.Context) error {
	return s.withRun(c, func(run diagnostics.Run) error {
		_, err := s.Diagnostics.Stop(c.Request().Context(), run.ID)
		return err
	})
}

func (s *Server) noteRun(c echo.Context) error {
	return s.withRun(c, func(run diagnostics.Run) error {
		return s.Diagnostics.AddNote(c.Request().Context(), run.ID, c.FormValue("text"))
	})
}

// withRun does something to the run of the path and goes back to its card.
func (s *Server) withRun(c echo.Context, deed func(diagnostics.Run) error) error {
	run, n, err := s.run(c)
	if err != nil {
		return err
	}
	if err := deed(run); err != nil {
		return err
	}
	return back(c, standing(n, run))
}

func (s *Server) run(c echo.Context) (diagnostics.Run, int64, error) {
	runID, err := id(c, "id", "run")
	if err != nil {
		return diagnostics.Run{}, 0, err
	}
	run, err := s.Diagnostics.ByID(c.Request().Context(), runID)
	if errs.KindOf(err) == errs.NotFound {
		err = errs.Wrap(errs.NotFound, "There is no such run.", err)
	}
	if err != nil {
		return run, 0, err
	}
	n, err := s.Diagnostics.Incident(c.Request().Context(), runID)
	return run, n, err
}

func (s *Server) canRun(c echo.Context) bool { return may(c, authz.RunCommands) }
