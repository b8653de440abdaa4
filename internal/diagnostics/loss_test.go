package diagnostics_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgxpool"

	"wardroom/internal/diagnostics"
	"wardroom/internal/live"
	"wardroom/internal/postgres"
	"wardroom/internal/postgres/dbgen"
	"wardroom/internal/supervisor"
	"wardroom/internal/timeline"
)

var errLost = errors.New("the answer is lost")

// lossy is a connection on which the database does what it was told, and the answer to
// what lose picks is lost together with the connection.
type lossy struct {
	net.Conn
	lose  func(written []byte) bool
	armed atomic.Bool
}

func (c *lossy) Write(p []byte) (int, error) {
	if c.lose(p) {
		c.armed.Store(true)
	}
	return c.Conn.Write(p)
}

func (c *lossy) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if err == nil && c.armed.Load() { // it has been done, or there would be no answer
		return 0, errors.Join(errLost, c.Close())
	}
	return n, err
}

// over gives a service of the desk whose database answers through lossy connections.
func (d *desk) over(t *testing.T, lose func(written []byte) bool) *diagnostics.Service {
	t.Helper()
	cfg := d.db.Pool.Config()
	dial := cfg.ConnConfig.DialFunc
	cfg.ConnConfig.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		return &lossy{Conn: conn, lose: lose}, err
	}
	pool, err := pgxpool.NewWithConfig(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	sound := d.db
	d.db = &postgres.DB{Queries: dbgen.New(pool), Pool: pool}
	defer func() { d.db = sound }()
	return d.service(t)
}

// commits is a lose that takes the answer to one commit, once it is armed.
func commits(armed *atomic.Bool) func([]byte) bool {
	return func(written []byte) bool {
		return bytes.Contains(written, []byte("commit")) && armed.CompareAndSwap(true, false)
	}
}

// A person who is told that a start failed must not find that the command ran, nor that a
// run which nobody runs stands in the way.
func TestStartWhoseAnswerIsLostRunsNothing(t *testing.T) {
	t.Parallel()
	d := setup(t, single("helper say hi"))
	var armed atomic.Bool
	s := d.over(t, commits(&armed))
	armed.Store(true)
	if _, _, err := s.Start(as(t, d.ana), d.request(t, "look", 0)); err == nil {
		t.Fatal("it started")
	}
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	all, err := d.ForIncident(as(t, d.ana), d.incident)
	if err != nil || len(all) != 1 {
		t.Fatalf("runs: %+v %v", all, err)
	}
	if run := all[0]; run.State != diagnostics.Failed || run.Reason != "It was not started: the database did not answer." || run.Lines != 0 || run.Started != nil {
		t.Errorf("run: %+v", run)
	}
	if run := d.end(t, d.start(t, 0)); run.State != diagnostics.Succeeded || run.Number != 2 {
		t.Errorf("the next: %+v", run)
	}
}

func TestEndWhoseAnswerIsLostIsRecordedOnce(t *testing.T) {
	t.Parallel()
	d := setup(t, single("true"))
	var armed atomic.Bool
	s := d.over(t, commits(&armed))
	armed.Store(true)
	events := make(chan supervisor.Event, 1)
	events <- supervisor.Event{Exit: &supervisor.Exit{Code: 7, Clean: true}}
	run := d.running(t)
	client := d.hub.NewClient(live.Person{})
	defer client.Close()
	client.Subscribe(diagnostics.Topic(run.ID))
	ended := s.Follow(t.Context(), run, events)
	if ended.State != diagnostics.Failed || ended.ExitCode == nil || *ended.ExitCode != 7 || armed.Load() {
		t.Errorf("run: %+v", ended)
	}
	seen(t, client) // its end is announced
	if diff := cmp.Diff([]timeline.Kind{timeline.RunEnded}, d.kinds(t)); diff != "" {
		t.Errorf("timeline (-want +got):\n%s", diff)
	}
}

// Every 29th answer is lost, with what was asked for done: nothing is stored twice.
func TestLostAnswersDoubleNothing(t *testing.T) {
	t.Parallel()
	d := setup(t, single("true"))
	var asked atomic.Int64
	s := d.over(t, func([]byte) bool { return asked.Add(1)%29 == 0 })
	run := d.running(t)
	var written []supervisor.Event
	events := make(chan supervisor.Event)
	for i := range 60 {
		written = append(written, out(strings.Repeat("y", maxBatch)+"\n"), errOut("and "+strings.Repeat("z", i)+"\n"))
	}
	go func() {
		for _, e := range written {
			events <- e
		}
		events <- supervisor.Event{Exit: &supervisor.Exit{Clean: true}}
	}()
	ended := s.Follow(t.Context(), run, events)
	if ended.State != diagnostics.Succeeded {
		t.Fatalf("run: %+v\n%s", ended, d.log)
	}
	if diff := cmp.Diff(split(written), d.text(t, ended)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if !contains(d.log.String(), errLost.Error()) {
		t.Error("no answer was lost")
	}
}

// maxBatch makes each piece of output a chunk of its own.
const maxBatch = 64 << 10

// While the service gives up, what is not stored is not shown, and the run is left to
// Recover.
func TestGivingUpLeavesTheRunToRecovery(t *testing.T) {
	t.Parallel()
	d := setup(t, single("helper count 3; helper hang"))
	run := d.start(t, 0)
	d.written(t, run, 3)
	d.exec(t, "ALTER TABLE runs ADD CONSTRAINT stuck CHECK (state <> 'stopped') NOT VALID") // no end can be recorded
	over, end := context.WithCancel(t.Context())
	end()
	if err := d.Close(over); err == nil {
		t.Error("Close says that all is well")
	}
	if now := d.byID(t, run.ID); !now.State.Active() {
		t.Errorf("run: %+v", now)
	}
	next := newService(d.db, d.hub, d.rooms, d.file, d.options, slog.New(slog.DiscardHandler))
	if err := next.Recover(t.Context()); err != nil {
		t.Fatal(err)
	}
	if now := d.byID(t, run.ID); now.State != diagnostics.Interrupted || now.Lines < 3 {
		t.Errorf("run: %+v", now)
	}
}
