package supervisor

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"

	"github.com/jackc/pgx/v5"

	"wardroom/demo/redis"
	"wardroom/internal/ports"
	"wardroom/internal/postgres/embedded"
)

// The database's names. The services and the commands of playbooks come as databaseUser, who owns the tables and nothing else; readers may see everything and change
// nothing.
const (
	databaseOwner = "octollm_admin"
	databaseUser  = "octollm"
	databaseName  = "octollm"
	readers       = "diagnostics"
)

// postgres is the demo's own cluster, on the same port over restarts.
type postgres struct {
	supervisor *Supervisor
	port       int
}

func (p *postgres) launch(ctx context.Context) (running, string, error) {
	s := p.supervisor
	if p.port == 0 {
		port, err := ports.Free()
		if err != nil {
			return nil, "", err
		}
		p.port = port
	}
	server, err := embedded.Start(ctx, embedded.Options{
		Dir: s.path("postgres"), Owner: databaseOwner, Database: databaseName, PasswordUsers: []string{databaseUser}, Port: p.port,
		Settings: map[string]string{"shared_buffers": "32MB", "max_connections": "50"}, FsyncOff: true, Log: s.opts.Log,
	})
	if err != nil {
		return nil, "", err
	}
	if err := p.makeUser(ctx, server.DSN(databaseName, databaseOwner)); err != nil {
		return nil, "", errors.Join(err, server.Stop(context.WithoutCancel(ctx)))
	}
	return server, ports.Loopback(p.port), nil
}

// makeUser sets up the roles as they are wanted now, whatever an earlier start left.
func (p *postgres) makeUser(ctx context.Context, dsn string) error {
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return fmt.Errorf("database: %w", err)
	}
	defer conn.Close(ctx)
	for _, role := range []string{databaseUser, readers} {
		var exists bool
		if err = conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)", role).Scan(&exists); err != nil {
			return fmt.Errorf("look for role %s: %w", role, err)
		}
		if !exists {
			if _, err = conn.Exec(ctx, "CREATE ROLE "+role); err != nil {
				return fmt.Errorf("create role %s: %w", role, err)
			}
		}
	}
	_, err = conn.Exec(ctx, fmt.Sprintf(`
		ALTER ROLE %[1]s LOGIN PASSWORD '%[2]s'; ALTER DATABASE %[3]s OWNER TO %[1]s; ALTER SCHEMA public OWNER TO %[1]s;
		GRANT pg_read_all_data, pg_monitor TO %[4]s; GRANT %[4]s TO %[1]s`, databaseUser, p.supervisor.password, databaseName, readers))
	if err != nil {
		return fmt.Errorf("set up roles: %w", err)
	}
	return nil
}

// url is the database's address with the password in it.
func (p *postgres) url() string {
	u := url.URL{
		Scheme: "postgres", User: url.UserPassword(databaseUser, p.supervisor.password), Host: ports.Loopback(p.port), Path: "/" + databaseName,
		RawQuery: "sslmode=disable",
	}
	return u.String()
}

func (s *Supervisor) launchRedis(ctx context.Context) (running, string, error) {
	port, err := s.samePort("redis")
	if err != nil {
		return nil, "", err
	}
	log, err := appendTo(s.redis.log)
	if err != nil {
		return nil, "", err
	}
	defer log.Close() // the server has its own descriptor
	server, err := redis.Start(ctx, redis.Options{Dir: s.path("redis"), Port: port, PIDFile: s.pidFile("redis"), Log: log})
	if err != nil {
		return nil, "", err
	}
	s.redisURL = server.URL()
	return server, ports.Loopback(port), nil
}

// samePort is the port that the service had before in this life of the supervisor, else a free one.
func (s *Supervisor) samePort(name string) (int, error) {
	if p, ok := s.find(name); ok {
		if port := portOf(p.status().Address); port != 0 {
			return port, nil
		}
	}
	return ports.Free()
}

func appendTo(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644) //nolint:gosec // logs of a demo are nobody's secret
	if err != nil {
		return nil, fmt.Errorf("log: %w", err)
	}
	return file, nil
}
