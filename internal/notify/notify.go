package notify

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	netmail "net/mail"
	"strings"
	"time"
	"unicode"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"wardroom/internal/authz"
	"wardroom/internal/errs"
	"wardroom/internal/postgres"
	"wardroom/internal/postgres/dbgen"
)

// The states of a delivery.
const (
	Pending = "pending"
	Sent    = "sent"    // the mail server took it
	Failed  = "failed"  // it did not arrive
	Unknown = "unknown" // it may have arrived
)

// SendMail is the job that sends one delivery.
type SendMail struct {
	Delivery uuid.UUID `json:"delivery"`
}

// Kind names the job in the queue.
func (SendMail) Kind() string { return "mail.send" }

// Enqueuer puts a job into the queue when the transaction commits.
type Enqueuer interface {
	EnqueueTx(ctx context.Context, tx *postgres.Tx, args interface{ Kind() string }) error
}

// Sender is a Mailer.
type Sender interface {
	Send(ctx context.Context, message Mail) error
}

// Service records and delivers messages.
type Service struct {
	db     *postgres.DB
	sender Sender // nil: no mail server is configured
	jobs   Enqueuer
	log    *slog.Logger
}

// New returns a service. Without a sender every delivery is recorded as failed.
func New(db *postgres.DB, sender Sender, jobs Enqueuer, log *slog.Logger) *Service {
	return &Service{db: db, sender: sender, jobs: jobs, log: log}
}

// CanMail says whether a mail server is configured.
func (s *Service) CanMail() bool { return s.sender != nil }

// Message is what should be sent.
type Message struct {
	To       string // a bare address
	Subject  string
	Text     string     // may hold secrets: it is kept only until the outcome is known
	Incident *uuid.UUID // whose message it is, if it is one's
}

// MailTx records the message and queues it; nothing is sent unless tx commits. It gives
// the delivery's id, or Invalid when the address is none.
func (s *Service) MailTx(ctx context.Context, tx *postgres.Tx, m Message) (uuid.UUID, error) {
	to, err := netmail.ParseAddress(m.To)
	if err != nil || to.Address != m.To {
		return uuid.Nil, errs.New(errs.Invalid, "This is not an e-mail address.")
	}
	id, err := uuid.NewV7()
	if err != nil {
		return uuid.Nil, fmt.Errorf("notify: new id: %w", err)
	}
	err = tx.CreateDelivery(ctx, dbgen.CreateDeliveryParams{
		ID: id, Channel: "mail", Recipient: m.To, Subject: oneLine(m.Subject, 200), Body: m.Text, IncidentID: m.Incident,
	})
	if err != nil {
		return uuid.Nil, fmt.Errorf("notify: record delivery: %w", err)
	}
	if s.sender == nil {
		err = tx.FinishDelivery(ctx, dbgen.FinishDeliveryParams{ID: id, State: Failed, LastError: "no mail server is configured"})
	} else {
		err = s.jobs.EnqueueTx(ctx, tx, SendMail{Delivery: id})
	}
	if err != nil {
		return uuid.Nil, fmt.Errorf("notify: queue delivery: %w", err)
	}
	return id, nil
}

// Deliver makes one attempt to send a delivery and records what came of it; last says
// that there will be no other. A delivery whose outcome is known is left alone. An error
// asks for another attempt unless it is ErrRefused.
func (s *Service) Deliver(ctx context.Context, id uuid.UUID, last bool) error {
	d, err := s.db.BeginDelivery(ctx, id)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	} else if err != nil {
		return fmt.Errorf("notify: begin delivery: %w", postgres.MapError(err))
	}
	sendErr := errors.New("no mail server is configured")
	if s.sender != nil {
		sendErr = s.sender.Send(ctx, Mail{ID: d.ID, To: d.Recipient, Subject: d.Subject, Text: d.Body, Date: d.CreatedAt})
	}
	if ctx.Err() != nil {
		last = false // Wardroom stops; the queue gives this attempt back
	}
	ctx = context.WithoutCancel(ctx) // what happened is recorded all the same
	doubtful := d.WasDoubtful || errors.Is(sendErr, ErrUnanswered)
	switch {
	case sendErr == nil:
		err = s.db.FinishDelivery(ctx, dbgen.FinishDeliveryParams{ID: id, State: Sent})
	case errors.Is(sendErr, ErrRefused) || last:
		state := Failed
		if doubtful {
			state = Unknown
		}
		s.log.WarnContext(ctx, "mail was not delivered", "delivery_id", id, "state", state, "err", sendErr)
		err = s.db.FinishDelivery(ctx, dbgen.FinishDeliveryParams{ID: id, State: state, LastError: oneLine(sendErr.Error(), 500)})
	default:
		err = s.db.RetryDelivery(ctx, dbgen.RetryDeliveryParams{ID: id, Doubtful: doubtful, LastError: oneLine(sendErr.Error(), 500)})
	}
	if err != nil {
		return fmt.Errorf("notify: record outcome: %w", errors.Join(postgres.MapError(err), sendErr))
	}
	return sendErr
}

// CleanUp ends deliveries whose job was lost, so that their text does not stay.
func (s *Service) CleanUp(ctx context.Context) error {
	if _, err := authz.Require(ctx, authz.ManagePeople); err != nil {
		return err
	}
	n, err := s.db.AbandonDeliveries(ctx)
	if err != nil {
		return fmt.Errorf("notify: clean up: %w", postgres.MapError(err))
	}
	if n > 0 {
		s.log.WarnContext(ctx, "deliveries were abandoned", "rows", n)
	}
	return nil
}

// Delivery is what became of a message.
type Delivery struct {
	ID         uuid.UUID
	Recipient  string
	Subject    string
	State      string
	Attempts   int
	LastError  string // for administrators
	CreatedAt  time.Time
	FinishedAt *time.Time
}

// ForIncident lists what was sent for an incident, the oldest first.
func (s *Service) ForIncident(ctx context.Context, incident uuid.UUID) ([]Delivery, error) {
	if _, err := authz.Require(ctx, authz.Read); err != nil {
		return nil, err
	}
	rows, err := s.db.ListDeliveries(ctx, &incident)
	if err != nil {
		return nil, fmt.Errorf("notify: deliveries: %w", postgres.MapError(err))
	}
	deliveries := make([]Delivery, len(rows))
	for i, r := range rows {
		deliveries[i] = Delivery{
			ID: r.ID, Recipient: r.Recipient, Subject: r.Subject, State: r.State, Attempts: int(r.Attempts),
			LastError: r.LastError, CreatedAt: r.CreatedAt, FinishedAt: r.FinishedAt,
		}
	}
	return deliveries, nil
}

// oneLine makes text fit for a header or a column.
func oneLine(text string, most int) string {
	text = strings.Join(strings.FieldsFunc(text, unicode.IsControl), " ")
	if len(text) > most {
		text = text[:most]
	}
	return strings.ToValidUTF8(text, "")
}
