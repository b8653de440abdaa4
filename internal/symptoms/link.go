package symptoms

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"wardroom/internal/errs"
	"wardroom/internal/postgres"
	"wardroom/internal/postgres/dbgen"
	"wardroom/internal/timeline"
)

// LinkTx makes symptoms belong to an incident; from now on what becomes of them is on its
// timeline. The caller records the linking itself and decides whether symptoms may leave
// another incident. The rows must be locked in the order of their ids before the incident
// is. A symptom that does not exist is errs.NotFound.
func (s *Service) LinkTx(ctx context.Context, tx *postgres.Tx, incident uuid.UUID, ids []uuid.UUID) error {
	if len(ids) == 0 {
		return nil
	}
	linked, err := tx.LinkSymptoms(ctx, dbgen.LinkSymptomsParams{IncidentID: &incident, Ids: ids})
	if err != nil {
		return fmt.Errorf("symptoms: link: %w", postgres.MapError(err))
	}
	if int(linked) != len(ids) {
		return errs.New(errs.NotFound, "One of the symptoms does not exist.")
	}
	tx.OnCommit(func(context.Context) { s.Bell.Ring(timeline.DashboardTopic) })
	return nil
}
