package shell_test

import (
	"strings"
	"testing"

	"wardroom/internal/shell"
)

func TestSQL(t *testing.T) {
	t.Parallel()
	table := `
		read    | SELECT 1
		read    | SELECT count(*) as c, (SELECT setting::int FROM pg_settings WHERE name='max_connections') FROM pg_stat_activity;
		read    | SELECT query, mean_exec_time, calls FROM pg_stat_statements ORDER BY mean_exec_time DESC LIMIT 10;
		read    | SELECT * FROM action_log WHERE task_id = 'task-123' ORDER BY timestamp DESC;
		read    | SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'tasks'::regclass;
		read    | SELECT * FROM entities WHERE jsonb_typeof(properties) != 'object';
		read    | WITH a AS (SELECT 1) SELECT * FROM a
		read    | SHOW max_connections
		read    | EXPLAIN SELECT * FROM tasks
		read    | EXPLAIN ANALYZE SELECT * FROM tasks WHERE status = 'pending';
		read    | EXPLAIN (ANALYZE, BUFFERS) SELECT 1
		read    | SELECT 'DELETE FROM x'
		read    | SELECT "delete" FROM t -- drop table t
		read    | SELECT pg_size_pretty(pg_database_size('octollm'))
		read    | SELECT pg_catalog.pg_backend_pid()
		read    | SELECT $$drop table$$
		change  | SELECT pg_terminate_backend(42)
		change  | SELECT pg_reload_conf()
		change  | ALTER SYSTEM SET max_connections = 200; SELECT pg_reload_conf();
		change  | CREATE INDEX CONCURRENTLY idx ON tasks(created_at);
		change  | CREATE UNIQUE INDEX i ON s.tasks USING btree (lower(a))
		change  | ANALYZE tasks;
		change  | VACUUM ANALYZE;
		destroy | DELETE FROM t WHERE a IN (SELECT 1)
		destroy | UPDATE entities SET properties = '{}'::jsonb WHERE jsonb_typeof(properties) != 'object';
		destroy | DROP TABLE t
		destroy | TRUNCATE t
		destroy | WITH d AS (DELETE FROM t RETURNING *) SELECT * FROM d
		destroy | SELECT 1; DROP TABLE t
		destroy | EXPLAIN ANALYZE DELETE FROM t
		destroy | SELECT 1 /* x */ ; /* y */ delete from t
		destroy | SELECT * FROM t FOR UPDATE
		unknown | SELECT dblink('x', 'DROP TABLE t')
		unknown | SELECT pg_read_file('/etc/passwd')
		unknown | SELECT evil.count(1)
		unknown | SELECT "pg_read_file"('/etc/passwd')
		unknown | SELECT pg_read_file /* x */ ('/etc/passwd')
		unknown | SELECT lo_import('/etc/passwd')
		unknown | SELECT * INTO x FROM t
		unknown | COPY t TO PROGRAM 'sh'
		unknown | DO $$ BEGIN DELETE FROM t; END $$
		unknown | ALTER SYSTEM SET archive_command = 'rm -rf /'
		unknown | SET statement_timeout = 0
		unknown | INSERT INTO t VALUES (1)
		unknown | CREATE INDEX i ON t (evil(a))
		unknown | DELETE FROM t WHERE evil(a)
		unknown | SELECT E'\'; DROP TABLE t; --'
		unknown | SELECT '\'; DROP TABLE t; --'
		unknown | SELECT 'unterminated
		unknown | SELECT /* /* */ DROP TABLE t */ 1
		unknown | SELECT U&'\0041'
		unknown | \! rm -rf /
		unknown | CALL evil()
		unknown | `
	for line := range strings.Lines(table) {
		want, sql, ok := strings.Cut(strings.TrimLeft(strings.TrimRight(line, "\n"), "\t "), "| ")
		if !ok {
			continue
		}
		if got := shell.SQL(sql); got.Risk.String() != strings.TrimSpace(want) {
			t.Errorf("%s\n got %s (%s)\nwant %s", sql, got.Risk, got.Why, want)
		}
	}
}

func TestPsql(t *testing.T) {
	t.Parallel()
	labelled(t, onDocker, `
		read      | docker compose exec orchestrator psql -h postgres -U octollm -d octollm -c "SELECT 1;"
		read      | docker compose exec postgres psql -U octollm -c "⏎SELECT 1⏎FROM t;"
		read      | docker compose exec postgres psql -c '\dt'
		read      | docker compose exec postgres psql -c "SELECT * FROM tasks WHERE task_id = '<task-id>'"
		read      | docker compose exec postgres psql -l
		read+d    | docker compose exec postgres psql -c 'SELECT * FROM pg_authid'
		change    | docker compose exec postgres psql -c "ALTER SYSTEM SET max_connections = 200; SELECT pg_reload_conf();"
		destroy   | docker compose exec postgres psql -tAc 'DROP TABLE t'
		destroy   | docker compose exec postgres psql -c 'SELECT 1' -c 'DELETE FROM t'
		unknown   | docker compose exec postgres psql -c "SELECT '$(date)'"
		unknown   | docker compose exec postgres psql -c "<statement>"
		unknown   | docker compose exec postgres psql -c '\! ls'
		unknown   | docker compose exec postgres psql -c '\copy t to x'
		unknown+r | docker compose exec postgres psql -f x.sql
		unknown+r | docker compose exec postgres psql -o x -c 'SELECT 1'
		unknown+r | psql -v a=b -c 'SELECT 1'
		read+r    | psql -c 'SELECT 1'
	`)
}
