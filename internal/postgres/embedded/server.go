package embedded

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"os/user"
	"slices"
	"strconv"
	"syscall"

	"wardroom/internal/process"
)

// Options of a private server. Only Dir and Log are required.
type Options struct {
	// Dir holds the cluster, its lock, its log and the record of its process; it is made when missing.
	Dir string
	// User runs the server when this process is root; empty means postgres, or nobody where there is no such user. The server's files are closed to everybody else.
	User string
	// Owner is the cluster's superuser; empty means wardroom. This process's user, the server's and root may be it, through the socket.
	Owner string
	// Database is created, owned by Owner, when it is missing; empty means the owner's name.
	Database string
	// Roles may be taken through the socket as Owner may. They are not created.
	Roles []string
	// PasswordUsers may connect over TCP at 127.0.0.1, Port, with a password; without any there is no TCP at all. They are not created.
	PasswordUsers []string
	// Port is the TCP port, 5432 when 0; the socket's name holds it too.
	Port int
	// Settings override the server's configuration.
	Settings map[string]string
	// FsyncOff trades safety against power loss for speed: for tests and demos.
	FsyncOff bool
	Log      *slog.Logger
}

// cluster is what Start works on: the options made complete, the places and the programs.
type cluster struct {
	folders

	opts     Options
	programs programs
	cred     *syscall.Credential
}

// Server is a private PostgreSQL that accepts connections. Stop it.
type Server struct {
	cluster *cluster
	id      process.ID
	exited  chan struct{} // closed when the process has been collected
	release func() error
}

// Start runs the cluster in Options.Dir, made when it is missing, and returns when it accepts connections. What an earlier process left running there is stopped
// first; a living server of somebody else gives an *InUseError, missing programs ErrNotInstalled. After an error nothing of it runs.
func Start(ctx context.Context, opts Options) (*Server, error) {
	c, err := newCluster(opts)
	if err != nil {
		return nil, err
	}
	if err = c.prepare(ctx, c.cred); err != nil {
		return nil, err
	}
	release, err := process.Lock(c.lock)
	if errors.Is(err, process.ErrLocked) {
		return nil, &InUseError{Dir: c.base}
	}
	if err != nil {
		return nil, err
	}
	s, err := c.start(ctx)
	if err != nil {
		return nil, errors.Join(err, release())
	}
	s.release = release
	return s, nil
}

func newCluster(opts Options) (*cluster, error) {
	opts.Owner = cmp.Or(opts.Owner, "wardroom")
	opts.Database = cmp.Or(opts.Database, opts.Owner)
	if opts.User == "" {
		opts.User = "nobody"
		if _, err := user.Lookup("postgres"); err == nil {
			opts.User = "postgres"
		}
	}
	f, err := layout(opts.Dir)
	if err != nil {
		return nil, err
	}
	found, err := find(os.Getenv("PATH"), f.data)
	if err != nil {
		return nil, err
	}
	cred, err := process.Credential(opts.User)
	if err != nil {
		return nil, fmt.Errorf("user of the database: %w", err)
	}
	return &cluster{folders: f, opts: opts, programs: found, cred: cred}, nil
}

func (c *cluster) start(ctx context.Context) (*Server, error) {
	if err := c.takeOver(ctx); err != nil {
		return nil, err
	}
	if err := c.create(ctx); err != nil {
		return nil, err
	}
	if err := c.writeAccess(); err != nil {
		return nil, err
	}
	s, err := c.launch(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.becomeReady(ctx); err != nil {
		return nil, errors.Join(err, s.shutDown(context.WithoutCancel(ctx)))
	}
	return s, nil
}

// DSN is the address of a database through the socket, for this process and others of its user. Role must be the owner or one of Options.Roles.
func (s *Server) DSN(database, role string) string {
	return address(s.cluster.socket, s.cluster.port(), database, role)
}

func address(socket, port, database, role string) string {
	query := url.Values{"host": {socket}, "port": {port}, "sslmode": {"disable"}}
	return (&url.URL{Scheme: "postgres", User: url.User(role), Path: "/" + database, RawQuery: query.Encode()}).String()
}

// Exited is closed when the server has ended, asked or not.
func (s *Server) Exited() <-chan struct{} { return s.exited }

// PID is the server's process.
func (s *Server) PID() int { return s.id.PID }

// Stop shuts the server down: sessions are cancelled, data is flushed; when ctx ends before that, the server is ended at once and recovers at its next start.
func (s *Server) Stop(ctx context.Context) error {
	return errors.Join(s.shutDown(ctx), s.release())
}

func (s *Server) shutDown(ctx context.Context) error {
	if err := shutDown(ctx, s.id); err != nil {
		return err
	}
	<-s.exited
	_ = os.Remove(s.cluster.socket) // empty after a clean end; otherwise the next start uses it again
	return s.cluster.pid.Remove()
}

func (s *Server) ended() bool {
	select {
	case <-s.exited:
		return true
	default:
		return false
	}
}

func (c *cluster) port() string { return strconv.Itoa(cmp.Or(c.opts.Port, 5432)) }

// systemUsers are the operating-system users that may take the cluster's roles.
func (c *cluster) systemUsers() []string {
	names := []string{"root"}
	for _, uid := range []int{os.Geteuid(), c.serverUID()} {
		if u, err := user.LookupId(strconv.Itoa(uid)); err == nil && u.Username != "root" {
			names = append(names, u.Username)
		}
	}
	return slices.Compact(names)
}

func (c *cluster) serverUID() int {
	if c.cred == nil {
		return os.Geteuid()
	}
	return int(c.cred.Uid)
}
