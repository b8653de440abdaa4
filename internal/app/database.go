package app

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"

	"wardroom/internal/config"
	"wardroom/internal/postgres"
	"wardroom/internal/postgres/embedded"
)

// Roles of the private cluster: the owner migrates, the app works.
const owner = "wardroom"

// Database is the pool, and the private server behind it when there is one.
type Database struct {
	*postgres.DB

	server *embedded.Server
}

// OpenDatabase connects to DATABASE_URL, or starts the private PostgreSQL of the data
// directory, and migrates it.
func OpenDatabase(ctx context.Context, settings config.Settings, log *slog.Logger) (_ *Database, err error) {
	d := &Database{}
	url := settings.DatabaseURL
	if url == "" {
		d.server, err = embedded.Start(ctx, embedded.Options{
			Dir: filepath.Join(settings.Data, "postgres"), User: settings.User, Owner: owner, Database: owner, Log: log,
		})
		if err != nil {
			return nil, err
		}
		url = d.server.DSN(owner, owner)
	}
	if err = postgres.Migrate(ctx, url, log); err == nil {
		d.DB, err = postgres.Open(ctx, url)
	}
	if err != nil {
		return nil, errors.Join(err, d.Close(context.WithoutCancel(ctx)))
	}
	return d, nil
}

// Close ends the connections, then the private server.
func (d *Database) Close(ctx context.Context) error {
	if d.DB != nil {
		d.DB.Close()
	}
	if d.server == nil {
		return nil
	}
	return d.server.Stop(ctx)
}
