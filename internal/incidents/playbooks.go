package incidents

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"wardroom/internal/authz"
	"wardroom/internal/errs"
	"wardroom/internal/playbooks"
	"wardroom/internal/postgres"
	"wardroom/internal/postgres/dbgen"
	"wardroom/internal/timeline"
)

// Attached is a playbook of an incident as it was when it was attached.
type Attached struct {
	ID       uuid.UUID // of the attachment
	Playbook playbooks.Playbook
	Reason   string
	At       time.Time
}

// Attach snapshots a playbook into the incident and gives the attachment's ID. One that is
// attached already stays as it is. An unknown playbook is errs.NotFound.
func (s *Service) Attach(ctx context.Context, number int64, playbook, reason string) (attached uuid.UUID, err error) {
	err = s.act(ctx, number, func(ctx context.Context, tx *postgres.Tx, in Incident, actor authz.Actor) error {
		var books []*playbooks.Playbook
		if books, err = s.choose(playbook); err != nil {
			return err
		}
		attached, err = s.attachTx(ctx, tx, in.ID, books[0], shorten(oneLine(reason)), actor)
		return err
	})
	return attached, err
}

// Use is what became of a playbook in the incidents that it was attached to.
type Use struct {
	Last   time.Time // it was attached
	Over   int       // of these incidents, those that are resolved or closed
	Worked int       // of them, those in which one of its resolution steps succeeded
}

// Used tells how each playbook, by its id, was used; those never used are not in it.
func (s *Service) Used(ctx context.Context) (map[string]Use, error) {
	if _, err := authz.Require(ctx, authz.Read); err != nil {
		return nil, err
	}
	rows, err := s.DB.PlaybookUse(ctx)
	if err != nil {
		return nil, fmt.Errorf("incidents: use of playbooks: %w", postgres.MapError(err))
	}
	used := make(map[string]Use, len(rows))
	for _, row := range rows {
		used[row.PlaybookID] = Use{Last: row.LastAt, Over: int(row.Over), Worked: int(row.Worked)}
	}
	return used, nil
}

// Detach takes a playbook off the incident; its snapshot and its runs stay. Detaching twice
// changes nothing.
func (s *Service) Detach(ctx context.Context, number int64, attached uuid.UUID) error {
	return s.act(ctx, number, func(ctx context.Context, tx *postgres.Tx, in Incident, actor authz.Actor) error {
		old, changed, err := detachTx(ctx, tx, in.ID, attached)
		if err != nil || !changed {
			return err
		}
		return s.record(ctx, tx, in.ID, timeline.Event{
			Kind: timeline.PlaybookDetached, Actor: actor,
			Data: timeline.PlaybookData{AttachedID: old.ID, ID: old.PlaybookID, Title: old.Title, Revision: old.Revision},
		})
	})
}

// Switch puts a playbook in the place of an attached one, as one event.
func (s *Service) Switch(ctx context.Context, number int64, attached uuid.UUID, playbook, reason string) (fresh uuid.UUID, err error) {
	reason = shorten(oneLine(reason))
	err = s.act(ctx, number, func(ctx context.Context, tx *postgres.Tx, in Incident, actor authz.Actor) error {
		var books []*playbooks.Playbook
		if books, err = s.choose(playbook); err != nil {
			return err
		}
		var old attachment
		var changed bool
		if old, changed, err = detachTx(ctx, tx, in.ID, attached); err != nil {
			return err
		}
		if !changed {
			return errs.New(errs.Conflict, "Somebody detached this playbook a moment ago.")
		}
		if fresh, _, err = s.snapshotTx(ctx, tx, in.ID, books[0], reason, actor); err != nil {
			return err
		}
		return s.record(ctx, tx, in.ID, timeline.Event{
			Kind: timeline.PlaybookSwitched, Actor: actor, Data: playbookData(fresh, books[0], reason, old.Title),
		})
	})
	return fresh, err
}

// choose finds playbooks in the catalogue, each once.
func (s *Service) choose(ids ...string) ([]*playbooks.Playbook, error) {
	var books []*playbooks.Playbook
	for i, id := range ids {
		if slices.Contains(ids[:i], id) {
			continue
		}
		book, ok := s.Catalogue.ByID(id)
		if !ok {
			return nil, errs.Newf(errs.NotFound, "There is no playbook %q.", id)
		}
		books = append(books, book)
	}
	return books, nil
}

func (s *Service) attachTx(ctx context.Context, tx *postgres.Tx, incident uuid.UUID, book *playbooks.Playbook, reason string, actor authz.Actor) (uuid.UUID, error) {
	id, fresh, err := s.snapshotTx(ctx, tx, incident, book, reason, actor)
	if err != nil || !fresh {
		return id, err
	}
	return id, s.record(ctx, tx, incident, timeline.Event{
		Kind: timeline.PlaybookAttached, Actor: actor, Data: playbookData(id, book, reason, ""),
	})
}

// snapshotTx attaches without an event; fresh is false when the playbook is attached
// already. The incident's row is locked, so nobody attaches it in between.
func (s *Service) snapshotTx(ctx context.Context, tx *postgres.Tx, incident uuid.UUID, book *playbooks.Playbook, reason string, actor authz.Actor) (id uuid.UUID, fresh bool, err error) {
	attached, err := tx.ListAttached(ctx, incident)
	if err != nil {
		return uuid.Nil, false, fmt.Errorf("incidents: attached playbooks: %w", postgres.MapError(err))
	}
	for _, a := range attached {
		if a.IncidentPlaybook.PlaybookID == book.ID {
			return a.IncidentPlaybook.ID, false, nil
		}
	}
	if err = tx.PutPlaybookRevision(ctx, dbgen.PutPlaybookRevisionParams{
		Revision: book.Revision, PlaybookID: book.ID, Title: storable(book.Title), Path: storable(book.Path), Source: storable(book.Source),
	}); err != nil {
		return uuid.Nil, false, fmt.Errorf("incidents: snapshot playbook: %w", postgres.MapError(err))
	}
	row := dbgen.AttachPlaybookParams{
		ID: uuid.Must(uuid.NewV7()), IncidentID: incident, PlaybookID: book.ID, Revision: book.Revision, Reason: reason,
	}
	if actor.ID != uuid.Nil {
		row.AttachedBy = &actor.ID
	}
	if err = tx.AttachPlaybook(ctx, row); err != nil {
		return uuid.Nil, false, fmt.Errorf("incidents: attach playbook: %w", postgres.MapError(err))
	}
	return row.ID, true, nil
}

type attachment struct {
	dbgen.IncidentPlaybook
	Title string
}

func detachTx(ctx context.Context, tx *postgres.Tx, incident, attached uuid.UUID) (attachment, bool, error) {
	row, err := tx.AttachmentByID(ctx, dbgen.AttachmentByIDParams{ID: attached, IncidentID: incident})
	if err != nil {
		return attachment{}, false, notAttached(err)
	}
	changed, err := tx.DetachPlaybook(ctx, dbgen.DetachPlaybookParams{ID: attached, IncidentID: incident})
	if err != nil {
		return attachment{}, false, fmt.Errorf("incidents: detach playbook: %w", postgres.MapError(err))
	}
	return attachment{row.IncidentPlaybook, row.Title}, changed > 0, nil
}

func playbookData(attached uuid.UUID, book *playbooks.Playbook, reason, replaced string) timeline.PlaybookData {
	return timeline.PlaybookData{
		AttachedID: attached, ID: book.ID, Title: storable(book.Title), Revision: book.Revision, Reason: reason, Replaced: replaced,
	}
}

func notAttached(err error) error {
	mapped := postgres.MapError(err)
	if errs.KindOf(mapped) == errs.NotFound {
		return errs.New(errs.NotFound, "This playbook is not attached to the incident.")
	}
	return fmt.Errorf("incidents: attached playbook: %w", mapped)
}

// storable makes a file's text fit for the database, which takes neither NUL nor broken
// UTF-8. The revision stays that of the file.
func storable(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "\uFFFD")
}
