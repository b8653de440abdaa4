package programs

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// meta is a backslash command taken apart: \dt+ public.* is the kind "dt", detailed, with that pattern.
type meta struct {
	kind     string
	detailed bool
	system   bool
	pattern  string
}

func parseMeta(text string) meta {
	name, pattern, _ := strings.Cut(strings.TrimSpace(text), " ")
	m := meta{pattern: strings.TrimSpace(pattern)}
	name, m.detailed = strings.CutSuffix(name, "+")
	if strings.HasPrefix(name, "d") {
		m.system = strings.Contains(name, "S")
		name = strings.ReplaceAll(name, "S", "")
	}
	m.kind = name
	return m
}

// relationKinds are the kinds of relation that each \d command lists.
var relationKinds = map[string]string{"d": "r,p,v,m,S,f", "dt": "r,p", "dv": "v", "dm": "m", "di": "i,I", "ds": "S"}

// describe runs a backslash command. Like a query that reads it is READ ONLY, whatever was confirmed.
func (s *session) describe(ctx context.Context, text string) (err error) {
	m := parseMeta(text)
	if err = s.guard(ctx); err != nil {
		return err
	}
	switch kinds, lists := relationKinds[m.kind]; {
	case m.kind == "conninfo":
		err = s.connInfo(ctx)
	case m.kind == "encoding":
		fmt.Fprintln(s.c.Stdout, s.conn.ParameterStatus("client_encoding"))
	case m.kind == "d" && m.pattern != "":
		err = s.describeEach(ctx, m)
	case lists:
		err = s.listRelations(ctx, m, kinds)
	case catalogues[m.kind].sql != "":
		err = s.listCatalogue(ctx, m)
	default:
		err = fmt.Errorf("\\%s is not available; ask pg_catalog with -c", strings.Fields(text + " ")[0])
	}
	return errors.Join(err, s.leave(ctx))
}

func (s *session) connInfo(ctx context.Context) error {
	t, err := s.ask(ctx, "SELECT pg_catalog.current_database(), session_user, coalesce(pg_catalog.host(pg_catalog.inet_server_addr()), ''), pg_catalog.current_setting('port')")
	if err != nil {
		return err
	}
	row, at := t.rows[0], "via socket"
	if t.rows[0][2] != "" {
		at = fmt.Sprintf(`at address "%s"`, row[2])
	}
	fmt.Fprintf(s.c.Stdout, "You are connected to database \"%s\" as user \"%s\" %s at port \"%s\".\n", row[0], row[1], at, row[3])
	return nil
}

// ask runs a query of our own; values are parameters.
func (s *session) ask(ctx context.Context, sql string, values ...string) (table, error) {
	params := make([][]byte, len(values))
	for i, value := range values {
		params[i] = []byte(value)
	}
	t, _, _, err := s.read(s.conn.ExecParams(ctx, sql, params, nil, nil, nil), "")
	return t, err
}

// catalogue is a list that psql makes of a system catalogue. Its query may hold the place of a condition on the name.
type catalogue struct{ title, sql, name, order string }

var catalogues = map[string]catalogue{
	"l": {"List of databases", `SELECT d.datname AS "Name", pg_catalog.pg_get_userbyid(d.datdba) AS "Owner", pg_catalog.pg_encoding_to_char(d.encoding) AS "Encoding",
		d.datcollate AS "Collate", d.datctype AS "Ctype", coalesce(pg_catalog.to_jsonb(d) ->> 'datlocale', pg_catalog.to_jsonb(d) ->> 'daticulocale') AS "ICU Locale",
		CASE pg_catalog.to_jsonb(d) ->> 'datlocprovider' WHEN 'b' THEN 'builtin' WHEN 'i' THEN 'icu' ELSE 'libc' END AS "Locale Provider",
		pg_catalog.array_to_string(d.datacl, E'\n') AS "Access privileges" FROM pg_catalog.pg_database d`, "d.datname", "1"},
	"dn": {"List of schemas", `SELECT n.nspname AS "Name", pg_catalog.pg_get_userbyid(n.nspowner) AS "Owner" FROM pg_catalog.pg_namespace n
		WHERE ($1 <> '' OR n.nspname !~ '^pg_' AND n.nspname <> 'information_schema')`, "n.nspname", "1"},
	"dx": {"List of installed extensions", `SELECT e.extname AS "Name", e.extversion AS "Version", n.nspname AS "Schema", c.description AS "Description"
		FROM pg_catalog.pg_extension e LEFT JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
		LEFT JOIN pg_catalog.pg_description c ON c.objoid = e.oid AND c.classoid = 'pg_catalog.pg_extension'::pg_catalog.regclass`, "e.extname", "1"},
	"du": {"List of roles", roles, "r.rolname", "1"},
	"dg": {"List of roles", roles, "r.rolname", "1"},
}

const roles = `SELECT r.rolname AS "Role name", pg_catalog.concat_ws(', ', CASE WHEN r.rolsuper THEN 'Superuser' END, CASE WHEN NOT r.rolinherit THEN 'No inheritance' END,
		CASE WHEN r.rolcreaterole THEN 'Create role' END, CASE WHEN r.rolcreatedb THEN 'Create DB' END, CASE WHEN NOT r.rolcanlogin THEN 'Cannot login' END,
		CASE WHEN r.rolreplication THEN 'Replication' END, CASE WHEN r.rolbypassrls THEN 'Bypass RLS' END)
		|| CASE WHEN r.rolconnlimit = 0 THEN E'\nNo connections' WHEN r.rolconnlimit = 1 THEN E'\n1 connection' WHEN r.rolconnlimit > 1 THEN E'\n' || r.rolconnlimit || ' connections' ELSE '' END
		|| CASE WHEN r.rolvaliduntil IS NOT NULL THEN E'\nPassword valid until ' || r.rolvaliduntil ELSE '' END AS "Attributes",
		ARRAY(SELECT b.rolname FROM pg_catalog.pg_auth_members m JOIN pg_catalog.pg_roles b ON m.roleid = b.oid WHERE m.member = r.oid) AS "Member of"
		FROM pg_catalog.pg_roles r WHERE ($1 <> '' OR r.rolname !~ '^pg_')`

func (s *session) listCatalogue(ctx context.Context, m meta) error {
	list := catalogues[m.kind]
	_, name := patternOf(m.pattern)
	join := " WHERE "
	if strings.Contains(list.sql, "$1") {
		join = " AND "
	}
	sql := list.sql + join + "($1 = '' OR " + list.name + ` OPERATOR(pg_catalog.~) $1::text COLLATE pg_catalog."default") ORDER BY ` + list.order
	t, err := s.ask(ctx, sql, name)
	if err != nil {
		return err
	}
	t.title = list.title
	if m.kind == "du" || m.kind == "dg" {
		t.foot = []string{} // psql does not count roles
	}
	s.style.print(s.c.Stdout, t)
	return nil
}

// patternOf makes regular expressions of schema.name as psql reads it: without quotes letter case does not count, * and ? stand for anything. Empty is any.
func patternOf(pattern string) (schema, name string) {
	var b strings.Builder
	quoted := false
	for _, r := range pattern {
		switch {
		case r == '"':
			quoted = !quoted
		case r == '.' && !quoted:
			schema = b.String()
			b.Reset()
		case r == '*' && !quoted:
			b.WriteString(".*")
		case r == '?' && !quoted:
			b.WriteByte('.')
		case strings.ContainsRune(`$.*+?()[]{}^|\`, r):
			b.WriteString(`\` + string(r))
		case quoted:
			b.WriteRune(r)
		default:
			b.WriteString(strings.ToLower(string(r)))
		}
	}
	whole := func(part string) string {
		if part == "" {
			return ""
		}
		return "^(" + part + ")$"
	}
	return whole(schema), whole(b.String())
}

// among is the condition that a relation c in schema n is meant by a pattern: $1 is the schema's, $2 the name's.
const among = ` AND ($2 = '' OR c.relname OPERATOR(pg_catalog.~) $2::text COLLATE pg_catalog."default")
	AND CASE WHEN $1 = '' THEN pg_catalog.pg_table_is_visible(c.oid) ELSE n.nspname OPERATOR(pg_catalog.~) $1::text COLLATE pg_catalog."default" END`

func (s *session) listRelations(ctx context.Context, m meta, kinds string) error {
	columns, from := "", ""
	if m.kind == "di" {
		columns = `, c2.relname AS "Table"`
		from = " LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid LEFT JOIN pg_catalog.pg_class c2 ON i.indrelid = c2.oid"
	}
	if m.detailed {
		columns += `, CASE c.relpersistence WHEN 'p' THEN 'permanent' WHEN 't' THEN 'temporary' WHEN 'u' THEN 'unlogged' END AS "Persistence"`
		if m.kind != "dv" && m.kind != "ds" {
			columns += `, am.amname AS "Access method"`
			from += " LEFT JOIN pg_catalog.pg_am am ON am.oid = c.relam"
		}
		columns += `, pg_catalog.pg_size_pretty(pg_catalog.pg_table_size(c.oid)) AS "Size", pg_catalog.obj_description(c.oid, 'pg_class') AS "Description"`
	}
	sql := `SELECT n.nspname AS "Schema", c.relname AS "Name", CASE c.relkind WHEN 'r' THEN 'table' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view'
		WHEN 'i' THEN 'index' WHEN 'S' THEN 'sequence' WHEN 'f' THEN 'foreign table' WHEN 'p' THEN 'partitioned table' WHEN 'I' THEN 'partitioned index' END AS "Type",
		pg_catalog.pg_get_userbyid(c.relowner) AS "Owner"` + columns + ` FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace` + from +
		` WHERE c.relkind::text = ANY (pg_catalog.string_to_array($3, ',')) AND n.nspname !~ '^pg_toast'
		AND ($4 <> '' OR n.nspname <> 'pg_catalog' AND n.nspname <> 'information_schema')` + among + " ORDER BY 1, 2"
	schema, name := patternOf(m.pattern)
	system := m.pattern
	if m.system {
		system = "S"
	}
	t, err := s.ask(ctx, sql, schema, name, kinds, system)
	switch {
	case err != nil:
		return err
	case len(t.rows) > 0:
		t.title = "List of relations"
		s.style.print(s.c.Stdout, t)
	case s.quiet:
	case m.pattern != "":
		fmt.Fprintf(s.c.Stderr, "Did not find any relation named \"%s\".\n", m.pattern)
	default:
		fmt.Fprintln(s.c.Stderr, "Did not find any relations.")
	}
	return nil
}
