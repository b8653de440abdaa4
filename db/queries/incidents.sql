-- name: InsertIncident :one
INSERT INTO incidents (id, title, summary, severity, environment, lead_id, declared_by, began_at)
VALUES (@id, @title, @summary, @severity, @environment, @lead_id, @declared_by,
        LEAST(COALESCE(sqlc.narg('began_at')::timestamptz, wardroom.now()), wardroom.now()))
RETURNING number;

-- name: IncidentByNumber :one
SELECT sqlc.embed(i), COALESCE(u.display_name, i.lead_name)::text AS lead
FROM incidents i LEFT JOIN users u ON u.id = i.lead_id
WHERE i.number = $1;

-- name: IncidentByID :one
SELECT sqlc.embed(i), COALESCE(u.display_name, i.lead_name)::text AS lead
FROM incidents i LEFT JOIN users u ON u.id = i.lead_id
WHERE i.id = $1;

-- name: LockIncidentByNumber :one
SELECT id FROM incidents WHERE number = $1 FOR NO KEY UPDATE;

-- name: UpdateIncidentStatus :exec
-- A stage that is gone past counts as reached now. Reopening forgets all stages but the
-- acknowledgement, whose first time counts; the timeline remembers the others.
UPDATE incidents SET
    status = @status::text,
    acknowledged_at = CASE WHEN @status = 'open' THEN acknowledged_at ELSE COALESCE(acknowledged_at, clock.at) END,
    mitigated_at = CASE WHEN @status IN ('mitigated', 'resolved', 'closed') THEN COALESCE(mitigated_at, clock.at) END,
    resolved_at = CASE WHEN @status IN ('resolved', 'closed') THEN COALESCE(resolved_at, clock.at) END,
    closed_at = CASE WHEN @status = 'closed' THEN clock.at END
FROM (SELECT wardroom.now() AS at) AS clock
WHERE id = @id;

-- name: UpdateIncidentSeverity :exec
UPDATE incidents SET severity = @severity WHERE id = @id;

-- name: UpdateIncidentTitle :exec
UPDATE incidents SET title = @title WHERE id = @id;

-- name: UpdateIncidentLead :exec
UPDATE incidents SET lead_id = sqlc.narg('lead_id'), lead_name = @lead_name WHERE id = @id;

-- name: LastStatusChange :one
-- Who brought the incident to the status that it has.
SELECT at, actor_name FROM timeline_events
WHERE incident_id = $1 AND kind = 'status_changed'
ORDER BY seq DESC LIMIT 1;

-- name: ListIncidents :many
SELECT sqlc.embed(i), COALESCE(u.display_name, i.lead_name)::text AS lead, COALESCE(p.title, '')::text AS playbook
FROM incidents i
LEFT JOIN users u ON u.id = i.lead_id
LEFT JOIN LATERAL (
    SELECT r.title FROM incident_playbooks a
    JOIN playbook_revisions r ON r.revision = a.revision AND r.playbook_id = a.playbook_id
    WHERE a.incident_id = i.id AND a.detached_at IS NULL
    ORDER BY a.attached_at LIMIT 1
) p ON true
WHERE (sqlc.narg('before')::bigint IS NULL OR i.number < sqlc.narg('before'))
  AND (sqlc.narg('statuses')::text[] IS NULL OR i.status = ANY (sqlc.narg('statuses')))
  AND (sqlc.narg('severity')::smallint IS NULL OR i.severity = sqlc.narg('severity'))
  AND (sqlc.narg('lead_id')::uuid IS NULL OR i.lead_id = sqlc.narg('lead_id'))
  AND (sqlc.narg('words')::text IS NULL OR i.title ILIKE sqlc.narg('words') OR i.number = sqlc.narg('number')::bigint)
ORDER BY i.number DESC
LIMIT @max_rows;

-- name: AddResponder :execrows
INSERT INTO incident_responders (incident_id, user_id) VALUES ($1, $2) ON CONFLICT DO NOTHING;

-- name: RemoveResponder :execrows
DELETE FROM incident_responders WHERE incident_id = $1 AND user_id = $2;

-- name: ListResponders :many
SELECT u.id, u.display_name, r.joined_at
FROM incident_responders r JOIN users u ON u.id = r.user_id
WHERE r.incident_id = $1
ORDER BY r.joined_at, u.id;

-- name: PersonByID :one
SELECT id, display_name, email, role, disabled_at FROM users WHERE id = $1;

-- name: PersonByEmail :one
SELECT id, display_name, email, role, disabled_at FROM users WHERE lower(email) = lower($1) AND email <> '';

-- name: LockSymptoms :many
-- Two people who start an incident from the same symptom meet at this lock. No join: a
-- joined row would be the one from before the wait.
SELECT id, name, service, severity, environment, starts_at, value, source, incident_id
FROM symptoms WHERE id = ANY (@ids::uuid[])
ORDER BY id FOR NO KEY UPDATE;
