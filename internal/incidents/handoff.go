package incidents

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"net/mail"
	"strings"
	"time"

	"github.com/google/uuid"

	"wardroom/internal/authz"
	"wardroom/internal/errs"
	"wardroom/internal/postgres"
	"wardroom/internal/postgres/dbgen"
	"wardroom/internal/timeline"
)

// HandoffHours is how long a link works, accepted or not, if the incident lasts that long.
const HandoffHours = 24

// HandoffState is what became of an offer and its link.
type HandoffState string

// The states. Only an offered one can still be accepted; of every state but the first two
// the link is over and shows nothing of the incident any more.
const (
	HandoffOffered  HandoffState = "offered"
	HandoffAccepted HandoffState = "accepted"
	HandoffTaken    HandoffState = "taken" // somebody else accepted theirs, first or since
	HandoffDeclined HandoffState = "declined"
	HandoffRevoked  HandoffState = "revoked"
	HandoffOver     HandoffState = "over" // the incident is resolved or closed
	HandoffExpired  HandoffState = "expired"
)

// Handoff is an offer to take an incident over. Until it is accepted the old lead stays
// responsible.
type Handoff struct {
	ID         uuid.UUID
	IncidentID uuid.UUID
	Number     int64 // of the incident
	FromID     uuid.UUID
	From       string     // who offered it
	ToID       *uuid.UUID // nil: an address
	To         string     // a person's name or an address
	Reason     string
	OfferedAt  time.Time
	ExpiresAt  time.Time
	State      HandoffState
	By         string    // who accepted this offer, or took another; stays when the link is over
	At         time.Time // when they did
}

// Linked says whether the link still shows the incident.
func (h Handoff) Linked() bool { return h.State == HandoffOffered || h.State == HandoffAccepted }

// HandoffMail is what the message to the addressee is made of. The token is in no other
// place that is stored.
type HandoffMail struct {
	Handoff Handoff
	Address string
	Title   string
	Token   string
}

// HandoffTo names who is to take over: a person of ours or an address.
type HandoffTo struct {
	User  uuid.UUID
	Email string
}

// Offer offers the incident to somebody and gives the token of the link, which is nowhere
// to be found afterwards. An address that belongs to a person of ours is that person.
// There is nothing to offer of an incident that is over: errs.Conflict.
func (s *Service) Offer(ctx context.Context, number int64, to HandoffTo, reason string) (h Handoff, token string, err error) {
	err = s.act(ctx, number, func(ctx context.Context, tx *postgres.Tx, in Incident, actor authz.Actor) error {
		var who person
		if who, err = addressee(ctx, tx, to); err != nil {
			return err
		}
		if err = offerable(in, who, actor); err != nil {
			return err
		}
		token = rand.Text()
		h, err = s.offerTx(ctx, tx, in, who, token, reason, actor)
		if err != nil || s.Mail == nil || who.Email == "" {
			return err
		}
		return s.Mail.HandoffTx(ctx, tx, HandoffMail{Handoff: h, Address: who.Email, Title: in.Title, Token: token})
	})
	if err != nil {
		return Handoff{}, "", err
	}
	return h, token, nil
}

func (s *Service) offerTx(ctx context.Context, tx *postgres.Tx, in Incident, who person, token, reason string, actor authz.Actor) (Handoff, error) {
	hash, err := timeline.ContentTx(ctx, tx, reason)
	if err != nil {
		return Handoff{}, err
	}
	row := dbgen.InsertHandoffParams{
		ID: uuid.Must(uuid.NewV7()), IncidentID: in.ID, TokenHash: hashToken(token),
		FromID: actor.ID, ReasonHash: hash, Hours: HandoffHours,
	}
	if who.ID != uuid.Nil {
		row.ToID = &who.ID
	} else {
		row.ToEmail = who.Email
	}
	if _, err := tx.InsertHandoff(ctx, row); err != nil {
		return Handoff{}, fmt.Errorf("incidents: offer: %w", postgres.MapError(err))
	}
	if err := s.record(ctx, tx, in.ID, timeline.Event{
		Kind: timeline.HandoffOffered, Actor: actor, Text: reason,
		Data: timeline.HandoffData{HandoffID: row.ID, From: actor.Name, To: who.Name},
	}); err != nil {
		return Handoff{}, err
	}
	return readHandoff(ctx, tx.Queries, row.ID)
}

// Handoffs lists all offers of the incident, the newest first.
func (s *Service) Handoffs(ctx context.Context, incident uuid.UUID) ([]Handoff, error) {
	if _, err := authz.Require(ctx, authz.Read); err != nil {
		return nil, err
	}
	rows, err := s.DB.ListHandoffs(ctx, incident)
	if err != nil {
		return nil, fmt.Errorf("incidents: handoffs: %w", postgres.MapError(err))
	}
	handoffs := make([]Handoff, len(rows))
	for i, row := range rows {
		handoffs[i] = fromHandoffRow(dbgen.HandoffByIDRow(row))
	}
	return handoffs, nil
}

func addressee(ctx context.Context, tx *postgres.Tx, to HandoffTo) (person, error) {
	if to.User != uuid.Nil {
		return responderByID(ctx, tx, to.User)
	}
	address, err := mail.ParseAddress(strings.TrimSpace(to.Email))
	if err != nil || address.Name != "" || len(address.Address) > 254 || oneLine(address.Address) != address.Address {
		return person{}, errs.New(errs.Invalid, "Choose a person or give an e-mail address like bo@example.org.")
	}
	row, err := tx.PersonByEmail(ctx, address.Address)
	if mapped := postgres.MapError(err); errs.KindOf(mapped) == errs.NotFound {
		return person{Name: address.Address, Email: address.Address}, nil
	} else if mapped != nil {
		return person{}, fmt.Errorf("incidents: find person: %w", mapped)
	}
	return able(row)
}

func offerable(in Incident, to person, actor authz.Actor) error {
	switch {
	case !in.Active():
		return errs.Newf(errs.Conflict, "%s is %s; there is nothing to hand over.", in.Name(), in.Status)
	case actor.ID == uuid.Nil:
		return errs.New(errs.Forbidden, "Only a person can hand over.")
	case in.LeadID != nil && *in.LeadID == to.ID:
		return errs.Newf(errs.Conflict, "%s leads %s already.", to.Name, in.Name())
	case to.ID == actor.ID:
		return errs.New(errs.Invalid, "You cannot offer it to yourself; make yourself the lead.")
	}
	return nil
}

// hashToken is all that is stored of a token. It is found by its hash, so that how long a
// comparison takes tells nothing about the token.
func hashToken(token string) []byte {
	hash := sha256.Sum256([]byte(token))
	return hash[:]
}

func readHandoff(ctx context.Context, queries *dbgen.Queries, id uuid.UUID) (Handoff, error) {
	row, err := queries.HandoffByID(ctx, id)
	if err != nil {
		return Handoff{}, noHandoff(err)
	}
	return fromHandoffRow(row), nil
}

func fromHandoffRow(row dbgen.HandoffByIDRow) Handoff {
	h := Handoff{
		ID: row.Handoff.ID, IncidentID: row.Handoff.IncidentID, Number: row.Number,
		FromID: row.Handoff.FromID, From: row.FromName, ToID: row.Handoff.ToID, To: row.ToName,
		OfferedAt: row.Handoff.CreatedAt, ExpiresAt: row.Handoff.ExpiresAt, State: handoffState(row),
	}
	if row.Reason != nil {
		h.Reason = *row.Reason
	}
	switch {
	case row.TakenAt != nil:
		h.By, h.At = row.TakenBy, *row.TakenAt
	case row.Handoff.AcceptedAt != nil:
		h.By, h.At = row.Handoff.AcceptedBy, *row.Handoff.AcceptedAt
	}
	return h
}

// handoffState has what ended the link before what happened while it worked.
func handoffState(row dbgen.HandoffByIDRow) HandoffState {
	switch {
	case row.TakenAt != nil:
		return HandoffTaken
	case row.Handoff.DeclinedAt != nil:
		return HandoffDeclined
	case row.Handoff.RevokedAt != nil:
		return HandoffRevoked
	case !Status(row.Status).Active():
		return HandoffOver
	case row.Expired:
		return HandoffExpired
	case row.Handoff.AcceptedAt != nil:
		return HandoffAccepted
	default:
		return HandoffOffered
	}
}

func noHandoff(err error) error {
	mapped := postgres.MapError(err)
	if errs.KindOf(mapped) == errs.NotFound {
		return errs.New(errs.NotFound, "This link leads nowhere. Ask who sent it for a new one.")
	}
	return fmt.Errorf("incidents: handoff: %w", mapped)
}
