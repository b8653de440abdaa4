-- name: LatestEpisodes :many
-- The last episode of each identity that is reported on and, for a poll, of every one
-- that is not resolved. Needs the group's sources locked.
SELECT * FROM symptoms
WHERE id IN (
    SELECT (SELECT s.id FROM symptoms s WHERE s.source_group = @source_group AND s.fingerprint = f.fingerprint
            ORDER BY s.episode DESC LIMIT 1)
    FROM (SELECT unnest(@fingerprints::text[]) AS fingerprint) f
    UNION ALL
    SELECT s.id FROM symptoms s WHERE @with_open::boolean AND s.source_group = @source_group AND s.state <> 'resolved'
);

-- name: PutSymptoms :many
-- Rows come ordered by id, the order in which everybody locks symptoms. A new episode
-- stays with the incident of the one before while that incident is active.
INSERT INTO symptoms AS s (source_group, source, id, fingerprint, episode, name, service, summary, value, threshold,
    severity, state, suppressed, environment, labels, annotations, generator_url, starts_at, follows, resolved_at,
    absent_polls, incident_id)
SELECT @source_group, r.source, r.id, r.fingerprint, r.episode, r.name, r.service, r.summary, r.value, r.threshold,
    r.severity, r.state, r.suppressed, r.environment, r.labels, r.annotations, r.generator_url, r.starts_at,
    NULLIF(r.follows, '0001-01-01 00:00:00+00'), NULLIF(r.resolved_at, '0001-01-01 00:00:00+00'),
    r.absent_polls,
    (SELECT i.id FROM incidents i WHERE i.id = r.incident_id AND i.status IN ('open', 'acknowledged', 'mitigated'))
FROM (SELECT unnest(@ids::uuid[]) AS id, unnest(@sources::text[]) AS source, unnest(@fingerprints::text[]) AS fingerprint,
    unnest(@episodes::integer[]) AS episode, unnest(@names::text[]) AS name, unnest(@services::text[]) AS service,
    unnest(@summaries::text[]) AS summary, unnest(@values_::text[]) AS value, unnest(@thresholds::text[]) AS threshold,
    unnest(@severities::smallint[]) AS severity, unnest(@states::text[]) AS state,
    unnest(@suppressions::text[]) AS suppressed, unnest(@environments::text[]) AS environment,
    unnest(@labels::jsonb[]) AS labels, unnest(@annotations::jsonb[]) AS annotations,
    unnest(@generator_urls::text[]) AS generator_url, unnest(@starts_ats::timestamptz[]) AS starts_at,
    unnest(@follows::timestamptz[]) AS follows, unnest(@resolved_ats::timestamptz[]) AS resolved_at,
    unnest(@absent_polls::smallint[]) AS absent_polls, unnest(@incident_ids::uuid[]) AS incident_id) r
ON CONFLICT (id) DO UPDATE SET
    source = excluded.source, name = excluded.name, service = excluded.service, summary = excluded.summary,
    value = excluded.value, threshold = excluded.threshold, severity = excluded.severity, state = excluded.state,
    suppressed = excluded.suppressed, environment = excluded.environment, labels = excluded.labels,
    annotations = excluded.annotations, generator_url = excluded.generator_url, starts_at = excluded.starts_at,
    resolved_at = excluded.resolved_at, absent_polls = excluded.absent_polls, changed_at = wardroom.now()
RETURNING s.id, s.incident_id;

-- name: NumbersOfOpenIncidents :many
SELECT id, number FROM incidents
WHERE id = ANY (@ids::uuid[]) AND status <> 'closed'
ORDER BY number;

-- name: LinkSymptoms :execrows
UPDATE symptoms SET incident_id = @incident_id WHERE id = ANY (@ids::uuid[]);

-- name: SymptomByID :one
SELECT sqlc.embed(s), COALESCE(i.number, 0)::bigint AS incident_number
FROM symptoms s LEFT JOIN incidents i ON i.id = s.incident_id
WHERE s.id = $1;

-- name: LiveSymptoms :many
SELECT sqlc.embed(s), COALESCE(i.number, 0)::bigint AS incident_number
FROM symptoms s LEFT JOIN incidents i ON i.id = s.incident_id
WHERE s.state <> 'resolved'
  AND (s.severity, s.starts_at, s.id) > (@after_severity::smallint, @after_starts_at::timestamptz, @after_id::uuid)
  AND (@severity::smallint = 0 OR s.severity = @severity)
  AND (@service::text = '' OR s.service = @service)
  AND (@environment::text = '' OR s.environment = @environment)
  AND (@state::text = '' OR s.state = @state)
  AND (sqlc.narg('muted')::boolean IS NULL OR (s.suppressed <> '') = sqlc.narg('muted'))
  AND (@words::text = '' OR s.name ILIKE @words OR s.service ILIKE @words OR s.summary ILIKE @words)
ORDER BY s.severity, s.starts_at, s.id
LIMIT @max_rows;

-- name: ClearedSymptoms :many
-- Not those that fire again.
SELECT sqlc.embed(s), COALESCE(i.number, 0)::bigint AS incident_number
FROM symptoms s LEFT JOIN incidents i ON i.id = s.incident_id
WHERE s.state = 'resolved' AND s.resolved_at >= (SELECT wardroom.now() - @since::interval)
  AND NOT EXISTS (SELECT FROM symptoms n WHERE n.source_group = s.source_group
                  AND n.fingerprint = s.fingerprint AND n.episode > s.episode)
ORDER BY s.resolved_at DESC, s.id
LIMIT @max_rows;

-- name: CountLiveSymptoms :many
SELECT severity, service, state, (suppressed <> '')::boolean AS muted, count(*) AS symptoms
FROM symptoms WHERE state <> 'resolved'
GROUP BY severity, service, state, 4;

-- name: SymptomEpisodes :many
SELECT sqlc.embed(s), COALESCE(i.number, 0)::bigint AS incident_number
FROM symptoms s LEFT JOIN incidents i ON i.id = s.incident_id
WHERE s.source_group = $1 AND s.fingerprint = $2
ORDER BY s.episode DESC
LIMIT @max_rows;

-- name: SymptomsOfIncident :many
-- Of an identity that fired several times the last episode.
SELECT sqlc.embed(s), @incident_number::bigint AS incident_number
FROM symptoms s
WHERE s.incident_id = @incident_id
  AND NOT EXISTS (SELECT FROM symptoms n WHERE n.source_group = s.source_group AND n.fingerprint = s.fingerprint
                  AND n.episode > s.episode AND n.incident_id = s.incident_id)
ORDER BY s.state = 'resolved', s.severity, s.starts_at, s.id
LIMIT @max_rows;
