package app

import (
	"context"

	"wardroom/internal/live/redisbroker"
	"wardroom/internal/postgres"
)

// connect joins the other replicas when there is a Redis: those that work on the same
// database. A Redis that is away only means that each serves its own pages for now.
func (a *App) connect(ctx context.Context) error {
	if a.Settings.RedisURL == "" {
		return nil
	}
	epoch, err := a.database.Epoch(ctx)
	if err != nil {
		return postgres.MapError(err)
	}
	broker, err := redisbroker.New(redisbroker.Options{
		URL: a.Settings.RedisURL, Channel: "wardroom:" + epoch.String(), Hub: a.hub, Log: a.Log,
	})
	if err != nil {
		return err
	}
	broker.Start(ctx)
	a.onClose(func(context.Context) error { return broker.Stop() })
	return nil
}
