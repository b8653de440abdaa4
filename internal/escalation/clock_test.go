package escalation_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"wardroom/internal/authz"
	"wardroom/internal/escalation"
	"wardroom/internal/postgres"
	"wardroom/internal/timeline"
)

// await waits, from one announcement to the next, for n escalations.
func (b bundle) await(t *testing.T, n int) {
	t.Helper()
	for {
		if b.count(t, "SELECT count(*) FROM timeline_events WHERE kind = 'escalated'") == n {
			return
		}
		select {
		case <-b.bell:
		case <-t.Context().Done():
			t.Fatal("gave up waiting")
		}
	}
}

func (b bundle) count(t *testing.T, query string) int {
	t.Helper()
	var n int
	if err := b.db.Pool.QueryRow(t.Context(), query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func run(t *testing.T, s *escalation.Service) {
	t.Helper()
	s.Start(t.Context())
	t.Cleanup(s.Stop)
}

func TestTimersClimbToTheTop(t *testing.T) {
	t.Parallel()
	b := setup(t)
	incident := b.start(t, 1)
	run(t, b.service)
	setClock(t, b.db, t0.Add(15*time.Minute))
	b.await(t, 1)
	if diff := cmp.Diff(shape{2, escalation.Running, "", 45}, b.shape(t, incident)); diff != "" {
		t.Error(diff)
	}
	setClock(t, b.db, t0.Add(49*time.Minute)) // four minutes late
	b.await(t, 2)
	if diff := cmp.Diff(shape{3, escalation.Running, "", -1}, b.shape(t, incident)); diff != "" {
		t.Error(diff)
	}
	want := []escalation.Reached{
		{Level: 1, At: t0, By: "ana"},
		{Level: 2, At: t0.Add(15 * time.Minute), By: "Wardroom", ByTimer: true},
		{Level: 3, At: t0.Add(49 * time.Minute), By: "Wardroom", ByTimer: true, Late: 4 * time.Minute},
	}
	if diff := cmp.Diff(want, b.view(t, incident).Reached, cmpopts.EquateApproxTime(0)); diff != "" {
		t.Error(diff)
	}
}

func TestATimerEndsAHold(t *testing.T) {
	t.Parallel()
	b := setup(t)
	incident := b.start(t, 1)
	if err := b.service.OnIt(authz.WithActor(t.Context(), b.ana), incident); err != nil {
		t.Fatal(err)
	}
	setClock(t, b.db, t0.Add(16*time.Minute))
	run(t, b.service)
	b.await(t, 1)
	if diff := cmp.Diff(shape{2, escalation.Running, "", 46}, b.shape(t, incident)); diff != "" {
		t.Error(diff)
	}
}

// Two services stand for two replicas. 200 timers come due at once while some are
// extended, held and stopped.
func TestEachTimerFiresOnceOnAnyReplica(t *testing.T) {
	t.Parallel()
	b := setup(t)
	second := b.newService()
	incidents := make([]uuid.UUID, 200)
	for i := range incidents {
		incidents[i] = b.start(t, 1)
	}
	run(t, b.service)
	run(t, second)
	setClock(t, b.db, t0.Add(15*time.Minute))
	b.await(t, 200)
	if n := b.count(t, `SELECT count(DISTINCT incident_id) FROM timeline_events WHERE kind = 'escalated'
		AND data @> '{"from": 1, "to": 2, "by_timer": true}'`); n != 200 {
		t.Errorf("%d incidents reached level 2, want 200", n)
	}
	if n := b.count(t, "SELECT count(*) FROM escalation_timers WHERE applied_at IS NULL AND from_level = 1"); n != 0 {
		t.Errorf("%d timers fired without effect", n)
	}
	if n := b.count(t, "SELECT count(*) FROM escalation_timers WHERE fired_at < due_at"); n != 0 {
		t.Errorf("%d timers fired early", n)
	}
	if n := b.count(t, "SELECT count(*) FROM escalation_timers WHERE fired_at IS NULL AND to_level = 3"); n != 200 {
		t.Errorf("%d timers to level 3 are pending, want 200", n)
	}
}

// Stop and claim meet at the deadline, over and over: whoever commits first wins, and
// never do both.
func TestStoppedBeforeTheDeadlineNeverFires(t *testing.T) {
	t.Parallel()
	b := setup(t)
	incidents := make([]uuid.UUID, 60)
	for i := range incidents {
		incidents[i] = b.start(t, 1)
	}
	run(t, b.service)
	var all errgroup.Group
	all.Go(func() error {
		setClock(t, b.db, t0.Add(15*time.Minute))
		return nil
	})
	all.Go(func() error {
		for _, incident := range incidents {
			err := b.db.InTx(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
				return b.service.StopTx(ctx, tx, incident, b.ana, "resolved")
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err := all.Wait(); err != nil {
		t.Fatal(err)
	}
	b.service.Wake()
	for _, incident := range incidents {
		kinds := b.kinds(t, incident)
		if kinds[len(kinds)-1] != timeline.EscalationStopped {
			t.Errorf("something happened after the stop: %v", kinds)
		}
	}
	if n := b.count(t, "SELECT count(*) FROM escalation_timers WHERE applied_at IS NULL AND cancelled_at IS NULL"); n != 0 {
		t.Errorf("%d timers of stopped escalations live", n)
	}
}

// A process that claims and dies leaves a fired timer without effect.
func TestKilledBetweenClaimAndApply(t *testing.T) {
	t.Parallel()
	b := setup(t)
	kept, stopped, held, extended := b.start(t, 1), b.start(t, 1), b.start(t, 1), b.start(t, 1)
	setClock(t, b.db, t0.Add(20*time.Minute))
	claimed, err := b.db.ClaimDueEscalationTimers(t.Context(), 10)
	if err != nil || len(claimed) != 4 {
		t.Fatalf("claimed %d, err %v", len(claimed), err)
	}
	b.stop(t, stopped, "resolved")
	ctx := authz.WithActor(t.Context(), b.bo)
	if err := errors.Join(b.service.OnIt(ctx, held), b.service.Extend(ctx, extended, 10, "nearly there")); err != nil {
		t.Fatal(err)
	}
	run(t, b.service)
	run(t, b.newService())
	b.await(t, 1)
	for incident, want := range map[uuid.UUID]shape{
		kept:     {2, escalation.Running, "", 50},
		stopped:  {1, escalation.Stopped, "", -1},
		held:     {1, escalation.Held, "bo", 35},
		extended: {1, escalation.Running, "", 30},
	} {
		if diff := cmp.Diff(want, b.shape(t, incident)); diff != "" {
			t.Error(diff)
		}
	}
	if late := b.view(t, kept).Reached[1].Late; late != 5*time.Minute {
		t.Errorf("late by %v, want 5 min", late)
	}
}

// A replica that lives sees at its heartbeat what another left half-done.
func TestHeartbeatRepairs(t *testing.T) {
	t.Parallel()
	b := setup(t)
	run(t, b.service)
	b.start(t, 1)
	setClock(t, b.db, t0.Add(15*time.Minute))
	if _, err := b.db.ClaimDueEscalationTimers(t.Context(), 10); err != nil {
		t.Fatal(err)
	}
	b.await(t, 1)
}
