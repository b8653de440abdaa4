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

// owner of the private cluster. It migrates; the application works as postgres.AppRole.
const owner = "wardroom"

// Database is the pool, and the private server behind it when there is one.
type Database struct {
	*postgres.DB

	keeper *keeper // of the private server; nil without one
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
	if url := settings.DatabaseURL; url != "" {
		err = d.ready(ctx, url, url, log)
	} else {
		err = d.private(ctx, settings, log, join)
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

// ready migrates as one role and opens the pool as another, which may be the same.
func (d *Database) ready(ctx context.Context, migrate, work string, log *slog.Logger) (err error) {
	if err = postgres.Migrate(ctx, migrate, log); err != nil {
		return err
	}
	if err = postgres.GrantAppRole(ctx, migrate); err != nil {
		return err
	}
	d.DB, err = postgres.Open(ctx, work)
	return err
}

// private starts the data directory's own PostgreSQL, or joins the one that runs there.
func (d *Database) private(ctx context.Context, settings config.Settings, log *slog.Logger, join bool) error {
	opts := PrivateDatabase(settings.Data)
	opts.User, opts.Log = settings.User, log
	server, err := embedded.Start(ctx, opts)
	if _, busy := errors.AsType[*embedded.InUseError](err); busy && join {
		return d.joined(ctx, opts, log)
	}
	if err != nil {
		return err
	}
	d.keeper = keep(context.WithoutCancel(ctx), server, opts)
	url := server.DSN(owner, owner)
	if err = postgres.CreateAppRole(ctx, url); err != nil {
		return err
	}
	return d.ready(ctx, url, server.DSN(owner, postgres.AppRole), log)
}

// joined works beside the Wardroom that has started the server, and made the role.
func (d *Database) joined(ctx context.Context, opts embedded.Options, log *slog.Logger) error {
	url, err := embedded.Address(opts, owner, owner)
	if err != nil {
		return err
	}
	work, err := embedded.Address(opts, owner, postgres.AppRole)
	if err != nil {
		return err
	}
	return d.ready(ctx, url, work, log)
}

// PrivateDatabase names the PostgreSQL of a data directory.
func PrivateDatabase(data string) embedded.Options {
	return embedded.Options{Dir: filepath.Join(data, "postgres"), Owner: owner, Database: owner, Roles: []string{postgres.AppRole}}
}

// Close ends the connections, then the private server.
func (d *Database) Close(ctx context.Context) error {
	if d.DB != nil {
		d.DB.Close()
	}
	if d.keeper == nil {
		return nil
	}
	return d.keeper.stop(ctx)
}
