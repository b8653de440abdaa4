package diagnostics

import (
	"context"
	"fmt"

	"wardroom/internal/postgres"
	"wardroom/internal/process"
	"wardroom/internal/supervisor"
)

// Recover ends what a killed Wardroom left running on this machine and records its runs
// as interrupted. Nothing is run again: the outcome is unknown and only people can tell.
// Call it before the first Start.
func (s *Service) Recover(ctx context.Context) error {
	rows, err := s.db.UnfinishedRuns(ctx, s.opts.Owner)
	if err != nil {
		return fmt.Errorf("diagnostics: unfinished runs: %w", postgres.MapError(err))
	}
	for _, row := range rows {
		run, err := fromRow(row)
		if err != nil {
			return err
		}
		var id process.ID
		if row.Pid != nil && row.PidStart != nil {
			id = process.ID{PID: int(*row.Pid), Start: uint64(*row.PidStart)} //nolint:gosec // stored from the same type
		}
		// Its tree is ended first and only then recorded (EXECUTION.md 15).
		gone := supervisor.Recover(ctx, run.ID.String(), id)
		last, err := s.db.LastLine(ctx, run.ID)
		if err != nil {
			return fmt.Errorf("diagnostics: last line: %w", postgres.MapError(err))
		}
		end := ending{state: Interrupted, clean: gone, lines: last.LastLine, bytes: last.Bytes, reason: interruptedReason(gone, last.LastLine)}
		if err := s.finish(ctx, run, end); err != nil {
			return err
		}
		s.log.WarnContext(ctx, "run was interrupted by a restart", "run_id", run.ID, "gone", gone, "lines", last.LastLine)
	}
	return s.DropScratch(ctx)
}

func interruptedReason(gone bool, lines int64) string {
	cut := "No output was recorded."
	if lines > 0 {
		cut = fmt.Sprintf("The record is cut after line %d.", lines)
	}
	if gone {
		return "Interrupted, outcome unknown: Wardroom went away while it ran. Nothing of it runs any more. " + cut
	}
	return "Interrupted, outcome unknown: Wardroom went away while it ran, and something of it may still run. " + cut
}
