package handlers

import (
	"context"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"wardroom/internal/authz"
	"wardroom/internal/incidents"
	"wardroom/views"
)

// present lists who has the page of the topic open, and at which step they look.
func (s *Server) present(topic string) []views.Person {
	var people []views.Person
	for _, w := range s.Hub.Watchers(topic) {
		people = append(people, views.Person{ID: w.ID, Name: w.Name, Where: w.Focus})
	}
	return people
}

// drawRun renders the live region of a log page.
func (s *Server) drawRun(ctx context.Context, id uuid.UUID) (rendering, error) {
	run, err := s.Diagnostics.ByID(ctx, id)
	if err != nil {
		return rendering{}, err
	}
	viewer, _ := authz.ActorFrom(ctx)
	m := views.RunPage{Run: s.runView(run, viewer), CanWrite: viewer.May(authz.RunCommands)}
	regions, err := draw(ctx, map[string]templ.Component{"run-status": m.Status()})
	return rendering{regions: regions, sayings: runSayings(run, viewer)}, err
}

// drawIncidents has no region of its own: what a list shows depends on its filter, so the
// page is asked to fetch it whenever the newest incidents change.
func (s *Server) drawIncidents(ctx context.Context) (rendering, error) {
	rows, _, err := s.Incidents.List(ctx, incidents.Filter{})
	if err != nil {
		return rendering{}, err
	}
	m := views.IncidentList{CanDeclare: true}
	for _, row := range rows {
		m.Rows = append(m.Rows, incidentRow(row, row.CreatedAt))
	}
	regions, err := draw(ctx, map[string]templ.Component{"incidents": m.Table()})
	return rendering{regions: regions, refresh: true}, err
}
