package diagnostics

import (
	"context"

	"wardroom/internal/redact"
	"wardroom/internal/supervisor"
)

// Follow records what the events say of a run that no process belongs to, to its end.
func (s *Service) Follow(ctx context.Context, run Run, events <-chan supervisor.Event, secrets ...redact.Secret) Run {
	return s.conclude(ctx, run, s.record(ctx, run, redact.NewSet(secrets...), events))
}

// RemoteWarning is what a stop says of a program in a container, "" for any other.
func RemoteWarning(argv ...string) string {
	if r := remoteOf(supervisor.Program{Argv: argv, Permitted: true}); r != nil {
		return r.warning()
	}
	return ""
}
