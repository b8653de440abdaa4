package incidents_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"wardroom/internal/errs"
	"wardroom/internal/incidents"
)

func (d *desk) titles(t *testing.T, in incidents.Incident) []string {
	t.Helper()
	attached, err := d.Attached(as(t, d.vi), in.ID)
	if err != nil {
		t.Fatal(err)
	}
	var titles []string
	for _, a := range attached {
		titles = append(titles, a.Playbook.Title+": "+a.Reason)
	}
	return titles
}

func TestPlaybooksAreAttachedSwitchedAndDetached(t *testing.T) {
	t.Parallel()
	d := setup(t)
	d.catalogue.put(t, "service-unavailable.md", unavailable)
	d.catalogue.put(t, "latency.md", "# High latency\n\n## Diagnosis\n\nLook.\n")
	d.catalogue.put(t, "memory.md", "# Memory leaks\n\n## Diagnosis\n\nLook.\n")
	in := d.declared(t)
	ctx := as(t, d.ana)
	first, err := d.Attach(ctx, in.Number, "service-unavailable", "from ArmDown")
	if err != nil {
		t.Fatal(err)
	}
	if again, againErr := d.Attach(as(t, d.bo), in.Number, "service-unavailable", "again"); againErr != nil || again != first {
		t.Errorf("attached twice: %v, %v, err %v", first, again, againErr)
	}
	second, err := d.Attach(ctx, in.Number, "latency", "")
	if err != nil {
		t.Fatal(err)
	}
	third, err := d.Switch(ctx, in.Number, second, "memory", "the heap grows")
	if err != nil {
		t.Fatal(err)
	}
	_, err = d.Switch(ctx, in.Number, second, "latency", "")
	wantKind(t, err, errs.Conflict)
	if diff := cmp.Diff([]string{"Service unavailable: from ArmDown", "Memory leaks: the heap grows"}, d.titles(t, in)); diff != "" {
		t.Error(diff)
	}
	for range 2 {
		if err = d.Detach(ctx, in.Number, first); err != nil {
			t.Fatal(err)
		}
	}
	_, err = d.Snapshot(ctx, in.ID, first)
	wantKind(t, err, errs.NotFound)
	if book, err := d.Snapshot(ctx, in.ID, third); err != nil || book.Title != "Memory leaks" {
		t.Errorf("%q, err %v", book.Title, err)
	}
	want := []string{
		"Ana started the incident as SEV2", "Ana joined", "Ana attached the playbook Service unavailable (from ArmDown)", "Bo joined",
		"Ana attached the playbook High latency", "Ana switched from the playbook High latency to Memory leaks (the heap grows)",
		"Ana detached the playbook Service unavailable",
	}
	if diff := cmp.Diff(want, d.told(t, in)); diff != "" {
		t.Error(diff)
	}
}

func TestUnknownPlaybooks(t *testing.T) {
	t.Parallel()
	d := setup(t)
	d.catalogue.put(t, "latency.md", "# High latency\n")
	in, other := d.declared(t), d.declared(t)
	ctx := as(t, d.ana)
	attached, err := d.Attach(ctx, in.Number, "latency", "")
	if err != nil {
		t.Fatal(err)
	}
	_, err = d.Attach(ctx, in.Number, "none", "")
	wantKind(t, err, errs.NotFound)
	wantKind(t, d.Detach(ctx, in.Number, uuid.Must(uuid.NewV7())), errs.NotFound)
	wantKind(t, d.Detach(ctx, other.Number, attached), errs.NotFound)
	_, err = d.Snapshot(ctx, other.ID, attached)
	wantKind(t, err, errs.NotFound)
}

// TestIncidentKeepsTheTextThatWasAttached changes the file afterwards.
func TestIncidentKeepsTheTextThatWasAttached(t *testing.T) {
	t.Parallel()
	d := setup(t)
	old := d.catalogue.put(t, "service-unavailable.md", unavailable)
	in := d.declared(t)
	attached, err := d.Attach(as(t, d.ana), in.Number, "service-unavailable", "")
	if err != nil {
		t.Fatal(err)
	}
	d.catalogue.put(t, "service-unavailable.md", "# Rewritten\x00 \xff")
	book, err := d.Snapshot(as(t, d.ana), in.ID, attached)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(*old, book); diff != "" {
		t.Error(diff)
	}
	if _, err = d.SetStatus(as(t, d.ana), in.Number, resolved); err != nil {
		t.Fatal(err)
	}
	d.escalation.last()
	if _, err = d.SetStatus(as(t, d.ana), in.Number, open); err != nil {
		t.Fatal(err)
	}
	if got := d.escalation.last(); got != "restart L2" {
		t.Errorf("reopened: escalation heard %q", got)
	}
	next := d.declared(t)
	if _, err = d.Attach(as(t, d.ana), next.Number, "service-unavailable", ""); err != nil {
		t.Errorf("a file that is not text: %v", err)
	}
	if diff := cmp.Diff([]string{"Rewritten\uFFFD \uFFFD: "}, d.titles(t, next)); diff != "" {
		t.Error(diff)
	}
}

// TestManySnapshotsAtOnce reads more revisions than are kept in memory.
func TestManySnapshotsAtOnce(t *testing.T) {
	t.Parallel()
	d := setup(t)
	in := d.declared(t)
	const many = 70
	for i := range many {
		book := d.catalogue.put(t, fmt.Sprintf("book-%02d.md", i), fmt.Sprintf("# Book %02d\n", i))
		if _, err := d.Attach(as(t, d.ana), in.Number, book.ID, ""); err != nil {
			t.Fatal(err)
		}
	}
	var group errgroup.Group
	for range 4 {
		group.Go(func() error {
			attached, err := d.Attached(as(t, d.vi), in.ID)
			if err != nil {
				return err
			}
			if len(attached) != many || attached[many-1].Playbook.Title != "Book 69" {
				return fmt.Errorf("%d attached", len(attached))
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		t.Error(err)
	}
}
