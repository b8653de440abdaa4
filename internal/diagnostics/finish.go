package diagnostics

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"wardroom/internal/authz"
	"wardroom/internal/errs"
	"wardroom/internal/postgres"
	"wardroom/internal/postgres/dbgen"
	"wardroom/internal/shell"
	"wardroom/internal/supervisor"
	"wardroom/internal/timeline"
)

// ending is how a run ended.
type ending struct {
	state  State
	code   *int
	reason string
	clean  bool // nothing of its process tree is left
	lines  int64
	bytes  int64
	cpu    time.Duration
	peak   int64
	vars   map[string]string
}

// finish records the end of the run together with its event, exactly once: a run that is
// final already stays as it is.
func (s *Service) finish(ctx context.Context, run Run, end ending) error {
	var ended Run
	var failure error
	stored := s.persist(ctx, "record end", func(ctx context.Context) error {
		err := s.db.InTx(ctx, func(ctx context.Context, tx *postgres.Tx) (err error) {
			ended, err = s.finishTx(ctx, tx, run, end)
			return err
		})
		switch errs.KindOf(err) {
		case errs.Internal, errs.Unavailable:
			return err
		}
		failure = err
		return nil
	})
	if !stored {
		return fmt.Errorf("diagnostics: run %s: %w", run.ID, ctx.Err())
	}
	if failure != nil {
		return failure
	}
	s.publishEnd(ended)
	return nil
}

func (s *Service) finishTx(ctx context.Context, tx *postgres.Tx, run Run, end ending) (Run, error) {
	params := dbgen.FinishRunParams{
		ID: run.ID, State: string(end.state), Reason: end.reason, ConfirmedStop: end.clean,
		Lines: end.lines, Bytes: end.bytes, CpuMs: end.cpu.Milliseconds(), PeakRss: end.peak,
	}
	if end.code != nil {
		code := int32(*end.code) //nolint:gosec // an exit code is below 256
		params.ExitCode = &code
	}
	row, err := tx.FinishRun(ctx, params)
	if err != nil {
		return Run{}, postgres.MapError(err)
	}
	ended, err := fromRow(row)
	if err != nil {
		return Run{}, err
	}
	if end.state == Succeeded {
		for _, name := range slices.Sorted(maps.Keys(end.vars)) {
			err := tx.SetVariable(ctx, dbgen.SetVariableParams{
				IncidentID: run.IncidentID, Name: name, Value: end.vars[name], Origin: string(FromRun), RunID: &run.ID, SetBy: run.By,
			})
			if err != nil {
				return Run{}, fmt.Errorf("diagnostics: keep %s: %w", name, postgres.MapError(err))
			}
		}
	}
	kind := timeline.RunEnded
	if end.state == Interrupted {
		kind = timeline.RunInterrupted
	}
	_, err = s.ledger.AppendTx(ctx, tx, run.IncidentID, timeline.Event{
		Kind: kind, Actor: authz.Actor{ID: run.ByID, Name: run.By}, Data: record(ended, row.Section),
	})
	return ended, err
}

// alreadyThere says that a repeated write had reached the database the first time.
func alreadyThere(err error) bool {
	return postgres.IsUnique(err, "run_chunks_pkey") || postgres.IsUnique(err, "run_programs_pkey")
}

// stopReason says what stopping achieved, in words that promise nothing we don't know.
func stopReason(run Run, analysis shell.Analysis, exit supervisor.Exit) string {
	switch {
	case !exit.Clean:
		return "Stop was asked for, but something of it may still run on " + run.Host + "."
	case remote(run.Text, analysis):
		return "Client stopped; the process inside the container may still run."
	default:
		return "Confirmed stopped: nothing of it is left."
	}
}

// remote says that the command starts something where our signals do not reach.
func remote(text string, analysis shell.Analysis) bool {
	return strings.Contains(text, " exec ") &&
		slices.ContainsFunc(analysis.Programs, func(p string) bool { return p == "kubectl" || p == "oc" || p == "docker" })
}
