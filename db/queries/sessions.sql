-- name: CreateSession :execrows
-- Only while the person is enabled and the password is the one that was checked: the row
-- lock decides between this and a disabling or a new password at the same moment.
WITH person AS (
    UPDATE users SET last_seen_at = wardroom.now(), password_hash = @password_hash
    WHERE id = @user_id AND disabled_at IS NULL AND password_hash = @checked_hash
    RETURNING id
)
INSERT INTO sessions (token_hash, user_id, expires_at, user_agent, address)
SELECT @token_hash, id, wardroom.now() + make_interval(secs => @lifetime_seconds), @user_agent, @address
FROM person;

-- name: AuthenticateSession :one
SELECT sqlc.embed(s), sqlc.embed(u),
       (s.last_seen_at < wardroom.now() - interval '1 minute')::boolean AS stale
FROM sessions s JOIN users u ON u.id = s.user_id
WHERE s.token_hash = @token_hash AND u.disabled_at IS NULL AND s.expires_at > wardroom.now()
  AND s.last_seen_at > wardroom.now() - make_interval(secs => @idle_seconds);

-- name: SessionValid :one
SELECT EXISTS (
    SELECT 1 FROM sessions s JOIN users u ON u.id = s.user_id
    WHERE s.token_hash = @token_hash AND u.disabled_at IS NULL AND s.expires_at > wardroom.now()
      AND s.last_seen_at > wardroom.now() - make_interval(secs => @idle_seconds)
);

-- name: TouchSession :exec
WITH seen AS (UPDATE sessions SET last_seen_at = wardroom.now() WHERE token_hash = @token_hash RETURNING user_id, last_seen_at)
UPDATE users SET last_seen_at = seen.last_seen_at FROM seen WHERE users.id = seen.user_id;

-- name: ListSessions :many
SELECT * FROM sessions
WHERE user_id = @user_id AND expires_at > wardroom.now()
  AND last_seen_at > wardroom.now() - make_interval(secs => @idle_seconds)
ORDER BY last_seen_at DESC, created_at DESC;

-- name: DeleteSession :execrows
DELETE FROM sessions WHERE token_hash = $1;

-- name: DeleteSessionOf :execrows
DELETE FROM sessions WHERE token_hash = $1 AND user_id = $2;

-- name: DeleteSessionsOf :exec
DELETE FROM sessions WHERE user_id = $1;

-- name: DeleteOtherSessions :exec
DELETE FROM sessions WHERE user_id = @user_id AND token_hash <> @keep;

-- name: DeleteEndedSessions :execrows
DELETE FROM sessions
WHERE expires_at <= wardroom.now() OR last_seen_at <= wardroom.now() - make_interval(secs => @idle_seconds);

-- name: AddSignInAttempt :many
INSERT INTO sign_in_failures (subject) SELECT unnest(@subjects::text[]) RETURNING id;

-- name: CountSignInAttempts :many
SELECT subject, count(*) AS attempts, max(at)::timestamptz AS latest, wardroom.now()::timestamptz AS now
FROM sign_in_failures
WHERE subject = ANY (@subjects::text[]) AND at > wardroom.now() - make_interval(secs => @window_seconds)
  AND id <> ALL (@own::bigint[])
GROUP BY subject;

-- name: DeleteSignInAttempts :exec
DELETE FROM sign_in_failures WHERE id = ANY (@ids::bigint[]) OR subject = ANY (@subjects::text[]);

-- name: DeleteOldSignInFailures :execrows
DELETE FROM sign_in_failures WHERE at < wardroom.now() - interval '1 day';
