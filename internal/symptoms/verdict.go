package symptoms

import (
	"context"
	"fmt"
	"slices"
	"time"

	"wardroom/internal/config"
	"wardroom/internal/postgres"
	"wardroom/internal/postgres/dbgen"
)

// word is what one poll of a source brought.
type word struct {
	listing
	asked   time.Time // by the database's clock, before the request
	upSince time.Time
	settled bool // up long enough for its silence about an alert to mean something
}

// take commits what one poll of a source brought.
func (s *Service) take(ctx context.Context, from source, w word) error {
	return s.DB.InTx(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		group, err := lockGroup(ctx, tx, from)
		if err != nil {
			return err
		}
		b, err := s.openBatch(ctx, tx, from, group, fingerprints(w.reports), true)
		if err != nil {
			return err
		}
		w.heardAt(w.asked)
		for _, r := range w.reports {
			if err := b.listed(r, w.asked); err != nil {
				return err
			}
		}
		row, _ := group.named(from.Name)
		// Another replica's poll a moment ago is not a second opinion.
		second := row.LastPollAt != nil && w.asked.Sub(*row.LastPollAt) < s.Interval/2
		if w.settled && w.leftOut == nil && !second {
			b.missing(w.reports, w.asked)
		}
		note := dbgen.SourcePolledParams{Name: from.Name, UpSince: &w.upSince, LastError: w.note()}
		if err := tx.SourcePolled(ctx, note); err != nil {
			return fmt.Errorf("symptoms: note source: %w", postgres.MapError(err))
		}
		b.visible = b.visible || row.SilentSince != nil || row.LastPollAt == nil || row.LastError != note.LastError
		return s.commit(ctx, tx, b)
	})
}

// miss notes a poll that failed.
func (s *Service) miss(ctx context.Context, from source, began time.Time, reason string) error {
	return s.DB.InTx(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		group, err := lockGroup(ctx, tx, from)
		if err != nil {
			return err
		}
		if err = tx.SourceFailed(ctx, dbgen.SourceFailedParams{Name: from.Name, LastError: reason}); err != nil {
			return fmt.Errorf("symptoms: note failure: %w", postgres.MapError(err))
		}
		fallen, err := tx.SourceSilent(ctx, dbgen.SourceSilentParams{
			Name: from.Name, WaitingSince: began, Silent: time.Duration(from.Silent),
		})
		if err != nil {
			return fmt.Errorf("symptoms: note silence: %w", postgres.MapError(err))
		}
		b, err := s.openBatch(ctx, tx, from, group, nil, fallen > 0)
		if err != nil {
			return err
		}
		if fallen > 0 && !s.vouched(from, group) {
			b.lost()
		}
		row, _ := group.named(from.Name)
		b.visible = b.visible || fallen > 0 || row.LastError != reason
		return s.commit(ctx, tx, b)
	})
}

// vouched says that another source of the group goes on reporting the same alerts; its
// next poll takes the symptoms over.
func (s *Service) vouched(from source, g sourceRows) bool {
	return slices.ContainsFunc(s.sources, func(other source) bool {
		row, known := g.named(other.Name)
		return other.Name != from.Name && other.polled() && known && row.SilentSince == nil && row.LastPollAt != nil
	})
}

// abandon makes the symptoms of sources unknown that the environments file does not name
// any more: nobody will ever say what became of them.
func (s *Service) abandon(ctx context.Context) error {
	rows, err := s.DB.ListForgottenSources(ctx, s.names())
	if err != nil {
		return fmt.Errorf("symptoms: find forgotten sources: %w", postgres.MapError(err))
	}
	for _, row := range rows {
		gone := source{Source: config.Source{Name: row.Name, Group: row.SourceGroup}}
		err := s.DB.InTx(ctx, func(ctx context.Context, tx *postgres.Tx) error {
			group, err := lockGroup(ctx, tx, gone)
			if err != nil {
				return err
			}
			b, err := s.openBatch(ctx, tx, gone, group, nil, true)
			if err != nil {
				return err
			}
			if !s.vouched(gone, group) {
				b.lost()
			}
			if err := tx.SourceForgotten(ctx, gone.Name); err != nil {
				return fmt.Errorf("symptoms: forget source: %w", postgres.MapError(err))
			}
			return s.commit(ctx, tx, b)
		})
		if err != nil {
			return err
		}
	}
	return nil
}
