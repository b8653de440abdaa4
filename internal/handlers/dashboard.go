package handlers

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"wardroom/internal/authz"
	"wardroom/internal/escalation"
	"wardroom/internal/incidents"
	"wardroom/internal/symptoms"
	"wardroom/views"
)

// dashboardQuery is the dashboard's filter as it stands in the address.
type dashboardQuery struct{ text, group string }

func (q dashboardQuery) path() string {
	v := url.Values{}
	if q.text != "" {
		v.Set("q", q.text)
	}
	if q.group != "" {
		v.Set("group", q.group)
	}
	if len(v) == 0 {
		return "/"
	}
	return "/?" + v.Encode()
}

func (s *Server) showDashboard(c echo.Context) error {
	q := dashboardQuery{text: c.QueryParam("q"), group: c.QueryParam("group")}
	m, err := s.dashboard(c.Request().Context(), q)
	if err != nil {
		return err
	}
	m.Page = s.page(c, "Dashboard", "dashboard")
	v := url.Values{"page": {"dashboard"}, "q": {q.text}, "group": {q.group}}
	m.Page.Socket = v.Encode()
	return s.render(c, http.StatusOK, m.View())
}

func (s *Server) dashboard(ctx context.Context, q dashboardQuery) (views.Dashboard, error) {
	var m views.Dashboard
	var err error
	if m.Incidents, err = s.activeIncidents(ctx); err != nil {
		return m, err
	}
	sources, err := s.Symptoms.Sources(ctx)
	if err != nil {
		return m, err
	}
	m.Sources = s.sourcesView(sources)
	m.Symptoms, err = s.symptomTable(ctx, q, sources)
	return m, err
}

func (s *Server) activeIncidents(ctx context.Context) (views.ActiveIncidents, error) {
	rows, _, err := s.Incidents.List(ctx, incidents.Filter{Status: incidents.Active})
	if err != nil {
		return views.ActiveIncidents{}, err
	}
	ids := make([]uuid.UUID, len(rows))
	for i, row := range rows {
		ids[i] = row.ID
	}
	clocks, err := s.Escalation.Views(ctx, ids)
	if err != nil {
		return views.ActiveIncidents{}, err
	}
	slices.SortStableFunc(rows, func(a, b incidents.Row) int { return soonest(clocks[a.ID], clocks[b.ID]) })
	m := views.ActiveIncidents{}
	for _, row := range rows {
		line := views.ActiveIncident{
			Number: int(row.Number), Title: row.Title, Severity: row.Severity, Status: string(row.Status), Lead: row.Lead,
			Opened: lasted(row.Incident, s.Now()), Progress: row.Playbook,
		}
		if clock := clocks[row.ID]; clock.DueAt != nil {
			line.NextWho, line.NextAt = fmt.Sprintf("L%d", clock.Next()), views.Left(*clock.DueAt, s.Now())
		}
		m.Rows = append(m.Rows, line)
	}
	if len(rows) == 0 {
		m.Last, err = s.lastIncident(ctx)
	}
	return m, err
}

// soonest orders by the next escalation; those without one come last.
func soonest(a, b escalation.View) int {
	switch {
	case a.DueAt == nil && b.DueAt == nil:
		return 0
	case a.DueAt == nil:
		return 1
	case b.DueAt == nil:
		return -1
	}
	return a.DueAt.Compare(*b.DueAt)
}

func (s *Server) lastIncident(ctx context.Context) (*views.LastIncident, error) {
	rows, _, err := s.Incidents.List(ctx, incidents.Filter{})
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	in := rows[0]
	last := &views.LastIncident{Number: int(in.Number), Title: in.Title, When: views.Ago(in.CreatedAt, s.Now())}
	if in.ResolvedAt != nil {
		last.When, last.Took = views.Ago(*in.ResolvedAt, s.Now()), views.Took(in.ResolvedAt.Sub(in.BeganAt))
	}
	return last, nil
}

func (s *Server) sourcesView(list []symptoms.Source) views.Sources {
	var m views.Sources
	for _, source := range list {
		row := views.Source{Name: source.Name, Silent: source.Condition == symptoms.Silent || source.Condition == symptoms.Waiting, Detail: source.Error}
		if source.LastSeen != nil {
			row.Last, row.LastAt = views.Ago(*source.LastSeen, s.Now()), views.Clock(*source.LastSeen)
		}
		if source.LastSymptom != nil {
			row.LastSignal = views.Ago(*source.LastSymptom, s.Now())
		}
		if !row.Silent {
			m.Reporting++
		}
		m.Rows = append(m.Rows, row)
	}
	return m
}

func (s *Server) symptomTable(ctx context.Context, q dashboardQuery, sources []symptoms.Source) (views.SymptomTable, error) {
	actor, _ := authz.ActorFrom(ctx)
	t := views.SymptomTable{Query: q.text, Group: q.group, Sources: s.sourcesView(sources), CanStart: actor.May(authz.Respond)}
	counts, err := s.Symptoms.Counts(ctx)
	if err != nil {
		return t, err
	}
	page, err := s.Symptoms.Dashboard(ctx, symptoms.ParseFilter(q.text), symptoms.Cursor{})
	if err != nil {
		return t, err
	}
	cleared, err := s.Symptoms.Cleared(ctx)
	if err != nil {
		return t, err
	}
	t.Silent, t.LastSeen = s.silent(sources)
	t.Total, t.Counters = counts.Total, counters(q, counts)
	var rows []views.SymptomRow
	for _, sym := range page.Symptoms {
		rows = append(rows, s.symptomRow(sym))
	}
	t.Groups = views.GroupSymptoms(rows, q.group)
	for _, sym := range cleared {
		t.Cleared = append(t.Cleared, s.symptomRow(sym))
	}
	return t, nil
}

func (s *Server) silent(list []symptoms.Source) (rows []views.SilentSource, last views.Time) {
	for _, source := range list {
		if source.LastSeen != nil && source.LastSeen.After(last.At) {
			last = views.Clock(*source.LastSeen)
		}
		if source.Condition != symptoms.Silent || source.SilentSince == nil {
			continue
		}
		row := views.SilentSource{Name: source.Name, Silent: views.Age(*source.SilentSince, s.Now()), Unknown: source.UnknownCount}
		if source.LastSeen != nil {
			row.Silent, row.Last = views.Age(*source.LastSeen, s.Now()), views.Clock(*source.LastSeen)
		}
		rows = append(rows, row)
	}
	return rows, last
}

// counters offers the filters that would leave something.
func counters(q dashboardQuery, counts symptoms.Counts) []views.Counter {
	var all []views.Counter
	add := func(word string, n int) {
		words := strings.Fields(q.text)
		on := slices.Contains(words, word)
		if n == 0 && !on {
			return
		}
		with := append(slices.Clone(words), word)
		if on {
			with = slices.DeleteFunc(words, func(w string) bool { return w == word })
		}
		all = append(all, views.Counter{Text: word, Count: n, On: on, Path: dashboardQuery{strings.Join(with, " "), q.group}.path()})
	}
	for severity := 1; severity <= 4; severity++ {
		add("sev:"+strconv.Itoa(severity), counts.BySeverity[severity])
	}
	add("is:unknown", counts.Unknown)
	add("is:muted", counts.Muted)
	return all
}

func (s *Server) symptomRow(sym symptoms.Symptom) views.SymptomRow {
	row := views.SymptomRow{
		ID: sym.ID.String(), Severity: sym.Severity, State: cmp.Or(sym.Suppressed, string(sym.State)), Service: short(sym.Service, 60),
		Name: short(sym.Name, 100), Value: short(sym.Value, 60), Threshold: short(sym.Threshold, 60), Since: views.Age(sym.StartsAt, s.Now()),
		SinceAt: views.Minute(sym.StartsAt), Incident: int(sym.IncidentNumber),
	}
	if sym.ResolvedAt != nil {
		row = row.Over(sym.StartsAt, *sym.ResolvedAt)
	}
	if best := s.Symptoms.Candidates(sym); len(best) > 0 {
		row.Playbook = &views.Link{Text: best[0].Playbook.Title, Path: "/playbooks/" + best[0].Playbook.ID}
	}
	return row
}

// drawDashboard renders the dashboard's live regions.
func (s *Server) drawDashboard(ctx context.Context, q dashboardQuery) (rendering, error) {
	m, err := s.dashboard(ctx, q)
	if err != nil {
		return rendering{}, err
	}
	regions, err := draw(ctx, map[string]templ.Component{
		"dashboard-incidents": m.Incidents.View(), "dashboard-symptoms": m.Symptoms.View(), "dashboard-count": m.Symptoms.CountBadge(),
		"dashboard-filters": m.Symptoms.Filters(), "dashboard-grouping": m.Symptoms.Grouping(), "dashboard-sources": m.Sources.View(),
	})
	return rendering{regions: regions, sayings: symptomSayings(m.Symptoms)}, err
}
