-- name: PutPlaybookRevision :exec
INSERT INTO playbook_revisions (revision, playbook_id, title, path, source)
VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING;

-- name: AttachPlaybook :exec
INSERT INTO incident_playbooks (id, incident_id, playbook_id, revision, reason, attached_by)
VALUES ($1, $2, $3, $4, $5, $6);

-- name: DetachPlaybook :execrows
UPDATE incident_playbooks SET detached_at = wardroom.now()
WHERE id = $1 AND incident_id = $2 AND detached_at IS NULL;

-- name: AttachmentByID :one
SELECT sqlc.embed(a), r.title
FROM incident_playbooks a JOIN playbook_revisions r ON r.revision = a.revision AND r.playbook_id = a.playbook_id
WHERE a.id = $1 AND a.incident_id = $2;

-- name: ListAttached :many
SELECT sqlc.embed(a), r.title, r.path
FROM incident_playbooks a JOIN playbook_revisions r ON r.revision = a.revision AND r.playbook_id = a.playbook_id
WHERE a.incident_id = $1 AND a.detached_at IS NULL
ORDER BY a.attached_at, a.id;

-- name: PlaybookSource :one
-- Read when the parsed revision is not in memory, and for the level at which an incident that is open again starts.
SELECT title, path, source FROM playbook_revisions WHERE revision = $1 AND playbook_id = $2;

-- name: PlaybookUse :many
-- One row for each playbook. Of the incidents that are over, it worked in those where one of its resolution steps succeeded.
SELECT a.playbook_id, max(a.attached_at)::timestamptz AS last_at,
    count(DISTINCT a.incident_id) FILTER (WHERE i.status IN ('resolved', 'closed')) AS over,
    count(DISTINCT a.incident_id) FILTER (WHERE i.status IN ('resolved', 'closed') AND EXISTS (
        SELECT FROM runs r
        WHERE r.incident_id = a.incident_id AND r.attached_id = a.id AND r.section = 'resolution' AND r.state = 'succeeded'
    )) AS worked
FROM incident_playbooks a JOIN incidents i ON i.id = a.incident_id
GROUP BY a.playbook_id;
