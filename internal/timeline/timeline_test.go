package timeline_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"wardroom/internal/authz"
	"wardroom/internal/errs"
	"wardroom/internal/postgres"
	"wardroom/internal/postgres/pgtest"
	"wardroom/internal/timeline"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// bell remembers what was rung.
type bell struct {
	mu     sync.Mutex
	topics []string
}

func (b *bell) Ring(topic string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.topics = append(b.topics, topic)
}

func (b *bell) rung() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.topics)
}

func setup(t *testing.T) (db *postgres.DB, ledger *timeline.Ledger, rung *bell, incident uuid.UUID) {
	t.Helper()
	db = pgtest.NewApp(t)
	rung = &bell{}
	incident = uuid.Must(uuid.NewV7())
	if _, err := db.Pool.Exec(t.Context(),
		"INSERT INTO incidents (id, title, severity, began_at) VALUES ($1, 'coder-arm down', 2, wardroom.now())", incident); err != nil {
		t.Fatal(err)
	}
	return db, timeline.New(rung), rung, incident
}

func appendOne(ctx context.Context, db *postgres.DB, ledger *timeline.Ledger, incident uuid.UUID, e timeline.Event) (seq int64, err error) {
	err = db.InTx(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		seq, err = ledger.AppendTx(ctx, tx, incident, e)
		return err
	})
	return seq, err
}

func note(text string) timeline.Event {
	return timeline.Event{Kind: timeline.Noted, Actor: authz.Actor{Name: "Ana"}, Text: text}
}

func TestConcurrentEventsAreNumberedWithoutGaps(t *testing.T) {
	t.Parallel()
	db, ledger, _, incident := setup(t)
	const writers, each = 16, 10
	broken := errors.New("broken")
	var mu sync.Mutex
	var given []int64
	var group errgroup.Group
	for range writers {
		group.Go(func() error {
			for i := range each {
				seq, err := appendOne(t.Context(), db, ledger, incident, note("same words"))
				if err != nil {
					return err
				}
				mu.Lock()
				given = append(given, seq)
				mu.Unlock()
				if i%3 == 0 { // what is rolled back must not use up a number
					err := db.InTx(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
						_, err := ledger.AppendTx(ctx, tx, incident, note("never happened"))
						return errors.Join(err, broken)
					})
					if !errors.Is(err, broken) {
						return err
					}
				}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	want := make([]int64, writers*each)
	for i := range want {
		want[i] = int64(i + 1)
	}
	slices.Sort(given)
	if diff := cmp.Diff(want, given); diff != "" {
		t.Error(diff)
	}
	records, err := timeline.List(t.Context(), db, incident, 0, 1000)
	if err != nil || len(records) != len(want) {
		t.Fatalf("%d records, err %v", len(records), err)
	}
	for i, r := range records {
		if r.Seq != want[i] || r.Text != "same words" {
			t.Errorf("record %d: %d %q", i, r.Seq, r.Text)
		}
	}
}

func TestSameWordsAreStoredOnce(t *testing.T) {
	t.Parallel()
	db, ledger, _, incident := setup(t)
	for _, text := range []string{"restart it", "restart it", "leave it", "", "  \n"} {
		if _, err := appendOne(t.Context(), db, ledger, incident, note(text)); err != nil {
			t.Fatal(err)
		}
	}
	var contents, without int
	if err := db.Pool.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM contents),
		(SELECT count(*) FROM timeline_events WHERE content_hash IS NULL)`).Scan(&contents, &without); err != nil {
		t.Fatal(err)
	}
	if contents != 2 || without != 2 {
		t.Errorf("%d contents, %d events without text; want 2 and 2", contents, without)
	}
}

func TestPurgedWordsLeaveATombstone(t *testing.T) {
	t.Parallel()
	db, ledger, _, incident := setup(t)
	for _, text := range []string{"the password is hunter2", "next"} {
		if _, err := appendOne(t.Context(), db, ledger, incident, note(text)); err != nil {
			t.Fatal(err)
		}
	}
	hash := sha256.Sum256([]byte("the password is hunter2"))
	pgtest.ExecAsOwner(t, db, "UPDATE contents SET body = NULL WHERE hash = $1", hash[:])
	records, err := timeline.List(t.Context(), db, incident, 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	if r := records[0]; !r.Purged || r.Text != "" || r.Actor != "Ana" {
		t.Errorf("purged: %+v", r)
	}
	if r := records[1]; r.Purged || r.Text != "next" {
		t.Errorf("kept: %+v", r)
	}
}

func TestBellRingsOnlyAfterTheCommit(t *testing.T) {
	t.Parallel()
	db, ledger, rung, incident := setup(t)
	broken := errors.New("broken")
	err := db.InTx(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
		_, err := ledger.AppendTx(ctx, tx, incident, note("rolled back"))
		return errors.Join(err, broken)
	})
	if !errors.Is(err, broken) || len(rung.rung()) != 0 {
		t.Fatalf("err %v, rung %v after a rollback", err, rung.rung())
	}
	err = db.InTx(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
		_, appendErr := ledger.AppendTx(ctx, tx, incident, note("committed"))
		if len(rung.rung()) != 0 {
			t.Error("rung inside the transaction")
		}
		return appendErr
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{timeline.Topic(1), timeline.IncidentsTopic, timeline.DashboardTopic}
	if diff := cmp.Diff(want, rung.rung()); diff != "" {
		t.Error(diff)
	}
}

func TestBadTextAndStrangeIncidents(t *testing.T) {
	t.Parallel()
	db, ledger, rung, incident := setup(t)
	_, err := appendOne(t.Context(), db, ledger, incident, note(strings.Repeat("x", timeline.MaxText+1)))
	if errs.KindOf(err) != errs.TooLarge {
		t.Errorf("long text: %v", err)
	}
	_, err = appendOne(t.Context(), db, ledger, uuid.Must(uuid.NewV7()), note("where?"))
	if errs.KindOf(err) != errs.NotFound {
		t.Errorf("unknown incident: %v", err)
	}
	if seq, odd := appendOne(t.Context(), db, ledger, incident, note("a\x00b\xff")); odd != nil || seq != 1 {
		t.Errorf("bytes that are not text: %d, %v", seq, odd)
	}
	records, err := timeline.List(t.Context(), db, incident, 0, 10)
	if err != nil || len(records) != 1 || records[0].Text != "ab\uFFFD" {
		t.Errorf("records %+v, err %v", records, err)
	}
	if len(rung.rung()) != 3 {
		t.Errorf("rung %v", rung.rung())
	}
}

func TestListGoesOnAfterANumber(t *testing.T) {
	t.Parallel()
	db, ledger, _, incident := setup(t)
	actor := authz.Actor{Name: "Ana"}
	for _, level := range []int{1, 2, 3} {
		e := timeline.Event{Kind: timeline.Escalated, Actor: actor, Data: timeline.EscalationData{To: level}}
		if _, err := appendOne(t.Context(), db, ledger, incident, e); err != nil {
			t.Fatal(err)
		}
	}
	records, err := timeline.List(t.Context(), db, incident, 1, 1)
	if err != nil || len(records) != 1 {
		t.Fatalf("%d records, err %v", len(records), err)
	}
	data, err := timeline.DataOf[timeline.EscalationData](records[0])
	if err != nil || data.To != 2 || records[0].Kind != timeline.Escalated || records[0].At.IsZero() {
		t.Errorf("%+v %+v, err %v", records[0], data, err)
	}
}
