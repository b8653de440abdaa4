-- name: Now :one
SELECT wardroom.now()::timestamptz AS now;

-- name: Epoch :one
SELECT id FROM wardroom.epoch;
