package handlers

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"wardroom/internal/errs"
	"wardroom/internal/incidents"
	"wardroom/views"
)

// What the palette shows at once, and how many of the incidents that somebody looked at last.
const (
	maxOptions = 12
	maxRecent  = 5
)

// palette answers what is typed into the palette with one list, the best first. Nothing typed gives the incidents that
// this person looked at last, which their browser names, and the pages.
func (s *Server) palette(c echo.Context) error {
	query := strings.TrimSpace(c.QueryParam("q"))
	hits, err := s.recent(c)
	if query != "" {
		hits, err = s.ranked(c, query)
	}
	if err != nil {
		return err
	}
	return s.render(c, http.StatusOK, views.Palette{Hits: hits}.View())
}

func (s *Server) recent(c echo.Context) ([]views.SearchHit, error) {
	var hits []views.SearchHit
	for raw := range strings.SplitSeq(c.QueryParam("recent"), ",") {
		n, err := strconv.ParseInt(raw, 10, 64)
		if err != nil || len(hits) == maxRecent {
			continue
		}
		in, err := s.Incidents.ByNumber(c.Request().Context(), n)
		if errs.KindOf(err) == errs.NotFound { // of another database
			continue
		}
		if err != nil {
			return nil, err
		}
		hits = append(hits, incidentHit(in))
	}
	if len(hits) == 0 {
		newest, _, err := s.Incidents.List(c.Request().Context(), incidents.Filter{})
		if err != nil {
			return nil, err
		}
		hits = incidentHits(newest[:min(len(newest), maxRecent)])
	}
	return append(hits, noted(pageHits(c, ""), "page")...), nil
}

// noted says what the hits are, where no heading does.
func noted(hits []views.SearchHit, what string) []views.SearchHit {
	for i := range hits {
		hits[i].Note = what
	}
	return hits
}

func (s *Server) ranked(c echo.Context, query string) ([]views.SearchHit, error) {
	found, _, err := s.Incidents.List(c.Request().Context(), incidents.Filter{Query: query})
	if err != nil {
		return nil, err
	}
	hits := slices.Concat(noted(pageHits(c, query), "page"), incidentHits(found), noted(s.playbookHits(query), "playbook"))
	slices.SortStableFunc(hits, func(a, b views.SearchHit) int {
		return cmp.Compare(rank(a.Link.Text, query), rank(b.Link.Text, query))
	})
	return hits[:min(len(hits), maxOptions)], nil
}

// rank is lower for what is more likely meant: the number of an incident, how a name begins, how one of its words begins,
// and then what was found by something else than its name.
func rank(name, query string) int {
	name, query = strings.ToLower(name), strings.ToLower(query)
	words := strings.Fields(name)
	if len(words) > 0 && (words[0] == query || words[0] == "inc-"+strings.TrimPrefix(query, "#")) {
		return 0
	}
	for i := range words {
		if strings.HasPrefix(strings.Join(words[i:], " "), query) {
			return 1 + min(i, 1)
		}
	}
	return 3
}
