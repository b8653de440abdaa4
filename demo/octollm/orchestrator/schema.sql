CREATE SEQUENCE IF NOT EXISTS task_number;

CREATE TABLE IF NOT EXISTS tasks (
    task_id    text PRIMARY KEY DEFAULT 'task-' || nextval('task_number'),
    goal       text NOT NULL CHECK (goal <> ''),
    priority   text NOT NULL DEFAULT 'medium' CHECK (priority IN ('low', 'medium', 'high')),
    status     text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'running', 'completed', 'failed')),
    arm        text,
    attempts   int NOT NULL DEFAULT 0,
    next_at    timestamptz NOT NULL DEFAULT now(),
    result     jsonb,
    error      text,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX IF NOT EXISTS tasks_unfinished ON tasks (next_at) WHERE status IN ('pending', 'running');

CREATE TABLE IF NOT EXISTS arms (
    name         text PRIMARY KEY,
    domain       text NOT NULL,
    capabilities jsonb NOT NULL,
    url          text NOT NULL,
    enabled      boolean NOT NULL DEFAULT true,
    last_seen    timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE IF NOT EXISTS action_log (
    action_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    task_id     text NOT NULL REFERENCES tasks ON DELETE CASCADE,
    arm         text,
    action_type text NOT NULL,
    details     jsonb NOT NULL DEFAULT '{}',
    timestamp   timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX IF NOT EXISTS action_log_task ON action_log (task_id, timestamp);

CREATE TABLE IF NOT EXISTS entities (
    entity_id    uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    entity_type  text NOT NULL,
    name         text NOT NULL,
    properties   jsonb NOT NULL DEFAULT '{}',
    access_count int NOT NULL DEFAULT 0,
    created_at   timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz NOT NULL DEFAULT now(),
    UNIQUE (entity_type, name)
);

CREATE TABLE IF NOT EXISTS relationships (
    relationship_id   uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    from_entity_id    uuid NOT NULL REFERENCES entities (entity_id) ON DELETE CASCADE,
    to_entity_id      uuid NOT NULL REFERENCES entities (entity_id) ON DELETE CASCADE,
    relationship_type text NOT NULL,
    created_at        timestamptz NOT NULL DEFAULT now(),
    UNIQUE (from_entity_id, to_entity_id, relationship_type)
);

-- The things that tasks talk about; each task that names one reads it.
INSERT INTO entities (entity_type, name, properties)
VALUES ('repository', 'billing', '{"language": "go"}'),
       ('repository', 'frontend', '{"language": "typescript"}'),
       ('service', 'invoice-export', '{"tier": 2}'),
       ('service', 'sign-in', '{"tier": 1}'),
       ('document', 'retention-policy', '{"pages": 12}'),
       ('document', 'onboarding-guide', '{"pages": 31}'),
       ('dataset', 'support-tickets', '{"rows": 48211}'),
       ('person', 'release-manager', '{"team": "platform"}')
ON CONFLICT DO NOTHING;

INSERT INTO relationships (from_entity_id, to_entity_id, relationship_type)
SELECT f.entity_id, t.entity_id, r.type
FROM (VALUES ('invoice-export', 'billing', 'built_from'),
             ('sign-in', 'frontend', 'built_from'),
             ('retention-policy', 'support-tickets', 'governs'),
             ('onboarding-guide', 'sign-in', 'describes'),
             ('release-manager', 'billing', 'owns'),
             ('release-manager', 'frontend', 'owns')) AS r (f, t, type)
JOIN entities f ON f.name = r.f
JOIN entities t ON t.name = r.t
ON CONFLICT DO NOTHING;

-- A task that was running when the orchestrator ended is taken up again.
UPDATE tasks SET status = 'pending', next_at = now() WHERE status = 'running';
