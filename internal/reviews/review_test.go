package reviews_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"wardroom/internal/authz"
	"wardroom/internal/errs"
	"wardroom/internal/postgres"
	"wardroom/internal/postgres/pgtest"
	"wardroom/internal/reviews"
	"wardroom/internal/timeline"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

type silent struct{}

func (silent) Ring(string) {}

// tray hands out the runs that a test put on it.
type tray struct {
	runs []reviews.Run
	err  error
}

func (t tray) ForReview(context.Context, uuid.UUID) ([]reviews.Run, error) { return t.runs, t.err }

// night is an incident whose events a test writes at times of its choice.
type night struct {
	db       *postgres.DB
	ledger   *timeline.Ledger
	incident uuid.UUID
	ana      authz.Actor
}

func setup(t *testing.T) *night {
	t.Helper()
	n := &night{
		db: pgtest.NewApp(t), ledger: timeline.New(silent{}), incident: uuid.Must(uuid.NewV7()),
		ana: authz.Actor{ID: uuid.Must(uuid.NewV7()), Name: "Ana", Role: authz.Responder},
	}
	n.exec(t, "INSERT INTO users (id, name, display_name, role) VALUES ($1, 'ana', 'Ana', 'responder')", n.ana.ID)
	n.exec(t, `INSERT INTO incidents (id, title, severity, status, environment, lead_id, declared_by, created_at, began_at, acknowledged_at, mitigated_at, resolved_at)
		VALUES ($1, 'coder-arm down', 2, 'resolved', 'prod', $2, $2, $3, $4, $5, $6, $7)`,
		n.incident, n.ana.ID, clock("02:43:00"), clock("02:42:00"), clock("02:44:16"), clock("03:25:26"), clock("03:40:08"))
	return n
}

func clock(at string) time.Time {
	parsed, err := time.Parse("2006-01-02 15:04:05", "2026-11-23 "+at)
	if err != nil {
		panic(err)
	}
	return parsed
}

func (n *night) exec(t *testing.T, statement string, args ...any) {
	t.Helper()
	if _, err := n.db.Pool.Exec(t.Context(), statement, args...); err != nil {
		t.Fatal(err)
	}
}

// at moves the database's clock.
func (n *night) at(t *testing.T, at string) {
	t.Helper()
	pgtest.ExecAsOwner(t, n.db, "CREATE OR REPLACE FUNCTION wardroom.now() RETURNS timestamptz LANGUAGE sql AS $$ SELECT timestamptz '2026-11-23 "+at+"+00' $$")
}

func (n *night) happened(t *testing.T, at string, kind timeline.Kind, data any) {
	t.Helper()
	n.at(t, at)
	err := n.db.InTx(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
		_, err := n.ledger.AppendTx(ctx, tx, n.incident, timeline.Event{Kind: kind, Actor: n.ana, Data: data})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (n *night) build(t *testing.T, runs ...reviews.Run) reviews.Review {
	t.Helper()
	r, err := reviews.New(n.db, tray{runs: runs}).Build(authz.WithActor(t.Context(), n.ana), 1)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestReviewIsBuiltFromTheRecord(t *testing.T) {
	t.Parallel()
	n := setup(t)
	n.exec(t, "INSERT INTO incident_responders (incident_id, user_id) VALUES ($1, $2)", n.incident, n.ana.ID)
	n.exec(t, "INSERT INTO playbook_revisions (revision, playbook_id, title, path, source) VALUES ('abc', 'su', 'Service unavailable', 'su.md', '')")
	n.exec(t, `INSERT INTO incident_playbooks (id, incident_id, playbook_id, revision, reason, detached_at)
		VALUES (gen_random_uuid(), $1, 'su', 'abc', 'ArmDown', wardroom.now())`, n.incident)
	n.happened(t, "02:43:00", timeline.Declared, timeline.DeclaredData{Severity: 2})
	r := n.build(t)
	if r.Number != 1 || r.Title != "coder-arm down" || r.Severity != 2 || r.Lead != "Ana" || r.DeclaredBy != "Ana" ||
		r.Environment != "prod" || len(r.Timeline) != 1 {
		t.Errorf("%+v", r)
	}
	if diff := cmp.Diff([]string{"Ana"}, r.Responders); diff != "" {
		t.Error(diff)
	}
	if len(r.Playbooks) != 1 || r.Playbooks[0].Title != "Service unavailable" || r.Playbooks[0].Revision != "abc" || r.Playbooks[0].DetachedAt == nil {
		t.Errorf("%+v", r.Playbooks)
	}
	var told []string
	for _, m := range r.Metrics {
		told = append(told, m.Name+" "+m.Text()+" from "+m.From)
	}
	want := []string{
		"Detect – from the first symptom fired", "Acknowledge 2 min 16 s from the first symptom fired", "Mitigate 43 min 26 s from the first symptom fired",
		"Resolve 58 min 8 s from the first symptom fired",
	}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Error(diff)
	}
}

// With symptoms it is them who say when the trouble was seen and when it was over, not the buttons that people pressed.
func TestSymptomsDecideWhatWasMitigated(t *testing.T) {
	t.Parallel()
	n := setup(t)
	symptom := func(name, starts, seen string, cleared any) {
		t.Helper()
		n.exec(t, `INSERT INTO symptoms (id, source_group, source, fingerprint, episode, name, service, value, severity, state, starts_at, first_seen_at, resolved_at, incident_id)
			VALUES (gen_random_uuid(), 'am', 'am', $1, 1, $1, 'coder-arm', '0 of 1 up', 2, CASE WHEN $4::timestamptz IS NULL THEN 'firing' ELSE 'resolved' END, $2, $3, $4, $5)`,
			name, clock(starts), clock(seen), cleared, n.incident)
	}
	metric := func(r reviews.Review, name string) string {
		for _, m := range r.Metrics {
			if m.Name == name {
				return m.Text() + " until " + m.To
			}
		}
		return "none"
	}
	symptom("ArmDown", "02:42:00", "02:42:40", clock("02:50:00"))
	symptom("HighLatency", "02:45:00", "02:45:30", clock("02:47:00"))
	r := n.build(t)
	if got := metric(r, "Detect"); got != "40 s until first seen by Wardroom" {
		t.Error("detected after ", got)
	}
	if got := metric(r, "Mitigate"); got != "8 min 0 s until the last symptom cleared" {
		t.Error("mitigated after ", got)
	}
	want := reviews.Span{From: clock("02:42:00"), To: clock("02:50:00"), Text: "ArmDown coder-arm", Detail: "0 of 1 up", Kind: "impact"}
	if lane := r.Chart.Lanes[0]; lane.Name != "Impact" || len(lane.Spans) != 2 || !cmp.Equal(lane.Spans[0], want) {
		t.Errorf("%+v", lane)
	}
	cleared, err := reviews.New(n.db, tray{}).ClearedAt(authz.WithActor(t.Context(), n.ana), []uuid.UUID{n.incident})
	if err != nil || !cleared[n.incident].Equal(clock("02:50:00")) {
		t.Errorf("the list says %v, %v", cleared, err)
	}
	symptom("StillDown", "02:46:00", "02:46:10", nil)
	if got := metric(n.build(t), "Mitigate"); !strings.HasPrefix(got, "–") {
		t.Error("mitigated while something fires: ", got)
	}
}

func TestLanes(t *testing.T) {
	t.Parallel()
	n := setup(t)
	n.happened(t, "02:43:00", timeline.Declared, timeline.DeclaredData{Severity: 2})
	n.happened(t, "02:43:00", timeline.EscalationStarted, timeline.EscalationData{To: 1})
	n.happened(t, "02:44:16", timeline.StatusChanged, timeline.StatusData{From: "open", To: "acknowledged"})
	n.happened(t, "02:58:00", timeline.Escalated, timeline.EscalationData{From: 1, To: 2, ByTimer: true})
	n.happened(t, "03:25:00", timeline.StatusChanged, timeline.StatusData{From: "acknowledged", To: "resolved"})
	n.happened(t, "03:25:00", timeline.EscalationStopped, timeline.EscalationData{Reason: "resolved"})
	n.happened(t, "03:30:00", timeline.StatusChanged, timeline.StatusData{From: "resolved", To: "open"})
	n.at(t, "03:40:00")
	ended, exit := clock("02:50:10"), 1
	r := n.build(t,
		reviews.Run{Number: 1, Step: "Check logs", Risk: "read", State: "failed", By: "Ana", StartedAt: clock("02:50:00"), EndedAt: &ended, ExitCode: &exit},
		reviews.Run{Number: 2, Risk: "change", State: "running", By: "Bo", StartedAt: clock("03:35:00")},
	)
	span := func(from, to, text, detail, kind string) reviews.Span {
		return reviews.Span{From: clock(from), To: clock(to), Text: text, Detail: detail, Kind: kind}
	}
	want := reviews.Chart{From: clock("02:42:00"), To: clock("03:40:00"), Lanes: []reviews.Lane{
		{Name: "Status", Spans: []reviews.Span{
			span("02:43:00", "02:44:16", "Open", "Ana", "status"), span("02:44:16", "03:25:00", "Acknowledged", "Ana", "status"),
			span("03:30:00", "03:40:00", "Open", "Ana", "status"),
		}},
		{Name: "Escalation", Spans: []reviews.Span{
			span("02:43:00", "02:58:00", "L1", "Ana", "level"), span("02:58:00", "03:25:00", "L2", "Ana", "level"),
		}},
		{Name: "Steps", Spans: []reviews.Span{
			span("02:50:00", "02:50:10", "1", "Check logs, Ana", "failed"), span("03:35:00", "03:40:00", "2", "Run 2, Bo", "running"),
		}},
	}}
	if diff := cmp.Diff(want, r.Chart); diff != "" {
		t.Error(diff)
	}
}

func TestLongTimelineIsComplete(t *testing.T) {
	t.Parallel()
	n := setup(t)
	n.exec(t, `INSERT INTO timeline_events (incident_id, seq, kind, actor_name)
		SELECT $1, n, 'noted', 'Ana' FROM generate_series(1, 2000) n`, n.incident)
	if got := n.build(t).Timeline; len(got) != 2000 || got[1999].Seq != 2000 {
		t.Errorf("%d records", len(got))
	}
}

func TestWhoMayReadAReview(t *testing.T) {
	t.Parallel()
	n := setup(t)
	s := reviews.New(n.db, tray{})
	if _, err := s.Build(t.Context(), 1); errs.KindOf(err) != errs.Unauthenticated {
		t.Errorf("nobody: %v", err)
	}
	viewer := authz.WithActor(t.Context(), authz.Actor{Name: "Vi", Role: authz.Viewer})
	if _, err := s.Build(viewer, 1); err != nil {
		t.Errorf("viewer: %v", err)
	}
	if _, err := s.Build(viewer, 2); errs.KindOf(err) != errs.NotFound || errs.Message(err) != "There is no incident INC-2." {
		t.Errorf("no incident: %v", err)
	}
	broken := errors.New("broken")
	if _, err := reviews.New(n.db, tray{err: broken}).Build(viewer, 1); !errors.Is(err, broken) {
		t.Errorf("broken runs: %v", err)
	}
}
