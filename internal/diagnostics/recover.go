package diagnostics

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"wardroom/internal/postgres"
	"wardroom/internal/postgres/dbgen"
	"wardroom/internal/process"
	"wardroom/internal/supervisor"
)

// endWithin is how long what is left of one run may take to end: the grace period and
// some more. What does not end then cannot be ended, and is said so.
const endWithin = 20 * time.Second

// Recover ends what a killed Wardroom left running on this machine and records its runs
// as interrupted. Nothing is run again: the outcome is unknown and only people can tell.
// Call it before the first Start.
func (s *Service) Recover(ctx context.Context) error {
	for {
		rows, err := s.db.UnfinishedRuns(ctx, s.opts.Owner)
		if err != nil {
			return fmt.Errorf("diagnostics: unfinished runs: %w", postgres.MapError(err))
		}
		if len(rows) == 0 {
			return s.DropScratch(ctx)
		}
		if err := s.interruptAll(ctx, rows); err != nil {
			return err
		}
	}
}

// interruptAll takes the runs all at once: each may have to be waited for.
func (s *Service) interruptAll(ctx context.Context, rows []dbgen.Run) error {
	failures := make([]error, len(rows))
	var all sync.WaitGroup
	for i, row := range rows {
		all.Go(func() { failures[i] = s.interrupt(ctx, row) })
	}
	all.Wait()
	return errors.Join(failures...)
}

func (s *Service) interrupt(ctx context.Context, row dbgen.Run) error {
	run, err := fromRow(row)
	if err != nil {
		return err
	}
	var id process.ID
	if row.Pid != nil && row.PidStart != nil {
		id = process.ID{PID: int(*row.Pid), Start: uint64(*row.PidStart)} //nolint:gosec // stored from the same type
	}
	// Its tree is ended first and only then recorded (EXECUTION.md 15).
	ending, cancel := context.WithTimeout(ctx, endWithin)
	defer cancel()
	gone := supervisor.Recover(ending, run.ID.String(), id)
	last, err := s.db.LastLine(ctx, run.ID)
	if err != nil {
		return fmt.Errorf("diagnostics: last line: %w", postgres.MapError(err))
	}
	if _, err := s.finish(ctx, run, interrupted(gone, last)); err != nil {
		return err
	}
	s.log.WarnContext(ctx, "run was interrupted by a restart", "run_id", run.ID, "gone", gone, "lines", last)
	return nil
}

func interrupted(gone bool, lines int64) ending {
	reason := "Interrupted, outcome unknown: Wardroom went away while it ran, and something of it may still run. "
	if gone {
		reason = "Interrupted, outcome unknown: Wardroom went away while it ran. Nothing of it runs any more. "
	}
	cut := "No output was recorded."
	if lines > 0 {
		cut = fmt.Sprintf("The record is cut after line %d.", lines)
	}
	return ending{state: Interrupted, reason: reason + cut, clean: gone, lines: lines}
}
