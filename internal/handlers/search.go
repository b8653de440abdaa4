package handlers

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"wardroom/internal/authz"
	"wardroom/internal/incidents"
	"wardroom/views"
)

// maxHits is how many of each kind the search shows.
const maxHits = 10

// search answers the box in the header: incidents, playbooks and pages. The exact name of
// an incident leads straight there.
func (s *Server) search(c echo.Context) error {
	query := strings.TrimSpace(c.QueryParam("q"))
	found, _, err := s.Incidents.List(c.Request().Context(), incidents.Filter{Query: query})
	if err != nil {
		return err
	}
	if len(found) > 0 && strings.EqualFold(query, found[0].Name()) {
		return back(c, room(found[0].Number))
	}
	m := views.SearchPage{Page: s.page(c, "Search", ""), Query: query}
	groups := []views.SearchGroup{
		{Name: "Incidents", Hits: incidentHits(found)}, {Name: "Playbooks", Hits: s.playbookHits(query)}, {Name: "Pages", Hits: pageHits(c, query)},
	}
	for _, g := range groups {
		if len(g.Hits) > 0 {
			m.Groups = append(m.Groups, g)
		}
	}
	return s.render(c, http.StatusOK, m.View())
}

func incidentHits(found []incidents.Row) []views.SearchHit {
	var hits []views.SearchHit
	for _, row := range found[:min(len(found), maxHits)] {
		hits = append(hits, incidentHit(row.Incident))
	}
	return hits
}

func incidentHit(in incidents.Incident) views.SearchHit {
	note := string(in.Status)
	if in.Lead != "" {
		note += ", " + in.Lead
	}
	return views.SearchHit{Icon: "bell", Link: views.Link{Text: in.Name() + " " + in.Title, Path: room(in.Number)}, Note: note}
}

func (s *Server) playbookHits(query string) []views.SearchHit {
	var hits []views.SearchHit
	for _, p := range s.Catalogue.All() {
		if len(hits) < maxHits && contains(searchable(p), query) {
			hits = append(hits, views.SearchHit{
				Icon: "book-open", Link: views.Link{Text: p.Title, Path: "/playbooks/" + p.ID}, Note: strings.Join(p.Alerts, ", "),
			})
		}
	}
	return hits
}

func pageHits(c echo.Context, query string) []views.SearchHit {
	pages := []views.Link{
		{Text: "Dashboard", Path: "/"},
		{Text: "Incidents", Path: "/incidents"},
		{Text: "Playbooks", Path: "/playbooks"},
		{Text: "Which playbook would this alert open?", Path: "/playbooks/match"},
		{Text: "Reviews", Path: "/reviews"},
		{Text: "Settings", Path: "/settings"},
	}
	if may(c, authz.Respond) {
		pages = append(pages, views.Link{Text: "Start incident", Path: "/incidents/new"})
	}
	if may(c, authz.WritePlaybooks) {
		pages = append(pages, views.Link{Text: "New playbook", Path: "/playbooks/new"})
	}
	if may(c, authz.ManagePeople) {
		pages = append(pages, views.Link{Text: "People", Path: "/settings/users"})
	}
	var hits []views.SearchHit
	for _, page := range pages {
		if contains(page.Text, query) {
			hits = append(hits, views.SearchHit{Icon: "arrow-right", Link: page})
		}
	}
	return hits
}

// contains searches without regard to case; nothing asked for finds everything.
func contains(text, query string) bool {
	return strings.Contains(strings.ToLower(text), strings.ToLower(query))
}
