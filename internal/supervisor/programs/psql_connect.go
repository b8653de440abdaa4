package programs

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"
)

// target is which database a command asks for; what is empty was not said.
type target struct{ host, port, user, database string }

// String names it in the words of the command.
func (t target) String() string {
	name := "a database"
	if t.database != "" {
		name = "database " + t.database
	}
	if t.user != "" {
		name += " for user " + t.user
	}
	if t.host != "" || t.port != "" {
		name += " at " + strings.Trim(t.host+":"+t.port, ":")
	}
	return name
}

// unfolded reads a database that is given as a URL: where it leads must be listed like any other place, how to connect says the environment.
func (t target) unfolded() (target, error) {
	if !strings.HasPrefix(t.database, "postgres://") && !strings.HasPrefix(t.database, "postgresql://") {
		if strings.ContainsAny(t.database, "=:") {
			return t, errors.New("a connection string is not available: name a database that this environment lists")
		}
		return t, nil
	}
	u, err := url.Parse(t.database)
	if err != nil {
		return t, errors.New("the URL of the database is malformed")
	}
	if _, has := u.User.Password(); has {
		return t, errors.New("credentials do not belong in a command")
	}
	for name := range u.Query() {
		if name != "sslmode" && name != "connect_timeout" && name != "application_name" {
			return t, fmt.Errorf("%s is not available in the URL of a database", name)
		}
	}
	t.database = strings.TrimPrefix(u.Path, "/")
	t.host, t.port, t.user = cmp.Or(u.Hostname(), t.host), cmp.Or(u.Port(), t.port), cmp.Or(u.User.Username(), t.user)
	return t, nil
}

// database finds the one listed connection that a command means. Everything that the command names must be what the environment says, so that its credentials go
// nowhere else: a host is the alias, the listed address, or a name that the environment maps to that address.
func (n *Network) database(want target) (Conn, *pgconn.Config, error) {
	var found []Conn
	var config *pgconn.Config
	for _, conn := range n.Postgres {
		// Config validation has complained about a URL that cannot be parsed; the error would show it.
		parsed, err := pgconn.ParseConfig(conn.URL)
		if err != nil || !n.isMeant(want, conn.Alias, parsed) {
			continue
		}
		found = append(found, conn)
		config = parsed
		if want.host == conn.Alias {
			found = found[len(found)-1:]
			break
		}
	}
	switch len(found) {
	case 0:
		return Conn{}, nil, fmt.Errorf("this environment does not list %v", want)
	case 1:
		n.guardDatabase(config)
		return found[0], config, nil
	}
	aliases := make([]string, len(found))
	for i, conn := range found {
		aliases[i] = conn.Alias
	}
	return Conn{}, nil, fmt.Errorf("say which database with -h: %s", strings.Join(aliases, ", "))
}

func (n *Network) isMeant(want target, alias string, config *pgconn.Config) bool {
	listed := strconv.Itoa(int(config.Port))
	byAlias := want.host == alias || want.host == "" && want.database == alias
	switch {
	case want.user != "" && want.user != config.User:
		return false
	case want.database != "" && want.database != config.Database && want.database != alias:
		return false
	case byAlias:
		return true
	case want.host == "":
		return want.port == "" || want.port == listed
	}
	port := want.port
	if port == "" {
		port = "5432"
	}
	address := net.JoinHostPort(config.Host, listed)
	if net.JoinHostPort(want.host, port) == address {
		return true
	}
	mapped, err := n.address(want.host, port)
	return err == nil && mapped == address
}

// guardDatabase lets a connection be made by the guarded network only. A socket's path can only come from the environments file.
func (n *Network) guardDatabase(config *pgconn.Config) {
	// dial resolves the name, once, and judges what it finds.
	config.LookupFunc = func(_ context.Context, host string) ([]string, error) { return []string{host}, nil }
	config.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		if network == "unix" {
			return new(net.Dialer).DialContext(ctx, network, address)
		}
		return n.dial(ctx, address)
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = 10 * time.Second
	}
	config.RuntimeParams["client_encoding"] = "UTF8"
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "wardroom"
	}
	// A run that is stopped stops its query on the server too.
	config.BuildContextWatcherHandler = func(conn *pgconn.PgConn) ctxwatch.Handler {
		return &pgconn.CancelRequestContextWatcherHandler{Conn: conn, DeadlineDelay: time.Second}
	}
}

// notConnected tells why, without the address and the user of the configuration, which may be nobody's business.
func (s *session) notConnected(alias string, err error) int {
	var wrong *pgconn.PgError
	var reason string
	switch {
	case errors.Is(err, errForbidden):
		return s.c.fail(codeRefused, "%s: %v", alias, errForbidden)
	case errors.As(err, &wrong):
		reason = wrong.Severity + ":  " + wrong.Message
	default:
		reason = plain(innermost(err))
	}
	return s.c.fail(psqlNoServer, "error: connection to %s failed: %s", alias, reason)
}

// innermost drops what pgx puts around an error: it names hosts and users.
func innermost(err error) error {
	for {
		switch wrapped := err.(type) { //nolint:errorlint // walks the chain by hand
		case *net.OpError, *net.DNSError:
			return err
		case interface{ Unwrap() []error }:
			all := wrapped.Unwrap()
			err = all[len(all)-1]
		case interface{ Unwrap() error }:
			inner := wrapped.Unwrap()
			if inner == nil {
				return err
			}
			err = inner
		default:
			return err
		}
	}
}
