-- +goose Up
CREATE TABLE runs (
    id             uuid PRIMARY KEY,
    incident_id    uuid NOT NULL REFERENCES incidents,
    number         integer NOT NULL,               -- within the incident
    attached_id    uuid REFERENCES incident_playbooks,
    step_id        text NOT NULL DEFAULT '',
    step_title     text NOT NULL DEFAULT '',
    command_id     text NOT NULL DEFAULT '',       -- within the step
    section        text NOT NULL DEFAULT '',
    kind           text NOT NULL CHECK (kind IN ('command', 'manual')),
    written        text NOT NULL DEFAULT '',       -- the command as the playbook has it
    text           text NOT NULL DEFAULT '',       -- exactly what ran
    text_hash      bytea NOT NULL,                 -- SHA-256 of text and of the variables that it is given
    environment    text NOT NULL DEFAULT '',
    risk           text NOT NULL CHECK (risk IN ('read', 'change', 'destroy', 'interactive', 'unknown')),
    discloses      boolean NOT NULL DEFAULT false,
    params         jsonb NOT NULL DEFAULT '{}',    -- what filled the placeholders
    state          text NOT NULL CHECK (state IN ('queued', 'starting', 'running', 'stopping',
                       'succeeded', 'failed', 'stopped', 'timed_out', 'refused', 'interrupted')),
    started_by     uuid NOT NULL REFERENCES users,
    started_name   text NOT NULL,                  -- as shown then
    owner          text NOT NULL DEFAULT '',       -- the replica that runs it
    host           text NOT NULL DEFAULT '',
    pid            integer,
    pid_start      bigint,                         -- clock ticks since boot: a pid alone names nobody
    created_at     timestamptz NOT NULL DEFAULT wardroom.now(),
    started_at     timestamptz,
    ended_at       timestamptz,
    exit_code      integer,
    reason         text NOT NULL DEFAULT '',       -- why it ended as it did, for people
    confirmed_stop boolean NOT NULL DEFAULT false, -- nothing of its process tree was left
    stop_by        text NOT NULL DEFAULT '',
    stop_at        timestamptz,
    lines          bigint NOT NULL DEFAULT 0,
    bytes          bigint NOT NULL DEFAULT 0,      -- that its programs wrote; 0 when it was interrupted
    cpu_ms         bigint NOT NULL DEFAULT 0,
    peak_rss       bigint NOT NULL DEFAULT 0,
    note_hash      bytea REFERENCES contents,
    UNIQUE (incident_id, number)
);
-- A second click attaches to the first run.
CREATE UNIQUE INDEX runs_one_active ON runs (incident_id, text_hash, environment)
    WHERE state IN ('queued', 'starting', 'running', 'stopping') AND kind = 'command';
CREATE INDEX runs_step ON runs (incident_id, step_id, number);
CREATE INDEX runs_unfinished ON runs (owner) WHERE state IN ('queued', 'starting', 'running', 'stopping');

-- One row per batch of lines, not per line.
CREATE TABLE run_chunks (
    run_id     uuid NOT NULL REFERENCES runs,
    first_line bigint NOT NULL,
    last_line  bigint NOT NULL CHECK (last_line >= first_line),
    at         timestamptz NOT NULL DEFAULT wardroom.now(),
    raw_bytes  integer NOT NULL, -- before compression
    sha256     bytea NOT NULL,   -- of the uncompressed bytes
    data       bytea NOT NULL,   -- zstd
    PRIMARY KEY (run_id, first_line)
);
CREATE TRIGGER append_only BEFORE UPDATE ON run_chunks
    FOR EACH ROW EXECUTE FUNCTION wardroom.refuse_rewrite();

-- Every program that a run started or was refused.
CREATE TABLE run_programs (
    run_id    uuid NOT NULL REFERENCES runs,
    seq       integer NOT NULL,
    at        timestamptz NOT NULL DEFAULT wardroom.now(),
    argv      text[] NOT NULL,
    risk      text NOT NULL,
    permitted boolean NOT NULL,
    reason    text NOT NULL DEFAULT '',
    PRIMARY KEY (run_id, seq)
);

-- What fills placeholders in later commands: typed by a responder, or assigned at the top
-- level of a successful run (POD=$(…) in step 1, $POD in step 2). origin is 'alert' when
-- the run used a value from an alert: a change needs the environment's word for it.
CREATE TABLE incident_variables (
    incident_id uuid NOT NULL REFERENCES incidents,
    name        text NOT NULL,
    value       text NOT NULL,
    origin      text NOT NULL CHECK (origin IN ('typed', 'run', 'alert')),
    run_id      uuid REFERENCES runs,
    set_by      text NOT NULL,
    set_at      timestamptz NOT NULL DEFAULT wardroom.now(),
    PRIMARY KEY (incident_id, name)
);

-- +goose Down
DROP TABLE incident_variables;
DROP TABLE run_programs;
DROP TABLE run_chunks;
DROP TABLE runs;
