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

// MaxExtension is the longest that one press may put the next level off.
const MaxExtension = 4 * time.Hour

// repeat is how soon after a hold the same person's next one says nothing new.
const repeat = time.Minute

// OnIt says that the actor works on the incident: see HoldTx. Needs authz.Respond.
func (s *Service) OnIt(ctx context.Context, incident uuid.UUID) error {
	actor, err := authz.Require(ctx, authz.Respond)
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		return s.HoldTx(ctx, tx, incident, actor)
	})
}

// HoldTx holds the level for actor: its timer starts again with the full interval. A
// stopped escalation is errs.Conflict, an incident without one errs.NotFound.
func (s *Service) HoldTx(ctx context.Context, tx *postgres.Tx, incident uuid.UUID, actor authz.Actor) error {
	now, err := s.active(ctx, tx, incident)
	if err != nil {
		return err
	}
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
	if err := s.change(ctx, tx, incident, to); err != nil {
		return err
	}
	due, err := s.schedule(ctx, tx, incident, now.level, interval[now.level], timer.due())
	if err != nil {
		return err
	}
	return s.record(ctx, tx, incident, timeline.Event{
		Kind: timeline.EscalationHeld, Actor: actor, Data: HeldData{Level: now.level, DueAt: due},
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
	more := time.Duration(minutes) * time.Minute
	if minutes < 1 || minutes > int(MaxExtension.Minutes()) {
		return errs.Newf(errs.Invalid, "An escalation is extended by 1 to %d minutes.", int(MaxExtension.Minutes()))
	}
	if strings.TrimSpace(reason) == "" {
		return errs.New(errs.Invalid, "Say why the escalation should wait.")
	}
	return s.db.InTx(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		now, err := s.active(ctx, tx, incident)
		if err != nil {
			return err
		}
		timer, err := liveTimer(ctx, tx, incident)
		if err != nil {
			return err
		}
		if timer == nil {
			return errs.Newf(errs.Conflict, "Level %d is the highest: no timer runs that could be extended.", now.level)
		}
		if err := s.change(ctx, tx, incident, now); err != nil {
			return err
		}
		due, err := s.schedule(ctx, tx, incident, now.level, more, timer.due().Add(more))
		if err != nil {
			return err
		}
		return s.record(ctx, tx, incident, timeline.Event{
			Kind: timeline.EscalationExtended, Actor: actor, Text: reason,
			Data: ExtendedData{Level: now.level, Minutes: minutes, DueAt: *due},
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
		if from != 0 && from != now.level {
			return errs.Newf(errs.Conflict, "The incident is at level %d already.", now.level)
		}
		if now.level >= Highest {
			return errs.Newf(errs.Conflict, "Level %d is the highest.", now.level)
		}
		return s.raise(ctx, tx, incident, EscalatedData{From: now.level, To: now.level + 1}, actor, reason)
	})
}

// raise moves to d.To, sets that level's timer and records d.
func (s *Service) raise(ctx context.Context, tx *postgres.Tx, incident uuid.UUID, d EscalatedData, actor authz.Actor, reason string) error {
	err := s.change(ctx, tx, incident, current{level: d.To, state: Running})
	if err != nil {
		return err
	}
	if d.DueAt, err = s.schedule(ctx, tx, incident, d.To, interval[d.To], time.Time{}); err != nil {
		return err
	}
	return s.record(ctx, tx, incident, timeline.Event{Kind: timeline.Escalated, Actor: actor, Data: d, Text: reason})
}

// timer is the one that may still have an effect; nil at the highest level.
type timer dbgen.LiveEscalationTimerRow

func (t *timer) due() time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.DueAt
}

// left is the time to the deadline by the database's clock; the highest level, which has
// no timer, has an interval of 0 and 0 left.
func (t *timer) left() time.Duration {
	if t == nil {
		return 0
	}
	return time.Duration(t.SecondsLeft * float64(time.Second))
}

func liveTimer(ctx context.Context, tx *postgres.Tx, incident uuid.UUID) (*timer, error) {
	row, err := tx.LiveEscalationTimer(ctx, incident)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil //nolint:nilnil // no timer is an answer, not a failure
	}
	if err != nil {
		return nil, fmt.Errorf("escalation: read timer: %w", postgres.MapError(err))
	}
	t := timer(row)
	return &t, nil
}
