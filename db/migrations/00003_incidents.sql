-- +goose Up
-- Text of the ledger lives here by hash, so that a purge can remove the words and leave
-- hash and tombstone.
CREATE TABLE contents (
    hash       bytea PRIMARY KEY, -- SHA-256 of body
    body       text,              -- NULL: purged
    created_at timestamptz NOT NULL DEFAULT wardroom.now()
);

CREATE TABLE incidents (
    id              uuid PRIMARY KEY,
    number          bigint NOT NULL GENERATED ALWAYS AS IDENTITY UNIQUE, -- people see INC-42
    title           text NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
    summary         text NOT NULL DEFAULT '',
    severity        smallint NOT NULL CHECK (severity BETWEEN 1 AND 4),
    status          text NOT NULL DEFAULT 'open'
                    CHECK (status IN ('open', 'acknowledged', 'mitigated', 'resolved', 'closed')),
    environment     text NOT NULL DEFAULT '', -- name in the environments file; empty: none chosen
    lead_id         uuid REFERENCES users,
    lead_name       text NOT NULL DEFAULT '', -- who leads when it is nobody of ours: the address that took a handoff
    declared_by     uuid REFERENCES users, -- NULL: Wardroom itself
    created_at      timestamptz NOT NULL DEFAULT wardroom.now(),
    began_at        timestamptz NOT NULL,  -- when the first symptom fired, or when it was declared
    acknowledged_at timestamptz,
    mitigated_at    timestamptz,
    resolved_at     timestamptz,
    closed_at       timestamptz,
    last_seq        bigint NOT NULL DEFAULT 0, -- of its timeline; counted under this row's lock
    CHECK (lead_id IS NULL OR lead_name = '')
);
CREATE INDEX incidents_status ON incidents (status, number DESC);
CREATE INDEX incidents_severity ON incidents (severity, number DESC);
CREATE INDEX incidents_lead ON incidents (lead_id, number DESC);

CREATE TABLE incident_responders (
    incident_id uuid NOT NULL REFERENCES incidents,
    user_id     uuid NOT NULL REFERENCES users,
    joined_at   timestamptz NOT NULL DEFAULT wardroom.now(),
    PRIMARY KEY (incident_id, user_id)
);

CREATE TABLE timeline_events (
    incident_id  uuid NOT NULL REFERENCES incidents,
    seq          bigint NOT NULL,
    at           timestamptz NOT NULL DEFAULT wardroom.now(),
    kind         text NOT NULL,
    actor_id     uuid REFERENCES users, -- NULL: Wardroom itself
    actor_name   text NOT NULL,         -- as it was then
    data         jsonb NOT NULL DEFAULT '{}',
    content_hash bytea REFERENCES contents, -- what a person wrote
    PRIMARY KEY (incident_id, seq)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON timeline_events
    FOR EACH ROW EXECUTE FUNCTION wardroom.refuse_rewrite();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON timeline_events
    EXECUTE FUNCTION wardroom.refuse_rewrite();

-- The text of a playbook as it was when it was attached.
CREATE TABLE playbook_revisions (
    revision    text NOT NULL, -- SHA-256 of the source, hexadecimal
    playbook_id text NOT NULL,
    title       text NOT NULL,
    path        text NOT NULL,
    source      text NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT wardroom.now(),
    PRIMARY KEY (revision, playbook_id)
);

CREATE TABLE incident_playbooks (
    id          uuid PRIMARY KEY,
    incident_id uuid NOT NULL REFERENCES incidents,
    playbook_id text NOT NULL,
    revision    text NOT NULL,
    reason      text NOT NULL DEFAULT '', -- why it was chosen
    attached_by uuid REFERENCES users,
    attached_at timestamptz NOT NULL DEFAULT wardroom.now(),
    detached_at timestamptz,
    FOREIGN KEY (revision, playbook_id) REFERENCES playbook_revisions (revision, playbook_id)
);
CREATE UNIQUE INDEX incident_playbooks_active ON incident_playbooks (incident_id, playbook_id) WHERE detached_at IS NULL;
CREATE INDEX incident_playbooks_incident ON incident_playbooks (incident_id, attached_at);

CREATE TABLE handoffs (
    id          uuid PRIMARY KEY,
    incident_id uuid NOT NULL REFERENCES incidents,
    token_hash  bytea NOT NULL UNIQUE,
    from_id     uuid NOT NULL REFERENCES users,
    to_id       uuid REFERENCES users, -- a person of ours …
    to_email    text NOT NULL DEFAULT '', -- … or an address
    reason_hash bytea REFERENCES contents,
    created_at  timestamptz NOT NULL DEFAULT wardroom.now(),
    expires_at  timestamptz NOT NULL,
    accepted_at timestamptz,
    accepted_by text NOT NULL DEFAULT '', -- name as shown
    declined_at timestamptz,
    revoked_at  timestamptz,
    superseded_by uuid REFERENCES handoffs, -- somebody else accepted theirs first
    CHECK ((to_id IS NULL) <> (to_email = ''))
);
CREATE INDEX handoffs_incident ON handoffs (incident_id, created_at);

-- +goose Down
DROP TABLE handoffs;
DROP TABLE incident_playbooks;
DROP TABLE playbook_revisions;
DROP TABLE timeline_events;
DROP TABLE incident_responders;
DROP TABLE incidents;
DROP TABLE contents;
