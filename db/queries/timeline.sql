-- name: NextTimelineSeq :one
UPDATE incidents SET last_seq = last_seq + 1 WHERE id = $1 RETURNING last_seq, number;

-- name: AppendTimelineEvent :exec
INSERT INTO timeline_events (incident_id, seq, kind, actor_id, actor_name, data, content_hash)
VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: PutContent :exec
INSERT INTO contents (hash, body) VALUES ($1, $2) ON CONFLICT (hash) DO NOTHING;

-- name: ListTimeline :many
SELECT e.seq, e.at, e.kind, e.actor_id, e.actor_name, e.data, e.content_hash, c.body
FROM timeline_events e LEFT JOIN contents c ON c.hash = e.content_hash
WHERE e.incident_id = @incident_id AND e.seq > @after
ORDER BY e.seq
LIMIT @max_rows;
