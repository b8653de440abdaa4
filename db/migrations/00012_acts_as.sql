-- +goose Up
-- Whom the cluster saw, where it was not Wardroom's own account.
ALTER TABLE runs ADD COLUMN acts_as text NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE runs DROP COLUMN acts_as;
