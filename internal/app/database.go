package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"strconv"
	"syscall"

	"github.com/jackc/pgx/v5/pgconn"

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
		return nil, errors.Join(unreachable(err), d.Close(context.WithoutCancel(ctx)))
	}
	return d, nil
}

// unreachable says in one sentence that a server cannot be used, instead of once for each
// attempt. Anything else it leaves as it is.
func unreachable(err error) error {
	failed, ok := errors.AsType[*pgconn.ConnectError](err)
	if !ok {
		return err
	}
	reason := "it does not answer"
	if refused, ok := errors.AsType[*pgconn.PgError](err); ok {
		reason = refused.Message
	} else if errno, ok := errors.AsType[syscall.Errno](err); ok {
		reason = errno.Error()
	} else if name, ok := errors.AsType[*net.DNSError](err); ok {
		reason = name.Err
	}
	address := net.JoinHostPort(failed.Config.Host, strconv.Itoa(int(failed.Config.Port)))
	return fmt.Errorf("cannot use the database %s at %s as %s (%s): see DATABASE_URL", failed.Config.Database, address, failed.Config.User, reason)
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
