package authoring

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"wardroom/internal/authz"
	"wardroom/internal/errs"
	"wardroom/internal/playbooks"
	"wardroom/internal/postgres"
	"wardroom/internal/postgres/dbgen"
)

// Catalogue has the files as they are now.
type Catalogue interface {
	Text(path string) (source string, layer playbooks.Layer, err error)
	ReloadFile(ctx context.Context, path string)
}

// Service changes playbooks. Its methods require authz.WritePlaybooks, those that read
// what was published authz.Read.
type Service struct {
	DB        *postgres.DB
	Catalogue Catalogue
	Folder    string // where files are published; empty: nowhere, and nothing is kept
}

// Writable says whether anything can be saved here at all.
func (s *Service) Writable() bool { return s.Folder != "" }

// File is a playbook's file as it is in use.
type File struct {
	Path     string
	Source   string // valid text, whatever the bytes are
	Revision string // SHA-256 of the bytes, in hexadecimal; empty: there is no such file yet
	Layer    playbooks.Layer
}

// Draft is what somebody writes on a file before it is published.
type Draft struct {
	Path       string
	Base       string // revision of the file that it began from, empty for a new one
	BaseSource string
	Source     string
	SavedAt    time.Time
}

// Revision is that of the text: what it would be when it were published.
func (d Draft) Revision() string { return revisionOf(d.Source) }

// Open gives the file as it is in use, and what the actor has written on it since, nil
// for nothing. A path without a file is a new one.
func (s *Service) Open(ctx context.Context, path string) (File, *Draft, error) {
	actor, err := authz.Require(ctx, authz.WritePlaybooks)
	if err != nil {
		return File{}, nil, err
	}
	if err = CheckPath(path); err != nil {
		return File{}, nil, err
	}
	file, err := s.file(path)
	if err != nil || !s.Writable() {
		return file, nil, err
	}
	draft, err := read(ctx, s.DB.Queries, actor, path)
	if errs.KindOf(err) == errs.NotFound {
		return file, nil, nil
	}
	return file, &draft, err
}

func (s *Service) file(path string) (File, error) {
	source, layer, err := s.Catalogue.Text(path)
	switch {
	case errs.KindOf(err) == errs.NotFound:
		return File{Path: path, Layer: playbooks.Written}, nil
	case err != nil:
		return File{}, err //nolint:wrapcheck // it says which file
	}
	return File{Path: path, Source: storable(source), Revision: revisionOf(source), Layer: layer}, nil
}

func read(ctx context.Context, q *dbgen.Queries, actor authz.Actor, path string) (Draft, error) {
	row, err := q.PlaybookDraft(ctx, dbgen.PlaybookDraftParams{UserID: actor.ID, Path: path})
	if err != nil {
		return Draft{}, fmt.Errorf("authoring: draft: %w", postgres.MapError(err))
	}
	return Draft{Path: row.Path, Base: row.Base, BaseSource: row.BaseSource, Source: row.Source, SavedAt: row.SavedAt}, nil
}

// Save keeps what the actor has written so far; base is the revision of the file that
// they began from. Base and text of the draft that they saw are replaced: seen is its
// revision, empty for none. Another that was saved meanwhile is errs.Conflict and stays.
func (s *Service) Save(ctx context.Context, path, base, seen, source string) (Draft, error) {
	actor, err := s.author(ctx, path)
	if err != nil {
		return Draft{}, err
	}
	if !isRevision(base) {
		return Draft{}, errs.New(errs.Invalid, "The form does not say which text this began from. Copy your text and open the file again.")
	}
	if err = s.placeable(path); err != nil {
		return Draft{}, err
	}
	draft := Draft{Path: path, Base: base, Source: source}
	if draft.BaseSource, err = s.baseSource(ctx, actor, path, base); err != nil {
		return Draft{}, err
	}
	if draft.Source = lineEnds(draft.BaseSource, source); len(draft.Source) > playbooks.MaxSource {
		return Draft{}, errs.New(errs.TooLarge, "A playbook's file may have 512 KiB at most.")
	}
	err = s.DB.InTx(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		return saveTx(ctx, tx, actor, draft, seen)
	})
	return draft, err
}

func saveTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, draft Draft, seen string) error {
	if err := tx.LockPlaybookFile(ctx, draft.Path); err != nil {
		return fmt.Errorf("authoring: lock: %w", postgres.MapError(err))
	}
	before, err := read(ctx, tx.Queries, actor, draft.Path)
	switch {
	case err == nil && before.Revision() != seen && before.Source != draft.Source:
		return errs.New(errs.Conflict, "Another window saved this draft meanwhile; this text is not saved yet.")
	case err != nil && errs.KindOf(err) != errs.NotFound:
		return err
	case err != nil:
		if err = placeTx(ctx, tx, actor); err != nil {
			return err
		}
	}
	err = tx.PutPlaybookDraft(ctx, dbgen.PutPlaybookDraftParams{
		UserID: actor.ID, Path: draft.Path, Base: draft.Base, BaseSource: draft.BaseSource, Source: draft.Source,
	})
	if err != nil {
		return fmt.Errorf("authoring: save draft: %w", postgres.MapError(err))
	}
	return nil
}

// MaxDrafts is how many drafts one person keeps.
const MaxDrafts = 50

// placeTx refuses one more draft to who has that many: none is thrown away to make room.
func placeTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor) error {
	drafts, err := tx.ListPlaybookDrafts(ctx, actor.ID)
	if err != nil {
		return fmt.Errorf("authoring: list drafts: %w", postgres.MapError(err))
	}
	if len(drafts) < MaxDrafts {
		return nil
	}
	return errs.Newf(errs.Invalid, "You have %d drafts, and nobody keeps more. Publish or discard one first: the oldest is that of %s.",
		len(drafts), drafts[len(drafts)-1].Path)
}

// placeable says why there can be no file at the path: one stands where a folder is
// needed, or something that is no file stands there.
func (s *Service) placeable(path string) error {
	for i, c := range path {
		if c != '/' {
			continue
		}
		if _, _, err := s.Catalogue.Text(path[:i]); err == nil {
			return errs.Newf(errs.Invalid, "The file %s cannot be kept: %s is a file, not a folder. Choose another name.", path, path[:i])
		}
	}
	_, err := s.file(path)
	return err
}

// baseSource finds the text that a draft began from: the file's, unless somebody
// published another meanwhile, then that of the draft before or of the history. It is
// only shown, so a text that is gone is empty.
func (s *Service) baseSource(ctx context.Context, actor authz.Actor, path, base string) (string, error) {
	if base == "" {
		return "", nil
	}
	file, err := s.file(path)
	if err != nil || file.Revision == base {
		return file.Source, err
	}
	before, err := read(ctx, s.DB.Queries, actor, path)
	if err == nil && before.Base == base {
		return before.BaseSource, nil
	}
	source, err := s.published(ctx, path, base)
	if errs.KindOf(err) == errs.NotFound || errs.KindOf(err) == errs.Invalid {
		return "", nil
	}
	return source, err
}

// Rebase makes the file as it is now what the actor's draft began from, and leaves
// their text alone: the answer to somebody else's change after having read it.
// theirs is the revision that they read; any other is errs.Conflict.
func (s *Service) Rebase(ctx context.Context, path, theirs string) error {
	actor, err := s.author(ctx, path)
	if err != nil {
		return err
	}
	draft, err := read(ctx, s.DB.Queries, actor, path)
	if err != nil {
		return noDraft(err)
	}
	file, err := s.file(path)
	if err != nil {
		return err
	}
	if file.Revision != theirs {
		return errs.New(errs.Conflict, "The file changed once more. Look at it again.")
	}
	_, err = s.Save(ctx, path, theirs, draft.Revision(), draft.Source)
	return err
}

// Discard forgets the actor's draft. Discarding twice changes nothing.
func (s *Service) Discard(ctx context.Context, path string) error {
	actor, err := s.author(ctx, path)
	if err != nil {
		return err
	}
	err = s.DB.DeletePlaybookDraft(ctx, dbgen.DeletePlaybookDraftParams{UserID: actor.ID, Path: path})
	if err != nil {
		return fmt.Errorf("authoring: discard draft: %w", postgres.MapError(err))
	}
	return nil
}

// Drafts lists the paths on which the actor has unpublished text, the newest first.
func (s *Service) Drafts(ctx context.Context) ([]string, error) {
	actor, err := authz.Require(ctx, authz.WritePlaybooks)
	if err != nil || !s.Writable() {
		return nil, err
	}
	rows, err := s.DB.ListPlaybookDrafts(ctx, actor.ID)
	if err != nil {
		return nil, fmt.Errorf("authoring: list drafts: %w", postgres.MapError(err))
	}
	paths := make([]string, len(rows))
	for i, row := range rows {
		paths[i] = row.Path
	}
	return paths, nil
}

// author is who may write the file; without a folder that is nobody.
func (s *Service) author(ctx context.Context, path string) (authz.Actor, error) {
	actor, err := authz.Require(ctx, authz.WritePlaybooks)
	if err != nil {
		return actor, err
	}
	if !s.Writable() {
		return actor, errs.New(errs.Invalid, "Nothing can be saved here: no folder for playbooks is configured. Download the text instead.")
	}
	return actor, CheckPath(path)
}

func noDraft(err error) error {
	if errs.KindOf(err) == errs.NotFound {
		return errs.New(errs.Conflict, "You have no draft of this file any more: it was published or discarded in another window.")
	}
	return err
}

// isRevision accepts what revisionOf gives, and nothing for no text.
func isRevision(text string) bool {
	hash, err := hex.DecodeString(text)
	return err == nil && (len(hash) == 0 || len(hash) == sha256.Size)
}

func revisionOf(source string) string {
	sum := sha256.Sum256([]byte(source))
	return hex.EncodeToString(sum[:])
}

// storable makes a text fit for the database and for pages.
func storable(text string) string {
	if utf8.ValidString(text) && !strings.Contains(text, "\x00") {
		return text
	}
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "\uFFFD")
}
