-- +goose Up
-- Every message that should leave Wardroom and what became of it.
CREATE TABLE deliveries (
    id           uuid PRIMARY KEY, -- also the stable Message-ID
    channel      text NOT NULL CHECK (channel IN ('mail')),
    recipient    text NOT NULL,
    subject      text NOT NULL,
    body         text NOT NULL, -- may hold a link that lets somebody in: gone as soon as the outcome is known
    incident_id  uuid REFERENCES incidents,
    state        text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'sent', 'failed', 'unknown')),
    attempts     integer NOT NULL DEFAULT 0,
    doubtful     boolean NOT NULL DEFAULT false, -- an attempt ended without an answer: it may have arrived
    last_error   text NOT NULL DEFAULT '',
    created_at   timestamptz NOT NULL DEFAULT wardroom.now(),
    finished_at  timestamptz,
    CHECK (state = 'pending' OR body = '')
);
CREATE INDEX deliveries_incident ON deliveries (incident_id, created_at);

-- +goose Down
DROP TABLE deliveries;
