package escalation

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"wardroom/internal/authz"
	"wardroom/internal/errs"
	"wardroom/internal/postgres"
	"wardroom/internal/postgres/dbgen"
	"wardroom/internal/timeline"
)

// State says whether an escalation moves by itself.
type State string

// The states; the words are stored.
const (
	Running State = "running"
	Held    State = "held" // somebody is on it; the timer runs all the same
	Stopped State = "stopped"
)

// Highest is the level that nobody stands above.
const Highest = 3

// interval is how long a level may stay unresolved; level 3 has no end.
var interval = map[int16]time.Duration{1: 15 * time.Minute, 2: 30 * time.Minute}

// Service keeps escalations and fires their timers. It works without Start, but then no
// timer of its own fires.
type Service struct {
	db        *postgres.DB
	ledger    *timeline.Ledger
	log       *slog.Logger
	heartbeat time.Duration

	wake chan struct{} // a timer was made: the nearest deadline may be another
	stop context.CancelFunc
	done chan struct{}
}

// Options are what tests choose otherwise.
type Options struct {
	// Heartbeat is how often to look for timers that other replicas made or left
	// half-done. 0: every 15 s.
	Heartbeat time.Duration
}

// New returns a service that has not been started.
func New(db *postgres.DB, ledger *timeline.Ledger, log *slog.Logger, o Options) *Service {
	if o.Heartbeat == 0 {
		o.Heartbeat = 15 * time.Second
	}
	return &Service{db: db, ledger: ledger, log: log, heartbeat: o.Heartbeat, wake: make(chan struct{}, 1)}
}

// StartTx begins the incident's escalation at a level; 0 is level 1, another level is
// errs.Invalid. An escalation that exists stays as it is.
func (s *Service) StartTx(ctx context.Context, tx *postgres.Tx, incident uuid.UUID, level int, actor authz.Actor) error {
	stored, err := checkLevel(max(level, 1))
	if err != nil {
		return err
	}
	if err = lock(ctx, tx, incident); err != nil {
		return err
	}
	added, err := tx.AddEscalation(ctx, dbgen.AddEscalationParams{IncidentID: incident, Level: stored})
	if err != nil {
		return fmt.Errorf("escalation: start: %w", postgres.MapError(err))
	}
	if added == 0 {
		return nil
	}
	return s.begin(ctx, tx, incident, stored, actor)
}

// RestartTx sets a stopped escalation going again, when an incident is reopened; level 0
// is the level that it had reached. One that is going stays as it is.
func (s *Service) RestartTx(ctx context.Context, tx *postgres.Tx, incident uuid.UUID, level int, actor authz.Actor) error {
	now, found, err := s.current(ctx, tx, incident)
	if err != nil {
		return err
	}
	if !found {
		return s.StartTx(ctx, tx, incident, level, actor)
	}
	if now.state != Stopped {
		return nil
	}
	if level != 0 {
		if now.level, err = checkLevel(level); err != nil {
			return err
		}
	}
	if err := s.change(ctx, tx, incident, current{level: now.level, state: Running}); err != nil {
		return err
	}
	return s.begin(ctx, tx, incident, now.level, actor)
}

// begin sets the first timer of a level and records the start.
func (s *Service) begin(ctx context.Context, tx *postgres.Tx, incident uuid.UUID, level int16, actor authz.Actor) error {
	due, err := s.schedule(ctx, tx, incident, level, time.Time{})
	if err != nil {
		return err
	}
	return s.record(ctx, tx, incident, timeline.Event{
		Kind: timeline.EscalationStarted, Actor: actor, Data: timeline.EscalationData{To: int(level), DueAt: due},
	})
}

// StopTx ends the escalation's timers; reason is for the record. One that is stopped
// stays so, without a second record.
func (s *Service) StopTx(ctx context.Context, tx *postgres.Tx, incident uuid.UUID, actor authz.Actor, reason string) error {
	now, found, err := s.current(ctx, tx, incident)
	if err != nil || !found || now.state == Stopped {
		return err
	}
	if err := s.change(ctx, tx, incident, current{level: now.level, state: Stopped}); err != nil {
		return err
	}
	return s.record(ctx, tx, incident, timeline.Event{
		Kind: timeline.EscalationStopped, Actor: actor,
		Data: timeline.EscalationData{From: int(now.level), Reason: reason},
	})
}

// current is an escalation as its row has it.
type current struct {
	level  int16
	state  State
	heldBy *uuid.UUID
}

// current reads the escalation under the incident's lock.
func (s *Service) current(ctx context.Context, tx *postgres.Tx, incident uuid.UUID) (now current, found bool, err error) {
	if err = lock(ctx, tx, incident); err != nil {
		return current{}, false, err
	}
	row, err := tx.GetEscalation(ctx, incident)
	if errors.Is(err, pgx.ErrNoRows) {
		return current{}, false, nil
	}
	if err != nil {
		return current{}, false, fmt.Errorf("escalation: read: %w", postgres.MapError(err))
	}
	return current{level: row.Level, state: State(row.State), heldBy: row.HeldBy}, true, nil
}

// active is current for those who need an escalation that is going.
func (s *Service) active(ctx context.Context, tx *postgres.Tx, incident uuid.UUID) (current, error) {
	now, found, err := s.current(ctx, tx, incident)
	switch {
	case err != nil:
		return current{}, err
	case !found:
		return current{}, errs.New(errs.NotFound, "This incident has no escalation.")
	case now.state == Stopped:
		return current{}, errs.New(errs.Conflict, "The escalation is stopped. Reopen the incident to start it again.")
	}
	return now, nil
}

// change writes the escalation's row and cancels the timer that it had, also one that
// was claimed a moment ago and has had no effect yet.
func (s *Service) change(ctx context.Context, tx *postgres.Tx, incident uuid.UUID, to current) error {
	if err := tx.CancelEscalationTimers(ctx, incident); err != nil {
		return fmt.Errorf("escalation: cancel timer: %w", postgres.MapError(err))
	}
	err := tx.SetEscalation(ctx, dbgen.SetEscalationParams{
		IncidentID: incident, Level: to.level, State: string(to.state), HeldBy: to.heldBy,
	})
	if err != nil {
		return fmt.Errorf("escalation: change: %w", postgres.MapError(err))
	}
	return nil
}

// schedule sets the timer from level to the next one: the level's interval from now, and
// not before a moment. It gives the deadline, nil at the highest level.
func (s *Service) schedule(ctx context.Context, tx *postgres.Tx, incident uuid.UUID, level int16, notBefore time.Time) (*time.Time, error) {
	if level >= Highest {
		return nil, nil //nolint:nilnil // no deadline is the answer, not a failure
	}
	id, err := uuid.NewV7()
	if err != nil {
		return nil, fmt.Errorf("escalation: %w", err)
	}
	due, err := tx.AddEscalationTimer(ctx, dbgen.AddEscalationTimerParams{
		ID: id, IncidentID: incident, FromLevel: level, ToLevel: level + 1,
		After: interval[level], NotBefore: notBefore,
	})
	if err != nil {
		return nil, fmt.Errorf("escalation: set timer: %w", postgres.MapError(err))
	}
	tx.OnCommit(func(context.Context) { s.Wake() })
	return &due, nil
}

func (s *Service) record(ctx context.Context, tx *postgres.Tx, incident uuid.UUID, e timeline.Event) error {
	if _, err := s.ledger.AppendTx(ctx, tx, incident, e); err != nil {
		return fmt.Errorf("escalation: record: %w", err)
	}
	return nil
}

// lock takes the incident's row, first thing in every change: one order for everybody.
func lock(ctx context.Context, tx *postgres.Tx, incident uuid.UUID) error {
	if _, err := tx.LockIncidentForEscalation(ctx, incident); err != nil {
		return fmt.Errorf("escalation: lock incident: %w", postgres.MapError(err))
	}
	return nil
}

func checkLevel(level int) (int16, error) {
	if level < 1 || level > Highest {
		return 0, errs.Newf(errs.Invalid, "Level %d is none of 1 to %d.", level, Highest)
	}
	return int16(level), nil
}
