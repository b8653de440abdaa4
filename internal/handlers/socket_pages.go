package handlers

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"wardroom/internal/authz"
	"wardroom/internal/diagnostics"
	"wardroom/internal/errs"
	"wardroom/internal/incidents"
	"wardroom/internal/live"
	"wardroom/views"
)

// socketPage is what a tab shows and therefore must be told about.
type socketPage struct {
	room  string // for presence
	feed  *feed
	since int64
	epoch string
}

// frameFeed keeps what stands around every page: how many incidents are active. It is the
// same for everybody who may read, so all tabs share it.
func (s *Server) frameFeed(reader authz.Actor) *feed {
	return &feed{key: "frame", bells: []string{live.TopicIncidents}, render: func(ctx context.Context) (rendering, error) {
		rows, _, err := s.Incidents.List(authz.WithActor(ctx, reader), incidents.Filter{Status: incidents.Active})
		if err != nil {
			return rendering{}, err
		}
		regions, err := draw(ctx, map[string]templ.Component{"nav-active": views.Page{Active: len(rows), Worst: worst(rows)}.ActiveCount()})
		return rendering{regions: regions, sayings: worstSayings(rows)}, err
	}}
}

// socketPage reads which page the socket belongs to.
func (s *Server) socketPage(c echo.Context) (socketPage, error) {
	actor, _ := authz.ActorFrom(c.Request().Context())
	as := func(ctx context.Context) context.Context { return authz.WithActor(ctx, actor) }
	viewer := "@" + actor.ID.String() + string(actor.Role)
	if raw := c.QueryParam("incident"); raw != "" {
		n, err := strconv.ParseInt(raw, 10, 64)
		if err != nil {
			return socketPage{}, errs.New(errs.NotFound, "There is no such incident.")
		}
		if _, err := s.Incidents.ByNumber(c.Request().Context(), n); err != nil {
			return socketPage{}, err
		}
		since, _ := strconv.ParseInt(c.QueryParam("since"), 10, 64) // 0: from the start
		topic := live.IncidentTopic(n)
		return socketPage{room: topic, since: since, epoch: c.QueryParam("epoch"), feed: &feed{
			key: topic + viewer, bells: []string{topic, live.PresenceTopic(topic)},
			render: func(ctx context.Context) (rendering, error) { return s.drawRoom(as(ctx), n) },
		}}, nil
	}
	if raw := c.QueryParam("run"); raw != "" {
		run, err := uuid.Parse(raw)
		if err != nil {
			return socketPage{}, errs.New(errs.NotFound, "There is no such run.")
		}
		n, err := s.Diagnostics.Incident(c.Request().Context(), run)
		if err != nil {
			return socketPage{}, err
		}
		return socketPage{feed: &feed{
			key: diagnostics.Topic(run) + viewer, bells: []string{live.IncidentTopic(n)},
			render: func(ctx context.Context) (rendering, error) { return s.drawRun(as(ctx), run) },
		}}, nil
	}
	switch c.QueryParam("page") {
	case "dashboard":
		q := dashboardQuery{text: c.QueryParam("q"), group: c.QueryParam("group")}
		return socketPage{feed: &feed{
			key: strings.Join([]string{live.TopicDashboard, q.text, q.group}, "\x00") + viewer, bells: []string{live.TopicDashboard},
			tick:   15 * time.Second, // how fresh the sources are
			render: func(ctx context.Context) (rendering, error) { return s.drawDashboard(as(ctx), q) },
		}}, nil
	case "incidents":
		return socketPage{feed: &feed{
			key: live.TopicIncidents + viewer, bells: []string{live.TopicIncidents},
			render: func(ctx context.Context) (rendering, error) { return s.drawIncidents(as(ctx)) },
		}}, nil
	}
	return socketPage{}, errs.New(errs.NotFound, "There is no such page to follow.")
}

// drawRoom renders every live region of a room.
func (s *Server) drawRoom(ctx context.Context, n int64) (rendering, error) {
	d, err := s.loadRoom(ctx, n)
	if err != nil {
		return rendering{}, err
	}
	m, err := s.roomView(ctx, d)
	if err != nil {
		return rendering{}, err
	}
	components := map[string]templ.Component{
		"room-header": m.Header.View(), "room-outline": m.Outline.View(), "room-escalation": m.Escalation.View(),
		"room-handoffs": m.Handoffs.View(), "timeline-count": m.Timeline.Count(),
		"room-bar": m.Bar(), "room-place": m.Place(),
	}
	if m.HasState() {
		components["room-state"] = m.State()
	}
	if len(m.Strip.Items) > 0 {
		components["room-symptoms"] = m.Strip.View()
	}
	if m.Values.Shown {
		components["room-values"] = m.Values.View()
	}
	if m.Typed != nil {
		addStep(components, *m.Typed)
	}
	for _, book := range m.Playbooks {
		for _, section := range book.Sections {
			for _, step := range section.Steps {
				addStep(components, step)
			}
		}
	}
	regions, err := draw(ctx, components)
	if err != nil {
		return rendering{}, err
	}
	rows, err := drawRows(ctx, m.Timeline.Rows)
	return rendering{regions: regions, rows: rows, sayings: roomSayings(d)}, err
}

func addStep(components map[string]templ.Component, step views.Step) {
	components["step-"+step.ID+"-head"] = step.Head()
	components["step-"+step.ID+"-record"] = step.Record()
	for _, block := range step.Blocks {
		if block.Command != nil {
			addCommand(components, *block.Command)
		}
	}
	for _, command := range slices.Concat(step.Others, step.Typed, step.Undo) {
		addCommand(components, command)
	}
}

func addCommand(components map[string]templ.Component, command views.Command) {
	if command.Runnable() && command.CanWrite {
		components["cmd-"+command.ID+"-act"] = command.Action()
		components["cmd-"+command.ID+"-note"] = command.NoteButton()
	}
	components["cmd-"+command.ID+"-result"] = command.Result()
}

func drawRows(ctx context.Context, all []views.TimelineRow) ([]row, error) {
	rows := make([]row, 0, len(all))
	for _, r := range all {
		html, err := draw(ctx, map[string]templ.Component{"": r.View()})
		if err != nil {
			return nil, err
		}
		rows = append(rows, row{seq: r.Seq, html: html[""].html})
	}
	return rows, nil
}
