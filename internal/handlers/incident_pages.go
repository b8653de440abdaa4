package handlers

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"wardroom/internal/authz"
	"wardroom/internal/errs"
	"wardroom/internal/incidents"
	"wardroom/views"
)

func (s *Server) listIncidents(c echo.Context) error {
	ctx := c.Request().Context()
	filter, err := filterOf(c)
	if err != nil {
		return err
	}
	rows, before, err := s.Incidents.List(ctx, filter)
	if err != nil {
		return err
	}
	people, err := s.Auth.People(ctx)
	if err != nil {
		return err
	}
	m := views.IncidentList{
		Page: s.page(c, "Incidents", "incidents"), Query: filter.Query, CanDeclare: may(c, authz.Respond),
		Filtered: filter != (incidents.Filter{Before: filter.Before}),
		Statuses: statusOptions(filter.Status), Severities: severityOptions(filter.Severity),
		Leads: []views.Option{{Text: "Anybody"}},
	}
	m.Page.Socket = "page=incidents"
	for _, p := range people {
		m.Leads = append(m.Leads, views.Option{Value: p.ID.String(), Text: p.DisplayName, Selected: p.ID == filter.Lead})
	}
	for _, row := range rows {
		m.Rows = append(m.Rows, incidentRow(row, s.Now()))
	}
	if before > 0 {
		q := c.QueryParams()
		q.Set("before", strconv.FormatInt(before, 10))
		m.Older = "/incidents?" + q.Encode()
	}
	return s.render(c, http.StatusOK, m.View())
}

func filterOf(c echo.Context) (incidents.Filter, error) {
	f := incidents.Filter{Status: incidents.Status(c.QueryParam("status")), Query: c.QueryParam("q")}
	var err error
	if v := c.QueryParam("severity"); v != "" {
		if f.Severity, err = strconv.Atoi(v); err != nil {
			return f, errs.New(errs.Invalid, "The severity is a number from 1 to 4.")
		}
	}
	if v := c.QueryParam("lead"); v != "" {
		if f.Lead, err = uuid.Parse(v); err != nil {
			return f, errs.New(errs.Invalid, "There is no such person.")
		}
	}
	if v := c.QueryParam("before"); v != "" {
		if f.Before, err = strconv.ParseInt(v, 10, 64); err != nil {
			return f, errs.New(errs.Invalid, "There is no such page.")
		}
	}
	return f, nil
}

func incidentRow(row incidents.Row, now time.Time) views.IncidentRow {
	return views.IncidentRow{
		Number: int(row.Number), Title: row.Title, Severity: row.Severity, Status: string(row.Status), Lead: row.Lead,
		Environment: row.Environment, Playbook: row.Playbook, Day: views.Day(row.CreatedAt), Opened: views.Minute(row.CreatedAt),
		Lasted: lasted(row.Incident, now),
	}
}

// lasted counts while the incident is active and stands still afterwards.
func lasted(in incidents.Incident, now time.Time) views.Time {
	end := in.ResolvedAt
	if end == nil {
		end = in.ClosedAt
	}
	if end == nil {
		return views.Timer(in.BeganAt, now)
	}
	return views.Lasted(end.Sub(in.BeganAt))
}

func statusOptions(selected incidents.Status) []views.Option {
	options := []views.Option{{Text: "Any status"}}
	for _, o := range []views.Option{
		{Value: string(incidents.Active), Text: "Active"},
		{Value: string(incidents.Open), Text: "Open"},
		{Value: string(incidents.Acknowledged), Text: "Acknowledged"},
		{Value: string(incidents.Mitigated), Text: "Mitigated"},
		{Value: string(incidents.Resolved), Text: "Resolved"},
		{Value: string(incidents.Closed), Text: "Closed"},
	} {
		o.Selected = o.Value == string(selected)
		options = append(options, o)
	}
	return options
}

func severityOptions(selected int) []views.Option {
	options := []views.Option{{Text: "Any severity"}}
	for i := 1; i <= 4; i++ {
		n := strconv.Itoa(i)
		options = append(options, views.Option{Value: n, Text: "SEV" + n, Selected: i == selected})
	}
	return options
}

func (s *Server) showDeclareForm(c echo.Context) error {
	return s.declarePage(c, http.StatusOK, views.DeclareForm{Severity: 3})
}

func (s *Server) declarePage(c echo.Context, status int, m views.DeclareForm) error {
	m.Page = s.page(c, "Start incident", "incidents")
	for i, e := range s.Environments.Environments {
		chosen := c.FormValue("environment")
		m.Environments = append(m.Environments, views.Option{
			Value: e.Name, Text: e.Name + " (" + e.Platform + ")", Selected: chosen == e.Name || chosen == "" && i == 0,
		})
	}
	m.Playbooks = append([]views.Option{{Text: "None yet"}}, s.library(c.FormValue("playbook"))...)
	return s.render(c, status, m.View())
}

// library lists the playbooks that can be attached.
func (s *Server) library(selected string) []views.Option {
	var options []views.Option
	for _, p := range s.Catalogue.All() {
		options = append(options, views.Option{Value: p.ID, Text: p.Title, Selected: p.ID == selected})
	}
	return options
}

func (s *Server) declareIncident(c echo.Context) error {
	severity, _ := strconv.Atoi(c.FormValue("severity")) // anything else is refused by the service
	d := incidents.Declaration{
		Title: c.FormValue("title"), Summary: c.FormValue("summary"), Severity: severity, Environment: c.FormValue("environment"),
	}
	if p := c.FormValue("playbook"); p != "" {
		d.PlaybookIDs, d.Reason = []string{p}, byHand
	}
	in, _, err := s.Incidents.Declare(c.Request().Context(), d)
	if errs.KindOf(err) == errs.Invalid && wantsPage(c) {
		return s.declarePage(c, http.StatusBadRequest, views.DeclareForm{
			Title: d.Title, Summary: d.Summary, Severity: severity, Problems: []views.Problem{{Message: errs.Message(err)}},
		})
	}
	if err != nil {
		return err
	}
	return back(c, room(in.Number))
}

// active is the number beside "Incidents" and how bad the worst of them is; 0 when it cannot be read, which hides it.
func (s *Server) active(ctx context.Context) (count, severity int) {
	rows, _, err := s.Incidents.List(ctx, incidents.Filter{Status: incidents.Active})
	if err != nil {
		s.Log.WarnContext(ctx, "active incidents are not counted", "err", err)
	}
	return len(rows), worst(rows)
}

// worst is the gravest severity among the incidents; 0 when there is none.
func worst(rows []incidents.Row) int {
	severity := 0
	for _, row := range rows {
		if severity == 0 || row.Severity < severity {
			severity = row.Severity
		}
	}
	return severity
}
