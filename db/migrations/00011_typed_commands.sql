-- +goose Up
-- A run may be of a text that no playbook has. Such a text is proposed for the playbook,
-- until somebody sets it aside.
ALTER TABLE runs
    ADD COLUMN source text NOT NULL DEFAULT 'playbook' CHECK (source IN ('playbook', 'edited', 'typed')),
    ADD COLUMN language text NOT NULL DEFAULT 'shell' CHECK (language IN ('shell', 'sql', 'promql')),
    ADD COLUMN set_aside_at timestamptz;

-- +goose Down
ALTER TABLE runs DROP COLUMN set_aside_at, DROP COLUMN language, DROP COLUMN source;
