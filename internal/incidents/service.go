package incidents

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"wardroom/internal/authz"
	"wardroom/internal/errs"
	"wardroom/internal/playbooks"
	"wardroom/internal/postgres"
	"wardroom/internal/timeline"
)

// Escalation is the clock that runs while nobody makes progress. Repeating a call changes
// nothing.
type Escalation interface {
	// StartTx starts the clock of a new incident.
	StartTx(ctx context.Context, tx *postgres.Tx, incident uuid.UUID, level int, actor authz.Actor) error
	// HoldTx stops it for now because the actor is on it. The actor has no ID when the
	// incident was handed to an address.
	HoldTx(ctx context.Context, tx *postgres.Tx, incident uuid.UUID, actor authz.Actor) error
	// StopTx stops it because there is nothing left to escalate.
	StopTx(ctx context.Context, tx *postgres.Tx, incident uuid.UUID, actor authz.Actor, reason string) error
	// RestartTx starts it again for an incident that was reopened.
	RestartTx(ctx context.Context, tx *postgres.Tx, incident uuid.UUID, level int, actor authz.Actor) error
}

// Symptoms are what incidents are opened from.
type Symptoms interface {
	// LinkTx makes the symptoms belong to the incident. Their rows are locked already.
	LinkTx(ctx context.Context, tx *postgres.Tx, incident uuid.UUID, ids []uuid.UUID) error
}

// Catalogue has the playbooks as they are now.
type Catalogue interface {
	ByID(id string) (*playbooks.Playbook, bool)
}

// Mail carries handoff links to their addressees.
type Mail interface {
	HandoffTx(ctx context.Context, tx *postgres.Tx, m HandoffMail) error
}

// Config is what a service needs.
type Config struct {
	DB          *postgres.DB
	Ledger      *timeline.Ledger
	Escalation  Escalation
	Symptoms    Symptoms
	Catalogue   Catalogue
	Mail        Mail              // nil: none is configured, links are passed on by hand
	Environment func(string) bool // says whether there is one of that name; nil: any will do
}

// Service changes and reads incidents. Its methods require authz.Respond to change and
// authz.Read to read; those that take a handoff's token require nothing but the token.
// An incident that does not exist is errs.NotFound, a change of a closed one errs.Conflict.
type Service struct {
	Config
	parsed *snapshots
}

// New returns a service.
func New(config Config) *Service {
	return &Service{Config: config, parsed: newSnapshots()}
}

// ByNumber gives the incident that people know as INC-number.
func (s *Service) ByNumber(ctx context.Context, number int64) (Incident, error) {
	if _, err := authz.Require(ctx, authz.Read); err != nil {
		return Incident{}, err
	}
	row, err := s.DB.IncidentByNumber(ctx, number)
	if err != nil {
		return Incident{}, noSuch(err, number)
	}
	return fromRow(row.Incident, row.Lead), nil
}

// act is how everything is done to an incident that is not closed: by somebody who may
// respond and who thereby becomes a responder, under the lock of the incident's row.
func (s *Service) act(ctx context.Context, number int64, deed func(ctx context.Context, tx *postgres.Tx, in Incident, actor authz.Actor) error) error {
	return s.locked(ctx, number, func(ctx context.Context, tx *postgres.Tx, in Incident, actor authz.Actor) error {
		if in.Status == Closed {
			return errs.Newf(errs.Conflict, "%s is closed. Reopen it to go on.", in.Name())
		}
		if err := s.JoinTx(ctx, tx, in.ID); err != nil {
			return err
		}
		return deed(ctx, tx, in, actor)
	})
}

func (s *Service) locked(ctx context.Context, number int64, deed func(ctx context.Context, tx *postgres.Tx, in Incident, actor authz.Actor) error) error {
	actor, err := authz.Require(ctx, authz.Respond)
	if err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		in, err := lock(ctx, tx, number)
		if err != nil {
			return err
		}
		return deed(ctx, tx, in, actor)
	})
}

// lock takes the incident's row and reads it afterwards: a read that waited for the lock
// itself would join what was true before.
func lock(ctx context.Context, tx *postgres.Tx, number int64) (Incident, error) {
	id, err := tx.LockIncidentByNumber(ctx, number)
	if err != nil {
		return Incident{}, noSuch(err, number)
	}
	return read(ctx, tx, id)
}

func read(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (Incident, error) {
	row, err := tx.IncidentByID(ctx, id)
	if err != nil {
		return Incident{}, fmt.Errorf("incidents: read: %w", postgres.MapError(err))
	}
	return fromRow(row.Incident, row.Lead), nil
}

func (s *Service) record(ctx context.Context, tx *postgres.Tx, incident uuid.UUID, e timeline.Event) error {
	_, err := s.Ledger.AppendTx(ctx, tx, incident, e)
	return err
}

func noSuch(err error, number int64) error {
	mapped := postgres.MapError(err)
	if errs.KindOf(mapped) == errs.NotFound {
		return errs.Newf(errs.NotFound, "There is no incident INC-%d.", number)
	}
	return fmt.Errorf("incidents: find: %w", mapped)
}
