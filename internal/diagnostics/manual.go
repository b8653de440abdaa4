package diagnostics

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"wardroom/internal/authz"
	"wardroom/internal/errs"
	"wardroom/internal/playbooks"
	"wardroom/internal/postgres"
	"wardroom/internal/postgres/dbgen"
	"wardroom/internal/shell"
	"wardroom/internal/timeline"
)

// MarkDone records that the actor did the step by hand, with a note that says what. It is
// the way for manual steps and for commands that Wardroom does not run.
func (s *Service) MarkDone(ctx context.Context, incident int64, attached uuid.UUID, step, note string) (Run, error) {
	if _, err := authz.Require(ctx, authz.RunCommands); err != nil {
		return Run{}, err
	}
	if strings.TrimSpace(note) == "" {
		return Run{}, errs.New(errs.Invalid, "Say in one line what you did.")
	}
	return s.endByHand(ctx, incident, attached, step, Succeeded, note)
}

// MoveOn records that somebody leaves a step although not all of its commands have run.
func (s *Service) MoveOn(ctx context.Context, incident int64, attached uuid.UUID, step string) (Run, error) {
	return s.endByHand(ctx, incident, attached, step, Stopped, "")
}

// endByHand ends a step by hand, with the state that says how.
func (s *Service) endByHand(ctx context.Context, incident int64, attached uuid.UUID, step string, state State, note string) (Run, error) {
	actor, err := authz.Require(ctx, authz.RunCommands)
	if err != nil {
		return Run{}, err
	}
	room, err := s.db.IncidentForRun(ctx, incident)
	if err != nil {
		return Run{}, postgres.MapError(err)
	}
	book, err := s.rooms.Snapshot(ctx, room.ID, attached)
	if err != nil {
		return Run{}, err
	}
	st, ok := book.Step(step)
	if !ok {
		return Run{}, errs.New(errs.NotFound, "The playbook has no such step.")
	}
	var run Run
	err = s.db.InTx(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		var txErr error
		run, txErr = s.markDoneTx(ctx, tx, actor, dbgen.InsertRunParams{
			ID: uuid.Must(uuid.NewV7()), IncidentID: room.ID, AttachedID: &attached, StepID: st.ID, StepTitle: st.Title,
			Section: sectionOf(book, st.ID), Kind: KindManual, Source: string(FromPlaybook), Language: playbooks.Shell, TextHash: textHash(""), Environment: room.Environment,
			Risk: shell.Read.String(), Params: []byte("[]"), State: string(state), StartedBy: actor.ID, StartedName: actor.Name,
		}, note)
		return txErr
	})
	return run, err
}

func (s *Service) markDoneTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, row dbgen.InsertRunParams, note string) (Run, error) {
	status, err := tx.LockIncident(ctx, row.IncidentID)
	if err != nil {
		return Run{}, postgres.MapError(err)
	}
	if status == "closed" {
		return Run{}, errs.New(errs.Conflict, "The incident is closed.")
	}
	if row.NoteHash, err = timeline.ContentTx(ctx, tx, note); err != nil {
		return Run{}, err
	}
	inserted, err := tx.InsertRun(ctx, row)
	if err != nil {
		return Run{}, fmt.Errorf("diagnostics: mark done: %w", postgres.MapError(err))
	}
	run, err := fromRow(inserted)
	if err != nil {
		return Run{}, err
	}
	run.Note = note
	if err = s.rooms.JoinTx(ctx, tx, row.IncidentID); err != nil {
		return Run{}, err
	}
	_, err = s.ledger.AppendTx(ctx, tx, row.IncidentID, timeline.Event{Kind: timeline.StepDone, Actor: actor, Data: runData(run), Text: note})
	return run, err
}

// AddNote puts a remark on the run, in place of an earlier one; the timeline keeps both.
func (s *Service) AddNote(ctx context.Context, id uuid.UUID, note string) error {
	actor, err := authz.Require(ctx, authz.RunCommands)
	if err != nil {
		return err
	}
	run, err := s.ByID(ctx, id)
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		if _, err := tx.LockIncident(ctx, run.IncidentID); err != nil {
			return postgres.MapError(err)
		}
		hash, err := timeline.ContentTx(ctx, tx, note)
		if err != nil {
			return err
		}
		if hash == nil {
			return errs.New(errs.Invalid, "The note is empty.")
		}
		if err = tx.NoteRun(ctx, dbgen.NoteRunParams{ID: id, NoteHash: hash}); err != nil {
			return postgres.MapError(err)
		}
		_, err = s.ledger.AppendTx(ctx, tx, run.IncidentID, timeline.Event{Kind: timeline.RunNoted, Actor: actor, Data: runData(run), Text: note})
		return err
	})
}

func textHash(text string) []byte {
	sum := sha256.Sum256([]byte(text))
	return sum[:]
}
