package escalation

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"wardroom/internal/authz"
	"wardroom/internal/postgres"
	"wardroom/internal/timeline"
)

const (
	// batch bounds one claim, so that a replica that dies leaves little half-done.
	batch = 50
	// least keeps the loop from spinning while another transaction holds a due timer,
	// which the claim skips.
	least = 50 * time.Millisecond
	// retry is the pause after a failure, mostly of the database.
	retry = time.Second
	// worthSaying is the lateness from which the record mentions it.
	worthSaying = 30 * time.Second
)

// Start begins to fire timers, first of all those that were left half-done. It must be
// followed by Stop; ctx ending stops it too.
func (s *Service) Start(ctx context.Context) {
	ctx, s.stop = context.WithCancel(ctx)
	s.done = make(chan struct{})
	go func() {
		defer close(s.done)
		s.run(ctx)
	}()
}

// Stop ends the service and waits for it. A timer that it has claimed and not applied is
// applied at the next start or by another replica.
func (s *Service) Stop() {
	s.stop()
	<-s.done
}

// Wake makes the service look at the clock now.
func (s *Service) Wake() {
	select {
	case s.wake <- struct{}{}:
	default: // it is about to look anyway
	}
}

// run sleeps until the nearest deadline, at most a heartbeat. Deadlines are compared by
// the database alone; this process only measures how long to sleep.
func (s *Service) run(ctx context.Context) {
	var repaired time.Time
	for {
		repair := time.Since(repaired) >= s.heartbeat
		if repair {
			repaired = time.Now()
		}
		sleep, err := s.tick(ctx, repair)
		if err != nil && ctx.Err() == nil {
			s.log.ErrorContext(ctx, "escalation timers not fired", "err", err)
			sleep, repaired = retry, time.Time{}
		}
		select {
		case <-ctx.Done():
			return
		case <-s.wake:
		case <-time.After(min(sleep, s.heartbeat)):
		}
	}
}

// tick fires what is due and says how long nothing more will be.
func (s *Service) tick(ctx context.Context, repair bool) (time.Duration, error) {
	var failed []error
	if repair {
		failed = append(failed, s.repair(ctx))
	}
	failed = append(failed, s.fire(ctx))
	next, err := s.db.SecondsToNextEscalation(ctx)
	if err != nil {
		failed = append(failed, fmt.Errorf("escalation: next deadline: %w", postgres.MapError(err)))
	}
	return max(seconds(next), least), errors.Join(failed...)
}

// fire claims what is due and applies it, batch by batch.
func (s *Service) fire(ctx context.Context) error {
	for {
		claimed, err := s.db.ClaimDueEscalationTimers(ctx, batch)
		if err != nil {
			return fmt.Errorf("escalation: claim: %w", postgres.MapError(err))
		}
		var failed []error
		for _, t := range claimed {
			failed = append(failed, s.apply(ctx, t.ID, t.IncidentID))
		}
		if err := errors.Join(failed...); err != nil || len(claimed) < batch {
			return err
		}
	}
}

// repair applies what somebody claimed and did not live to apply. Somebody who is alive
// may be at it just now; the lock makes the second one find nothing to do.
func (s *Service) repair(ctx context.Context) error {
	left, err := s.db.UnappliedEscalationTimers(ctx)
	if err != nil {
		return fmt.Errorf("escalation: repair: %w", postgres.MapError(err))
	}
	var failed []error
	for _, t := range left {
		failed = append(failed, s.apply(ctx, t.ID, t.IncidentID))
	}
	return errors.Join(failed...)
}

// apply gives a claimed timer its effect, exactly once: marking the timer and raising
// the level are one transaction under the incident's lock.
func (s *Service) apply(ctx context.Context, timer, incident uuid.UUID) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		if err := lock(ctx, tx, incident); err != nil {
			return err
		}
		row, err := tx.LockFiredEscalationTimer(ctx, timer)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("escalation: apply: %w", postgres.MapError(err))
		}
		if err := tx.MarkEscalationTimerApplied(ctx, timer); err != nil {
			return fmt.Errorf("escalation: apply: %w", postgres.MapError(err))
		}
		d := timeline.EscalationData{ByTimer: true, Minutes: int(seconds(row.SecondsWaited).Minutes())}
		if late := seconds(row.SecondsLate); late > worthSaying {
			d.LateSeconds = int(late.Seconds())
		}
		return s.raise(ctx, tx, incident, row.ToLevel, d, authz.Wardroom(), "")
	})
}
