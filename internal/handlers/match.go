package handlers

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"wardroom/internal/errs"
	"wardroom/internal/playbooks"
	"wardroom/internal/symptoms"
	"wardroom/views"
)

// showMatch answers which playbook an alert would open, with the matching that incidents use.
func (s *Server) showMatch(c echo.Context) error {
	m := views.MatchPage{Page: s.page(c, "Which playbook would this alert open?", "playbooks"), Text: c.QueryParam("alert")}
	m.Page.Extra = "author"
	chosen := c.QueryParam("symptom")
	var err error
	if m.Symptoms, err = s.symptomOptions(c, chosen); err != nil {
		return err
	}
	switch {
	case chosen != "":
		err = s.matchSymptom(c, &m, chosen)
	case strings.TrimSpace(m.Text) != "":
		err = s.matchText(&m)
	default:
		return s.render(c, http.StatusOK, m.View())
	}
	if err == nil {
		return s.render(c, http.StatusOK, m.View())
	}
	if !is(err, errs.Invalid, errs.NotFound) {
		return err
	}
	m.Problem = errs.Message(err)
	return s.render(c, statuses[errs.KindOf(err)], m.View())
}

func (s *Server) matchText(m *views.MatchPage) error {
	alert, err := playbooks.ReadAlert(m.Text)
	if err != nil {
		return err
	}
	m.Asked, m.Alert = true, views.Visible(alert.Labels["alertname"])
	if len(alert.Labels) == 0 {
		m.Alert = "these words"
	}
	m.Alert = cmp.Or(m.Alert, "these labels")
	m.Labels = slices.Concat(pairs(alert.Labels), pairs(alert.Annotations))
	m.Rows = s.matchRows(alert.Labels, alert.Annotations)
	return nil
}

func (s *Server) matchSymptom(c echo.Context, m *views.MatchPage, chosen string) error {
	symptomID, err := uuid.Parse(chosen)
	if err != nil {
		return errs.New(errs.NotFound, "There is no such symptom.")
	}
	sym, err := s.Symptoms.ByID(c.Request().Context(), symptomID)
	if err != nil {
		return err
	}
	m.Asked, m.Alert, m.Labels = true, symptomName(sym), slices.Concat(pairs(sym.Labels), pairs(sym.Annotations))
	m.Rows = s.matchRows(sym.Labels, sym.Annotations)
	return nil
}

// matchRows lists what fits, and where nothing was named for the alert what comes near.
func (s *Server) matchRows(labels, annotations map[string]string) (rows []views.MatchRow) {
	found, near := s.Catalogue.Matches(labels, annotations)
	for i, c := range slices.Concat(found, near) {
		rows = append(rows, views.MatchRow{
			ID: c.Playbook.ID, Title: c.Playbook.Title, File: c.Playbook.Path, Score: c.Score,
			Confident: c.Confident(), Near: i >= len(found), Reasons: []string{c.Reason},
		})
	}
	return rows
}

// symptomOptions are what fires now and what has just cleared.
func (s *Server) symptomOptions(c echo.Context, chosen string) ([]views.Option, error) {
	ctx := c.Request().Context()
	now, err := s.Symptoms.Dashboard(ctx, symptoms.ParseFilter(""), symptoms.Cursor{})
	if err != nil {
		return nil, err
	}
	cleared, err := s.Symptoms.Cleared(ctx)
	if err != nil {
		return nil, err
	}
	var all []views.Option
	for _, sym := range now.Symptoms {
		all = append(all, views.Option{Value: sym.ID.String(), Text: symptomName(sym), Selected: sym.ID.String() == chosen})
	}
	for _, sym := range cleared {
		all = append(all, views.Option{Value: sym.ID.String(), Text: symptomName(sym) + " (cleared)", Selected: sym.ID.String() == chosen})
	}
	return all, nil
}

func symptomName(sym symptoms.Symptom) string {
	if sym.Service == "" {
		return views.Visible(sym.Name)
	}
	return views.Visible(sym.Name + ": " + sym.Service)
}
