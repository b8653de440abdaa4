-- name: LockPeople :exec
-- Serialises the deeds that decide whether an administrator is left.
SELECT pg_advisory_xact_lock(hashtextextended('wardroom.people', 0));

-- name: CreateUser :one
INSERT INTO users (id, name, display_name, email, password_hash, role)
VALUES ($1, $2, $3, $4, $5, $6)
RETURNING *;

-- name: UserByID :one
SELECT * FROM users WHERE id = $1;

-- name: UserByName :one
SELECT * FROM users WHERE name = $1;

-- name: UserForSignIn :one
SELECT * FROM users
WHERE name = lower(@login::text) OR (email <> '' AND lower(email) = lower(@login::text));

-- name: ListUsers :many
SELECT * FROM users ORDER BY name;

-- name: ListEnabledUsers :many
SELECT * FROM users WHERE disabled_at IS NULL ORDER BY name;

-- name: CountAdministrators :one
SELECT count(*) FROM users WHERE role = 'admin' AND disabled_at IS NULL;

-- name: SetUserDisabled :one
UPDATE users
SET disabled_at = CASE WHEN @disabled::boolean THEN coalesce(disabled_at, wardroom.now()) END
WHERE id = @id
RETURNING *;

-- name: SetUserRole :one
UPDATE users SET role = $2 WHERE id = $1 RETURNING *;

-- name: SetUserPassword :exec
UPDATE users SET password_hash = $2 WHERE id = $1;

-- name: ReplaceUserPassword :execrows
-- Only while the password is still the one that was checked.
UPDATE users SET password_hash = @new_hash
WHERE id = @id AND password_hash = @old_hash AND disabled_at IS NULL;

-- name: SetUserTheme :exec
UPDATE users SET theme = $2 WHERE id = $1;

-- name: SetUserProfile :exec
UPDATE users SET display_name = $2, email = $3 WHERE id = $1;
