package diagnostics

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"wardroom/internal/authz"
	"wardroom/internal/errs"
	"wardroom/internal/postgres"
	"wardroom/internal/postgres/dbgen"
	"wardroom/internal/timeline"
)

// conclude records the end of the run and gives it as it is then.
func (s *Service) conclude(ctx context.Context, run Run, end ending) Run {
	ended, err := s.finish(ctx, run, end)
	if err != nil {
		s.log.ErrorContext(ctx, "end of run is not recorded", "run_id", run.ID, "err", err)
		return run
	}
	s.log.InfoContext(ctx, "run ended", "run_id", run.ID, "state", string(ended.State), "lines", ended.Lines, "crash", end.crash)
	return ended
}

// finish records the end of the run together with its event, exactly once: a run that is
// final already stays as it is. errs.NotFound when there is no such run.
func (s *Service) finish(ctx context.Context, run Run, end ending) (ended Run, err error) {
	closed := false
	err = s.persist(ctx, "record end", func(ctx context.Context) error {
		return s.db.InTx(ctx, func(ctx context.Context, tx *postgres.Tx) error {
			var txErr error
			ended, closed, txErr = s.finishTx(ctx, tx, run, end)
			return txErr
		})
	})
	if errs.KindOf(err) == errs.NotFound {
		// It is final: recorded by an attempt whose answer was lost, or by a recovery.
		ended, err = s.final(ctx, run)
	}
	if err != nil {
		return run, fmt.Errorf("diagnostics: run %s: %w", run.ID, err)
	}
	s.measureScratch(run.IncidentID)
	s.publishEnd(ended)
	if closed {
		if dropErr := s.DropScratch(ctx); dropErr != nil {
			s.log.WarnContext(ctx, "scratch folder of a closed incident is still there", "run_id", run.ID, "err", dropErr)
		}
	}
	return ended, nil
}

// finishTx ends the run; closed says whether its incident is. The incident's row is locked
// first, like everywhere, so that two deeds never wait for each other.
func (s *Service) finishTx(ctx context.Context, tx *postgres.Tx, run Run, end ending) (ended Run, closed bool, err error) {
	status, err := tx.LockIncident(ctx, run.IncidentID)
	if err != nil {
		return Run{}, false, postgres.MapError(err)
	}
	row, err := tx.FinishRun(ctx, end.params(run))
	if err != nil {
		return Run{}, false, postgres.MapError(err)
	}
	if ended, err = fromRow(row); err != nil {
		return Run{}, false, err
	}
	if end.state == Succeeded {
		if err = s.keepTx(ctx, tx, run, end.vars); err != nil {
			return Run{}, false, err
		}
	}
	kind := timeline.RunEnded
	if end.state == Interrupted {
		kind = timeline.RunInterrupted
	}
	_, err = s.ledger.AppendTx(ctx, tx, run.IncidentID, timeline.Event{
		Kind: kind, Actor: authz.Actor{ID: run.ByID, Name: run.By}, Data: runData(ended),
	})
	return ended, status == "closed", err
}

// keepTx keeps what the run has assigned at its top level for the incident's later
// commands. What a run makes with a value from an alert is the alert's too, so that no
// detour brings it into a change. Secrets are never stored, and a value that no text
// column takes is none that a command could use.
func (s *Service) keepTx(ctx context.Context, tx *postgres.Tx, run Run, vars map[string]string) error {
	origin := FromRun
	if slices.ContainsFunc(run.Values, func(v Value) bool { return v.Origin == FromAlert }) {
		origin = FromAlert
	}
	for _, name := range slices.Sorted(maps.Keys(vars)) {
		if strings.ContainsRune(vars[name], 0) || byName(name, "").param.Secret {
			continue
		}
		err := tx.SetVariable(ctx, dbgen.SetVariableParams{
			IncidentID: run.IncidentID, Name: name, Value: vars[name], Origin: string(origin), RunID: &run.ID, SetBy: run.By,
		})
		if err != nil {
			return fmt.Errorf("diagnostics: keep %s: %w", name, postgres.MapError(err))
		}
	}
	return nil
}

// final reads a run that somebody has ended.
func (s *Service) final(ctx context.Context, run Run) (Run, error) {
	var row dbgen.Run
	err := s.persist(ctx, "read end", func(ctx context.Context) (err error) {
		row, err = s.db.RunByID(ctx, run.ID)
		return err
	})
	if err != nil {
		return run, err
	}
	return fromRow(row)
}
