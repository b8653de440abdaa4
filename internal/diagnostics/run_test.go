package diagnostics_test

import (
	"encoding/base64"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"wardroom/internal/diagnostics"
	"wardroom/internal/errs"
	"wardroom/internal/timeline"
)

func TestRunIsRecordedFromStartToEnd(t *testing.T) {
	t.Parallel()
	d := setup(t, single("echo out; echo err >&2; helper say done"))
	started := d.start(t, 0)
	if started.State != diagnostics.Running && started.State.Active() {
		t.Errorf("Start answers %s", started.State)
	}
	run := d.end(t, started)
	if diff := cmp.Diff([]string{"out", "!err", "done"}, d.text(t, run)); diff != "" {
		t.Errorf("output (-want +got):\n%s", diff)
	}
	if run.State != diagnostics.Succeeded || run.ExitCode == nil || *run.ExitCode != 0 || !run.Confirmed || run.Lines != 3 || run.Bytes != 13 {
		t.Errorf("run: %+v", run)
	}
	if run.By != "Ana" || run.Number != 1 || run.Text != "echo out; echo err >&2; helper say done" || run.Env != "prod" || run.Host != "this machine" ||
		run.Started == nil || run.Ended == nil || run.StepTitle != "Look" || run.Section != "diagnosis" {
		t.Errorf("who, what, where, when: %+v", run)
	}
	if diff := cmp.Diff([]timeline.Kind{timeline.RunStarted, timeline.RunEnded}, d.kinds(t)); diff != "" {
		t.Errorf("timeline (-want +got):\n%s", diff)
	}
	if n := one[int](t, d, "SELECT count(*) FROM incident_responders WHERE user_id = $1", d.ana.ID); n != 1 {
		t.Error("who runs a command is no responder")
	}
	programs, err := d.Programs(as(t, d.vic), run.ID)
	if err != nil {
		t.Fatal(err)
	}
	want := []diagnostics.Program{{Argv: []string{"helper", "say", "done"}, Risk: "read", Permitted: true}}
	if diff := cmp.Diff(want, programs); diff != "" {
		t.Errorf("programs (-want +got):\n%s", diff)
	}
}

func TestSecondClickAttaches(t *testing.T) {
	t.Parallel()
	d := setup(t, single("helper hang"))
	const clicks = 20
	req := d.request(t, "look", 0)
	ids := make([]uuid.UUID, clicks)
	attached := make([]bool, clicks)
	var all sync.WaitGroup
	for i := range clicks {
		all.Go(func() {
			run, second, err := d.Start(as(t, d.ana), req)
			if err != nil {
				t.Error(err)
			}
			ids[i], attached[i] = run.ID, second
		})
	}
	all.Wait()
	firsts := 0
	for i := range clicks {
		if ids[i] != ids[0] {
			t.Errorf("click %d has run %v, the first has %v", i, ids[i], ids[0])
		}
		if !attached[i] {
			firsts++
		}
	}
	if n := one[int](t, d, "SELECT count(*) FROM runs"); n != 1 || firsts != 1 {
		t.Errorf("%d runs, %d of the clicks started one", n, firsts)
	}
	run := d.byID(t, ids[0])
	d.written(t, run, 1)
	programs, err := d.Programs(as(t, d.ana), run.ID)
	if err != nil || len(programs) != 1 {
		t.Errorf("programs: %v %v", programs, err)
	}
	if _, err = d.Stop(as(t, d.bo), run.ID); err != nil {
		t.Fatal(err)
	}
	d.end(t, run)
	again, second, err := d.Start(as(t, d.bo), req)
	if err != nil || second || again.ID == run.ID || again.Number != 2 {
		t.Errorf("after its end: run %d, attached %v, %v", again.Number, second, err)
	}
}

func TestOutputIsWhatTheProgramWrote(t *testing.T) {
	t.Parallel()
	raw := "a\x1b[1;31mred\x1b[0m\tb\nbad \xff\xfe byte\n\nno end"
	d := setup(t, single("helper bytes "+base64.StdEncoding.EncodeToString([]byte(raw)), "helper long 1048576"))
	run := d.end(t, d.start(t, 0))
	if diff := cmp.Diff([]string{"ared    b", "bad �� byte", "", "no end"}, d.text(t, run)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if class := d.lines(t, run)[0].Runs[1].Class; class != "f1 b" {
		t.Errorf("the colour is %q", class)
	}
	run = d.end(t, d.start(t, 1))
	total := 0
	for _, line := range d.lines(t, run) {
		total += len(line.Text())
	}
	if total != 1<<20 || run.Bytes != 1<<20+1 {
		t.Errorf("%d of %d bytes in %d lines", total, run.Bytes, run.Lines)
	}
}

func TestNothingStartsWhileClosing(t *testing.T) {
	t.Parallel()
	d := setup(t, single("helper hang"))
	run := d.start(t, 0)
	d.written(t, run, 1)
	if err := d.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	run = d.byID(t, run.ID)
	if run.State != diagnostics.Stopped || run.StopBy != "Wardroom" || run.Reason != "Wardroom was shut down while it ran. Confirmed stopped: nothing of it is left." || !run.Confirmed {
		t.Errorf("run: %+v", run)
	}
	_, _, err := d.Start(as(t, d.ana), d.request(t, "look", 0))
	wantKind(t, err, errs.Unavailable)
	if n := one[int](t, d, "SELECT count(*) FROM runs"); n != 1 {
		t.Errorf("%d runs", n)
	}
}
