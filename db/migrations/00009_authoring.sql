-- +goose Up
-- What one person is writing on a playbook's file and has not published.
CREATE TABLE playbook_drafts (
    user_id     uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    path        text NOT NULL,
    base        text NOT NULL, -- revision of the file that it began from; empty: there was none
    base_source text NOT NULL, -- its text, to show what somebody else changed meanwhile
    source      text NOT NULL,
    saved_at    timestamptz NOT NULL DEFAULT wardroom.now(),
    PRIMARY KEY (user_id, path)
);

-- Who wrote which revision of a file, and why. The texts are in contents: a revision is their hash.
CREATE TABLE playbook_publications (
    id           uuid PRIMARY KEY,
    path         text NOT NULL,
    revision     bytea NOT NULL REFERENCES contents,
    replaced     bytea REFERENCES contents, -- NULL: there was no such file, or its text cannot be stored
    note         text NOT NULL CHECK (length(note) BETWEEN 1 AND 500),
    author_id    uuid NOT NULL REFERENCES users,
    author_name  text NOT NULL, -- as it was then
    published_at timestamptz NOT NULL DEFAULT wardroom.now()
);
CREATE INDEX playbook_publications_path ON playbook_publications (path, published_at);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON playbook_publications
    FOR EACH ROW EXECUTE FUNCTION wardroom.refuse_rewrite();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON playbook_publications
    EXECUTE FUNCTION wardroom.refuse_rewrite();

-- The same as before, with the table of publications among those that are only added to.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION wardroom.grant_app(app name) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
    ledger  CONSTANT text[] := '{timeline_events,contents,run_chunks,run_programs,playbook_revisions,playbook_publications}';
    schemas CONSTANT text[] := '{goose_db_version,river_migration}'; -- which migrations were applied
    t record;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('wardroom.grant_app')); -- two grants at once are an error
    EXECUTE format('GRANT USAGE ON SCHEMA public, wardroom TO %I', app);
    EXECUTE format('GRANT SELECT ON wardroom.epoch TO %I', app);
    FOR t IN SELECT relname::text AS name, relkind AS kind FROM pg_class
             WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'S') AND pg_has_role(relowner, 'USAGE')
    LOOP
        IF t.kind = 'S' THEN
            EXECUTE format('GRANT USAGE ON SEQUENCE public.%I TO %I', t.name, app);
            CONTINUE;
        END IF;
        EXECUTE format('REVOKE ALL ON public.%I FROM %I', t.name, app);
        EXECUTE format('GRANT %s ON public.%I TO %I', CASE
            WHEN t.name = ANY (schemas) THEN 'SELECT'
            WHEN t.name = ANY (ledger) THEN 'SELECT, INSERT'
            ELSE 'SELECT, INSERT, UPDATE, DELETE' END, t.name, app);
    END LOOP;
    -- Until the next call, a table that is new may be written but not rewritten.
    EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT ON TABLES TO %I', app);
    EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO %I', app);
END $$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION wardroom.grant_app(app name) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
    ledger  CONSTANT text[] := '{timeline_events,contents,run_chunks,run_programs,playbook_revisions}';
    schemas CONSTANT text[] := '{goose_db_version,river_migration}'; -- which migrations were applied
    t record;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('wardroom.grant_app')); -- two grants at once are an error
    EXECUTE format('GRANT USAGE ON SCHEMA public, wardroom TO %I', app);
    EXECUTE format('GRANT SELECT ON wardroom.epoch TO %I', app);
    FOR t IN SELECT relname::text AS name, relkind AS kind FROM pg_class
             WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'S') AND pg_has_role(relowner, 'USAGE')
    LOOP
        IF t.kind = 'S' THEN
            EXECUTE format('GRANT USAGE ON SEQUENCE public.%I TO %I', t.name, app);
            CONTINUE;
        END IF;
        EXECUTE format('REVOKE ALL ON public.%I FROM %I', t.name, app);
        EXECUTE format('GRANT %s ON public.%I TO %I', CASE
            WHEN t.name = ANY (schemas) THEN 'SELECT'
            WHEN t.name = ANY (ledger) THEN 'SELECT, INSERT'
            ELSE 'SELECT, INSERT, UPDATE, DELETE' END, t.name, app);
    END LOOP;
    -- Until the next call, a table that is new may be written but not rewritten.
    EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT ON TABLES TO %I', app);
    EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO %I', app);
END $$;
-- +goose StatementEnd

DROP TABLE playbook_publications;
DROP TABLE playbook_drafts;
