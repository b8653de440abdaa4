package handlers

import (
	"net/http"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"wardroom/internal/authz"
	"wardroom/internal/incidents"
	"wardroom/internal/symptoms"
	"wardroom/views"
)

func (s *Server) symptom(c echo.Context) (symptoms.Symptom, error) {
	symptomID, err := id(c, "id", "symptom")
	if err != nil {
		return symptoms.Symptom{}, err
	}
	return s.Symptoms.ByID(c.Request().Context(), symptomID)
}

func (s *Server) showSymptom(c echo.Context) error {
	sym, err := s.symptom(c)
	if err != nil {
		return err
	}
	episodes, err := s.Symptoms.Episodes(c.Request().Context(), sym)
	if err != nil {
		return err
	}
	m := views.SymptomPage{
		Page: s.page(c, sym.Name, "dashboard"), Symptom: s.symptomRow(sym), Source: sym.Source, Generator: webLink(sym.GeneratorURL),
		Summary: views.Visible(sym.Summary), Labels: pairs(sym.Labels), Annotations: pairs(sym.Annotations), Candidates: s.candidates(sym),
		CanStart: may(c, authz.Respond) && sym.IncidentID == nil && sym.State != symptoms.Resolved,
	}
	for _, e := range episodes {
		row := views.Episode{Began: views.Clock(e.StartsAt), Day: views.Day(e.StartsAt), Value: e.Value, Incident: int(e.IncidentNumber)}
		if e.ResolvedAt != nil {
			row.Ended, row.Lasted = views.Clock(*e.ResolvedAt), views.Took(e.ResolvedAt.Sub(e.StartsAt))
		}
		m.Episodes = append(m.Episodes, row)
	}
	return s.render(c, http.StatusOK, m.View())
}

// candidates are the playbooks that fit, each with its reason.
func (s *Server) candidates(sym symptoms.Symptom) []views.Candidate {
	var all []views.Candidate
	for i, candidate := range s.Symptoms.Candidates(sym) {
		if i == 3 {
			break
		}
		all = append(all, views.Candidate{
			ID: candidate.Playbook.ID, Title: candidate.Playbook.Title, Reasons: []string{candidate.Reason}, Level: candidate.Playbook.Level,
		})
	}
	return all
}

// declareFromSymptom starts an incident with the playbook that fits best, or the chosen
// one. Two people pressing at once meet in the same incident.
func (s *Server) declareFromSymptom(c echo.Context) error {
	sym, err := s.symptom(c)
	if err != nil {
		return err
	}
	d := incidents.Declaration{SymptomIDs: []uuid.UUID{sym.ID}}
	if chosen := c.FormValue("playbook"); chosen != "" {
		d.PlaybookIDs, d.Reason = []string{chosen}, byHand
	} else if best := s.Symptoms.Candidates(sym); len(best) > 0 {
		d.PlaybookIDs = []string{best[0].Playbook.ID}
	}
	in, _, err := s.Incidents.Declare(c.Request().Context(), d)
	if err != nil {
		return err
	}
	return back(c, room(in.Number))
}

func pairs(m map[string]string) []views.Pair {
	var all []views.Pair
	for _, name := range sortedKeys(m) {
		all = append(all, views.Pair{Name: views.Visible(name), Value: views.Visible(m[name])})
	}
	return all
}

// webLink lets only web addresses through: a source's links are foreign.
func webLink(raw string) string {
	if strings.HasPrefix(raw, "http://") || strings.HasPrefix(raw, "https://") {
		return raw
	}
	return ""
}
