package diagnostics_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"

	"wardroom/internal/ansi"
	"wardroom/internal/diagnostics"
	"wardroom/internal/live"
	"wardroom/internal/shell"
	"wardroom/internal/supervisor"
	"wardroom/internal/timeline"
)

// running inserts a run that no process belongs to.
func (d *desk) running(t *testing.T) diagnostics.Run {
	t.Helper()
	id := uuid.Must(uuid.NewV7())
	d.exec(t, `INSERT INTO runs (id, incident_id, number, kind, text, text_hash, environment, risk, params, state, started_by, started_name, owner, host, started_at)
		SELECT $1, $2, coalesce(max(number), 0) + 1, 'command', 'made up', $3, 'prod', 'read', '[]', 'running', $4, 'Ana', 'test', 'this machine', wardroom.now() FROM runs`,
		id, d.incident, id[:], d.ana.ID)
	return d.byID(t, id)
}

// follow plays the events, then a good exit.
func (d *desk) follow(t *testing.T, run diagnostics.Run, events ...supervisor.Event) diagnostics.Run {
	t.Helper()
	ch := make(chan supervisor.Event, len(events)+1)
	for _, e := range events {
		ch <- e
	}
	ch <- supervisor.Event{Exit: &supervisor.Exit{Clean: true}}
	return d.Follow(t.Context(), run, ch)
}

func out(text string) supervisor.Event { return supervisor.Event{Output: []byte(text)} }
func errOut(text string) supervisor.Event {
	return supervisor.Event{Output: []byte(text), Stderr: true}
}

// split is the model: what the lines of two interleaved streams are.
func split(events []supervisor.Event) []string {
	var lines []string
	rest := map[bool]string{}
	mark := map[bool]string{true: "!"}
	for _, e := range events {
		parts := strings.Split(rest[e.Stderr]+string(e.Output), "\n")
		for _, line := range parts[:len(parts)-1] {
			lines = append(lines, mark[e.Stderr]+line)
		}
		rest[e.Stderr] = parts[len(parts)-1]
	}
	for _, stderr := range []bool{false, true} {
		if rest[stderr] != "" {
			lines = append(lines, mark[stderr]+rest[stderr])
		}
	}
	return lines
}

// seen reads what a page has received until the end of the run.
func seen(t *testing.T, client *live.Client) []string {
	t.Helper()
	var lines []string
	for {
		frame, err := client.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if frame.Key == "end" {
			return lines
		}
		var log struct {
			Op    string
			From  int64
			Lines []ansi.Line
			Err   []int
		}
		if err = json.Unmarshal(frame.Data, &log); err != nil {
			t.Fatal(err)
		}
		if log.Op != "log" {
			continue
		}
		if log.From != int64(len(lines)+1) || frame.From != log.From || frame.To != log.From+int64(len(log.Lines))-1 {
			t.Fatalf("lines %d to %d after %d lines", frame.From, frame.To, len(lines))
		}
		for i, line := range log.Lines {
			text := line.Text()
			if len(log.Err) > 0 && log.Err[0] == i {
				text, log.Err = "!"+text, log.Err[1:]
			}
			lines = append(lines, text)
		}
	}
}

// Whatever pieces the output comes in: what is stored is what was written, and what was
// shown is what is stored.
func TestRecordEqualsWhatWasWritten(t *testing.T) {
	t.Parallel()
	d := setup(t, single("true"))
	letters := rapid.StringMatching(`[a-z <>&"{}\[\]äλ€🙂\n]{0,60}`)
	rapid.Check(t, func(rt *rapid.T) {
		var events []supervisor.Event
		for range rapid.IntRange(0, 12).Draw(rt, "events") {
			stderr := rapid.Bool().Draw(rt, "stderr")
			rest := []byte(letters.Draw(rt, "text"))
			for len(rest) > 0 { // also cut through letters
				n := rapid.IntRange(1, len(rest)).Draw(rt, "piece")
				events = append(events, supervisor.Event{Output: rest[:n], Stderr: stderr})
				rest = rest[n:]
			}
		}
		run := d.running(t)
		client := d.hub.NewClient(live.Person{})
		defer client.Close()
		client.Subscribe(diagnostics.Topic(run.ID))
		ended := d.follow(t, run, events...)
		want := split(events)
		if diff := cmp.Diff(append([]string{}, want...), d.text(t, ended)); diff != "" {
			rt.Errorf("stored (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(want, seen(t, client)); diff != "" {
			rt.Errorf("shown (-want +got):\n%s", diff)
		}
		if ended.Lines != int64(len(want)) {
			rt.Errorf("%d lines, want %d", ended.Lines, len(want))
		}
	})
}

// However often the connections are cut while a run writes: nothing is lost or doubled.
func TestCutConnectionsLoseAndDoubleNothing(t *testing.T) {
	t.Parallel()
	d := setup(t, single("true"))
	knife, err := pgx.ConnectConfig(t.Context(), d.db.Pool.Config().ConnConfig)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = knife.Close(t.Context()) }() // nothing was written
	cut := func() {
		_, err := knife.Exec(t.Context(), "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
		if err != nil {
			t.Error(err)
		}
	}
	run := d.running(t)
	client := d.hub.NewClient(live.Person{})
	defer client.Close()
	client.Subscribe(diagnostics.Topic(run.ID))
	events := make(chan supervisor.Event)
	var written []supervisor.Event
	var writer sync.WaitGroup
	writer.Go(func() {
		for i := range 300 {
			e := out(strings.Repeat("x", i) + "\n")
			if i%7 == 0 {
				e = supervisor.Event{Program: &supervisor.Program{Argv: []string{"p"}, Permitted: true}}
			} else {
				written = append(written, e)
			}
			events <- e
			if i%20 == 0 {
				cut()
			}
		}
		events <- supervisor.Event{Exit: &supervisor.Exit{Clean: true}}
		cut()
	})
	ended := d.Follow(t.Context(), run, events)
	writer.Wait()
	d.db.Pool.Reset() // the last cut may have met what we read with
	if ended.State != diagnostics.Succeeded {
		t.Fatalf("run: %+v\n%s", ended, d.log)
	}
	want := split(written)
	if diff := cmp.Diff(want, d.text(t, ended)); diff != "" {
		t.Errorf("stored (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want, seen(t, client)); diff != "" {
		t.Errorf("shown (-want +got):\n%s", diff)
	}
	if n := one[int](t, d, "SELECT count(*) FROM run_programs WHERE run_id = $1", run.ID); n != 43 {
		t.Errorf("%d program starts, want 43", n)
	}
	if diff := cmp.Diff([]timeline.Kind{timeline.RunEnded}, d.kinds(t)); diff != "" {
		t.Errorf("timeline (-want +got):\n%s", diff)
	}
}

func TestOutputBeyondTheLimitIsDroppedAndSaidSo(t *testing.T) {
	t.Parallel()
	d := setup(t, single("true"), func(d *desk) { d.options.MaxBytes = 10 })
	run := d.follow(t, d.running(t), out("one\n"), errOut("two\n"), out("three\nfour\n"), out("five\n"), errOut("six"))
	want := []string{"one", "!two", "th", "!… output beyond 10 bytes is dropped here"}
	if diff := cmp.Diff(want, d.text(t, run)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if run.Bytes != 27 || run.Lines != 4 || run.State != diagnostics.Succeeded {
		t.Errorf("run: %+v", run)
	}
	exact := d.follow(t, d.running(t), out("12345678\n\n"))
	if diff := cmp.Diff([]string{"12345678", ""}, d.text(t, exact)); diff != "" {
		t.Errorf("exactly the limit (-want +got):\n%s", diff)
	}
}

// A page shows what an unfinished line says so far, without a number, and the line itself
// when it is finished.
func TestUnfinishedLineIsShown(t *testing.T) {
	t.Parallel()
	d := setup(t, single("true"))
	run := d.running(t)
	client := d.hub.NewClient(live.Person{})
	defer client.Close()
	client.Subscribe(diagnostics.Topic(run.ID))
	events := make(chan supervisor.Event)
	done := make(chan diagnostics.Run)
	go func() { done <- d.Follow(t.Context(), run, events) }()
	events <- out("half")
	frame, err := client.Next(t.Context())
	if err != nil || frame.Key != "pending" || !bytes.Contains(frame.Data, []byte(`[["","half"]]`)) {
		t.Fatalf("%+v %s %v", frame, frame.Data, err)
	}
	if n := one[int](t, d, "SELECT count(*) FROM run_chunks"); n != 0 {
		t.Error("an unfinished line is stored")
	}
	events <- out(" done\n")
	events <- supervisor.Event{Exit: &supervisor.Exit{Clean: true}}
	if diff := cmp.Diff([]string{"half done"}, d.text(t, <-done)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A child that dies without a word must not hang the run, nor text that no column takes.
func TestStrangeEvents(t *testing.T) {
	t.Parallel()
	d := setup(t, single("true"))
	events := make(chan supervisor.Event)
	close(events)
	if run := d.Follow(t.Context(), d.running(t), events); run.State != diagnostics.Failed || run.ExitCode != nil || run.Confirmed {
		t.Errorf("without an exit: %+v", run)
	}
	run := d.running(t)
	odd := make(chan supervisor.Event, 2)
	odd <- supervisor.Event{Program: &supervisor.Program{Argv: []string{"a\x00b", "\xff"}, Permitted: true, Reason: "\x00"}}
	odd <- supervisor.Event{Exit: &supervisor.Exit{Clean: true, Vars: map[string]string{"A": "x\x00", "B": "y"}}}
	if run = d.Follow(t.Context(), run, odd); run.State != diagnostics.Succeeded {
		t.Errorf("with NUL: %+v", run)
	}
	if argv := one[[]string](t, d, "SELECT argv FROM run_programs"); cmp.Diff([]string{"a␀b", "�"}, argv) != "" {
		t.Errorf("argv %q", argv)
	}
	if names := one[string](t, d, "SELECT string_agg(name, ',') FROM incident_variables"); names != "B" {
		t.Errorf("kept %s", names)
	}
}

func TestManyProgramsAreNotListedOneByOne(t *testing.T) {
	t.Parallel()
	d := setup(t, single("true"))
	start := supervisor.Event{Program: &supervisor.Program{Argv: []string{"p"}, Class: shell.Class{Risk: shell.Read}, Permitted: true}}
	events := make([]supervisor.Event, 1100)
	for i := range events {
		events[i] = start
	}
	run := d.follow(t, d.running(t), events...)
	if n := one[int](t, d, "SELECT count(*) FROM run_programs"); n != 1001 {
		t.Errorf("%d rows", n)
	}
	programs, err := d.Programs(as(t, d.ana), run.ID)
	if last := programs[len(programs)-1]; err != nil || last.Reason == "" || last.Argv[0] != "…" {
		t.Errorf("the last: %+v %v", last, err)
	}
}

// A run that is final stays as it is.
func TestEndIsRecordedOnce(t *testing.T) {
	t.Parallel()
	d := setup(t, single("true"))
	run := d.running(t)
	first := d.follow(t, run)
	again := make(chan supervisor.Event, 1)
	again <- supervisor.Event{Exit: &supervisor.Exit{Code: 1}}
	if diff := cmp.Diff(first, d.Follow(t.Context(), run, again)); diff != "" {
		t.Errorf("(-first +second):\n%s", diff)
	}
	if n := len(d.kinds(t)); n != 1 {
		t.Errorf("%d events", n)
	}
}
