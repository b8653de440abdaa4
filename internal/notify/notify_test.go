package notify_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"testing"

	"github.com/google/uuid"
	"go.uber.org/goleak"

	"wardroom/internal/authz"
	"wardroom/internal/errs"
	"wardroom/internal/notify"
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

// outbox is the outer edge: a sender that answers what it is told to.
type outbox struct {
	answers []error
	sent    []notify.Mail
}

func (o *outbox) Send(_ context.Context, m notify.Mail) error {
	o.sent = append(o.sent, m)
	answer := o.answers[0]
	o.answers = o.answers[1:]
	return answer
}

// queue collects what was queued.
type queue struct{ jobs []any }

func (q *queue) EnqueueTx(_ context.Context, _ *postgres.Tx, args interface{ Kind() string }) error {
	q.jobs = append(q.jobs, args)
	return nil
}

const secret = "https://wardroom.example.org/handoff/secret"

func mailTo(t *testing.T, db *postgres.DB, s *notify.Service, to string) (uuid.UUID, error) {
	t.Helper()
	var id uuid.UUID
	err := db.InTx(t.Context(), func(ctx context.Context, tx *postgres.Tx) (err error) {
		id, err = s.MailTx(ctx, tx, notify.Message{To: to, Subject: "INC-1\nhandoff", Text: secret})
		return err
	})
	return id, err
}

func TestDeliveries(t *testing.T) {
	t.Parallel()
	var (
		later      = errors.New("451 try later")
		refused    = fmt.Errorf("550 no such user: %w", notify.ErrRefused)
		unanswered = fmt.Errorf("EOF: %w", notify.ErrUnanswered)
	)
	tests := map[string]struct {
		answers []error
		state   string
	}{
		"at once":                         {[]error{nil}, notify.Sent},
		"at the third attempt":            {[]error{later, later, nil}, notify.Sent},
		"never":                           {[]error{later, later, later}, notify.Failed},
		"refused":                         {[]error{later, refused}, notify.Failed},
		"perhaps, and then surely":        {[]error{unanswered, nil}, notify.Sent},
		"perhaps":                         {[]error{unanswered, later, later}, notify.Unknown},
		"perhaps, at the end":             {[]error{later, later, unanswered}, notify.Unknown},
		"perhaps, and then refused again": {[]error{unanswered, refused}, notify.Unknown},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, jobs, out := pgtest.NewApp(t), &queue{}, &outbox{answers: test.answers}
			s := notify.New(db, out, jobs, slog.New(slog.DiscardHandler))
			id, err := mailTo(t, db, s, "bo@example.org")
			if err != nil || len(jobs.jobs) != 1 || jobs.jobs[0] != (notify.SendMail{Delivery: id}) {
				t.Fatalf("queued %v: %v", jobs.jobs, err)
			}
			for i, answer := range test.answers {
				if err = s.Deliver(t.Context(), id, i == 2); !errors.Is(err, answer) {
					t.Errorf("attempt %d: %v, want %v", i+1, err, answer)
				}
			}
			if err = s.Deliver(t.Context(), id, false); err != nil {
				t.Errorf("again, when it is over: %v", err)
			}
			d, err := db.Delivery(t.Context(), id)
			if err != nil || d.State != test.state || int(d.Attempts) != len(test.answers) || d.Body != "" || d.FinishedAt == nil {
				t.Errorf("recorded %+v: %v", d, err)
			}
			for _, m := range out.sent {
				if m.ID != id || m.Text != secret || m.Subject != "INC-1 handoff" || m.Date.IsZero() {
					t.Errorf("sent %+v", m)
				}
			}
		})
	}
}

// A process that is killed in the middle of an attempt leaves a delivery of which nobody
// knows whether it arrived.
func TestAKilledAttemptIsDoubtful(t *testing.T) {
	t.Parallel()
	db, out := pgtest.NewApp(t), &outbox{answers: []error{errors.New("451 try later")}}
	s := notify.New(db, out, &queue{}, slog.New(slog.DiscardHandler))
	id, err := mailTo(t, db, s, "bo@example.org")
	if err != nil {
		t.Fatal(err)
	}
	if _, err = db.BeginDelivery(t.Context(), id); err != nil { // and then the lights go out
		t.Fatal(err)
	}
	if err = s.Deliver(t.Context(), id, true); err == nil {
		t.Error("delivered")
	}
	if d, err := db.Delivery(t.Context(), id); err != nil || d.State != notify.Unknown {
		t.Errorf("recorded %+v: %v", d, err)
	}
}

func TestStoppingIsNoLastAttempt(t *testing.T) {
	t.Parallel()
	db := pgtest.NewApp(t)
	ctx, cancel := context.WithCancel(t.Context())
	s := notify.New(db, senderFunc(func(context.Context, notify.Mail) error {
		cancel()
		return context.Canceled
	}), &queue{}, slog.New(slog.DiscardHandler))
	id, err := mailTo(t, db, s, "bo@example.org")
	if err != nil {
		t.Fatal(err)
	}
	if err = s.Deliver(ctx, id, true); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if d, err := db.Delivery(t.Context(), id); err != nil || d.State != notify.Pending || d.Body != secret {
		t.Errorf("recorded %+v: %v", d, err)
	}
}

type senderFunc func(context.Context, notify.Mail) error

func (f senderFunc) Send(ctx context.Context, m notify.Mail) error { return f(ctx, m) }

func TestLostJobsLeaveNoText(t *testing.T) {
	t.Parallel()
	db := pgtest.NewApp(t)
	s := notify.New(db, &outbox{}, &queue{}, slog.New(slog.DiscardHandler))
	ctx := authz.WithActor(t.Context(), authz.Wardroom())
	for _, age := range []string{"0 hours", "25 hours"} {
		id, err := mailTo(t, db, s, "bo@example.org")
		if err != nil {
			t.Fatal(err)
		}
		if _, err = db.Pool.Exec(ctx, "UPDATE deliveries SET created_at = created_at - $1::text::interval WHERE id = $2", age, id); err != nil {
			t.Fatal(err)
		}
		if err = s.CleanUp(ctx); err != nil {
			t.Fatal(err)
		}
		d, err := db.Delivery(ctx, id)
		if lost := age != "0 hours"; err != nil || (d.State == notify.Failed) != lost || (d.Body == "") != lost {
			t.Errorf("after %s: %+v %v", age, d, err)
		}
	}
	if err := s.CleanUp(t.Context()); errs.KindOf(err) != errs.Unauthenticated {
		t.Errorf("nobody: %v", err)
	}
}

func TestWithoutAMailServer(t *testing.T) {
	t.Parallel()
	db, jobs := pgtest.NewApp(t), &queue{}
	s := notify.New(db, nil, jobs, slog.New(slog.DiscardHandler))
	id, err := mailTo(t, db, s, "bo@example.org")
	if err != nil || len(jobs.jobs) != 0 || s.CanMail() {
		t.Fatalf("queued %v: %v", jobs.jobs, err)
	}
	if d, err := db.Delivery(t.Context(), id); err != nil || d.State != notify.Failed || d.LastError == "" || d.Body != "" {
		t.Errorf("recorded %+v: %v", d, err)
	}
}

func TestOddAddresses(t *testing.T) {
	t.Parallel()
	db := pgtest.NewApp(t)
	s := notify.New(db, nil, &queue{}, slog.New(slog.DiscardHandler))
	for _, to := range []string{"", "bo", "Bo <bo@example.org>", "bo@example.org, eve@example.org", "bo@example.org\r\nRCPT TO:<eve@example.org>"} {
		if _, err := mailTo(t, db, s, to); errs.KindOf(err) != errs.Invalid {
			t.Errorf("%q: %v", to, err)
		}
	}
}

func TestForIncident(t *testing.T) {
	t.Parallel()
	db := pgtest.NewApp(t)
	s := notify.New(db, nil, &queue{}, slog.New(slog.DiscardHandler))
	incident := uuid.New()
	if _, err := db.Pool.Exec(t.Context(), "INSERT INTO incidents (id, title, severity, began_at) VALUES ($1, 'x', 2, now())", incident); err != nil {
		t.Fatal(err)
	}
	err := db.InTx(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
		_, err := s.MailTx(ctx, tx, notify.Message{To: "bo@example.org", Subject: "INC-1", Text: secret, Incident: &incident})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err = s.ForIncident(t.Context(), incident); errs.KindOf(err) != errs.Unauthenticated {
		t.Errorf("nobody: %v", err)
	}
	got, err := s.ForIncident(authz.WithActor(t.Context(), authz.Actor{Role: authz.Viewer}), incident)
	if err != nil || len(got) != 1 || got[0].Recipient != "bo@example.org" || got[0].State != notify.Failed {
		t.Errorf("listed %+v: %v", got, err)
	}
}
