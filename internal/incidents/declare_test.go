package incidents_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"wardroom/internal/authz"
	"wardroom/internal/errs"
	"wardroom/internal/incidents"
)

const unavailable = `---
title: Service unavailable
alerts: [ArmDown]
level: 2
severity: 1
---

# Service unavailable

## Diagnosis

### Check status {id=status}

    text only
`

func TestDeclareByHand(t *testing.T) {
	t.Parallel()
	d := setup(t)
	in, created, err := d.Declare(as(t, d.ana), incidents.Declaration{
		Title: "  coder-arm\n\tdown ", Summary: "since the deploy", Severity: 3, Environment: "prod",
	})
	if err != nil || !created {
		t.Fatalf("created %v, err %v", created, err)
	}
	if in.Title != "coder-arm down" || in.Severity != 3 || in.Status != incidents.Open || in.Lead != "" ||
		in.Environment != "prod" || in.Name() != "INC-1" || in.DeclaredBy == nil || *in.DeclaredBy != d.ana.ID {
		t.Errorf("%+v", in)
	}
	if got := d.escalation.last(); got != "start L1" {
		t.Errorf("escalation heard %q", got)
	}
	responders, err := d.Responders(as(t, d.vi), in.ID)
	if err != nil || len(responders) != 1 || responders[0].Name != "Ana" {
		t.Errorf("responders %+v, err %v", responders, err)
	}
}

func TestDeclareFromSymptoms(t *testing.T) {
	t.Parallel()
	d := setup(t)
	d.catalogue.put(t, "service-unavailable.md", unavailable)
	slow := d.symptom(t, "HighRequestLatency", "orchestrator", 3, "2026-11-23T02:40:00Z")
	down := d.symptom(t, "ArmDown", "coder-arm", 2, "2026-11-23T02:42:00Z")
	in, created, err := d.Declare(as(t, d.ana), incidents.Declaration{
		SymptomIDs: []uuid.UUID{slow, down, down}, PlaybookIDs: []string{"service-unavailable", "service-unavailable"}, Lead: d.bo.ID,
	})
	if err != nil || !created {
		t.Fatalf("created %v, err %v", created, err)
	}
	began := time.Date(2026, 11, 23, 2, 40, 0, 0, time.UTC)
	if in.Title != "ArmDown: coder-arm" || in.Severity != 1 || in.Environment != "prod" || !in.BeganAt.Equal(began) || in.Lead != "Bo" {
		t.Errorf("%+v", in)
	}
	if got := d.escalation.last(); got != "start L2" {
		t.Errorf("escalation heard %q", got)
	}
	want := []string{
		"Ana started the incident as SEV1 in prod", "Ana added 2 symptoms, the worst of them ArmDown for coder-arm,",
		"Ana joined", "Ana brought in Bo", "Ana made Bo the lead", "Ana attached the playbook Service unavailable (ArmDown)",
	}
	if diff := cmp.Diff(want, d.told(t, in)); diff != "" {
		t.Error(diff)
	}
}

func TestSeverityComesFromTheWorstSymptom(t *testing.T) {
	t.Parallel()
	d := setup(t)
	ids := []uuid.UUID{d.symptom(t, "A", "", 4, "2026-11-23T02:40:00Z"), d.symptom(t, "B", "", 2, "2026-11-23T02:41:00Z")}
	in, _, err := d.Declare(as(t, d.ana), incidents.Declaration{SymptomIDs: ids})
	if err != nil || in.Severity != 2 || in.Title != "B" {
		t.Errorf("%+v, err %v", in, err)
	}
}

// TestEverybodyStartsTheSameIncident presses the button at the same time.
func TestEverybodyStartsTheSameIncident(t *testing.T) {
	t.Parallel()
	d := setup(t)
	symptom := d.symptom(t, "ArmDown", "coder-arm", 2, "2026-11-23T02:42:00Z")
	actors := []authz.Actor{d.ana, d.bo, d.admin, d.ana, d.bo, d.admin}
	numbers, made := make([]int64, len(actors)), make([]bool, len(actors))
	var group errgroup.Group
	for i, actor := range actors {
		group.Go(func() error {
			in, created, err := d.Declare(as(t, actor), incidents.Declaration{SymptomIDs: []uuid.UUID{symptom}})
			numbers[i], made[i] = in.Number, created
			return err
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	created := 0
	for i, number := range numbers {
		if number != numbers[0] {
			t.Errorf("two incidents: %v", numbers)
		}
		if made[i] {
			created++
		}
	}
	in := d.now(t, numbers[0])
	responders, err := d.Responders(as(t, d.ana), in.ID)
	if err != nil || created != 1 || len(responders) != 3 {
		t.Errorf("created %d times, responders %+v, err %v", created, responders, err)
	}
}

func TestSymptomOfAnActiveIncidentIsJoined(t *testing.T) {
	t.Parallel()
	d := setup(t)
	down := d.symptom(t, "ArmDown", "coder-arm", 2, "2026-11-23T02:42:00Z")
	first, _, err := d.Declare(as(t, d.ana), incidents.Declaration{SymptomIDs: []uuid.UUID{down}})
	if err != nil {
		t.Fatal(err)
	}
	slow := d.symptom(t, "HighRequestLatency", "orchestrator", 3, "2026-11-23T02:43:00Z")
	again, created, err := d.Declare(as(t, d.bo), incidents.Declaration{SymptomIDs: []uuid.UUID{down, slow}})
	if err != nil || created || again.Number != first.Number {
		t.Fatalf("INC-%d, created %v, err %v", again.Number, created, err)
	}
	told := d.told(t, first)
	if got := told[len(told)-1]; got != "Bo added HighRequestLatency for orchestrator" {
		t.Errorf("last event: %s", got)
	}
	if _, err = d.SetStatus(as(t, d.ana), first.Number, resolved); err != nil {
		t.Fatal(err)
	}
	second, created, err := d.Declare(as(t, d.bo), incidents.Declaration{SymptomIDs: []uuid.UUID{down}})
	if err != nil || !created || second.Number == first.Number {
		t.Errorf("after it was resolved: INC-%d, created %v, err %v", second.Number, created, err)
	}
}

func TestBadDeclarations(t *testing.T) {
	t.Parallel()
	d := setup(t)
	nobody := uuid.Must(uuid.NewV7())
	for name, test := range map[string]struct {
		declaration incidents.Declaration
		want        errs.Kind
	}{
		"no title":        {incidents.Declaration{Severity: 2}, errs.Invalid},
		"long title":      {incidents.Declaration{Title: strings.Repeat("é", 201), Severity: 2}, errs.Invalid},
		"no severity":     {incidents.Declaration{Title: "x"}, errs.Invalid},
		"severity 5":      {incidents.Declaration{Title: "x", Severity: 5}, errs.Invalid},
		"environment":     {incidents.Declaration{Title: "x", Severity: 2, Environment: "moon"}, errs.Invalid},
		"playbook":        {incidents.Declaration{Title: "x", Severity: 2, PlaybookIDs: []string{"none"}}, errs.NotFound},
		"symptom":         {incidents.Declaration{SymptomIDs: []uuid.UUID{nobody}}, errs.NotFound},
		"lead":            {incidents.Declaration{Title: "x", Severity: 2, Lead: nobody}, errs.Invalid},
		"viewer as lead":  {incidents.Declaration{Title: "x", Severity: 2, Lead: d.vi.ID}, errs.Invalid},
		"endless summary": {incidents.Declaration{Title: "x", Severity: 2, Summary: strings.Repeat("x", 64<<10)}, errs.TooLarge},
	} {
		_, _, err := d.Declare(as(t, d.ana), test.declaration)
		if errs.KindOf(err) != test.want || err == nil {
			t.Errorf("%s: %v, want %v", name, err, test.want)
		}
	}
	var count int
	if err := d.db.Pool.QueryRow(t.Context(), "SELECT count(*) FROM incidents").Scan(&count); err != nil || count != 0 {
		t.Errorf("%d incidents, err %v", count, err)
	}
}

func TestHostileLabelsMakeAHarmlessTitle(t *testing.T) {
	t.Parallel()
	d := setup(t)
	id := d.symptom(t, "Arm\u202eDown\n"+strings.Repeat("x", 300), "a\tb", 2, "2026-11-23T02:42:00Z")
	in, _, err := d.Declare(as(t, d.ana), incidents.Declaration{SymptomIDs: []uuid.UUID{id}})
	if err != nil || len([]rune(in.Title)) != 200 || strings.ContainsAny(in.Title, "\n\t\u202e") || !strings.HasPrefix(in.Title, "Arm Down xxx") {
		t.Errorf("title %q, err %v", in.Title, err)
	}
}

func TestOnlyRespondersChangeIncidents(t *testing.T) {
	t.Parallel()
	d := setup(t)
	in := d.declared(t)
	attempts := func(actor authz.Actor) map[string]error {
		ctx := as(t, actor)
		_, _, declare := d.Declare(ctx, incidents.Declaration{Title: "x", Severity: 2})
		_, status := d.SetStatus(ctx, in.Number, acked)
		_, attach := d.Attach(ctx, in.Number, "x", "")
		_, switched := d.Switch(ctx, in.Number, in.ID, "x", "")
		_, _, offer := d.Offer(ctx, in.Number, incidents.HandoffTo{User: d.bo.ID}, "")
		_, revoke := d.Revoke(ctx, in.ID)
		return map[string]error{
			"declare": declare, "status": status, "attach": attach, "switch": switched, "offer": offer, "revoke": revoke,
			"detach": d.Detach(ctx, in.Number, in.ID), "severity": d.SetSeverity(ctx, in.Number, 1),
			"title": d.SetTitle(ctx, in.Number, "y"), "lead": d.SetLead(ctx, in.Number, d.bo.ID),
			"join": d.Join(ctx, in.Number), "leave": d.Leave(ctx, in.Number), "note": d.AddNote(ctx, in.Number, "z"),
		}
	}
	for name, err := range attempts(d.vi) {
		if errs.KindOf(err) != errs.Forbidden {
			t.Errorf("viewer, %s: %v", name, err)
		}
	}
	if _, _, err := d.List(as(t, d.vi), incidents.Filter{}); err != nil {
		t.Errorf("a viewer may look: %v", err)
	}
	_, _, err := d.List(t.Context(), incidents.Filter{})
	wantKind(t, err, errs.Unauthenticated)
	if got := d.told(t, in); len(got) != 2 {
		t.Errorf("timeline %v", got)
	}
}
