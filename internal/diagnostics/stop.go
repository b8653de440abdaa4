package diagnostics

import (
	"context"

	"github.com/google/uuid"

	"wardroom/internal/authz"
	"wardroom/internal/errs"
	"wardroom/internal/postgres"
	"wardroom/internal/postgres/dbgen"
	"wardroom/internal/timeline"
)

// Stop asks the run's process tree to end: SIGTERM, then SIGKILL after ten seconds. It
// returns at once; the run's end says what became of it. Stopping twice, or a run that has
// ended, changes nothing.
func (s *Service) Stop(ctx context.Context, id uuid.UUID) (Run, error) {
	actor, err := authz.Require(ctx, authz.RunCommands)
	if err != nil {
		return Run{}, err
	}
	run, err := s.ByID(ctx, id)
	if err != nil || !run.State.Active() {
		return run, err
	}
	child := s.child(id)
	if child == nil {
		return run, errs.New(errs.Conflict, "This run belongs to another replica or is just ending.")
	}
	err = s.db.InTx(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		marked, err := tx.MarkStopping(ctx, dbgen.MarkStoppingParams{ID: id, StopBy: actor.Name})
		if err != nil || marked == 0 {
			return postgres.MapError(err)
		}
		_, err = s.ledger.AppendTx(ctx, tx, run.IncidentID, timeline.Event{Kind: timeline.RunStopAsked, Actor: actor, Data: record(run, "")})
		return err
	})
	if err != nil {
		return run, err
	}
	child.Stop()
	return s.ByID(ctx, id)
}
