package incidents_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"wardroom/internal/authz"
	"wardroom/internal/errs"
	"wardroom/internal/incidents"
	"wardroom/internal/postgres"
	"wardroom/internal/timeline"
)

func TestPeopleComeAndGo(t *testing.T) {
	t.Parallel()
	d := setup(t)
	in := d.declared(t)
	for range 2 { // the second time changes nothing
		if err := d.Join(as(t, d.bo), in.Number); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.SetLead(as(t, d.ana), in.Number, d.bo.ID); err != nil {
		t.Fatal(err)
	}
	wantKind(t, d.Leave(as(t, d.bo), in.Number), errs.Conflict)
	for range 2 {
		if err := d.SetLead(as(t, d.admin), in.Number, d.ana.ID); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		if err := d.Leave(as(t, d.bo), in.Number); err != nil {
			t.Fatal(err)
		}
	}
	wantKind(t, d.SetLead(as(t, d.ana), in.Number, d.vi.ID), errs.Invalid)
	wantKind(t, d.SetLead(as(t, d.ana), in.Number, uuid.Must(uuid.NewV7())), errs.Invalid)
	d.exec(t, "UPDATE users SET disabled_at = wardroom.now() WHERE id = $1", d.bo.ID)
	wantKind(t, d.SetLead(as(t, d.ana), in.Number, d.bo.ID), errs.Invalid)
	want := []string{
		"Ana started the incident as SEV2", "Ana joined", "Bo joined", "Ana made Bo the lead",
		"Kim joined", "Kim made Ana the lead, instead of Bo", "Bo left",
	}
	if diff := cmp.Diff(want, d.told(t, in)); diff != "" {
		t.Error(diff)
	}
	if now := d.now(t, in.Number); now.Lead != "Ana" || *now.LeadID != d.ana.ID {
		t.Errorf("lead %q", now.Lead)
	}
}

// TestOtherServicesJoin is how a run makes its starter a responder.
func TestOtherServicesJoin(t *testing.T) {
	t.Parallel()
	d := setup(t)
	in := d.declared(t)
	for _, actor := range []authz.Actor{d.bo, d.bo, authz.Wardroom()} {
		err := d.db.InTx(as(t, actor), func(ctx context.Context, tx *postgres.Tx) error {
			return d.JoinTx(ctx, tx, in.ID)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	responders, err := d.Responders(as(t, d.ana), in.ID)
	if err != nil || len(responders) != 2 || responders[1].Name != "Bo" {
		t.Errorf("%+v, err %v", responders, err)
	}
}

func TestSeverityTitleAndNotes(t *testing.T) {
	t.Parallel()
	d := setup(t)
	in := d.declared(t)
	ctx := as(t, d.ana)
	for _, err := range []error{
		d.SetSeverity(ctx, in.Number, 1), d.SetSeverity(ctx, in.Number, 1),
		d.SetTitle(ctx, in.Number, " coder-arm  OOM "), d.SetTitle(ctx, in.Number, "coder-arm OOM"),
		d.AddNote(ctx, in.Number, "Heap **grows**"),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	wantKind(t, d.SetSeverity(ctx, in.Number, 0), errs.Invalid)
	wantKind(t, d.SetTitle(ctx, in.Number, " \n"), errs.Invalid)
	wantKind(t, d.AddNote(ctx, in.Number, "  \n"), errs.Invalid)
	wantKind(t, d.AddNote(ctx, in.Number, strings.Repeat("x", timeline.MaxText+1)), errs.TooLarge)
	want := []string{
		"Ana started the incident as SEV2", "Ana joined", "Ana raised the severity from SEV2 to SEV1",
		"Ana renamed the incident to “coder-arm OOM”", "Ana noted",
	}
	if diff := cmp.Diff(want, d.told(t, in)); diff != "" {
		t.Error(diff)
	}
	records, err := timeline.List(t.Context(), d.db, in.ID, 4, 10)
	if err != nil || len(records) != 1 || records[0].Text != "Heap **grows**" || *records[0].ActorID != d.ana.ID {
		t.Errorf("%+v, err %v", records, err)
	}
	if now := d.now(t, in.Number); now.Severity != 1 || now.Title != "coder-arm OOM" || now.LastSeq != 5 {
		t.Errorf("%+v", now)
	}
}

func TestClosedIncidentsAreReadOnly(t *testing.T) {
	t.Parallel()
	d := setup(t)
	in := d.declared(t)
	ctx := as(t, d.ana)
	for _, to := range []incidents.Status{resolved, closed} {
		if _, err := d.SetStatus(ctx, in.Number, to); err != nil {
			t.Fatal(err)
		}
	}
	_, attach := d.Attach(ctx, in.Number, "x", "")
	for _, err := range []error{
		d.AddNote(ctx, in.Number, "too late"), d.SetSeverity(ctx, in.Number, 1), d.SetTitle(ctx, in.Number, "y"),
		d.SetLead(ctx, in.Number, d.bo.ID), d.Join(as(t, d.bo), in.Number), attach,
	} {
		wantKind(t, err, errs.Conflict)
	}
}

// TestEverybodyActsAtOnce must lose no event and deadlock nowhere.
func TestEverybodyActsAtOnce(t *testing.T) {
	t.Parallel()
	d := setup(t)
	in := d.declared(t)
	const times = 8
	var group errgroup.Group
	for _, actor := range []authz.Actor{d.ana, d.bo, d.admin} {
		ctx := as(t, actor)
		for i := range times {
			group.Go(func() error { return d.AddNote(ctx, in.Number, actor.Name) })
			group.Go(func() error { return d.SetSeverity(ctx, in.Number, 1+i%4) })
			group.Go(func() error { return d.SetLead(ctx, in.Number, actor.ID) })
			group.Go(func() error { _, err := d.SetStatus(ctx, in.Number, acked); return err })
		}
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	notes := 0
	records, err := timeline.List(t.Context(), d.db, in.ID, 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range records {
		if r.Seq != int64(i+1) {
			t.Errorf("record %d has number %d", i, r.Seq)
		}
		if r.Kind == timeline.Noted {
			notes++
		}
	}
	if now := d.now(t, in.Number); notes != 3*times || now.LastSeq != int64(len(records)) {
		t.Errorf("%d notes, last number %d of %d", notes, now.LastSeq, len(records))
	}
}
