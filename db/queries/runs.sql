-- name: InsertRun :one
INSERT INTO runs (id, incident_id, number, attached_id, step_id, step_title, command_id, section, kind,
    source, language, written, text, text_hash, environment, risk, discloses, params, state, started_by, started_name, acts_as, owner, host, note_hash, ended_at)
VALUES (@id, @incident_id,
    (SELECT coalesce(max(number), 0) + 1 FROM runs WHERE incident_id = @incident_id),
    @attached_id, @step_id, @step_title, @command_id, @section, @kind,
    @source, @language, @written, @text, @text_hash, @environment, @risk, @discloses, @params, @state, @started_by, @started_name, @acts_as, @owner, @host,
    @note_hash, CASE WHEN @kind::text = 'manual' THEN wardroom.now() END)
RETURNING *;

-- name: ActiveRun :one
SELECT * FROM runs
WHERE incident_id = $1 AND text_hash = $2 AND environment = $3 AND kind = 'command'
  AND state IN ('queued', 'starting', 'running', 'stopping');

-- name: HasActiveRuns :one
SELECT EXISTS (SELECT FROM runs
WHERE incident_id = $1 AND kind = 'command' AND state IN ('queued', 'starting', 'running', 'stopping'));

-- name: SameChangeElsewhere :many
SELECT r.started_name, i.number FROM runs r JOIN incidents i ON i.id = r.incident_id
WHERE r.text_hash = $1 AND r.environment = $2 AND r.incident_id <> $3 AND r.kind = 'command'
  AND r.state IN ('queued', 'starting', 'running', 'stopping')
ORDER BY i.number LIMIT 5;

-- A repeated claim, whose first answer was lost, succeeds again for the same owner.
-- name: ClaimRun :execrows
UPDATE runs SET state = 'starting', owner = @owner, host = @host
WHERE id = @id AND (state = 'queued' OR state = 'starting' AND owner = @owner AND pid IS NULL);

-- Somebody may have asked to stop it in the meantime; that stays.
-- name: MarkRunning :one
UPDATE runs SET state = CASE state WHEN 'starting' THEN 'running' ELSE state END,
    pid = @pid, pid_start = @pid_start, started_at = coalesce(started_at, wardroom.now())
WHERE id = @id AND state IN ('starting', 'running', 'stopping')
RETURNING *;

-- name: MarkStopping :execrows
UPDATE runs SET state = 'stopping', stop_by = @stop_by, stop_at = wardroom.now()
WHERE id = @id AND state IN ('queued', 'starting', 'running');

-- name: FinishRun :one
UPDATE runs SET state = @state, exit_code = @exit_code, reason = @reason, confirmed_stop = @confirmed_stop,
    lines = @lines, bytes = @bytes, cpu_ms = @cpu_ms, peak_rss = @peak_rss, ended_at = wardroom.now(),
    stop_by = CASE stop_by WHEN '' THEN @stop_by ELSE stop_by END,
    stop_at = CASE WHEN @stop_by = '' THEN stop_at ELSE coalesce(stop_at, wardroom.now()) END
WHERE id = @id AND state IN ('queued', 'starting', 'running', 'stopping')
RETURNING *;

-- name: RunByID :one
SELECT * FROM runs WHERE id = $1;

-- name: RunIncident :one
SELECT i.id, i.number, i.status, i.environment FROM incidents i JOIN runs r ON r.incident_id = i.id WHERE r.id = $1;

-- name: ListRuns :many
SELECT * FROM runs WHERE incident_id = $1 ORDER BY number DESC LIMIT $2;

-- name: UnfinishedRuns :many
SELECT * FROM runs WHERE owner = $1 AND state IN ('queued', 'starting', 'running', 'stopping') ORDER BY created_at LIMIT 1000;

-- name: LastLine :one
SELECT coalesce(max(last_line), 0)::bigint FROM run_chunks WHERE run_id = $1;

-- name: NoteRun :exec
UPDATE runs SET note_hash = $2 WHERE id = $1;

-- name: RunNote :one
SELECT c.body FROM runs r JOIN contents c ON c.hash = r.note_hash WHERE r.id = $1;

-- name: RunNotes :many
SELECT r.id, c.body FROM runs r JOIN contents c ON c.hash = r.note_hash WHERE r.incident_id = $1 LIMIT 1000;

-- name: InsertChunk :exec
INSERT INTO run_chunks (run_id, first_line, last_line, raw_bytes, sha256, data) VALUES ($1, $2, $3, $4, $5, $6);

-- name: ListChunks :many
SELECT first_line, last_line, at, data FROM run_chunks
WHERE run_id = @run_id AND last_line >= @from_line AND first_line <= @to_line
ORDER BY first_line LIMIT @max_rows;

-- name: InsertRunProgram :exec
INSERT INTO run_programs (run_id, seq, argv, risk, permitted, reason) VALUES ($1, $2, $3, $4, $5, $6);

-- name: ListRunPrograms :many
SELECT * FROM run_programs WHERE run_id = $1 ORDER BY seq LIMIT $2;

-- name: SetVariable :exec
INSERT INTO incident_variables (incident_id, name, value, origin, run_id, set_by)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (incident_id, name) DO UPDATE
SET value = excluded.value, origin = excluded.origin, run_id = excluded.run_id, set_by = excluded.set_by, set_at = wardroom.now();

-- name: ListVariables :many
SELECT * FROM incident_variables WHERE incident_id = $1 ORDER BY name LIMIT 500;

-- name: IncidentForRun :one
SELECT id, number, status, environment FROM incidents WHERE number = $1;

-- name: LockIncident :one
SELECT status FROM incidents WHERE id = $1 FOR UPDATE;

-- name: IncidentLabels :many
SELECT labels FROM symptoms WHERE incident_id = $1 ORDER BY (state <> 'resolved') DESC, severity, starts_at LIMIT 20;

-- Closed ones whose runs have all ended.
-- name: ClosedIncidents :many
SELECT i.id FROM incidents i
WHERE i.id = ANY (@ids::uuid[]) AND i.status = 'closed' AND NOT EXISTS (
    SELECT FROM runs r WHERE r.incident_id = i.id AND r.state IN ('queued', 'starting', 'running', 'stopping'));

-- name: Variable :one
SELECT * FROM incident_variables WHERE incident_id = $1 AND name = $2;

-- name: DeleteVariable :exec
DELETE FROM incident_variables WHERE incident_id = $1 AND name = $2;

-- What somebody has typed in an incident, each text once, the newest first.
-- name: TypedTexts :many
SELECT written FROM runs
WHERE incident_id = @incident_id AND started_by = @started_by AND source <> 'playbook'
GROUP BY written ORDER BY max(number) DESC LIMIT @max_rows;

-- Every run of the same text at the same place, so that one proposal is one.
-- name: SetAside :execrows
UPDATE runs r SET set_aside_at = CASE WHEN @aside::boolean THEN wardroom.now() END
FROM runs one
WHERE one.id = @id AND r.incident_id = one.incident_id AND r.source <> 'playbook' AND r.source = one.source AND r.written = one.written
  AND r.attached_id IS NOT DISTINCT FROM one.attached_id AND r.step_id = one.step_id AND r.command_id = one.command_id
  AND (r.set_aside_at IS NULL) = @aside::boolean;
