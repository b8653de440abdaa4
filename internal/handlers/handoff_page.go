package handlers

import (
	"context"
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"wardroom/internal/authz"
	"wardroom/internal/diagnostics"
	"wardroom/internal/errs"
	"wardroom/internal/incidents"
	"wardroom/internal/symptoms"
	"wardroom/internal/timeline"
	"wardroom/views"
)

// showHandoff is the page behind a handoff link. Looking changes nothing, whoever or
// whatever looks; the token in the path is the permission.
func (s *Server) showHandoff(c echo.Context) error {
	return s.handoffPage(c, http.StatusOK, nil)
}

func (s *Server) handoffPage(c echo.Context, status int, problem error) error {
	c.Response().Header().Set("Referrer-Policy", "no-referrer")
	ctx := c.Request().Context()
	brief, err := s.Incidents.ByToken(ctx, c.Param("token"))
	if err != nil {
		return err
	}
	if !brief.Handoff.Linked() {
		return s.render(c, status, s.overPage(c, brief.Handoff, problem).View())
	}
	_, signedIn := who(ctx)
	ctx = authz.WithActor(ctx, brief.Reader)
	d, err := s.loadRoom(ctx, brief.Incident.Number)
	if err != nil {
		return err
	}
	books, err := s.playbookViews(d)
	if err != nil {
		return err
	}
	in, h, now := brief.Incident, brief.Handoff, s.Now()
	m := views.HandoffPage{
		Page: s.page(c, in.Name()+" handoff", ""), Token: c.Param("token"), State: string(h.State), Number: int(in.Number),
		Title: in.Title, Severity: in.Severity, Open: views.Age(in.BeganAt, now), For: h.To, Until: views.Until(h.ExpiresAt),
		SignedIn: signedIn, Here: d.here, Because: because(h), Problem: said(problem),
	}
	if h.By != "" {
		m.Taken = []views.Part{views.B(h.By), views.T(" has it since " + h.At.UTC().Format("15:04") + " UTC")}
	}
	if d.escalation.DueAt != nil {
		m.NextWho = fmt.Sprintf("L%d", d.escalation.Next())
		m.NextAt, m.NextDue = views.Left(*d.escalation.DueAt, now), views.Minute(*d.escalation.DueAt)
	}
	for _, sym := range d.symptoms {
		if len(m.Now) < 3 { // those that last come first
			m.Now = append(m.Now, handoffSymptom(sym))
		}
	}
	if err := s.brief(ctx, &m, d, books); err != nil {
		return err
	}
	return s.render(c, status, m.View())
}

// overPage is all that a link shows once it is over: who has it and whom to ask.
func (s *Server) overPage(c echo.Context, h incidents.Handoff, problem error) views.HandoffPage {
	m := views.HandoffPage{Page: s.page(c, "Handoff", ""), State: string(h.State), Over: true, From: h.From, Problem: said(problem)}
	if h.By != "" {
		m.Taken = []views.Part{views.B(h.By), views.T(" took it over at " + h.At.UTC().Format("15:04") + " UTC on " + h.At.UTC().Format("2 January") + ".")}
	}
	return m
}

// said is what a person reads of a problem, if there is one.
func said(problem error) string {
	if problem == nil {
		return ""
	}
	return errs.Message(problem)
}

// brief sorts the steps into tried, running and not tried yet, and adds the last notes.
func (s *Server) brief(ctx context.Context, m *views.HandoffPage, d roomData, books []views.RoomPlaybook) error {
	shown := map[string]bool{}
	for _, run := range d.runs { // newest first
		key, title := commandKey(run), stepTitle(run)
		if run.Source == diagnostics.Edited { // which says nothing of the command that it was made of
			key, title = key+" "+run.Written, title+": "+short(run.Written, 80)
		}
		if shown[key] || run.Kind == diagnostics.KindManual && run.State == diagnostics.Stopped { // moved on
			continue
		}
		shown[key] = true
		step := views.HandoffStep{Title: title, State: runState(run.State)}
		if run.Kind == diagnostics.KindManual {
			step.State, step.Detail = "done", run.Note+" · "+run.By+" "+run.Created.UTC().Format("15:04")
			m.Tried = append(m.Tried, step)
			continue
		}
		if run.State.Active() {
			step.Detail = run.Text + " · " + run.By
			m.Running = append(m.Running, step)
			continue
		}
		said, err := s.said(ctx, run)
		if err != nil {
			return err
		}
		step.Detail = outcome(run) + said + " · " + run.By + " " + run.Created.UTC().Format("15:04")
		m.Tried = append(m.Tried, step)
	}
	for _, book := range books {
		for _, section := range book.Sections {
			for _, step := range section.Steps {
				if step.State == "todo" && len(m.Next) < 4 && (step.Risk != "" || step.Manual) {
					m.Next = append(m.Next, views.HandoffStep{Label: step.Label, Title: step.Title, State: "todo", Risk: step.Risk, Detail: step.Preview})
				}
			}
		}
	}
	for i := len(d.records) - 1; i >= 0 && len(m.Notes) < 3; i-- {
		if d.records[i].Kind == timeline.Noted {
			m.Notes = append(m.Notes, timelineRow(d.records[i], nil))
		}
	}
	return nil
}

func handoffSymptom(sym symptoms.Symptom) views.HandoffSymptom {
	v := views.HandoffSymptom{
		Value: short(sym.Value, 60), Service: short(sym.Service, 60), Name: short(sym.Name, 100), Threshold: short(sym.Threshold, 60), State: string(sym.State),
	}
	if sym.ResolvedAt != nil {
		v.Value, v.Cleared = views.WasValue(v.Value), views.Minute(*sym.ResolvedAt)
	}
	return v
}

func because(h incidents.Handoff) []views.Part {
	parts := []views.Part{views.B("You are asked to take over because "), views.T(h.From + " hands it to you")}
	if h.Reason != "" {
		parts = append(parts, views.T(": “"+h.Reason+"”"))
	}
	return append(parts, views.T("."))
}

func (s *Server) acceptHandoff(c echo.Context) error {
	return s.answerHandoff(c, s.Incidents.Accept)
}

func (s *Server) declineHandoff(c echo.Context) error {
	return s.answerHandoff(c, s.Incidents.Decline)
}

func (s *Server) answerHandoff(c echo.Context, answer func(context.Context, string) (incidents.Answer, error)) error {
	_, err := answer(c.Request().Context(), c.Param("token"))
	if is(err, errs.Conflict, errs.Forbidden) {
		return s.handoffPage(c, statuses[errs.KindOf(err)], err)
	}
	if err != nil {
		return err
	}
	return back(c, "/handoff/"+c.Param("token"))
}
