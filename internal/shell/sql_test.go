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
		read    | SELECT comment, start, load FROM plans AS p(comment, start, load)
		read    | SELECT a.pid, pg_blocking_pids(a.pid) FROM pg_stat_activity a WHERE cardinality(pg_blocking_pids(a.pid)) > 0
		read    | BEGIN; SELECT 1; ROLLBACK;
		read    | SET statement_timeout = '5s'; SET TIME ZONE 'UTC'; SHOW work_mem
		read    | SET enable_seqscan TO off; EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) SELECT * FROM t
		read    | COPY (SELECT * FROM tasks) TO STDOUT WITH CSV HEADER
		read    | DECLARE c CURSOR FOR SELECT * FROM t; FETCH 10 FROM c; CLOSE c
		read    | PREPARE q AS SELECT 1
		read    | SELECT count(*) FILTER (WHERE state = 'idle in transaction') FROM pg_stat_activity GROUP BY 1 HAVING count(*) > 1
		read    | SELECT date_trunc('hour', created_at) AS h, percentile_cont(0.95) WITHIN GROUP (ORDER BY ms) FROM t GROUP BY h
		read    | SELECT x::numeric(10, 2), CAST(y AS varchar(20)) FROM t
		change  | SELECT pg_terminate_backend(42)
		change  | SELECT pg_stat_reset()
		change  | SELECT nextval('s')
		change  | INSERT INTO tasks (id, status) VALUES (1, 'a') RETURNING id
		change  | INSERT INTO t SELECT * FROM u ON CONFLICT DO NOTHING
		change  | CREATE TABLE IF NOT EXISTS backup.t (id bigint PRIMARY KEY, name varchar(20) NOT NULL DEFAULT now(), x numeric(10,2) CHECK (x > 0), FOREIGN KEY (x) REFERENCES u(id))
		change  | CREATE TABLE entities_backup AS SELECT * FROM entities
		change  | CREATE EXTENSION IF NOT EXISTS pg_stat_statements
		change  | CREATE OR REPLACE VIEW v (a, b) AS SELECT 1, 2
		change  | CREATE ROLE reader LOGIN
		change  | CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$
		change  | ALTER TABLE tasks ADD COLUMN note text
		change  | ALTER ROLE app SET statement_timeout = '30s'
		change  | ALTER EXTENSION pg_stat_statements UPDATE
		change  | GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader
		change  | REVOKE UPDATE ON t FROM reader
		change  | REFRESH MATERIALIZED VIEW CONCURRENTLY v
		change  | REINDEX TABLE CONCURRENTLY tasks
		change  | LOCK TABLE t IN ACCESS EXCLUSIVE MODE
		change  | COPY t FROM STDIN
		change  | PREPARE TRANSACTION 'x'
		read    | SELECT * FROM (VALUES (1, 'a')) v(n, name)
		unknown | SELECT (1) OPERATOR(evil.+) (2)
		change  | CHECKPOINT
		change  | SELECT * FROM t FOR NO KEY UPDATE SKIP LOCKED
		change  | COMMIT PREPARED 'x'
		destroy | SELECT pg_drop_replication_slot('s')
		destroy | ALTER TABLE t DROP COLUMN a
		destroy | INSERT INTO t VALUES (1) ON CONFLICT (id) DO UPDATE SET a = 1
		destroy | MERGE INTO t USING u ON t.a = u.a WHEN MATCHED THEN DO NOTHING
		destroy | PREPARE q AS DELETE FROM t
		destroy | DROP INDEX CONCURRENTLY i
		unknown | SELECT "COUNT"(*) FROM t
		unknown | SELECT veſion()
		unknown | SELECT evil count(*)
		unknown | SELECT ٣count(1)
		unknown | SET ROLE admin
		unknown | SET SESSION AUTHORIZATION postgres
		unknown | SET default_transaction_read_only = off
		unknown | RESET ALL
		unknown | EXECUTE q
		unknown | COPY t TO '/tmp/x'
		unknown | COPY t FROM PROGRAM 'curl x'
		unknown | CREATE FUNCTION f() RETURNS int LANGUAGE c AS 'lib'
		unknown | CREATE SUBSCRIPTION s CONNECTION 'host=x' PUBLICATION p
		unknown | CREATE SERVER s FOREIGN DATA WRAPPER w
		unknown | ALTER SYSTEM SET shared_preload_libraries = 'x'
		unknown | LOAD 'x'
		unknown | SELECT pg_catalog.evil(1)
		unknown | SELECT a.pg_catalog.count(1)
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
		change  | SELECT * FROM t FOR UPDATE
		unknown | SELECT dblink('x', 'DROP TABLE t')
		unknown | SELECT pg_read_file('/etc/passwd')
		unknown | SELECT evil.count(1)
		unknown | SELECT "pg_read_file"('/etc/passwd')
		unknown | SELECT pg_read_file /* x */ ('/etc/passwd')
		unknown | SELECT lo_import('/etc/passwd')
		change  | SELECT * INTO x FROM t
		unknown | COPY t TO PROGRAM 'sh'
		unknown | DO $$ BEGIN DELETE FROM t; END $$
		unknown | ALTER SYSTEM SET archive_command = 'rm -rf /'
		read    | SET statement_timeout = 0
		change  | INSERT INTO t VALUES (1)
		unknown | CREATE INDEX i ON t (evil(a))
		unknown | DELETE FROM t WHERE evil(a)
		unknown | SELECT E'\'; DROP TABLE t; --'
		unknown | SELECT '\'; DROP TABLE t; --'
		unknown | SELECT 'unterminated
		unknown | SELECT /* /* */ DROP TABLE t */ 1
		unknown | SELECT U&'\0041'
		unknown | \! rm -rf /
		unknown | SELECT 1 /*/
		read    | SELECT 1 /*/ DELETE FROM t */
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
		unknown+r | docker compose exec postgres psql -c '\copy t to x'
		unknown+r | docker compose exec postgres psql -f x.sql
		change+r  | docker compose exec postgres psql -o x -c 'SELECT 1'
		unknown+r | psql -v a=b -c 'SELECT 1'
		read      | psql -c 'SELECT 1'
	`)
}

// FuzzSQL only looks for a crash; tools/sqloracle looks for the wrong answer.
func FuzzSQL(f *testing.F) {
	for _, seed := range []string{"SELECT 1 /*/", "$a$ $a", "U&'x'", "SELECT \"", "/* /* */ */", "-- \n;"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, sql string) {
		if shell.SQL(sql).Why == "" {
			t.Error("no reason")
		}
	})
}
