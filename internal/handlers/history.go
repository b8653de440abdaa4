package handlers

import (
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"wardroom/internal/authoring"
	"wardroom/internal/errs"
	"wardroom/internal/playbooks"
	"wardroom/views"
)

// showHistory lists what was published of a playbook's file, and shows how the chosen revision differs from the one before.
func (s *Server) showHistory(c echo.Context) error {
	p, ok := s.Catalogue.ByID(c.Param("id"))
	if !ok {
		return errs.New(errs.NotFound, "There is no such playbook.")
	}
	history, err := s.Authoring.History(c.Request().Context(), p.Path)
	if err != nil {
		return err
	}
	m := views.HistoryPage{
		Page: s.page(c, "History of "+p.Title, "playbooks"), ID: p.ID, Title: p.Title, Path: p.Path, Rows: publishedRows(p, history),
	}
	m.Page.Extra = "author"
	from, to := c.QueryParam("from"), c.QueryParam("to")
	if to == "" {
		return s.render(c, http.StatusOK, m.View())
	}
	for i, row := range m.Rows {
		m.Rows[i].Shown = row.Diff == revisionPath(p.ID, from, to)
	}
	m.Shown = "From " + shortRevision(from) + " to " + shortRevision(to)
	if from == "" {
		m.Shown = "The first text, " + shortRevision(to)
	}
	m.Diff, err = s.revisions(c, p.Path, from, to)
	if is(err, errs.Invalid) { // removed since, which is no mistake of who asks
		m.Shown, m.Problem, err = "", errs.Message(err), nil
	}
	if err != nil {
		return err
	}
	return s.render(c, http.StatusOK, m.View())
}

func (s *Server) revisions(c echo.Context, name, from, to string) (views.Diff, error) {
	before, err := "", error(nil)
	if from != "" {
		before, err = s.Authoring.Published(c.Request().Context(), name, from)
	}
	if err != nil {
		return views.Diff{}, err
	}
	after, err := s.Authoring.Published(c.Request().Context(), name, to)
	return diffView(before, after), err
}

func publishedRows(p *playbooks.Playbook, history []authoring.Publication) []views.PublishedRow {
	var rows []views.PublishedRow
	for i, one := range history {
		rows = append(rows, views.PublishedRow{
			At: views.Until(one.At), By: one.By, Note: one.Note, Revision: shortRevision(one.Revision),
			Diff: revisionPath(p.ID, one.Replaced, one.Revision), Current: i == 0 && one.Revision == p.Revision,
		})
	}
	return rows
}

func revisionPath(id, from, to string) string {
	return "/playbooks/" + id + "/history?" + url.Values{"from": {from}, "to": {to}}.Encode()
}
