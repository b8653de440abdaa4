-- name: CreateDelivery :exec
INSERT INTO deliveries (id, channel, recipient, subject, body, incident_id) VALUES ($1, $2, $3, $4, $5, $6);

-- name: BeginDelivery :one
-- Doubtful from here on: a process that dies during the attempt leaves it so.
WITH old AS (
    SELECT id, doubtful FROM deliveries WHERE deliveries.id = @id AND state = 'pending' FOR UPDATE
)
UPDATE deliveries d SET attempts = d.attempts + 1, doubtful = true
FROM old WHERE d.id = old.id
RETURNING d.id, d.recipient, d.subject, d.body, d.created_at, old.doubtful AS was_doubtful;

-- name: RetryDelivery :exec
UPDATE deliveries SET last_error = @last_error, doubtful = @doubtful WHERE id = @id AND state = 'pending';

-- name: FinishDelivery :exec
UPDATE deliveries
SET state = @state, last_error = @last_error, body = '', finished_at = wardroom.now()
WHERE id = @id AND state = 'pending';

-- name: Delivery :one
SELECT * FROM deliveries WHERE id = $1;

-- name: ListDeliveries :many
SELECT * FROM deliveries WHERE incident_id = $1 ORDER BY created_at, id;

-- name: AbandonDeliveries :execrows
-- Tries end after hours; what is still pending after a day lost its job.
UPDATE deliveries
SET state = CASE WHEN doubtful THEN 'unknown' ELSE 'failed' END, body = '', finished_at = wardroom.now(),
    last_error = CASE WHEN last_error = '' THEN 'not tried' ELSE last_error END
WHERE state = 'pending' AND created_at < wardroom.now() - interval '1 day';
