package escalation

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"wardroom/internal/authz"
	"wardroom/internal/errs"
	"wardroom/internal/postgres"
	"wardroom/internal/postgres/dbgen"
	"wardroom/internal/timeline"
)

// MaxExtension is by how many minutes one press may put the next level off.
const MaxExtension = 240

// repeat is how soon after a hold the same person's next one says nothing new.
const repeat = time.Minute

// OnIt says that the actor works on the incident: the level is held for them and its
// timer starts again with the full interval. A stopped escalation is errs.Conflict, an
// incident without one errs.NotFound. Needs authz.Respond.
func (s *Service) OnIt(ctx context.Context, incident uuid.UUID) error {
	actor, err := authz.Require(ctx, authz.Respond)
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		now, err := s.active(ctx, tx, incident)
		if err != nil {
			return err
		}
		return s.hold(ctx, tx, incident, now, actor)
	})
}

// HoldTx is OnIt for those who hold by the way, like an accepted handoff: where there is
// nothing to hold it does nothing. The actor may be somebody without an account.
func (s *Service) HoldTx(ctx context.Context, tx *postgres.Tx, incident uuid.UUID, actor authz.Actor) error {
	now, found, err := s.current(ctx, tx, incident)
	if err != nil || !found || now.state == Stopped {
		return err
	}
	return s.hold(ctx, tx, incident, now, actor)
}

func (s *Service) hold(ctx context.Context, tx *postgres.Tx, incident uuid.UUID, now current, actor authz.Actor) error {
	timer, err := liveTimer(ctx, tx, incident)
	if err != nil {
		return err
	}
	mine := now.state == Held && now.heldBy != nil && *now.heldBy == actor.ID
	if mine && timer.left() >= interval[now.level]-repeat {
		return nil
	}
	to := current{level: now.level, state: Held}
	if actor.ID != uuid.Nil {
		to.heldBy = &actor.ID
	}
	if err = s.change(ctx, tx, incident, to); err != nil {
		return err
	}
	due, err := s.schedule(ctx, tx, incident, now.level, timer.DueAt)
	if err != nil {
		return err
	}
	return s.record(ctx, tx, incident, timeline.Event{
		Kind: timeline.EscalationHeld, Actor: actor, Data: timeline.EscalationData{To: int(now.level), DueAt: due},
	})
}

// Extend puts the next level off by some minutes, for a reason that is recorded. Without
// a reason or with a time out of bounds it is errs.Invalid, without a timer
// errs.Conflict. Needs authz.Respond.
func (s *Service) Extend(ctx context.Context, incident uuid.UUID, minutes int, reason string) error {
	actor, err := authz.Require(ctx, authz.Respond)
	if err != nil {
		return err
	}
	if minutes < 1 || minutes > MaxExtension {
		return errs.Newf(errs.Invalid, "An escalation is extended by 1 to %d minutes.", MaxExtension)
	}
	if strings.TrimSpace(reason) == "" {
		return errs.New(errs.Invalid, "Say why the escalation should wait.")
	}
	return s.db.InTx(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		now, err := s.active(ctx, tx, incident)
		if err != nil {
			return err
		}
		due, err := tx.ExtendEscalationTimer(ctx, dbgen.ExtendEscalationTimerParams{
			IncidentID: incident, More: time.Duration(minutes) * time.Minute,
		})
		if errors.Is(err, pgx.ErrNoRows) {
			return errs.Newf(errs.Conflict, "Level %d is the highest: no timer runs that could be extended.", now.level)
		}
		if err != nil {
			return fmt.Errorf("escalation: extend: %w", postgres.MapError(err))
		}
		return s.record(ctx, tx, incident, timeline.Event{
			Kind: timeline.EscalationExtended, Actor: actor, Text: reason,
			Data: timeline.EscalationData{To: int(now.level), Minutes: minutes, DueAt: &due},
		})
	})
}

// EscalateNow raises the incident to the next level at once. from is the level that the
// person saw: when a timer or somebody else has raised it since, it is errs.Conflict
// rather than two levels for one wish; 0 raises whatever it is. The highest level is
// errs.Conflict too. Needs authz.Respond.
func (s *Service) EscalateNow(ctx context.Context, incident uuid.UUID, from int, reason string) error {
	actor, err := authz.Require(ctx, authz.Respond)
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		now, err := s.active(ctx, tx, incident)
		if err != nil {
			return err
		}
		if from != 0 && from != int(now.level) {
			return errs.Newf(errs.Conflict, "The incident is at level %d already.", now.level)
		}
		if now.level >= Highest {
			return errs.Newf(errs.Conflict, "Level %d is the highest.", now.level)
		}
		return s.raise(ctx, tx, incident, now.level+1, timeline.EscalationData{}, actor, reason)
	})
}

// raise moves to a level, sets that level's timer and records it with what d says already.
func (s *Service) raise(ctx context.Context, tx *postgres.Tx, incident uuid.UUID, to int16, d timeline.EscalationData, actor authz.Actor, reason string) error {
	err := s.change(ctx, tx, incident, current{level: to, state: Running})
	if err != nil {
		return err
	}
	if d.DueAt, err = s.schedule(ctx, tx, incident, to, time.Time{}); err != nil {
		return err
	}
	d.From, d.To = int(to-1), int(to)
	return s.record(ctx, tx, incident, timeline.Event{Kind: timeline.Escalated, Actor: actor, Data: d, Text: reason})
}

// timer is the one that may still have an effect. At the highest level there is none: the
// zero value, which is due at no time and has as much left as that level's interval, 0.
type timer dbgen.LiveEscalationTimerRow

// left is the time to the deadline by the database's clock.
func (t timer) left() time.Duration { return seconds(t.SecondsLeft) }

func liveTimer(ctx context.Context, tx *postgres.Tx, incident uuid.UUID) (timer, error) {
	row, err := tx.LiveEscalationTimer(ctx, incident)
	if errors.Is(err, pgx.ErrNoRows) {
		return timer{}, nil
	}
	if err != nil {
		return timer{}, fmt.Errorf("escalation: read timer: %w", postgres.MapError(err))
	}
	return timer(row), nil
}

// seconds is a duration that the database has counted.
func seconds(n float64) time.Duration { return time.Duration(n * float64(time.Second)) }
