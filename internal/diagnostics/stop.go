package diagnostics

import (
	"context"
	"time"

	"github.com/google/uuid"

	"wardroom/internal/authz"
	"wardroom/internal/errs"
	"wardroom/internal/postgres"
	"wardroom/internal/postgres/dbgen"
	"wardroom/internal/timeline"
)

// stopRecordWithin is how long stopping waits until it is recorded that somebody asked.
const stopRecordWithin = 3 * time.Second

// Stop asks the run's process tree to end: SIGTERM, then SIGKILL after ten seconds. It
// returns at once; the run's end says what became of it. Stopping twice, or a run that has
// ended, changes nothing. A run of another replica is errs.Conflict.
//
// The run is stopped also when the database does not take the record of it: its end names
// who asked.
func (s *Service) Stop(ctx context.Context, id uuid.UUID) (Run, error) {
	actor, err := authz.Require(ctx, authz.RunCommands)
	if err != nil {
		return Run{}, err
	}
	run, err := s.ByID(ctx, id)
	if errs.KindOf(err) == errs.NotFound || err == nil && !run.State.Active() {
		return run, err
	}
	ours := s.ask(id, actor.Name)
	if err == nil && ours {
		err = s.recordStop(ctx, actor, run)
	}
	s.halt(id)
	if err != nil {
		return run, err
	}
	run, err = s.ByID(ctx, id)
	if err == nil && !ours && run.State.Active() {
		return run, errs.New(errs.Conflict, "This run belongs to another replica.")
	}
	return run, err
}

// recordStop records that the actor asked, once.
func (s *Service) recordStop(ctx context.Context, actor authz.Actor, run Run) error {
	ctx, cancel := context.WithTimeout(ctx, stopRecordWithin)
	defer cancel()
	return s.db.InTx(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		if _, err := tx.LockIncident(ctx, run.IncidentID); err != nil {
			return postgres.MapError(err)
		}
		marked, err := tx.MarkStopping(ctx, dbgen.MarkStoppingParams{ID: run.ID, StopBy: actor.Name})
		if err != nil || marked == 0 {
			return postgres.MapError(err)
		}
		_, err = s.ledger.AppendTx(ctx, tx, run.IncidentID, timeline.Event{Kind: timeline.RunStopAsked, Actor: actor, Data: runData(run)})
		return err
	})
}
