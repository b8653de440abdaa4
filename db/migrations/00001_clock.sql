-- +goose Up
CREATE SCHEMA wardroom;

-- Every deadline is compared with this clock and no other. Tests replace the function
-- in their own database to move time.
-- +goose StatementBegin
CREATE FUNCTION wardroom.now() RETURNS timestamptz
LANGUAGE sql VOLATILE PARALLEL SAFE AS $$ SELECT clock_timestamp() $$;
-- +goose StatementEnd

-- A cursor is a number per topic plus the database's epoch: a browser that comes back
-- to a restored or replaced database must not resume by number.
CREATE TABLE wardroom.epoch (
    id   uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    one  boolean NOT NULL DEFAULT true UNIQUE CHECK (one)
);
INSERT INTO wardroom.epoch DEFAULT VALUES;

-- Tables of the ledger refuse to be rewritten, whoever asks.
-- +goose StatementBegin
CREATE FUNCTION wardroom.refuse_rewrite() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
-- +goose StatementEnd

-- +goose Down
DROP FUNCTION wardroom.refuse_rewrite();
DROP TABLE wardroom.epoch;
DROP FUNCTION wardroom.now();
DROP SCHEMA wardroom;
