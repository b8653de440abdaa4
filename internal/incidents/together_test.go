package incidents_test

import (
	"log/slog"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"wardroom/internal/errs"
	"wardroom/internal/escalation"
	"wardroom/internal/incidents"
	"wardroom/internal/symptoms"
	"wardroom/internal/timeline"
)

// together is setup with the real neighbours, whose timers do not run by themselves.
func together(t *testing.T) (*desk, *escalation.Service) {
	t.Helper()
	d := setup(t)
	ledger, log := timeline.New(silent{}), slog.New(slog.DiscardHandler)
	timers := escalation.New(d.db, ledger, log, escalation.Options{})
	found, err := symptoms.New(symptoms.Config{DB: d.db, Ledger: ledger, Bell: silent{}, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	d.Service = incidents.New(incidents.Config{
		DB: d.db, Ledger: ledger, Escalation: timers, Symptoms: found, Catalogue: d.catalogue, Mail: d.mail,
	})
	return d, timers
}

func TestOneNightWithTheRealNeighbours(t *testing.T) {
	t.Parallel()
	d, timers := together(t)
	d.catalogue.put(t, "service-unavailable.md", unavailable)
	symptom := d.symptom(t, "ArmDown", "coder-arm", 2, "2026-11-23T02:42:00Z")
	in, _, err := d.Declare(as(t, d.ana), incidents.Declaration{
		SymptomIDs: []uuid.UUID{symptom}, PlaybookIDs: []string{"service-unavailable"},
	})
	if err != nil {
		t.Fatal(err)
	}
	escalates := func(wantLevel int16, wantState escalation.State) {
		t.Helper()
		row, getErr := d.db.GetEscalation(t.Context(), in.ID)
		if getErr != nil || row.Level != wantLevel || row.State != string(wantState) {
			t.Errorf("escalation %+v, err %v; want L%d %s", row, getErr, wantLevel, wantState)
		}
	}
	move := func(to incidents.Status) {
		t.Helper()
		if _, moveErr := d.SetStatus(as(t, d.ana), in.Number, to); moveErr != nil {
			t.Fatal(moveErr)
		}
	}
	escalates(2, escalation.Running)
	move(acked)
	escalates(2, escalation.Running)
	if err = timers.EscalateNow(as(t, d.ana), in.ID, 2, "two arms are down"); err != nil {
		t.Fatal(err)
	}
	_, token := d.offer(t, d.ana, in, incidents.HandoffTo{Email: "jo@example.org"})
	if _, err = d.Accept(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	escalates(3, escalation.Held)
	move(mitigate)
	move(resolved)
	escalates(3, escalation.Stopped)
	move(open)
	escalates(2, escalation.Running)
	told := d.told(t, in)
	if diff := cmp.Diff("Ana reopened the incident", told[len(told)-2]); diff != "" {
		t.Error(diff)
	}
	var linked uuid.UUID
	err = d.db.Pool.QueryRow(t.Context(), "SELECT incident_id FROM symptoms WHERE id = $1", symptom).Scan(&linked)
	if err != nil || linked != in.ID {
		t.Errorf("symptom belongs to %v, err %v", linked, err)
	}
}

// TestNeighboursDoNotDeadlock moves the incident while its escalation is moved: that may
// be refused because of what the other did, and never because of a lock.
func TestNeighboursDoNotDeadlock(t *testing.T) {
	t.Parallel()
	d, timers := together(t)
	in := d.declared(t)
	refused := func(err error) error {
		if kind := errs.KindOf(err); kind == errs.Conflict && errs.Message(err) != "Somebody changed this at the same moment. Try again." {
			return nil
		}
		return err
	}
	var group errgroup.Group
	ctx, nobody := as(t, d.ana), t.Context()
	for range 8 {
		for _, to := range []incidents.Status{acked, mitigate, resolved, open} {
			group.Go(func() error { _, err := d.SetStatus(ctx, in.Number, to); return refused(err) })
		}
		group.Go(func() error { return refused(timers.OnIt(ctx, in.ID)) })
		group.Go(func() error { return refused(timers.EscalateNow(ctx, in.ID, 0, "slow")) })
		group.Go(func() error { return refused(timers.Extend(ctx, in.ID, 15, "almost")) })
		group.Go(func() error {
			_, token, err := d.Offer(ctx, in.Number, incidents.HandoffTo{User: d.bo.ID}, "")
			if err == nil {
				_, err = d.Accept(nobody, token)
			}
			return refused(err)
		})
	}
	if err := group.Wait(); err != nil {
		t.Error(err)
	}
}
