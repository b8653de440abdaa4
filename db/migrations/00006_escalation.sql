-- +goose Up
CREATE TABLE escalations (
    incident_id uuid PRIMARY KEY REFERENCES incidents,
    level       smallint NOT NULL CHECK (level BETWEEN 1 AND 3),
    state       text NOT NULL CHECK (state IN ('running', 'held', 'stopped')), -- held: somebody is on it
    held_by     uuid REFERENCES users,
    changed_at  timestamptz NOT NULL DEFAULT wardroom.now()
);

-- A timer is a row; whoever claims it fires it, once, on any replica, after any restart.
CREATE TABLE escalation_timers (
    id           uuid PRIMARY KEY,
    incident_id  uuid NOT NULL REFERENCES incidents,
    from_level   smallint NOT NULL,
    to_level     smallint NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT wardroom.now(),
    due_at       timestamptz NOT NULL,
    fired_at     timestamptz,
    cancelled_at timestamptz,
    applied_at   timestamptz -- its effect is in the timeline
);
CREATE INDEX escalation_timers_due ON escalation_timers (due_at) WHERE fired_at IS NULL AND cancelled_at IS NULL;
CREATE INDEX escalation_timers_unapplied ON escalation_timers (fired_at) WHERE fired_at IS NOT NULL AND applied_at IS NULL AND cancelled_at IS NULL;
-- At most one timer of an incident may still have an effect: pending, or claimed and not applied yet.
CREATE UNIQUE INDEX escalation_timers_live ON escalation_timers (incident_id) WHERE applied_at IS NULL AND cancelled_at IS NULL;

-- +goose Down
DROP TABLE escalation_timers;
DROP TABLE escalations;
