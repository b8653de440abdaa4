package diagnostics_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"wardroom/internal/diagnostics"
	"wardroom/internal/errs"
	"wardroom/internal/timeline"
)

func TestMarkDoneAndNotes(t *testing.T) {
	t.Parallel()
	d := setup(t, single("helper say hi")+"\n## Resolution\n\n### Call {id=call}\n\nCall the owner.\n")
	run, err := d.MarkDone(as(t, d.ana), d.number, d.attached, "call", "called Kim")
	if err != nil {
		t.Fatal(err)
	}
	if run.Kind != diagnostics.KindManual || run.State != diagnostics.Succeeded || run.By != "Ana" || run.Section != "resolution" || run.Note != "called Kim" || run.Ended == nil {
		t.Errorf("run: %+v", run)
	}
	if err = d.AddNote(as(t, d.bo), run.ID, "and Lee"); err != nil {
		t.Fatal(err)
	}
	all, err := d.ForIncident(as(t, d.vic), d.incident)
	if err != nil || len(all) != 1 || all[0].Note != "and Lee" || d.byID(t, run.ID).Note != "and Lee" {
		t.Errorf("runs: %+v %v", all, err)
	}
	records, err := timeline.List(t.Context(), d.db, d.incident, 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, r := range records {
		told = append(told, string(r.Kind)+" "+r.Actor+" "+r.Text)
	}
	if diff := cmp.Diff([]string{"step_done Ana called Kim", "run_noted Bo and Lee"}, told); diff != "" {
		t.Errorf("timeline (-want +got):\n%s", diff)
	}

	for name, tc := range map[string]struct {
		deed func() error
		want errs.Kind
	}{
		"without a note":   {func() error { return second(d.MarkDone(as(t, d.ana), d.number, d.attached, "call", " ")) }, errs.Invalid},
		"unknown step":     {func() error { return second(d.MarkDone(as(t, d.ana), d.number, d.attached, "none", "x")) }, errs.NotFound},
		"unknown playbook": {func() error { return second(d.MarkDone(as(t, d.ana), d.number, uuid.New(), "call", "x")) }, errs.NotFound},
		"unknown incident": {func() error { return second(d.MarkDone(as(t, d.ana), 99, d.attached, "call", "x")) }, errs.NotFound},
		"by a viewer":      {func() error { return second(d.MarkDone(as(t, d.vic), d.number, d.attached, "call", "x")) }, errs.Forbidden},
		"too long":         {func() error { return d.AddNote(as(t, d.ana), run.ID, strings.Repeat("x", 65<<10)) }, errs.TooLarge},
		"an empty note":    {func() error { return d.AddNote(as(t, d.ana), run.ID, "\n") }, errs.Invalid},
		"on no run":        {func() error { return d.AddNote(as(t, d.ana), uuid.New(), "x") }, errs.NotFound},
		"note by a viewer": {func() error { return d.AddNote(as(t, d.vic), run.ID, "x") }, errs.Forbidden},
	} {
		if err = tc.deed(); errs.KindOf(err) != tc.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	d.exec(t, "UPDATE incidents SET status = 'closed'")
	_, err = d.MarkDone(as(t, d.ana), d.number, d.attached, "call", "too late")
	wantKind(t, err, errs.Conflict)
}

func second[T any](_ T, err error) error { return err }

func TestReadingOutput(t *testing.T) {
	t.Parallel()
	d := setup(t, single("helper count 12000", "env"))
	run := d.end(t, d.start(t, 0))
	numbers := func(lines []diagnostics.Line, err error) []int64 {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		ns := []int64{}
		for _, l := range lines {
			ns = append(ns, l.N)
		}
		return ns
	}
	ctx := as(t, d.vic)
	for name, tc := range map[string]struct{ got, want []int64 }{
		"a range":      {numbers(d.Lines(ctx, run, 7000, 7002, 10)), []int64{7000, 7001, 7002}},
		"a limit":      {numbers(d.Lines(ctx, run, 5, 9000, 2)), []int64{5, 6}},
		"past the end": {numbers(d.Lines(ctx, run, 11999, 1<<40, 10)), []int64{11999, 12000}},
		"before one":   {numbers(d.Lines(ctx, run, -5, 1, 10)), []int64{1}},
		"nothing":      {numbers(d.Lines(ctx, run, 9, 8, 10)), []int64{}},
		"the tail":     {numbers(d.Tail(ctx, run, 2)), []int64{11999, 12000}},
	} {
		if diff := cmp.Diff(tc.want, tc.got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	var raw, want bytes.Buffer
	if err := d.WriteRaw(ctx, run, &raw); err != nil {
		t.Fatal(err)
	}
	for _, line := range d.text(t, run) {
		want.WriteString(line + "\n")
	}
	if !bytes.Equal(raw.Bytes(), want.Bytes()) || int64(raw.Len()) != run.Bytes {
		t.Errorf("%d raw bytes, want %d", raw.Len(), run.Bytes)
	}
}

func TestDisclosedOutputIsForResponders(t *testing.T) {
	t.Parallel()
	d := setup(t, single("export TOKEN=hunter2; env"))
	run := d.end(t, d.start(t, 0))
	if !run.Discloses || run.State != diagnostics.Succeeded {
		t.Fatalf("run: %+v", run)
	}
	for name, read := range map[string]func(diagnostics.Run) error{
		"lines": func(r diagnostics.Run) error { return second(d.Lines(as(t, d.vic), r, 1, 9, 9)) },
		"tail":  func(r diagnostics.Run) error { return second(d.Tail(as(t, d.vic), r, 9)) },
		"raw":   func(r diagnostics.Run) error { return d.WriteRaw(as(t, d.vic), r, &bytes.Buffer{}) },
	} {
		if err := read(run); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("%s for a viewer: %v", name, err)
		}
	}
	if diff := cmp.Diff([]string{"TOKEN=hunter2"}, d.text(t, run)); diff != "" {
		t.Errorf("for a responder (-want +got):\n%s", diff)
	}
	if contains(d.log.String(), "hunter2") {
		t.Error("the log tells a secret")
	}
	_, err := d.Length(t.Context(), run)
	wantKind(t, err, errs.Unauthenticated)
	_, err = d.Incident(t.Context(), run.ID)
	wantKind(t, err, errs.Unauthenticated)
}

// A command that filled the folder does not end the writing of the whole incident.
func TestAFullScratchFolderIsEmptied(t *testing.T) {
	t.Parallel()
	d := setup(t, single("echo kept > note", "helper hang", "echo more > note"))
	d.end(t, d.start(t, 0))
	if d.ScratchFull(d.incident) {
		t.Error("it is full of one line")
	}
	dir := filepath.Join(d.options.Data, "scratch", d.incident.String())
	if err := os.Truncate(filepath.Join(dir, "note"), 64<<20); err != nil {
		t.Fatal(err)
	}
	d.end(t, d.start(t, 2))
	if !d.ScratchFull(d.incident) {
		t.Error("nobody sees that it is full")
	}
	wantKind(t, d.EmptyScratch(as(t, d.vic), d.number), errs.Forbidden)
	run := d.start(t, 1)
	wantKind(t, d.EmptyScratch(as(t, d.ana), d.number), errs.Conflict)
	if err := second(d.Stop(as(t, d.ana), run.ID)); err != nil {
		t.Fatal(err)
	}
	d.end(t, run)
	if err := d.EmptyScratch(as(t, d.ana), d.number); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir); err == nil || d.ScratchFull(d.incident) {
		t.Errorf("it is not empty: %v", err)
	}
	if got := one[string](t, d, "SELECT string_agg(actor_name, ' ') FROM timeline_events WHERE kind = 'scratch_emptied'"); got != "Ana" {
		t.Errorf("recorded: %q", got)
	}
	if again := d.end(t, d.start(t, 2)); again.State != diagnostics.Succeeded {
		t.Errorf("it is %s: %q", again.State, d.text(t, again))
	}
	d.exec(t, "UPDATE incidents SET status = 'closed'")
	wantKind(t, d.EmptyScratch(as(t, d.ana), d.number), errs.Conflict)
}

func TestScratchBelongsToTheIncidentUntilItCloses(t *testing.T) {
	t.Parallel()
	d := setup(t, single("echo kept > note", "cat note; helper hang", "echo more > note"))
	d.end(t, d.start(t, 0))
	dir := filepath.Join(d.options.Data, "scratch", d.incident.String())
	info, err := os.Stat(dir)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Fatalf("%v %v", info, err)
	}
	if stat, ok := info.Sys().(*syscall.Stat_t); os.Geteuid() == 0 && (!ok || stat.Uid != 65534) {
		t.Errorf("it belongs to %+v", info.Sys())
	}
	big := filepath.Join(dir, "big")
	if err = os.WriteFile(big, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err = os.Truncate(big, 64<<20); err != nil {
		t.Fatal(err)
	}
	if full := d.end(t, d.start(t, 2)); full.State != diagnostics.Failed || !contains(d.text(t, full)[0], "the scratch folder is full") {
		t.Errorf("beyond 64 MiB: %s %q", full.State, d.text(t, full))
	}
	run := d.start(t, 1)
	if lines := d.written(t, run, 2); lines[0].Text() != "kept" {
		t.Errorf("a later run reads %q", lines[0].Text())
	}
	d.exec(t, "UPDATE incidents SET status = 'closed'")
	if err = d.DropScratch(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err = os.Stat(dir); err != nil {
		t.Errorf("dropped under a run: %v", err)
	}
	if _, err = d.Stop(as(t, d.ana), run.ID); err != nil {
		t.Fatal(err)
	}
	if err = d.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err = os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("after the last run: %v", err)
	}
}

func TestTheSameCommandElsewhereIsTold(t *testing.T) {
	t.Parallel()
	d := setup(t, single("helper hang"))
	run := d.start(t, 0)
	other, number := d.declare(t, "prod")
	req := d.request(t, "look", 0)
	req.Incident, req.Attached = number, d.attach(t, other, single("helper hang"))
	same, err := d.Elsewhere(as(t, d.bo), d.plan(t, req))
	if diff := cmp.Diff([]diagnostics.Same{{Number: d.number, By: "Ana"}}, same); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	if same, err = d.Elsewhere(as(t, d.bo), d.plan(t, d.request(t, "look", 0))); len(same) != 0 || err != nil {
		t.Errorf("in its own incident: %v %v", same, err)
	}
	if _, err = d.Stop(as(t, d.ana), run.ID); err != nil {
		t.Fatal(err)
	}
	d.end(t, run)
	if same, err = d.Elsewhere(as(t, d.bo), d.plan(t, req)); len(same) != 0 || err != nil {
		t.Errorf("after its end: %v %v", same, err)
	}
}

func TestMoveOn(t *testing.T) {
	t.Parallel()
	d := setup(t, single("helper say hi")+"\n## Resolution\n\n### Call {id=call}\n\nCall the owner.\n")
	run, err := d.MoveOn(as(t, d.ana), d.number, d.attached, "call")
	if err != nil {
		t.Fatal(err)
	}
	if run.Kind != diagnostics.KindManual || run.State != diagnostics.Stopped || run.By != "Ana" || run.Ended == nil {
		t.Errorf("run: %+v", run)
	}
	if _, err = d.MoveOn(as(t, d.vic), d.number, d.attached, "call"); errs.KindOf(err) != errs.Forbidden {
		t.Errorf("by a viewer: %v", err)
	}
}
