-- +goose Up
-- The owner migrates; the application works as a role that cannot rewrite the ledger, not
-- even by mistake. A hosted database may not let us create roles, so this only says what the
-- role may do; it is called after every migration, when there is such a role.
-- +goose StatementBegin
CREATE FUNCTION wardroom.grant_app(app name) RETURNS void
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

-- +goose Down
DROP FUNCTION wardroom.grant_app(name);
