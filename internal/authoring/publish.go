package authoring

import (
	"context"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"wardroom/internal/authz"
	"wardroom/internal/errs"
	"wardroom/internal/playbooks"
	"wardroom/internal/postgres"
	"wardroom/internal/postgres/dbgen"
)

// MaxNote is the longest note on a publication, in characters.
const MaxNote = 500

// Publication is a revision of a file that somebody published.
type Publication struct {
	ID       uuid.UUID
	Revision string
	Replaced string // revision before; empty: there was none, or its bytes are no text
	Note     string
	By       string
	At       time.Time
}

// Publish makes the actor's draft the file that is in use and gives the playbook that
// it holds first. revision is that of the text which the actor has reviewed. It is
// errs.Conflict when the draft is another by now, or when the file is not any more
// what the draft began from; the draft stays then. A text that the reader would not
// take over is errs.Invalid.
func (s *Service) Publish(ctx context.Context, path, revision, note string) (playbook string, err error) {
	actor, err := s.author(ctx, path)
	if err != nil {
		return "", err
	}
	note = strings.Join(strings.Fields(note), " ")
	switch length := utf8.RuneCountInString(note); {
	case length == 0:
		return "", errs.New(errs.Invalid, "Say in a few words what changed and why.")
	case length > MaxNote:
		return "", errs.Newf(errs.Invalid, "The note is longer than %d characters.", MaxNote)
	}
	err = s.DB.InTx(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		playbook, err = s.publishTx(ctx, tx, actor, path, revision, note)
		return err
	})
	if err != nil {
		return "", err
	}
	s.Catalogue.ReloadFile(ctx, path)
	return playbook, nil
}

func (s *Service) publishTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, path, revision, note string) (playbook string, err error) {
	if err = tx.LockPlaybookFile(ctx, path); err != nil {
		return "", fmt.Errorf("authoring: lock: %w", postgres.MapError(err))
	}
	draft, err := read(ctx, tx.Queries, actor, path)
	if err != nil {
		return "", noDraft(err)
	}
	if draft.Revision() != revision {
		return "", errs.New(errs.Conflict, "Your draft changed in another window. Review it again.")
	}
	if playbook, err = s.check(path, draft); err != nil {
		return "", err
	}
	if err = recordTx(ctx, tx, actor, draft, note); err != nil {
		return "", err
	}
	// The file comes before the commit: should that fail, publishing again finds the text in place and records it.
	return playbook, write(s.Folder, path, draft.Source)
}

// check says whether the draft may become the file, and what its first playbook is.
func (s *Service) check(path string, draft Draft) (playbook string, err error) {
	file, err := s.file(path)
	if err != nil {
		return "", err
	}
	switch {
	case file.Revision == draft.Base && file.Revision == draft.Revision():
		return "", errs.New(errs.Conflict, "Nothing changed: this text is in use already.")
	case file.Revision != draft.Base && file.Revision != draft.Revision():
		return "", errs.New(errs.Conflict, "Somebody else changed this file meanwhile. Your text is kept; look at both.")
	}
	all, err := playbooks.Parse(path, draft.Source)
	if err != nil {
		return "", err //nolint:wrapcheck // it says what is wrong
	}
	for _, p := range all[0].Problems {
		if p.Severe {
			return "", errs.Newf(errs.Invalid, "Line %d: %s. Such a file would not be taken over.", p.Line, p.Message)
		}
	}
	return all[0].ID, nil
}

func recordTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, draft Draft, note string) error {
	fresh, err := putTx(ctx, tx, draft.Revision(), draft.Source)
	if err != nil {
		return err
	}
	replaced, err := putTx(ctx, tx, draft.Base, draft.BaseSource)
	if err != nil {
		return err
	}
	err = tx.RecordPublication(ctx, dbgen.RecordPublicationParams{
		ID: uuid.Must(uuid.NewV7()), Path: draft.Path, Revision: fresh, Replaced: replaced, Note: note,
		AuthorID: actor.ID, AuthorName: actor.Name,
	})
	if err == nil {
		err = tx.DeletePlaybookDraft(ctx, dbgen.DeletePlaybookDraftParams{UserID: actor.ID, Path: draft.Path})
	}
	if err != nil {
		return fmt.Errorf("authoring: record: %w", postgres.MapError(err))
	}
	return nil
}

// putTx stores a text under its revision; nil when it is not the revision's text, because
// there was none or because it is no text.
func putTx(ctx context.Context, tx *postgres.Tx, revision, source string) ([]byte, error) {
	hash, err := hex.DecodeString(revision)
	if err != nil || revisionOf(source) != revision {
		return nil, nil //nolint:nilerr // see above
	}
	if err := tx.PutContent(ctx, dbgen.PutContentParams{Hash: hash, Body: &source}); err != nil {
		return nil, fmt.Errorf("authoring: store text: %w", postgres.MapError(err))
	}
	return hash, nil
}

// History lists what was published at a path, the newest first.
func (s *Service) History(ctx context.Context, path string) ([]Publication, error) {
	if _, err := authz.Require(ctx, authz.Read); err != nil {
		return nil, err
	}
	rows, err := s.DB.ListPublications(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("authoring: history: %w", postgres.MapError(err))
	}
	all := make([]Publication, len(rows))
	for i, row := range rows {
		all[i] = Publication{
			ID: row.ID, Revision: hex.EncodeToString(row.Revision), Replaced: hex.EncodeToString(row.Replaced),
			Note: row.Note, By: row.AuthorName, At: row.PublishedAt,
		}
	}
	return all, nil
}

// Published gives a text that was published at the path, or replaced there.
// errs.NotFound when it never was, errs.Invalid when it was removed since.
func (s *Service) Published(ctx context.Context, path, revision string) (string, error) {
	if _, err := authz.Require(ctx, authz.Read); err != nil {
		return "", err
	}
	return s.published(ctx, path, revision)
}

func (s *Service) published(ctx context.Context, path, revision string) (string, error) {
	hash, err := hex.DecodeString(revision)
	if err != nil {
		return "", errs.New(errs.NotFound, "There is no such revision.")
	}
	body, err := s.DB.PublishedSource(ctx, dbgen.PublishedSourceParams{Revision: hash, Path: path})
	mapped := postgres.MapError(err)
	switch {
	case errs.KindOf(mapped) == errs.NotFound && err != nil:
		return "", errs.New(errs.NotFound, "There is no such revision.")
	case err != nil:
		return "", fmt.Errorf("authoring: revision: %w", mapped)
	case body == nil:
		return "", errs.New(errs.Invalid, "The text of this revision was removed.")
	}
	return *body, nil
}
