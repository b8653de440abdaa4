-- +goose Up
CREATE TABLE sources (
    name          text PRIMARY KEY, -- as in the environments file
    source_group  text NOT NULL,
    kind          text NOT NULL,
    last_seen_at  timestamptz, -- last webhook or good poll
    last_poll_at  timestamptz, -- last good poll
    up_since      timestamptz, -- what the source says of its own start
    last_error    text NOT NULL DEFAULT '',
    last_error_at timestamptz,
    silent_since  timestamptz, -- set while its symptoms are unknown
    last_symptom_at timestamptz -- when something that it reported began to fire
);

CREATE TABLE symptoms (
    id            uuid PRIMARY KEY,
    source_group  text NOT NULL,
    source        text NOT NULL, -- the one of the group that speaks for it
    fingerprint   text NOT NULL,
    episode       integer NOT NULL,
    name          text NOT NULL,
    service       text NOT NULL DEFAULT '',
    summary       text NOT NULL DEFAULT '',
    value         text NOT NULL DEFAULT '',
    threshold     text NOT NULL DEFAULT '',
    severity      smallint NOT NULL CHECK (severity BETWEEN 1 AND 4),
    state         text NOT NULL CHECK (state IN ('firing', 'resolved', 'unknown')),
    suppressed    text NOT NULL DEFAULT '' CHECK (suppressed IN ('', 'silenced', 'inhibited')),
    environment   text NOT NULL DEFAULT '',
    labels        jsonb NOT NULL DEFAULT '{}',
    annotations   jsonb NOT NULL DEFAULT '{}',
    generator_url text NOT NULL DEFAULT '',
    starts_at     timestamptz NOT NULL, -- as reported; the least one wins
    follows       timestamptz, -- when the episode before it ended; it cannot have begun earlier
    first_seen_at timestamptz NOT NULL DEFAULT wardroom.now(),
    changed_at    timestamptz NOT NULL DEFAULT wardroom.now(), -- a report that says nothing new does not count
    resolved_at   timestamptz,
    absent_polls  smallint NOT NULL DEFAULT 0, -- polls in a row that did not list it
    incident_id   uuid REFERENCES incidents,   -- the incident it belongs to
    UNIQUE (source_group, fingerprint, episode)
);
CREATE UNIQUE INDEX symptoms_open_episode ON symptoms (source_group, fingerprint) WHERE state <> 'resolved';
CREATE INDEX symptoms_live ON symptoms (severity, starts_at, id) WHERE state <> 'resolved';
CREATE INDEX symptoms_cleared ON symptoms (resolved_at DESC) WHERE state = 'resolved';
CREATE INDEX symptoms_incident ON symptoms (incident_id) WHERE incident_id IS NOT NULL;

-- +goose Down
DROP TABLE symptoms;
DROP TABLE sources;
