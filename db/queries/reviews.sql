-- name: ReviewFacts :one
SELECT sqlc.embed(i), COALESCE(u.display_name, i.lead_name)::text AS lead, COALESCE(d.display_name, 'Wardroom')::text AS declarer
FROM incidents i
LEFT JOIN users u ON u.id = i.lead_id
LEFT JOIN users d ON d.id = i.declared_by
WHERE i.number = $1;

-- name: ReviewPlaybooks :many
-- All that were ever attached, the detached ones too.
SELECT a.playbook_id, a.revision, a.reason, a.attached_at, a.detached_at, r.title
FROM incident_playbooks a JOIN playbook_revisions r ON r.revision = a.revision AND r.playbook_id = a.playbook_id
WHERE a.incident_id = $1
ORDER BY a.attached_at, a.id;

-- name: ReviewSymptoms :many
-- Every episode that belonged to the incident, in the order in which they fired.
SELECT name, service, severity, value, starts_at, first_seen_at, resolved_at
FROM symptoms WHERE incident_id = $1
ORDER BY starts_at, id LIMIT 500;

-- name: ClearedAt :many
-- When the last symptom of each incident cleared; those of which one still fires, and those without symptoms, are left out.
SELECT incident_id::uuid AS incident_id, max(resolved_at)::timestamptz AS cleared_at
FROM symptoms WHERE incident_id = ANY (@ids::uuid[])
GROUP BY incident_id HAVING bool_and(state = 'resolved');
