package diagnostics

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/google/uuid"

	"wardroom/internal/authz"
	"wardroom/internal/errs"
	"wardroom/internal/postgres"
	"wardroom/internal/supervisor"
	"wardroom/internal/timeline"
)

// scratchRoot holds a folder for each incident, the only place where unredacted bytes
// may lie. Each belongs to the user of the runs; the folder above only lets through.
func (s *Service) scratchRoot() string { return filepath.Join(s.opts.Data, "scratch") }

func (s *Service) scratch(incident uuid.UUID) string {
	return filepath.Join(s.scratchRoot(), incident.String())
}

// openScratch makes the folder above the incidents' folders. Nobody but its owner may
// list it, and every user may pass: the user of the runs is not ours when we are root.
func (s *Service) openScratch() error {
	root := s.scratchRoot()
	if err := os.MkdirAll(root, 0o711); err != nil { //nolint:gosec // to be passed through
		return fmt.Errorf("diagnostics: scratch folders: %w", err)
	}
	if err := os.Chmod(root, 0o711); err != nil { //nolint:gosec // whatever the umask said
		return fmt.Errorf("diagnostics: scratch folders: %w", err)
	}
	return nil
}

// DropScratch removes the scratch folders of closed incidents whose runs have all ended.
// It is called when an incident closes, when a run of a closed one ends, and at start.
func (s *Service) DropScratch(ctx context.Context) error {
	entries, err := os.ReadDir(s.scratchRoot())
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("diagnostics: scratch folders: %w", err)
	}
	var ids []uuid.UUID
	for _, entry := range entries {
		if id, parseErr := uuid.Parse(entry.Name()); parseErr == nil {
			ids = append(ids, id)
		}
	}
	closed, err := s.db.ClosedIncidents(ctx, ids)
	if err != nil {
		return fmt.Errorf("diagnostics: closed incidents: %w", postgres.MapError(err))
	}
	for _, id := range closed {
		err = errors.Join(err, os.RemoveAll(s.scratch(id)))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range closed {
		delete(s.told, id)
		delete(s.full, id)
	}
	return err
}

// ScratchFull says whether commands of the incident can write no more here. The folder is
// measured when a run has ended, not each time somebody looks.
func (s *Service) ScratchFull(incident uuid.UUID) bool {
	s.mu.Lock()
	full, known := s.full[incident]
	s.mu.Unlock()
	if known {
		return full
	}
	return s.measureScratch(incident)
}

func (s *Service) measureScratch(incident uuid.UUID) (full bool) {
	var bytes int64
	_ = filepath.WalkDir(s.scratch(incident), func(_ string, entry fs.DirEntry, err error) error {
		if err != nil {
			return nil //nolint:nilerr // what cannot be read is not counted: nor does a run
		}
		if info, err := entry.Info(); err == nil && info.Mode().IsRegular() {
			bytes += info.Size()
		}
		return nil
	})
	full = bytes >= supervisor.MaxScratch
	s.mu.Lock()
	defer s.mu.Unlock()
	s.full[incident] = full
	return full
}

// EmptyScratch removes what the incident's commands have written here. While one of them
// runs it is errs.Conflict.
func (s *Service) EmptyScratch(ctx context.Context, incident int64) error {
	actor, err := authz.Require(ctx, authz.RunCommands)
	if err != nil {
		return err
	}
	room, err := s.db.IncidentForRun(ctx, incident)
	if err != nil {
		return postgres.MapError(err)
	}
	return s.db.InTx(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		return s.emptyScratchTx(ctx, tx, actor, room.ID)
	})
}

// emptyScratchTx holds the incident's row, so that no run begins meanwhile.
func (s *Service) emptyScratchTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, incident uuid.UUID) error {
	status, err := tx.LockIncident(ctx, incident)
	if err != nil {
		return postgres.MapError(err)
	}
	if status == "closed" {
		return errs.New(errs.Conflict, "The incident is closed.")
	}
	active, err := tx.HasActiveRuns(ctx, incident)
	if err != nil {
		return fmt.Errorf("diagnostics: active runs: %w", postgres.MapError(err))
	}
	if active {
		return errs.New(errs.Conflict, "A command is running, and may use the folder. Stop it, or wait for its end.")
	}
	if _, err = s.ledger.AppendTx(ctx, tx, incident, timeline.Event{Kind: timeline.ScratchEmptied, Actor: actor}); err != nil {
		return err
	}
	if err = os.RemoveAll(s.scratch(incident)); err != nil {
		return errs.Wrap(errs.Unavailable, "The scratch folder cannot be emptied; tell the people who run Wardroom.", err)
	}
	s.measureScratch(incident)
	return nil
}
