package escalation_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"wardroom/internal/authz"
	"wardroom/internal/errs"
	"wardroom/internal/escalation"
	"wardroom/internal/postgres"
	"wardroom/internal/timeline"
)

// in does something to an incident inside a transaction of its own.
func (b bundle) in(t *testing.T, f func(ctx context.Context, tx *postgres.Tx) error) error {
	t.Helper()
	return b.db.InTx(t.Context(), f)
}

func (b bundle) start(t *testing.T, level int) uuid.UUID {
	t.Helper()
	incident := addIncident(t, b.db)
	err := b.in(t, func(ctx context.Context, tx *postgres.Tx) error {
		return b.service.StartTx(ctx, tx, incident, level, b.ana)
	})
	if err != nil {
		t.Fatal(err)
	}
	return incident
}

func (b bundle) stop(t *testing.T, incident uuid.UUID, reason string) {
	t.Helper()
	err := b.in(t, func(ctx context.Context, tx *postgres.Tx) error {
		return b.service.StopTx(ctx, tx, incident, b.ana, reason)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (b bundle) restart(t *testing.T, incident uuid.UUID, level int) {
	t.Helper()
	err := b.in(t, func(ctx context.Context, tx *postgres.Tx) error {
		return b.service.RestartTx(ctx, tx, incident, level, b.ana)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestRepeatingAStartChangesNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	incident := b.start(t, 2)
	err := b.in(t, func(ctx context.Context, tx *postgres.Tx) error { return b.service.StartTx(ctx, tx, incident, 1, b.bo) })
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(shape{2, escalation.Running, "", 30}, b.shape(t, incident)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]timeline.Kind{timeline.EscalationStarted}, b.kinds(t, incident)); diff != "" {
		t.Error(diff)
	}
}

// shape is a View in a form that is easy to state: minutes after t0, -1 for no timer.
type shape struct {
	Level int
	State escalation.State
	By    string
	Due   int
}

func (b bundle) shape(t *testing.T, incident uuid.UUID) shape {
	t.Helper()
	v := b.view(t, incident)
	s := shape{Level: v.Level, State: v.State, By: v.HeldBy, Due: -1}
	if v.DueAt != nil {
		s.Due = int(v.DueAt.Sub(t0).Minutes())
	}
	return s
}

func (b bundle) view(t *testing.T, incident uuid.UUID) escalation.View {
	t.Helper()
	v, err := b.service.View(authz.WithActor(t.Context(), b.ana), incident)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func (b bundle) kinds(t *testing.T, incident uuid.UUID) []timeline.Kind {
	t.Helper()
	records, err := timeline.List(t.Context(), b.db, incident, 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	var kinds []timeline.Kind
	for _, r := range records {
		kinds = append(kinds, r.Kind)
	}
	return kinds
}

func TestWhatPeopleDo(t *testing.T) {
	t.Parallel()
	type act func(ctx context.Context, b bundle, incident uuid.UUID) error
	onIt := func(ctx context.Context, b bundle, i uuid.UUID) error { return b.service.OnIt(ctx, i) }
	now := func(from int) act {
		return func(ctx context.Context, b bundle, i uuid.UUID) error {
			return b.service.EscalateNow(ctx, i, from, "it spreads")
		}
	}
	extend := func(minutes int, reason string) act {
		return func(ctx context.Context, b bundle, i uuid.UUID) error {
			return b.service.Extend(ctx, i, minutes, reason)
		}
	}
	tests := map[string]struct {
		level int
		at    int // minute of the deed
		do    act
		want  shape
		kind  errs.Kind // of the refusal; Internal stands for none
	}{
		"level 1 is due after 15 minutes":        {1, 0, nil, shape{1, escalation.Running, "", 15}, 0},
		"no level is level 1":                    {0, 0, nil, shape{1, escalation.Running, "", 15}, 0},
		"level 2 is due after 30 minutes":        {2, 0, nil, shape{2, escalation.Running, "", 30}, 0},
		"level 3 has no timer":                   {3, 0, nil, shape{3, escalation.Running, "", -1}, 0},
		"on it starts the interval again":        {1, 10, onIt, shape{1, escalation.Held, "bo", 25}, 0},
		"on it at the highest level":             {3, 10, onIt, shape{3, escalation.Held, "bo", -1}, 0},
		"extended from the deadline":             {1, 10, extend(15, "disk swap"), shape{1, escalation.Running, "", 30}, 0},
		"extended by nothing":                    {1, 10, extend(0, "disk swap"), shape{1, escalation.Running, "", 15}, errs.Invalid},
		"extended for ever":                      {1, 10, extend(100_000_000_000, "disk swap"), shape{1, escalation.Running, "", 15}, errs.Invalid},
		"extended without a reason":              {1, 10, extend(15, " \n"), shape{1, escalation.Running, "", 15}, errs.Invalid},
		"nothing to extend at the highest level": {3, 10, extend(15, "disk swap"), shape{3, escalation.Running, "", -1}, errs.Conflict},
		"escalated by hand":                      {1, 10, now(1), shape{2, escalation.Running, "", 40}, 0},
		"escalated to the highest":               {2, 10, now(0), shape{3, escalation.Running, "", -1}, 0},
		"nothing above the highest":              {3, 10, now(3), shape{3, escalation.Running, "", -1}, errs.Conflict},
		"another level than the person has seen": {2, 10, now(1), shape{2, escalation.Running, "", 30}, errs.Conflict},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			incident := b.start(t, test.level)
			setClock(t, b.db, t0.Add(time.Duration(test.at)*time.Minute))
			var err error
			if test.do != nil {
				err = test.do(authz.WithActor(t.Context(), b.bo), b, incident)
			}
			if errs.KindOf(err) != test.kind || (err != nil) != (test.kind != errs.Internal) {
				t.Errorf("err %v, want kind %v", err, test.kind)
			}
			if diff := cmp.Diff(test.want, b.shape(t, incident)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestHoldNeverComesEarlierThanWhatWasGranted(t *testing.T) {
	t.Parallel()
	b := setup(t)
	incident := b.start(t, 1)
	ctx := authz.WithActor(t.Context(), b.ana)
	if err := b.service.Extend(ctx, incident, 60, "waiting for the vendor"); err != nil {
		t.Fatal(err)
	}
	if err := b.service.OnIt(ctx, incident); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(shape{1, escalation.Held, "ana", 75}, b.shape(t, incident)); diff != "" {
		t.Error(diff)
	}
}

func TestSayingItTwice(t *testing.T) {
	t.Parallel()
	b := setup(t)
	incident := b.start(t, 1)
	say := func(who authz.Actor, minute int) {
		setClock(t, b.db, t0.Add(time.Duration(minute)*time.Minute))
		if err := b.service.OnIt(authz.WithActor(t.Context(), who), incident); err != nil {
			t.Fatal(err)
		}
	}
	say(b.ana, 2)
	say(b.ana, 2) // a double click
	say(b.bo, 3)  // another person
	say(b.bo, 9)  // still at it
	want := []timeline.Kind{timeline.EscalationStarted, timeline.EscalationHeld, timeline.EscalationHeld, timeline.EscalationHeld}
	if diff := cmp.Diff(want, b.kinds(t, incident)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(shape{1, escalation.Held, "bo", 24}, b.shape(t, incident)); diff != "" {
		t.Error(diff)
	}
}

func TestHeldBySomebodyWithoutAnAccount(t *testing.T) {
	t.Parallel()
	b := setup(t)
	incident := b.start(t, 1)
	err := b.in(t, func(ctx context.Context, tx *postgres.Tx) error {
		return b.service.HoldTx(ctx, tx, incident, authz.Actor{Name: "kim@example.org"})
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(shape{1, escalation.Held, "kim@example.org", 15}, b.shape(t, incident)); diff != "" {
		t.Error(diff)
	}
}

func TestStopAndRestart(t *testing.T) {
	t.Parallel()
	b := setup(t)
	incident := b.start(t, 1)
	ctx := authz.WithActor(t.Context(), b.ana)
	if err := b.service.EscalateNow(ctx, incident, 1, ""); err != nil {
		t.Fatal(err)
	}
	b.stop(t, incident, "mitigated")
	b.stop(t, incident, "resolved") // says nothing new
	if diff := cmp.Diff(shape{2, escalation.Stopped, "", -1}, b.shape(t, incident)); diff != "" {
		t.Error(diff)
	}
	held := b.in(t, func(ctx context.Context, tx *postgres.Tx) error { return b.service.HoldTx(ctx, tx, incident, b.bo) })
	if held != nil {
		t.Error("a hold by the way was refused:", held)
	}
	for what, err := range map[string]error{
		"on it":        b.service.OnIt(ctx, incident),
		"extend":       b.service.Extend(ctx, incident, 15, "why not"),
		"escalate now": b.service.EscalateNow(ctx, incident, 0, ""),
	} {
		if errs.KindOf(err) != errs.Conflict {
			t.Errorf("%s while stopped: %v", what, err)
		}
	}
	setClock(t, b.db, t0.Add(time.Hour))
	b.restart(t, incident, 0)
	if diff := cmp.Diff(shape{2, escalation.Running, "", 90}, b.shape(t, incident)); diff != "" {
		t.Error(diff)
	}
	b.restart(t, incident, 1) // says nothing new
	want := []timeline.Kind{
		timeline.EscalationStarted, timeline.Escalated, timeline.EscalationStopped,
		timeline.EscalationStarted,
	}
	if diff := cmp.Diff(want, b.kinds(t, incident)); diff != "" {
		t.Error(diff)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	b := setup(t)
	incident := b.start(t, 1)
	none := addIncident(t, b.db)
	viewer := authz.WithActor(t.Context(), authz.Actor{Name: "Vi", Role: authz.Viewer})
	responder := authz.WithActor(t.Context(), b.ana)
	high := b.in(t, func(ctx context.Context, tx *postgres.Tx) error { return b.service.StartTx(ctx, tx, none, 4, b.ana) })
	_, unseen := b.service.View(t.Context(), incident)
	_, missing := b.service.View(responder, none)
	for what, got := range map[string]struct {
		err  error
		kind errs.Kind
	}{
		"a viewer holds":        {b.service.OnIt(viewer, incident), errs.Forbidden},
		"a viewer extends":      {b.service.Extend(viewer, incident, 15, "x"), errs.Forbidden},
		"a viewer escalates":    {b.service.EscalateNow(viewer, incident, 1, "x"), errs.Forbidden},
		"nobody looks":          {unseen, errs.Unauthenticated},
		"a level that is none":  {high, errs.Invalid},
		"an unknown incident":   {b.service.OnIt(responder, uuid.New()), errs.NotFound},
		"without an escalation": {b.service.OnIt(responder, none), errs.NotFound},
		"a view without one":    {missing, errs.NotFound},
	} {
		if errs.KindOf(got.err) != got.kind || got.err == nil {
			t.Errorf("%s: %v, want %v", what, got.err, got.kind)
		}
	}
	if diff := cmp.Diff([]timeline.Kind{timeline.EscalationStarted}, b.kinds(t, incident)); diff != "" {
		t.Error("refused deeds left a record:", diff)
	}
}
