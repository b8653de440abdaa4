-- name: BeginRequest :execrows
INSERT INTO idempotency_keys (user_id, key, request) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING;

-- name: EarlierRequest :one
SELECT request, location, (created_at < wardroom.now() - interval '2 minutes')::boolean AS long_ago
FROM idempotency_keys WHERE user_id = $1 AND key = $2;

-- name: FinishRequest :execrows
UPDATE idempotency_keys SET location = @location WHERE user_id = @user_id AND key = @key AND location = '';

-- name: ReleaseRequest :exec
DELETE FROM idempotency_keys WHERE user_id = $1 AND key = $2 AND location = '';

-- name: DeleteOldRequests :execrows
DELETE FROM idempotency_keys WHERE created_at < wardroom.now() - interval '24 hours';
