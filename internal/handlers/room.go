package handlers

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"wardroom/internal/auth"
	"wardroom/internal/authz"
	"wardroom/internal/diagnostics"
	"wardroom/internal/errs"
	"wardroom/internal/escalation"
	"wardroom/internal/incidents"
	"wardroom/internal/symptoms"
	"wardroom/internal/timeline"
	"wardroom/views"
)

// roomData is what one incident's page is made of, read for one viewer.
type roomData struct {
	incident   incidents.Incident
	responders []incidents.Responder
	attached   []incidents.Attached
	symptoms   []symptoms.Symptom
	runs       []diagnostics.Run // newest first
	tails      map[uuid.UUID][]diagnostics.Line
	planner    *diagnostics.Planner
	escalation escalation.View
	records    []timeline.Record
	handoffs   []incidents.Handoff
	people     []auth.User
	here       []views.Person
	viewer     authz.Actor
}

// timelinePage is how many events a room shows at first.
const timelinePage = 1000

func (s *Server) loadRoom(ctx context.Context, n int64) (d roomData, err error) {
	d.viewer, _ = authz.ActorFrom(ctx)
	if d.incident, err = s.Incidents.ByNumber(ctx, n); err != nil {
		return d, err
	}
	in := d.incident
	for _, load := range []func() error{
		func() (err error) { d.responders, err = s.Incidents.Responders(ctx, in.ID); return err },
		func() (err error) { d.attached, err = s.Incidents.Attached(ctx, in.ID); return err },
		func() (err error) { d.symptoms, err = s.Symptoms.ForIncident(ctx, in.ID, in.Number); return err },
		func() (err error) { d.runs, err = s.Diagnostics.ForIncident(ctx, in.ID); return err },
		func() (err error) { d.planner, err = s.Diagnostics.Planner(ctx, n); return err },
		func() (err error) { d.escalation, err = s.Escalation.View(ctx, in.ID); return ignoreMissing(err) },
		func() (err error) { d.handoffs, err = s.Incidents.Handoffs(ctx, in.ID); return err },
		func() (err error) { d.people, err = s.Auth.People(ctx); return err },
		func() (err error) {
			d.records, err = timeline.List(ctx, s.DB, in.ID, max(0, in.LastSeq-timelinePage), timelinePage)
			return err
		},
	} {
		if err := load(); err != nil {
			return d, err
		}
	}
	d.here = s.present(timeline.Topic(n))
	return d, nil
}

func ignoreMissing(err error) error {
	if errs.KindOf(err) == errs.NotFound {
		return nil
	}
	return err
}

func (d roomData) canWrite() bool {
	return d.viewer.May(authz.Respond) && d.incident.Status != incidents.Closed
}

func (s *Server) showRoom(c echo.Context) error {
	n, err := number(c)
	if err != nil {
		return err
	}
	return s.roomPage(c, n, nil)
}

func (s *Server) roomPage(c echo.Context, n int64, fresh *views.FreshLink) error {
	ctx := c.Request().Context()
	d, err := s.loadRoom(ctx, n)
	if err != nil {
		return err
	}
	if d.tails, err = s.loadTails(ctx, d.runs); err != nil {
		return err
	}
	m, err := s.roomView(ctx, d)
	if err != nil {
		return err
	}
	m.Page = s.page(c, d.incident.Name()+" "+d.incident.Title, "incidents")
	m.Page.Socket = "incident=" + strconv.FormatInt(n, 10)
	m.Timeline = s.timelineView(d, c.QueryParam("timeline"))
	m.Fresh = fresh
	return s.render(c, http.StatusOK, m.View())
}

// roomView maps everything but the frame around the page.
func (s *Server) roomView(_ context.Context, d roomData) (views.Room, error) {
	books, err := s.playbookViews(d)
	if err != nil {
		return views.Room{}, err
	}
	m := views.Room{
		Header: s.headerView(d), Closed: d.closed(), ReadOnly: !d.viewer.May(authz.Respond), Strip: s.stripView(d), Playbooks: books, Library: s.library(""),
		Escalation: s.escalationView(d), Timeline: s.timelineView(d, ""), Handoffs: s.handoffsView(d),
		Values: valuesView(d), People: peopleOptions(d), Others: othersOptions(d), CanWrite: d.canWrite(), Seq: d.incident.LastSeq, Epoch: s.epoch,
	}
	m.Full = m.CanWrite && s.Diagnostics.ScratchFull(d.incident.ID)
	m.Box, m.Outline = d.boxHere(books), outlineView(d, books)
	if m.Typed, err = s.strayView(d, books); err != nil {
		return views.Room{}, err
	}
	if len(books) == 0 {
		m.Candidates = s.roomCandidates(d)
	}
	return m, nil
}

// closed says when the incident was closed and by whom; nil while it is not.
func (d roomData) closed() *views.Closed {
	if d.incident.Status != incidents.Closed || d.incident.ClosedAt == nil {
		return nil
	}
	closed := &views.Closed{At: views.Until(*d.incident.ClosedAt)}
	for _, r := range slices.Backward(d.records) {
		if r.Kind == timeline.StatusChanged {
			closed.By = r.Actor
			break
		}
	}
	return closed
}

func (s *Server) headerView(d roomData) views.RoomHeader {
	in := d.incident
	h := views.RoomHeader{
		Number: int(in.Number), Title: in.Title, Severity: in.Severity, Status: string(in.Status), Elapsed: lasted(in, s.Now()),
		Lead: in.Lead, Here: d.here, CanWrite: d.viewer.May(authz.Respond),
	}
	for _, r := range d.responders {
		h.Joined = h.Joined || r.ID == d.viewer.ID
	}
	if h.CanWrite {
		h.Moves = moves(in.Status)
	}
	if !in.Active() {
		h.Review = views.IncidentPath(int(in.Number)) + "/review"
	}
	return h
}

var moveLabels = map[incidents.Status]string{
	incidents.Acknowledged: "Acknowledge", incidents.Mitigated: "Mitigated", incidents.Resolved: "Resolve",
	incidents.Closed: "Close", incidents.Open: "Reopen",
}

// moves offers what the state table allows. What brings the incident nearer to its end
// has a button of its own; the rest is in the menu.
func moves(from incidents.Status) []views.Move {
	var all []views.Move
	for _, to := range from.Moves() {
		all = append(all, views.Move{
			To: string(to), Label: moveLabels[to], Primary: to == incidents.Resolved || to == incidents.Closed ||
				from == incidents.Closed || from == incidents.Open && to == incidents.Acknowledged,
		})
	}
	return all
}

func (s *Server) stripView(d roomData) views.SymptomStrip {
	var strip views.SymptomStrip
	for _, sym := range d.symptoms {
		tile := views.StripSymptom{
			ID: sym.ID.String(), Name: short(sym.Name, 60), Service: short(sym.Service, 40), Value: short(sym.Value, 40),
			Threshold: short(sym.Threshold, 40),
			State:     string(sym.State), When: views.Age(sym.StartsAt, s.Now()),
		}
		if sym.ResolvedAt != nil { // the last value is from before
			tile.When = views.Clock(*sym.ResolvedAt)
			if tile.Value != "" {
				tile.Value = "was " + tile.Value
			}
		}
		strip.Items = append(strip.Items, tile)
	}
	return strip
}

func (s *Server) handoffsView(d roomData) views.Handoffs {
	h := views.Handoffs{CanWrite: d.canWrite()}
	for _, offer := range d.handoffs {
		state := string(offer.State)
		switch {
		case offer.State == incidents.HandoffOffered:
			state = "waiting"
		case offer.By != "" && (offer.State == incidents.HandoffOver || offer.State == incidents.HandoffExpired):
			// That only its link is over is of no interest here.
			state = string(incidents.HandoffAccepted)
		}
		h.Rows = append(h.Rows, views.HandoffRow{
			ID: offer.ID.String(), To: offer.To, By: offer.From, State: state, Offered: views.Ago(offer.OfferedAt, s.Now()),
			Expires: views.Until(offer.ExpiresAt), Open: offer.Linked(),
		})
	}
	return h
}

// othersOptions are the people whom the incident can be offered to; nobody is chosen yet.
func othersOptions(d roomData) []views.Option {
	var others []views.Option
	for _, option := range peopleOptions(d) {
		if !option.Selected && option.Value != d.viewer.ID.String() {
			others = append(others, option)
		}
	}
	return others
}

func peopleOptions(d roomData) []views.Option {
	var options []views.Option
	for _, p := range d.people {
		if p.Role == authz.Viewer {
			continue
		}
		options = append(options, views.Option{
			Value: p.ID.String(), Text: p.DisplayName, Selected: d.incident.LeadID != nil && *d.incident.LeadID == p.ID,
		})
	}
	return options
}

// roomCandidates are the playbooks that may fit the incident's worst symptom.
func (s *Server) roomCandidates(d roomData) []views.Candidate {
	if len(d.symptoms) == 0 {
		return nil
	}
	return s.candidates(d.symptoms[0])
}
