-- name: CreateAccessLink :one
INSERT INTO access_links (token_hash, purpose, user_id, role, name, created_by, expires_at)
VALUES (@token_hash, @purpose, @user_id, @role, @name, @created_by, wardroom.now() + make_interval(secs => @lifetime_seconds))
RETURNING *;

-- name: AccessLink :one
SELECT sqlc.embed(l), (l.expires_at <= wardroom.now())::boolean AS expired
FROM access_links l WHERE l.token_hash = @token_hash AND l.purpose = @purpose;

-- name: UseAccessLink :one
-- Whoever comes second, even at the same moment, finds no row.
UPDATE access_links SET used_at = wardroom.now()
WHERE token_hash = @token_hash AND purpose = @purpose AND used_at IS NULL AND expires_at > wardroom.now()
RETURNING *;

-- name: ListInvites :many
-- Those that would still let somebody in: not when the name is taken by now.
SELECT l.token_hash, l.name, l.role, l.created_at, l.expires_at, coalesce(u.display_name, '')::text AS created_by_name
FROM access_links l LEFT JOIN users u ON u.id = l.created_by
WHERE l.purpose = 'invite' AND l.used_at IS NULL AND l.expires_at > wardroom.now()
  AND NOT EXISTS (SELECT FROM users taken WHERE taken.name = l.name)
ORDER BY l.created_at;

-- name: DeleteInvite :execrows
DELETE FROM access_links WHERE token_hash = $1 AND purpose = 'invite' AND used_at IS NULL;

-- name: DeleteUnusedInvitesFor :exec
DELETE FROM access_links WHERE name = $1 AND purpose = 'invite' AND used_at IS NULL;

-- name: DeleteUnusedResets :exec
DELETE FROM access_links WHERE user_id = $1 AND purpose = 'reset' AND used_at IS NULL;

-- name: DeleteOldAccessLinks :execrows
-- Kept for a week, so that somebody who comes late reads "expired" and not "unknown".
DELETE FROM access_links WHERE expires_at < wardroom.now() - interval '7 days';

-- name: DeleteUnusedLinksBy :exec
DELETE FROM access_links WHERE created_by = $1 AND used_at IS NULL;
