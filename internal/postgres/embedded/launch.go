package embedded

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"wardroom/internal/process"
)

// launch starts the server without waiting for it. Its log is a file of ours: a pipe would break when this process dies, and the server with it.
func (c *cluster) launch(ctx context.Context) (*Server, error) {
	log, err := openLog(c.log)
	if err != nil {
		return nil, err
	}
	defer log.Close()                                                     // the server has its own descriptor
	cmd := c.command(exec.Command(c.programs.postgres, c.arguments()...)) //nolint:noctx,gosec // outlives the caller's context; Stop ends it
	cmd.Stdout, cmd.Stderr = log, log
	if err = process.Start(cmd); err != nil {
		return nil, fmt.Errorf("start the database: %w", err)
	}
	s := &Server{cluster: c, exited: make(chan struct{})}
	s.id, err = process.Lookup(cmd.Process.Pid)
	if err == nil {
		err = c.pid.Write(s.id)
	}
	go func() {
		defer close(s.exited)
		_ = process.Wait(cmd) // how it ended is in its log
	}()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("record the database's process: %w", err), s.shutDown(context.WithoutCancel(ctx)))
	}
	return s, nil
}

// maxLog is the size above which a log is put aside at the next start.
const maxLog = 8 << 20

func openLog(path string) (*os.File, error) {
	if info, err := os.Stat(path); err == nil && info.Size() > maxLog {
		if err := os.Rename(path, path+".1"); err != nil {
			return nil, fmt.Errorf("put the database's log aside: %w", err)
		}
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600) //nolint:gosec // the operator names the folder
	if err != nil {
		return nil, fmt.Errorf("open the database's log: %w", err)
	}
	return file, nil
}

// becomeReady waits until the server answers — after a crash it recovers first, which may take minutes — and makes sure that the database exists.
func (s *Server) becomeReady(ctx context.Context) error {
	var conn *pgx.Conn
	var err error
	decided := poll(ctx, func() bool {
		conn, err = pgx.Connect(ctx, s.DSN("postgres", s.cluster.opts.Owner))
		return err == nil || refused(err) || s.ended()
	})
	switch {
	case !decided:
		return fmt.Errorf("waiting for the database: %w", ctx.Err())
	case err != nil && s.ended():
		return fmt.Errorf("the database ended at its start: %s", lastLines(s.cluster.log, 3))
	case err != nil:
		return fmt.Errorf("connect to the database: %w", err)
	}
	defer conn.Close(ctx) // nothing depends on how it closes
	return s.createDatabase(ctx, conn)
}

// refused reports whether the server has answered, and not only that it is still starting.
func refused(err error) bool {
	answer, ok := errors.AsType[*pgconn.PgError](err)
	return ok && answer.Code != cannotConnectNow
}

// cannotConnectNow is what a server says while it starts or recovers.
const cannotConnectNow = "57P03"

func (s *Server) createDatabase(ctx context.Context, conn *pgx.Conn) error {
	var exists bool
	name := s.cluster.opts.Database
	if err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name).Scan(&exists); err != nil {
		return fmt.Errorf("look for database %s: %w", name, err)
	}
	if exists {
		return nil
	}
	if _, err := conn.Exec(ctx, "CREATE DATABASE "+pgx.Identifier{name}.Sanitize()); err != nil {
		return fmt.Errorf("create database %s: %w", name, err)
	}
	return nil
}

// lastLines of the log say why a server did not start.
func lastLines(path string, n int) string {
	raw, err := os.ReadFile(path) //nolint:gosec // a log of ours
	if err != nil {
		return err.Error()
	}
	lines := bytes.Split(bytes.TrimSpace(raw), []byte("\n"))
	return string(bytes.Join(lines[max(0, len(lines)-n):], []byte("; ")))
}
