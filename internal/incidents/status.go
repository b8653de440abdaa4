package incidents

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"wardroom/internal/authz"
	"wardroom/internal/errs"
	"wardroom/internal/postgres"
	"wardroom/internal/postgres/dbgen"
	"wardroom/internal/timeline"
)

// Status is how far an incident got.
type Status string

// The statuses in their order.
const (
	Open         Status = "open"
	Acknowledged Status = "acknowledged"
	Mitigated    Status = "mitigated"
	Resolved     Status = "resolved"
	Closed       Status = "closed"
)

// Active says whether there is still something to do.
func (st Status) Active() bool { return st == Open || st == Acknowledged || st == Mitigated }

// moves is the state table. Rows are where an incident is, columns where it may go:
//
//	               open  acknowledged  mitigated  resolved  closed
//	open            =        →            →          →        -
//	acknowledged    -        =            →          →        -
//	mitigated      back      -            =          →        -
//	resolved       back      -            -          =        →
//	closed         back      -            -          -        =
//
// Stages may be skipped, except that only a resolved incident can be closed. Going back is
// always to open, also when somebody leads: the page has to be answered again, because who
// led may be asleep by now. "=" is not a mistake: the answer says who did it and when.
var moves = map[Status][]Status{
	Open:         {Acknowledged, Mitigated, Resolved},
	Acknowledged: {Mitigated, Resolved},
	Mitigated:    {Resolved, Open},
	Resolved:     {Closed, Open},
	Closed:       {Open},
}

// Moves lists where an incident may go from here, the most likely move first.
func (st Status) Moves() []Status { return slices.Clone(moves[st]) }

// Change is what asking for a status led to.
type Change struct {
	Incident Incident
	Changed  bool      // false: it had that status already
	By       string    // who brought it there; empty when it has been open from the start
	At       time.Time // and when
}

// SetStatus moves the incident. A move that the state table does not have is
// errs.Conflict, an unknown status errs.Invalid. Acknowledging makes the actor the lead
// when nobody leads.
func (s *Service) SetStatus(ctx context.Context, number int64, to Status) (Change, error) {
	var change Change
	err := s.locked(ctx, number, func(ctx context.Context, tx *postgres.Tx, in Incident, actor authz.Actor) error {
		if _, known := moves[to]; !known {
			return errs.Newf(errs.Invalid, "There is no status %q.", to)
		}
		if err := s.JoinTx(ctx, tx, in.ID); err != nil {
			return err
		}
		var err error
		change, err = s.moveTx(ctx, tx, in, to, actor)
		return err
	})
	return change, err
}

// moveTx needs the incident's row locked.
func (s *Service) moveTx(ctx context.Context, tx *postgres.Tx, in Incident, to Status, actor authz.Actor) (Change, error) {
	if in.Status == to {
		by, at, err := lastMove(ctx, tx, in)
		return Change{Incident: in, By: by, At: at}, err
	}
	if !slices.Contains(moves[in.Status], to) {
		return Change{}, refusal(in, to)
	}
	if err := tx.UpdateIncidentStatus(ctx, dbgen.UpdateIncidentStatusParams{ID: in.ID, Status: string(to)}); err != nil {
		return Change{}, fmt.Errorf("incidents: set status: %w", postgres.MapError(err))
	}
	if err := s.record(ctx, tx, in.ID, timeline.Event{
		Kind: timeline.StatusChanged, Actor: actor, Data: timeline.StatusData{From: string(in.Status), To: string(to)},
	}); err != nil {
		return Change{}, err
	}
	if to == Acknowledged && in.Lead == "" && actor.ID != uuid.Nil {
		if err := s.leadTx(ctx, tx, in, person{ID: actor.ID, Name: actor.Name}, actor); err != nil {
			return Change{}, err
		}
	}
	if err := s.moved(ctx, tx, in, to, actor); err != nil {
		return Change{}, err
	}
	after, err := read(ctx, tx, in.ID)
	if err != nil {
		return Change{}, err
	}
	_, at, err := lastMove(ctx, tx, after)
	return Change{Incident: after, Changed: true, By: actor.Name, At: at}, err
}

// moved tells the others what the new status means for them.
func (s *Service) moved(ctx context.Context, tx *postgres.Tx, in Incident, to Status, actor authz.Actor) error {
	switch to {
	case Open:
		level, err := s.attachedLevel(ctx, tx, in.ID)
		if err != nil {
			return err
		}
		return s.Escalation.RestartTx(ctx, tx, in.ID, level, actor)
	case Acknowledged:
		return nil
	case Mitigated, Resolved, Closed:
		if !to.Active() {
			if err := tx.ExpireHandoffs(ctx, in.ID); err != nil {
				return fmt.Errorf("incidents: end handoffs: %w", postgres.MapError(err))
			}
		}
		return s.Escalation.StopTx(ctx, tx, in.ID, actor, "the incident is "+string(to))
	}
	return nil
}

func lastMove(ctx context.Context, tx *postgres.Tx, in Incident) (string, time.Time, error) {
	last, err := tx.LastStatusChange(ctx, in.ID)
	if mapped := postgres.MapError(err); errs.KindOf(mapped) == errs.NotFound {
		return "", in.CreatedAt, nil
	} else if mapped != nil {
		return "", time.Time{}, fmt.Errorf("incidents: last status: %w", mapped)
	}
	return last.ActorName, last.At, nil
}

func refusal(in Incident, to Status) error {
	switch to {
	case Closed:
		return errs.Newf(errs.Conflict, "%s is %s. Resolve it before you close it.", in.Name(), in.Status)
	case Open:
		return errs.Newf(errs.Conflict, "%s is %s and stays so; hand it over instead.", in.Name(), in.Status)
	default:
		return errs.Newf(errs.Conflict, "%s is %s already. Reopen it if it is not over.", in.Name(), in.Status)
	}
}
