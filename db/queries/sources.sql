-- name: RegisterSource :exec
INSERT INTO sources (name, source_group, kind) VALUES ($1, $2, $3)
ON CONFLICT (name) DO UPDATE SET source_group = excluded.source_group, kind = excluded.kind;

-- name: LockSourceGroup :many
-- Whoever reports for a group holds all its sources: one batch at a time decides about a
-- group's episodes.
SELECT * FROM sources WHERE source_group = $1 ORDER BY name FOR UPDATE;

-- name: SourceHeard :one
-- What a webhook left out is noted until one comes that is all good, or a poll knows better.
UPDATE sources SET last_seen_at = wardroom.now(), silent_since = NULL,
       last_error = CASE WHEN @left_out::text <> '' OR last_error_at IS NULL THEN @left_out::text ELSE last_error END
WHERE name = @name
RETURNING last_seen_at, last_error;

-- name: SourcePolled :exec
UPDATE sources SET last_seen_at = wardroom.now(), last_poll_at = wardroom.now(), silent_since = NULL,
       up_since = sqlc.narg('up_since'), last_error = @last_error,
       last_error_at = CASE WHEN @last_error::text = '' THEN last_error_at ELSE wardroom.now() END
WHERE name = @name;

-- name: SourceFired :exec
UPDATE sources SET last_symptom_at = wardroom.now() WHERE name = $1;

-- name: SourceFailed :exec
UPDATE sources SET last_error = $2, last_error_at = wardroom.now() WHERE name = $1;

-- name: SourceSilent :execrows
-- Its word, or the start of whoever waits for it, is too long ago.
UPDATE sources SET silent_since = wardroom.now()
WHERE name = @name AND silent_since IS NULL
  AND GREATEST(last_seen_at, @waiting_since::timestamptz) <= wardroom.now() - @silent::interval;

-- name: ListForgottenSources :many
SELECT name, source_group FROM sources WHERE name <> ALL (@names::text[]) AND silent_since IS NULL ORDER BY name;

-- name: SourceForgotten :exec
UPDATE sources SET silent_since = wardroom.now() WHERE name = $1;

-- name: ListSources :many
SELECT s.*, (SELECT count(*) FROM symptoms y WHERE y.source = s.name AND y.state = 'unknown') AS unknown
FROM sources s
WHERE s.name = ANY (@names::text[])
ORDER BY s.name;
