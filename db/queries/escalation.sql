-- Every change of an escalation takes the incident's row first, as the timeline does;
-- whoever has it may read and write the rest without a race.

-- name: LockIncidentForEscalation :one
SELECT number FROM incidents WHERE id = $1 FOR NO KEY UPDATE;

-- name: AddEscalation :execrows
INSERT INTO escalations (incident_id, level, state) VALUES ($1, $2, 'running') ON CONFLICT DO NOTHING;

-- name: GetEscalation :one
SELECT * FROM escalations WHERE incident_id = $1;

-- name: SetEscalation :exec
UPDATE escalations SET level = $2, state = $3, held_by = $4, changed_at = wardroom.now() WHERE incident_id = $1;

-- name: AddEscalationTimer :one
INSERT INTO escalation_timers (id, incident_id, from_level, to_level, due_at)
VALUES (@id, @incident_id, @from_level, @to_level,
        GREATEST(@not_before::timestamptz, wardroom.now() + @after::interval))
RETURNING due_at;

-- name: LiveEscalationTimer :one
-- The timer that may still have an effect: pending, or claimed and not applied yet.
SELECT due_at, EXTRACT(EPOCH FROM due_at - wardroom.now())::float8 AS seconds_left
FROM escalation_timers
WHERE incident_id = $1 AND applied_at IS NULL AND cancelled_at IS NULL;

-- name: ExtendEscalationTimer :one
-- A timer that was claimed a moment ago and has had no effect yet is pending again.
UPDATE escalation_timers SET due_at = GREATEST(due_at, wardroom.now()) + @more::interval, fired_at = NULL
WHERE incident_id = @incident_id AND applied_at IS NULL AND cancelled_at IS NULL
RETURNING due_at;

-- name: CancelEscalationTimers :exec
UPDATE escalation_timers SET cancelled_at = wardroom.now()
WHERE incident_id = $1 AND applied_at IS NULL AND cancelled_at IS NULL;

-- name: ClaimDueEscalationTimers :many
-- The clock is read once, in a subselect, so that the index finds what is due.
WITH due AS MATERIALIZED (
    SELECT id FROM escalation_timers
    WHERE fired_at IS NULL AND cancelled_at IS NULL AND due_at <= (SELECT wardroom.now())
    ORDER BY due_at
    LIMIT @max_rows
    FOR UPDATE SKIP LOCKED
)
UPDATE escalation_timers t SET fired_at = wardroom.now() FROM due WHERE t.id = due.id
RETURNING t.id, t.incident_id;

-- name: UnappliedEscalationTimers :many
SELECT id, incident_id FROM escalation_timers
WHERE fired_at IS NOT NULL AND applied_at IS NULL AND cancelled_at IS NULL
ORDER BY fired_at;

-- name: LockFiredEscalationTimer :one
-- Not found: applied by somebody else, or cancelled since it was claimed.
SELECT to_level,
       EXTRACT(EPOCH FROM wardroom.now() - due_at)::float8 AS seconds_late,
       EXTRACT(EPOCH FROM wardroom.now() - created_at)::float8 AS seconds_waited
FROM escalation_timers
WHERE id = $1 AND fired_at IS NOT NULL AND applied_at IS NULL AND cancelled_at IS NULL
FOR UPDATE;

-- name: MarkEscalationTimerApplied :exec
UPDATE escalation_timers SET applied_at = wardroom.now() WHERE id = $1;

-- name: SecondsToNextEscalation :one
-- Negative: overdue. A day: nothing is pending.
SELECT COALESCE(EXTRACT(EPOCH FROM min(due_at) - wardroom.now()), 86400)::float8 AS seconds
FROM escalation_timers
WHERE fired_at IS NULL AND cancelled_at IS NULL;

-- name: ListEscalations :many
-- Who holds it without an account is known by the name in the timeline alone.
SELECT e.incident_id, e.level, e.state, e.held_by, e.changed_at, t.due_at AS due_at,
       CASE WHEN e.state = 'held' THEN COALESCE(u.display_name,
           (SELECT h.actor_name FROM timeline_events h
            WHERE h.incident_id = e.incident_id AND h.kind = 'escalation_held' ORDER BY h.seq DESC LIMIT 1), '')
       ELSE '' END::text AS held_by_name
FROM escalations e
LEFT JOIN users u ON u.id = e.held_by
LEFT JOIN escalation_timers t ON t.incident_id = e.incident_id AND t.applied_at IS NULL AND t.cancelled_at IS NULL
WHERE e.incident_id = ANY (@incident_ids::uuid[]);

-- name: ListEscalationSteps :many
SELECT seq, at, kind, actor_name, data FROM timeline_events
WHERE incident_id = $1 AND kind IN ('escalation_started', 'escalated')
ORDER BY seq;
