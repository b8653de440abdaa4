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
func OpenDatabase(ctx context.Context, settings config.Settings, log *slog.Logger) (*Database, error) {
	return open(ctx, settings, log, false)
}

// JoinDatabase is OpenDatabase for commands that work beside a running Wardroom: they use
// the private PostgreSQL that it has started.
func JoinDatabase(ctx context.Context, settings config.Settings, log *slog.Logger) (*Database, error) {
	return open(ctx, settings, log, true)
}

func open(ctx context.Context, settings config.Settings, log *slog.Logger, join bool) (_ *Database, err error) {
	d := &Database{}
	url := settings.DatabaseURL
	if url == "" {
		if url, err = d.private(ctx, settings, log, join); err != nil {
			return nil, err
		}
	}
	if err = postgres.Migrate(ctx, url, log); err == nil {
		d.DB, err = postgres.Open(ctx, url)
	}
	if err != nil {
		return nil, errors.Join(err, d.Close(context.WithoutCancel(ctx)))
	}
	return d, nil
}

// private starts the data directory's own PostgreSQL, or joins the one that runs there.
func (d *Database) private(ctx context.Context, settings config.Settings, log *slog.Logger, join bool) (string, error) {
	opts := PrivateDatabase(settings.Data)
	opts.User, opts.Log = settings.User, log
	server, err := embedded.Start(ctx, opts)
	if _, busy := errors.AsType[*embedded.InUseError](err); busy && join {
		return embedded.Address(opts, owner, owner)
	}
	if err != nil {
		return "", err
	}
	d.server = server
	return server.DSN(owner, owner), nil
}

// PrivateDatabase names the PostgreSQL of a data directory.
func PrivateDatabase(data string) embedded.Options {
	return embedded.Options{Dir: filepath.Join(data, "postgres"), Owner: owner, Database: owner}
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
