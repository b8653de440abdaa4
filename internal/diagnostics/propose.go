package diagnostics

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"wardroom/internal/authz"
	"wardroom/internal/errs"
	"wardroom/internal/postgres"
	"wardroom/internal/postgres/dbgen"
	"wardroom/internal/timeline"
)

// Propose says whether the text of a run that no playbook had is proposed for one. It is
// unless somebody sets it aside, which can be taken back; the incident may be over. The
// other runs of the same text at the same place go with it.
func (s *Service) Propose(ctx context.Context, id uuid.UUID, proposed bool) error {
	actor, err := authz.Require(ctx, authz.RunCommands)
	if err != nil {
		return err
	}
	run, err := s.ByID(ctx, id)
	if err != nil {
		return err
	}
	if !run.Proposed() {
		return errs.New(errs.Invalid, "The playbook has this command, or it never ran.")
	}
	kind := timeline.ProposalSetAside
	if proposed {
		kind = timeline.ProposalRestored
	}
	return s.db.InTx(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		if _, err := tx.LockIncident(ctx, run.IncidentID); err != nil {
			return postgres.MapError(err)
		}
		changed, err := tx.SetAside(ctx, dbgen.SetAsideParams{ID: id, Aside: !proposed})
		if err != nil {
			return fmt.Errorf("diagnostics: set aside: %w", postgres.MapError(err))
		}
		if changed == 0 {
			return nil // it is so already
		}
		_, err = s.ledger.AppendTx(ctx, tx, run.IncidentID, timeline.Event{Kind: kind, Actor: actor, Data: runData(run)})
		return err
	})
}
