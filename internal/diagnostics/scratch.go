package diagnostics

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/google/uuid"

	"wardroom/internal/postgres"
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
	}
	return err
}
