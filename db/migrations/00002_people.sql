-- +goose Up
CREATE TABLE users (
    id            uuid PRIMARY KEY,
    name          text NOT NULL UNIQUE CHECK (name ~ '^[a-z0-9][a-z0-9._-]{0,39}$'),
    display_name  text NOT NULL CHECK (length(display_name) BETWEEN 1 AND 80),
    email         text NOT NULL DEFAULT '' CHECK (email = '' OR email LIKE '%@%'), -- so that it never equals a name
    password_hash text NOT NULL DEFAULT '', -- PHC string of argon2id; empty: cannot sign in
    role          text NOT NULL CHECK (role IN ('viewer', 'responder', 'author', 'admin')),
    theme         text NOT NULL DEFAULT 'auto' CHECK (theme IN ('auto', 'light', 'dark')),
    created_at    timestamptz NOT NULL DEFAULT wardroom.now(),
    last_seen_at  timestamptz, -- outlives the sessions that tell it
    disabled_at   timestamptz
);
CREATE UNIQUE INDEX users_email ON users (lower(email)) WHERE email <> '';

CREATE TABLE sessions (
    token_hash   bytea PRIMARY KEY, -- SHA-256; the token itself is only in the cookie
    user_id      uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    created_at   timestamptz NOT NULL DEFAULT wardroom.now(),
    last_seen_at timestamptz NOT NULL DEFAULT wardroom.now(),
    expires_at   timestamptz NOT NULL, -- absolute
    user_agent   text NOT NULL DEFAULT '',
    address      text NOT NULL DEFAULT ''
);
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);

-- A link lets one person in once: the first administrator, an invited one, or somebody
-- who forgot the password.
CREATE TABLE access_links (
    token_hash bytea PRIMARY KEY,
    purpose    text NOT NULL CHECK (purpose IN ('setup', 'invite', 'reset')),
    user_id    uuid REFERENCES users ON DELETE CASCADE, -- reset: whose password
    role       text CHECK (role IN ('viewer', 'responder', 'author', 'admin')), -- invite: as what
    name       text NOT NULL DEFAULT '', -- invite: for whom; empty: they choose
    created_by uuid REFERENCES users,
    created_at timestamptz NOT NULL DEFAULT wardroom.now(),
    expires_at timestamptz NOT NULL,
    used_at    timestamptz
);
CREATE INDEX access_links_expiry ON access_links (expires_at);
CREATE INDEX access_links_user ON access_links (user_id) WHERE user_id IS NOT NULL;

-- Failed sign-ins, counted per name and per address to slow guessing down. A row is written
-- before the password is looked at, so that attempts at the same moment count each other.
CREATE TABLE sign_in_failures (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    subject text NOT NULL, -- a hash: people type passwords into the field for the name
    at      timestamptz NOT NULL DEFAULT wardroom.now()
);
CREATE INDEX sign_in_failures_subject ON sign_in_failures (subject, at);
CREATE INDEX sign_in_failures_at ON sign_in_failures (at);

-- A repeated form post answers with what the first one answered.
CREATE TABLE idempotency_keys (
    user_id    uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    key        uuid NOT NULL,
    request    bytea NOT NULL,  -- SHA-256 of method, path and body
    location   text NOT NULL DEFAULT '', -- where the first answer redirected to; empty while it is under way
    created_at timestamptz NOT NULL DEFAULT wardroom.now(),
    PRIMARY KEY (user_id, key)
);
CREATE INDEX idempotency_keys_created ON idempotency_keys (created_at);

-- +goose Down
DROP TABLE idempotency_keys;
DROP TABLE sign_in_failures;
DROP TABLE access_links;
DROP TABLE sessions;
DROP TABLE users;
