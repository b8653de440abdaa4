package auth

import (
	"context"
	"fmt"

	"wardroom/internal/authz"
	"wardroom/internal/postgres"
)

// CleanUp removes what has ended: sessions, links a week after their end, keys of forms
// after a day, attempts to sign in after a day. Nothing depends on its being in time.
func (s *Service) CleanUp(ctx context.Context) error {
	if _, err := authz.Require(ctx, authz.ManagePeople); err != nil {
		return err
	}
	for what, remove := range map[string]func(context.Context) (int64, error){
		"sessions":         func(ctx context.Context) (int64, error) { return s.db.DeleteEndedSessions(ctx, IdleLifetime.Seconds()) },
		"access links":     s.db.DeleteOldAccessLinks,
		"idempotency keys": s.db.DeleteOldRequests,
		"sign-in attempts": s.db.DeleteOldSignInFailures,
	} {
		n, err := remove(ctx)
		if err != nil {
			return fmt.Errorf("auth: clean up %s: %w", what, postgres.MapError(err))
		}
		if n > 0 {
			s.log.InfoContext(ctx, "cleaned up", "what", what, "rows", n)
		}
	}
	return nil
}
