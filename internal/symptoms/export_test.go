package symptoms

import (
	"context"
	"time"
)

// PollOnce polls a source now, as if the service waited for its word from the beginning.
func (s *Service) PollOnce(ctx context.Context, name string) error {
	for _, from := range s.sources {
		if from.Name == name {
			return s.poll(ctx, from, time.Time{})
		}
	}
	panic("no source " + name)
}

// Register is what Start does before it polls.
func (s *Service) Register(ctx context.Context) error { return s.register(ctx) }
