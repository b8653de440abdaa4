package programs

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5/pgconn"

	"wardroom/internal/shell"
)

// session is a connection to a database.
//
// What was judged to read only goes to the server one statement a message, each in a transaction that is known to be READ ONLY and to have the role of the environment
// the moment before: should a statement end the transaction or take the role back, the next one is not reached by it. What may write goes as psql sends it.
type session struct {
	c     *Call
	conn  *pgconn.PgConn
	style tableStyle
	quiet bool
	role  string // that reads run as; "": the one that connects
}

// open connects and sets what no command may change: how strings are read, and how long a statement may take.
func (s *session) open(ctx context.Context, config *pgconn.Config) error {
	config.OnNotice = func(_ *pgconn.PgConn, n *pgconn.Notice) { s.notice((*pgconn.PgError)(n)) }
	conn, err := pgconn.ConnectConfig(ctx, config)
	if err != nil {
		return err //nolint:wrapcheck // told by its type
	}
	s.conn = conn
	sql := "SET standard_conforming_strings = on"
	if deadline, limited := ctx.Deadline(); limited {
		most := max(time.Until(deadline).Milliseconds(), 1)
		// A lower limit of the role or the server stays.
		sql += fmt.Sprintf("; SELECT pg_catalog.set_config('statement_timeout', '%d', false) FROM pg_catalog.pg_settings "+
			"WHERE name = 'statement_timeout' AND setting::bigint NOT BETWEEN 1 AND %d", most, most)
	}
	if err = s.silently(ctx, sql); err != nil {
		s.close(ctx)
	}
	return err
}

func (s *session) close(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	_ = s.conn.Close(ctx) // everything was answered
	<-s.conn.CleanupDone()
}

// notice prints what the server says beside its answers.
func (s *session) notice(n *pgconn.PgError) {
	const alreadyInTransaction = "25001" // a BEGIN in the text, which stands in ours
	if s.c.ReadOnly && n.Code == alreadyInTransaction {
		return
	}
	fmt.Fprint(s.c.Stderr, serverMessage(n, ""))
}

func (s *session) silently(ctx context.Context, sql string) error {
	return s.conn.Exec(ctx, sql).Close() //nolint:wrapcheck // told by its type
}

// query runs what one -c says.
func (s *session) query(ctx context.Context, text string) error {
	statements, ok := shell.SQLStatements(text)
	if !ok {
		return errors.New("the SQL cannot be read surely")
	}
	switch {
	case s.c.ReadOnly:
		return s.readOnly(ctx, text, statements)
	case len(statements) == 1 && statements[0].Copy == "STDIN":
		tag, err := s.conn.CopyFrom(ctx, s.c.Stdin, statements[0].Text)
		s.tell(tag)
		return err //nolint:wrapcheck // told by its type
	case len(statements) == 1 && statements[0].Copy == "STDOUT":
		_, err := s.conn.CopyTo(ctx, s.c.Stdout, statements[0].Text)
		return err //nolint:wrapcheck // told by its type
	case len(s.c.Params) > 0:
		return s.show(s.conn.ExecParams(ctx, text, s.params(), nil, nil, nil))
	}
	for _, statement := range statements {
		if statement.Copy != "" {
			return errors.New("COPY must be the only statement of its -c")
		}
	}
	results := s.conn.Exec(ctx, text)
	for results.NextResult() {
		if err := s.show(results.ResultReader()); err != nil {
			break // Close says it again
		}
	}
	return results.Close() //nolint:wrapcheck // told by its type
}

func (s *session) readOnly(ctx context.Context, text string, statements []shell.SQLStatement) (err error) {
	for _, statement := range statements {
		if err = s.guard(ctx); err != nil {
			break
		}
		if err = s.readOne(ctx, statement); err != nil {
			shiftPosition(err, utf8.RuneCountInString(text[:statement.At]))
			break
		}
	}
	return errors.Join(err, s.leave(ctx))
}

const noTransaction = 'I'

// leave ends the transaction of guard.
func (s *session) leave(ctx context.Context) error {
	if s.conn.IsClosed() || s.conn.TxStatus() == noTransaction {
		return nil
	}
	return s.silently(ctx, "COMMIT") // which rolls back after an error
}

func (s *session) readOne(ctx context.Context, statement shell.SQLStatement) error {
	if statement.Copy != "STDOUT" {
		return s.show(s.conn.ExecParams(ctx, statement.Text, s.params(), nil, nil, nil))
	}
	// COPY has no message for one statement only; but preparing it fails when it is more.
	if _, err := s.conn.Prepare(ctx, "", statement.Text, nil); err != nil {
		return err //nolint:wrapcheck // told by its type
	}
	_, err := s.conn.CopyTo(ctx, s.c.Stdout, statement.Text)
	return err //nolint:wrapcheck // told by its type
}

// guard makes sure that the next statement can only read, and only what the role may.
func (s *session) guard(ctx context.Context) error {
	var sql strings.Builder
	if s.conn.TxStatus() == noTransaction {
		sql.WriteString("BEGIN READ ONLY; ")
	}
	if s.role != "" {
		sql.WriteString(`SET LOCAL ROLE "` + strings.ReplaceAll(s.role, `"`, `""`) + `"; `)
	}
	// After a query a transaction cannot be made READ WRITE any more.
	sql.WriteString("SELECT pg_catalog.current_setting('transaction_read_only')")
	results, err := s.conn.Exec(ctx, sql.String()).ReadAll()
	if err != nil {
		return err //nolint:wrapcheck // told by its type
	}
	rows := results[len(results)-1].Rows
	if len(rows) != 1 || string(rows[0][0]) != "on" {
		return errors.New("the server does not promise to only read")
	}
	return nil
}

func (s *session) params() [][]byte {
	values := make([][]byte, len(s.c.Params))
	for i, value := range s.c.Params {
		values[i] = []byte(value)
	}
	return values
}

// show prints the answer to one statement: its rows, and what was done.
func (s *session) show(answer *pgconn.ResultReader) error {
	t, isTable, tag, err := s.read(answer, s.style.null)
	if err != nil {
		return err
	}
	if isTable {
		s.style.print(s.c.Stdout, t)
	}
	if verb := strings.Fields(tag.String() + " -")[0]; !isTable || verb == "INSERT" || verb == "UPDATE" || verb == "DELETE" || verb == "MERGE" {
		s.tell(tag)
	}
	return nil
}

func (s *session) tell(tag pgconn.CommandTag) {
	if !s.quiet && tag.String() != "" {
		fmt.Fprintln(s.c.Stdout, tag)
	}
}

// read takes all rows. Values are the server's own text.
func (s *session) read(answer *pgconn.ResultReader, null string) (t table, isTable bool, tag pgconn.CommandTag, err error) {
	for answer.NextRow() {
		row := make([]string, len(answer.Values()))
		for i, value := range answer.Values() {
			row[i] = string(value)
			if value == nil {
				row[i] = null
			}
		}
		t.rows = append(t.rows, row)
	}
	fields := answer.FieldDescriptions()
	for _, field := range fields {
		t.columns = append(t.columns, column{field.Name, rightAligned[field.DataTypeOID]})
	}
	tag, err = answer.Close()
	return t, fields != nil, tag, err //nolint:wrapcheck // told by its type
}

// rightAligned are the types that psql aligns to the right: int8, int2, int4, oid, xid, cid, float4, float8, money, numeric and xid8.
var rightAligned = map[uint32]bool{20: true, 21: true, 23: true, 26: true, 28: true, 29: true, 700: true, 701: true, 790: true, 1700: true, 5069: true}
