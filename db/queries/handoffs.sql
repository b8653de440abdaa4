-- name: InsertHandoff :one
INSERT INTO handoffs (id, incident_id, token_hash, from_id, to_id, to_email, reason_hash, created_at, expires_at)
SELECT @id, @incident_id, @token_hash, @from_id, sqlc.narg('to_id'), @to_email, @reason_hash, clock.at,
       clock.at + make_interval(hours => @hours::int)
FROM (SELECT wardroom.now() AS at) AS clock
RETURNING created_at, expires_at;

-- name: HandoffByToken :one
SELECT incident_id, id FROM handoffs WHERE token_hash = $1;

-- name: HandoffByID :one
SELECT sqlc.embed(h), f.display_name AS from_name, COALESCE(u.display_name, h.to_email)::text AS to_name,
       c.body AS reason, i.number, i.status, (h.expires_at <= wardroom.now())::boolean AS expired,
       COALESCE(s.accepted_by, '')::text AS taken_by, s.accepted_at AS taken_at
FROM handoffs h
JOIN incidents i ON i.id = h.incident_id
JOIN users f ON f.id = h.from_id
LEFT JOIN users u ON u.id = h.to_id
LEFT JOIN contents c ON c.hash = h.reason_hash
LEFT JOIN handoffs s ON s.id = h.superseded_by
WHERE h.id = $1;

-- name: ListHandoffs :many
SELECT sqlc.embed(h), f.display_name AS from_name, COALESCE(u.display_name, h.to_email)::text AS to_name,
       c.body AS reason, i.number, i.status, (h.expires_at <= wardroom.now())::boolean AS expired,
       COALESCE(s.accepted_by, '')::text AS taken_by, s.accepted_at AS taken_at
FROM handoffs h
JOIN incidents i ON i.id = h.incident_id
JOIN users f ON f.id = h.from_id
LEFT JOIN users u ON u.id = h.to_id
LEFT JOIN contents c ON c.hash = h.reason_hash
LEFT JOIN handoffs s ON s.id = h.superseded_by
WHERE h.incident_id = $1
ORDER BY h.created_at DESC, h.id DESC;

-- name: AcceptHandoff :exec
UPDATE handoffs SET accepted_at = wardroom.now(), accepted_by = @accepted_by WHERE id = @id;

-- name: SupersedeHandoffs :exec
-- Who accepts leads; the other links of the incident end, also that of who accepted before.
UPDATE handoffs SET revoked_at = wardroom.now(), superseded_by = @winner::uuid
WHERE incident_id = @incident_id AND id <> @winner::uuid
  AND declined_at IS NULL AND revoked_at IS NULL AND expires_at > wardroom.now();

-- name: DeclineHandoff :exec
UPDATE handoffs SET declined_at = wardroom.now() WHERE id = $1;

-- name: RevokeHandoff :exec
UPDATE handoffs SET revoked_at = wardroom.now() WHERE id = $1;

-- name: ExpireHandoffs :exec
-- An incident that is over takes its links with it, also when it is reopened later.
UPDATE handoffs SET expires_at = wardroom.now()
WHERE incident_id = $1 AND expires_at > wardroom.now();
