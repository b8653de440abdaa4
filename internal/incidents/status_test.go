package incidents_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wardroom/internal/errs"
	"wardroom/internal/incidents"
)

const (
	open     = incidents.Open
	acked    = incidents.Acknowledged
	mitigate = incidents.Mitigated
	resolved = incidents.Resolved
	closed   = incidents.Closed
)

// TestStateTable goes to every status and from there asks for every status.
func TestStateTable(t *testing.T) {
	t.Parallel()
	d := setup(t)
	ctx := as(t, d.bo)
	ways := map[incidents.Status][]incidents.Status{
		open: nil, acked: {acked}, mitigate: {mitigate}, resolved: {resolved}, closed: {resolved, closed},
	}
	all := []incidents.Status{open, acked, mitigate, resolved, closed}
	// "=" stays, "x" is refused, anything else is what escalation hears ("-" nothing).
	table := map[incidents.Status][5]string{
		open:     {"=", "-", "stop: the incident is mitigated", "stop: the incident is resolved", "x"},
		acked:    {"x", "=", "stop: the incident is mitigated", "stop: the incident is resolved", "x"},
		mitigate: {"restart L1", "x", "=", "stop: the incident is resolved", "x"},
		resolved: {"restart L1", "x", "x", "=", "stop: the incident is closed"},
		closed:   {"restart L1", "x", "x", "x", "="},
	}
	for from, cells := range table {
		for i, to := range all {
			in := d.declared(t)
			for _, step := range ways[from] {
				if _, err := d.SetStatus(ctx, in.Number, step); err != nil {
					t.Fatal(err)
				}
			}
			before := d.now(t, in.Number)
			d.escalation.last()
			change, err := d.SetStatus(ctx, in.Number, to)
			heard := d.escalation.last()
			switch cell := cells[i]; cell {
			case "x":
				if errs.KindOf(err) != errs.Conflict || heard != "" || d.now(t, in.Number).Status != from {
					t.Errorf("%s → %s: err %v, heard %q", from, to, err, heard)
				}
			case "=":
				if err != nil || change.Changed || heard != "" || change.At.IsZero() {
					t.Errorf("%s → %s: %+v, err %v, heard %q", from, to, change, err, heard)
				}
				if diff := cmp.Diff(before, change.Incident); diff != "" && from != open { // Bo joins an open one
					t.Errorf("%s → %s: %s", from, to, diff)
				}
			default:
				if cell == "-" {
					cell = ""
				}
				if err != nil || !change.Changed || change.Incident.Status != to || heard != cell {
					t.Errorf("%s → %s: %+v, err %v, heard %q", from, to, change, err, heard)
				}
			}
			if got := slices.Contains(from.Moves(), to); got != (cells[i] != "x" && cells[i] != "=") {
				t.Errorf("%s offers %s: %v", from, to, got)
			}
		}
	}
}

func TestTimesOfTheStages(t *testing.T) {
	t.Parallel()
	d := setup(t)
	ctx := as(t, d.bo)
	in := d.declared(t)
	reach := func(to incidents.Status) incidents.Incident {
		t.Helper()
		change, err := d.SetStatus(ctx, in.Number, to)
		if err != nil {
			t.Fatal(err)
		}
		return change.Incident
	}
	at := reach(acked)
	if at.AcknowledgedAt == nil || at.MitigatedAt != nil || at.ResolvedAt != nil {
		t.Errorf("acknowledged: %+v", at)
	}
	first := *at.AcknowledgedAt
	at = reach(resolved) // past mitigation, which counts as reached now
	if at.MitigatedAt == nil || at.ResolvedAt == nil || at.ClosedAt != nil {
		t.Errorf("resolved: %+v", at)
	}
	if at = reach(closed); at.ClosedAt == nil {
		t.Errorf("closed: %+v", at)
	}
	at = reach(open)
	if at.AcknowledgedAt == nil || !at.AcknowledgedAt.Equal(first) || at.MitigatedAt != nil || at.ResolvedAt != nil || at.ClosedAt != nil {
		t.Errorf("reopened: %+v", at)
	}
	if at.Lead != "Bo" {
		t.Errorf("lead after reopening: %q", at.Lead)
	}
	if at = reach(acked); !at.AcknowledgedAt.Equal(first) {
		t.Errorf("the first acknowledgement counts: %v, want %v", at.AcknowledgedAt, first)
	}
	want := []string{
		"Ana started the incident as SEV2", "Ana joined", "Bo joined",
		"Bo acknowledged the incident", "Bo leads now", "Bo resolved the incident", "Bo closed the incident",
		"Bo reopened the incident", "Bo acknowledged the incident",
	}
	if diff := cmp.Diff(want, d.told(t, in)); diff != "" {
		t.Error(diff)
	}
}

func TestRepeatedAcknowledgementTellsWhoDidIt(t *testing.T) {
	t.Parallel()
	d := setup(t)
	in := d.declared(t)
	if _, err := d.SetStatus(as(t, d.bo), in.Number, acked); err != nil {
		t.Fatal(err)
	}
	again, err := d.SetStatus(as(t, d.ana), in.Number, acked)
	if err != nil || again.Changed || again.By != "Bo" || time.Since(again.At) > time.Hour {
		t.Errorf("%+v, err %v", again, err)
	}
	if again.Incident.Lead != "Bo" {
		t.Errorf("lead %q", again.Incident.Lead)
	}
}

func TestFailingEscalationChangesNothing(t *testing.T) {
	t.Parallel()
	d := setup(t)
	in := d.declared(t)
	before := d.now(t, in.Number)
	d.escalation.broken = true
	if _, err := d.SetStatus(as(t, d.ana), in.Number, resolved); err == nil {
		t.Fatal("no error")
	}
	if diff := cmp.Diff(before, d.now(t, in.Number)); diff != "" {
		t.Error(diff)
	}
}

func TestUnknownStatusAndIncident(t *testing.T) {
	t.Parallel()
	d := setup(t)
	in := d.declared(t)
	_, err := d.SetStatus(as(t, d.ana), in.Number, "frozen")
	wantKind(t, err, errs.Invalid)
	_, err = d.SetStatus(as(t, d.ana), in.Number+1000, acked)
	wantKind(t, err, errs.NotFound)
	_, err = d.ByNumber(as(t, d.ana), 0)
	wantKind(t, err, errs.NotFound)
}
