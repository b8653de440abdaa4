package programs

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// The exit statuses of psql.
const (
	psqlFailed   = 1
	psqlNoServer = 2
)

// psqlCall is one psql: where it goes, what it runs and how it prints.
type psqlCall struct {
	c           *Call
	want        target
	commands    []string
	list        bool
	quiet       bool
	stopOnError bool
	oneUnit     bool // -1
	style       tableStyle
}

var psqlLong = map[string]string{
	"host": "h", "port": "p", "username": "U", "dbname": "d", "command": "c", "tuples-only": "t", "no-align": "A", "expanded": "x", "quiet": "q", "no-psqlrc": "X",
	"no-password": "w", "set": "v", "variable": "v", "single-transaction": "1", "field-separator": "F", "pset": "P", "list": "l", "csv": "C",
}

// psql runs SQL and the backslash commands that describe things, on a database that the environment lists, and prints what the real tool prints into a pipe.
func psql(ctx context.Context, c *Call) int {
	q := &psqlCall{c: c, style: tableStyle{separator: "|"}}
	if err := q.parse(c.Args[1:]); err != nil {
		return c.fail(psqlFailed, "%v", err)
	}
	conn, config, err := c.Network.database(q.want)
	if err != nil {
		return c.fail(codeRefused, "%v", err)
	}
	s := &session{c: c, style: q.style, quiet: q.quiet, role: conn.Role}
	if err = s.open(ctx, config); err != nil {
		return s.notConnected(conn.Alias, err)
	}
	defer s.close(ctx)
	return q.run(ctx, s)
}

// run does one command after the other. Like the real tool it goes on after an error, unless it was told not to, and tells by its status how the last one ended.
func (q *psqlCall) run(ctx context.Context, s *session) (code int) {
	if q.list {
		q.commands = []string{`\l`}
	}
	var err error
	if q.oneUnit && !q.c.ReadOnly {
		err = s.silently(ctx, "BEGIN")
	}
	for _, command := range q.commands {
		if err != nil && (q.stopOnError || s.conn.IsClosed()) {
			break
		}
		if meta, isMeta := strings.CutPrefix(strings.TrimSpace(command), `\`); isMeta {
			err = s.describe(ctx, meta)
		} else {
			err = s.query(ctx, command)
		}
		s.report(ctx, command, err)
	}
	if q.oneUnit && !q.c.ReadOnly && !s.conn.IsClosed() {
		end := "COMMIT"
		if err != nil {
			end = "ROLLBACK"
		}
		err = errors.Join(err, s.silently(ctx, end))
	}
	switch {
	case ctx.Err() != nil:
		return codeEnded
	case s.conn.IsClosed():
		return psqlNoServer
	case err != nil:
		return psqlFailed
	}
	return 0
}

// codeEnded is the status of what SIGTERM has ended.
const codeEnded = 143

func (q *psqlCall) parse(args []string) error {
	// C has no short form that a user could mean.
	for _, arg := range args {
		if strings.HasPrefix(arg, "-C") {
			return errors.New("invalid option -- 'C'")
		}
	}
	opts, words, err := options(args, "h:p:U:d:c:tAxqXwv:1F:P:lC", psqlLong)
	if err != nil {
		return err
	}
	for _, o := range opts {
		if err = q.set(o); err != nil {
			return err
		}
	}
	for i, word := range words {
		switch {
		case i == 0 && q.want.database == "":
			q.want.database = word
		case i <= 1 && q.want.user == "":
			q.want.user = word
		default:
			return fmt.Errorf("extra command-line argument \"%s\"", word)
		}
	}
	if q.want, err = q.want.unfolded(); err != nil {
		return err
	}
	if len(q.commands) == 0 && !q.list {
		return errors.New("only psql -c COMMAND is available")
	}
	return nil
}

func (q *psqlCall) set(o option) error {
	switch o.name {
	case "h":
		q.want.host = o.value
	case "p":
		q.want.port = o.value
	case "U":
		q.want.user = o.value
	case "d":
		q.want.database = o.value
	case "c":
		q.commands = append(q.commands, o.value)
	case "t":
		q.style.tuplesOnly = true
	case "A":
		q.style.format = "unaligned"
	case "C":
		q.style.format = "csv"
	case "x":
		q.style.expanded = true
	case "q":
		q.quiet = true
	case "v":
		q.stopOnError = true // the classes permit no other variable
	case "1":
		q.oneUnit = true
	case "F":
		q.style.separator = o.value
	case "P":
		return q.style.set(o.value)
	case "l":
		q.list = true
	}
	return nil
}

// set is -P NAME=VALUE.
func (s *tableStyle) set(setting string) error {
	name, value, _ := strings.Cut(setting, "=")
	on := value == "" || value == "on" || value == "1"
	switch {
	case name == "pager" || name == "border" && value == "1" || name == "format" && (value == "aligned" || value == "wrapped"):
	case name == "format":
		s.format = value
	case name == "null":
		s.null = value
	case name == "footer":
		s.noFooter = !on
	case name == "expanded":
		s.expanded = on
	case name == "tuples_only":
		s.tuplesOnly = on
	default:
		return fmt.Errorf("-P %s is not available", setting)
	}
	return nil
}

const lostServer = "server closed the connection unexpectedly\n\tThis probably means the server terminated abnormally\n\tbefore or while processing the request.\n" +
	"connection to server was lost\n"

// errSaid is a failure that was told already.
var errSaid = errors.New("failed")

// report prints what went wrong, as the server says it.
func (s *session) report(ctx context.Context, command string, err error) {
	var wrong *pgconn.PgError
	switch {
	case err == nil, ctx.Err() != nil, errors.Is(err, errSaid):
	case errors.As(err, &wrong):
		fmt.Fprint(s.c.Stderr, serverMessage(wrong, command))
		if s.conn.IsClosed() {
			fmt.Fprint(s.c.Stderr, lostServer)
		}
	default:
		fmt.Fprintln(s.c.Stderr, plain(innermost(err)))
	}
}
