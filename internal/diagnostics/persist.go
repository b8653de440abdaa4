package diagnostics

import (
	"context"
	"strings"
	"time"

	"wardroom/internal/errs"
	"wardroom/internal/postgres"
)

// writeWithin bounds one attempt, so that a connection that has died silently is noticed.
const writeWithin = 10 * time.Second

// persist repeats a write until it succeeds: while the database is away the run waits and
// nothing is lost. It gives up when ctx ends, and when what is written to does not exist
// (errs.NotFound). A write that was committed although its answer was lost is found again
// as a conflict.
func (s *Service) persist(ctx context.Context, what string, write func(context.Context) error) error {
	for delay := 50 * time.Millisecond; ; delay = min(2*delay, 2*time.Second) {
		err := attempt(ctx, write)
		if err == nil || alreadyThere(err) {
			return nil
		}
		if err = postgres.MapError(err); errs.KindOf(err) == errs.NotFound {
			return err
		}
		s.log.WarnContext(ctx, "database does not take a write, the run waits", "what", what, "err", err)
		select {
		case <-ctx.Done():
			return err
		case <-time.After(delay):
		}
	}
}

func attempt(ctx context.Context, write func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, writeWithin)
	defer cancel()
	return write(ctx)
}

// alreadyThere says that a repeated write had reached the database the first time.
func alreadyThere(err error) bool {
	return postgres.IsUnique(err, "run_chunks_pkey") || postgres.IsUnique(err, "run_programs_pkey")
}

// storable makes text of a run fit for a text column: PostgreSQL refuses NUL and what is
// not UTF-8, and a write that is refused for ever would hold the run for ever.
func storable(text string) string {
	return strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", "\u2400"), "\uFFFD")
}
