package jobs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertest"
	"github.com/riverqueue/river/rivertype"
	"go.uber.org/goleak"

	"wardroom/internal/authz"
	"wardroom/internal/notify"
	"wardroom/internal/notify/notifytest"
	"wardroom/internal/postgres"
	"wardroom/internal/postgres/pgtest"
)

func TestMain(m *testing.M) {
	code := pgtest.Run(m)
	if err := goleak.Find(); code == 0 && err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// bell is a cleaner that tells when it was called, and as whom.
type bell chan authz.Actor

func (b bell) CleanUp(ctx context.Context) error {
	actor, _ := authz.ActorFrom(ctx)
	b <- actor
	return nil
}

type logs struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

const secret = "https://wardroom.example.org/handoff/secret"

// The whole way: a mail is written with its deed, sent after the commit, and recorded;
// what ended is removed at the start.
func TestMailGoesOutAfterTheCommit(t *testing.T) {
	t.Parallel()
	db, out := pgtest.NewApp(t), &logs{}
	log := slog.New(slog.NewJSONHandler(out, &slog.HandlerOptions{Level: slog.LevelDebug}))
	server := notifytest.Start(t, notifytest.Options{})
	mailer, err := notify.NewMailer("smtp://"+server.Addr, "wardroom@example.org")
	if err != nil {
		t.Fatal(err)
	}
	client, err := New(db, log)
	if err != nil {
		t.Fatal(err)
	}
	mail := notify.New(db, mailer, client, log)
	cleaned := make(bell, 1)
	if err = client.Start(t.Context(), Services{Mail: mail, Cleaners: []Cleaner{cleaned}}); err != nil {
		t.Fatal(err)
	}
	if actor := <-cleaned; actor.Name != "Wardroom" || actor.Role != authz.Admin {
		t.Errorf("cleaned up as %+v", actor)
	}
	send := func(to string, outcome error) (id uuid.UUID) {
		txErr := db.InTx(t.Context(), func(ctx context.Context, tx *postgres.Tx) (err error) {
			if id, err = mail.MailTx(ctx, tx, notify.Message{To: to, Subject: "INC-1", Text: secret}); err != nil {
				return err
			}
			return outcome
		})
		if !errors.Is(txErr, outcome) {
			t.Fatal(txErr)
		}
		return id
	}
	send("eve@example.org", errors.New("the deed failed"))
	id := send("bo@example.org", nil)
	if m := <-server.Messages; !strings.Contains(m.To, "bo@") || !strings.Contains(m.Text, secret) {
		t.Errorf("arrived for %s: %s", m.To, m.Text)
	}
	if err = client.Stop(t.Context()); err != nil { // waits for the job
		t.Fatal(err)
	}
	if d, deliveryErr := db.Delivery(t.Context(), id); deliveryErr != nil || d.State != notify.Sent || d.Body != "" {
		t.Errorf("recorded %+v: %v", d, deliveryErr)
	}
	var rows string
	err = db.Pool.QueryRow(t.Context(), "SELECT string_agg(to_jsonb(j)::text, '') FROM river_job j WHERE kind = 'mail.send'").Scan(&rows)
	if err != nil || strings.Contains(rows, secret) || strings.Contains(out.String(), secret) || !strings.Contains(rows, id.String()) {
		t.Errorf("the job's row or the log holds the link, or the row is not there: %v %s", err, rows)
	}
	if len(server.Messages) != 0 {
		t.Error("another mail was sent")
	}
	if err = client.Stop(t.Context()); err != nil {
		t.Errorf("stopped again: %v", err)
	}
}

func TestEnqueue(t *testing.T) {
	t.Parallel()
	db := pgtest.NewApp(t)
	client, err := New(db, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	args := notify.SendMail{Delivery: uuid.New()}
	err = db.InTx(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
		if enqueueErr := client.EnqueueTx(ctx, tx, args); enqueueErr != nil {
			return enqueueErr
		}
		rivertest.RequireInsertedTx[*riverpgxv5.Driver](ctx, t, tx.Tx, args, &rivertest.RequireInsertedOpts{Queue: "notify", MaxAttempts: 8})
		if enqueueErr := client.EnqueueTx(ctx, tx, river.JobArgs(stray{})); enqueueErr == nil {
			t.Error("a job without a queue was accepted")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err = client.Stop(t.Context()); err != nil {
		t.Errorf("stopped without a start: %v", err)
	}
}

type stray struct{}

func (stray) Kind() string { return "stray" }

// deliverer answers what it is told and keeps what it was asked.
type deliverer struct {
	answer error
	last   []bool
}

func (d *deliverer) Deliver(_ context.Context, _ uuid.UUID, last bool) error {
	d.last = append(d.last, last)
	return d.answer
}

func TestWhatBecomesOfAMailJob(t *testing.T) {
	t.Parallel()
	db := pgtest.NewApp(t)
	tests := map[string]struct {
		answer      error
		maxAttempts int
		state       rivertype.JobState
		last        bool
	}{
		"sent":             {nil, 8, rivertype.JobStateCompleted, false},
		"try again":        {errors.New("451 later"), 8, rivertype.JobStateAvailable, false}, // in a second, which is at once for River
		"refused for good": {notify.ErrRefused, 8, rivertype.JobStateCancelled, false},
		"the last attempt": {errors.New("451 later"), 1, rivertype.JobStateDiscarded, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := &deliverer{answer: test.answer}
			config := &river.Config{Logger: slog.New(slog.DiscardHandler)}
			worker := rivertest.NewWorker(t, riverpgxv5.New(nil), config, &mailWorker{mail: d})
			tx, err := db.Pool.Begin(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = tx.Rollback(context.WithoutCancel(t.Context())) }()
			opts := &river.InsertOpts{Queue: queueNotify, MaxAttempts: test.maxAttempts}
			// An error of the worker comes back beside the result.
			result, err := worker.Work(t.Context(), t, tx, notify.SendMail{Delivery: uuid.New()}, opts)
			if result == nil || result.Job.State != test.state || len(d.last) != 1 || d.last[0] != test.last {
				t.Errorf("result %+v, last %v: %v", result, d.last, err)
			}
		})
	}
}

type failing struct{ err error }

func (f failing) CleanUp(context.Context) error { return f.err }

func TestOneCleanerDoesNotStopTheOthers(t *testing.T) {
	t.Parallel()
	broken, cleaned := errors.New("broken"), make(bell, 1)
	w := &cleanUpWorker{cleaners: []Cleaner{failing{broken}, cleaned}}
	if err := w.Work(t.Context(), &river.Job[cleanUp]{}); !errors.Is(err, broken) || len(cleaned) != 1 {
		t.Errorf("%v, the second was called %d times", err, len(cleaned))
	}
}

func TestErrorHandlerNamesTheJob(t *testing.T) {
	t.Parallel()
	out := &logs{}
	h := &errorHandler{log: slog.New(slog.NewTextHandler(out, nil))}
	job := &rivertype.JobRow{ID: 7, Kind: "mail.send", Attempt: 2}
	if h.HandleError(t.Context(), job, pgx.ErrNoRows) != nil || h.HandlePanic(t.Context(), job, "boom", "workers.go:1") != nil {
		t.Error("the handler changes what happens to the job")
	}
	for _, want := range []string{"level=WARN", "level=ERROR", "kind=mail.send", "job_id=7", "panic=boom", "workers.go:1"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in %s", want, out)
		}
	}
}
