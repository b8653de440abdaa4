package incidents

import (
	"context"
	"fmt"
	"sync"

	"github.com/google/uuid"

	"wardroom/internal/authz"
	"wardroom/internal/errs"
	"wardroom/internal/playbooks"
	"wardroom/internal/postgres"
	"wardroom/internal/postgres/dbgen"
)

// Attached gives the incident's playbooks in the order in which they were attached, each
// parsed from its snapshot. They must not be changed.
func (s *Service) Attached(ctx context.Context, incident uuid.UUID) ([]Attached, error) {
	if _, err := authz.Require(ctx, authz.Read); err != nil {
		return nil, err
	}
	rows, err := s.DB.ListAttached(ctx, incident)
	if err != nil {
		return nil, fmt.Errorf("incidents: attached playbooks: %w", postgres.MapError(err))
	}
	attached := make([]Attached, len(rows))
	for i, row := range rows {
		book, err := s.parse(ctx, row.IncidentPlaybook)
		if err != nil {
			return nil, err
		}
		attached[i] = Attached{
			ID: row.IncidentPlaybook.ID, Playbook: book, Reason: row.IncidentPlaybook.Reason, At: row.IncidentPlaybook.AttachedAt,
		}
	}
	return attached, nil
}

// Snapshot is one attached playbook; errs.NotFound when it is not attached, or no longer.
func (s *Service) Snapshot(ctx context.Context, incident, attached uuid.UUID) (playbooks.Playbook, error) {
	if _, err := authz.Require(ctx, authz.Read); err != nil {
		return playbooks.Playbook{}, err
	}
	row, err := s.DB.AttachmentByID(ctx, dbgen.AttachmentByIDParams{ID: attached, IncidentID: incident})
	if err != nil {
		return playbooks.Playbook{}, notAttached(err)
	}
	if row.IncidentPlaybook.DetachedAt != nil {
		return playbooks.Playbook{}, errs.Newf(errs.NotFound, "The playbook %s is no longer attached to the incident.", row.Title)
	}
	return s.parse(ctx, row.IncidentPlaybook)
}

// attachedLevel is where escalation starts for the playbooks that are attached now. The
// incident's row is locked here: a playbook that is not in memory is not read as a whole.
func (s *Service) attachedLevel(ctx context.Context, tx *postgres.Tx, incident uuid.UUID) (int, error) {
	rows, err := tx.ListAttached(ctx, incident)
	if err != nil {
		return 0, fmt.Errorf("incidents: attached playbooks: %w", postgres.MapError(err))
	}
	level := 1
	for _, row := range rows {
		a := row.IncidentPlaybook
		source, err := tx.PlaybookSource(ctx, dbgen.PlaybookSourceParams{Revision: a.Revision, PlaybookID: a.PlaybookID})
		if err != nil {
			return 0, fmt.Errorf("incidents: snapshot of a playbook: %w", postgres.MapError(err))
		}
		level = max(level, playbooks.Level(source.Source))
	}
	return level, nil
}

// parse reads a snapshot, from memory when it was read before.
func (s *Service) parse(ctx context.Context, a dbgen.IncidentPlaybook) (playbooks.Playbook, error) {
	key := snapshotKey{a.Revision, a.PlaybookID}
	if book, ok := s.parsed.get(key); ok {
		return book(), nil
	}
	row, err := s.DB.PlaybookSource(ctx, dbgen.PlaybookSourceParams{Revision: a.Revision, PlaybookID: a.PlaybookID})
	if err != nil {
		return playbooks.Playbook{}, fmt.Errorf("incidents: snapshot of a playbook: %w", postgres.MapError(err))
	}
	return s.parsed.put(key, func() playbooks.Playbook { return readSnapshot(a, row) })(), nil
}

func readSnapshot(a dbgen.IncidentPlaybook, row dbgen.PlaybookSourceRow) playbooks.Playbook {
	book := playbooks.Playbook{
		// What is left when a later reader does not find the playbook in its own old text.
		ID: a.PlaybookID, Title: row.Title, Path: row.Path, Source: row.Source,
		Sections: []playbooks.Section{{Kind: playbooks.Other, Title: row.Title, Text: row.Source}},
		Problems: []playbooks.Problem{{Message: "this snapshot cannot be read as a playbook any more; its text is shown", Severe: true}},
	}
	all, _ := playbooks.Parse(row.Path, row.Source) // none of a text that is too large
	for _, one := range all {
		if one.ID == a.PlaybookID {
			book = one
		}
	}
	book.Revision = a.Revision
	return book
}

// maxSnapshots bounds the memory: a parsed playbook takes some hundred kilobytes.
const maxSnapshots = 64

type snapshotKey struct{ revision, playbook string }

// snapshots remembers what was parsed last. A revision never changes, so nothing in here
// is ever stale. Of those who ask for a book for the first time, one parses it and the
// others wait for it.
type snapshots struct {
	mu    sync.Mutex
	books map[snapshotKey]func() playbooks.Playbook
	order []snapshotKey // oldest first
}

func newSnapshots() *snapshots {
	return &snapshots{books: map[snapshotKey]func() playbooks.Playbook{}}
}

func (c *snapshots) get(key snapshotKey) (func() playbooks.Playbook, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	book, ok := c.books[key]
	return book, ok
}

func (c *snapshots) put(key snapshotKey, read func() playbooks.Playbook) func() playbooks.Playbook {
	c.mu.Lock()
	defer c.mu.Unlock()
	if book, known := c.books[key]; known {
		return book
	}
	book := sync.OnceValue(read)
	c.books[key] = book
	c.order = append(c.order, key)
	if len(c.order) > maxSnapshots {
		delete(c.books, c.order[0])
		c.order = c.order[1:]
	}
	return book
}
