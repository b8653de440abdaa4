package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// AppRole is the role that the application works as where there is one: it reads and writes
// everything, and rewrites nothing of the ledger. The owner only migrates.
const AppRole = "wardroom_app"

// CreateAppRole makes AppRole, without a password, in a cluster that is ours alone. url is
// the address of its owner.
func CreateAppRole(ctx context.Context, url string) error {
	return asOwner(ctx, url, func(conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, `DO $$ BEGIN CREATE ROLE `+AppRole+` LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$`)
		return err
	})
}

// GrantAppRole gives AppRole what the newest schema needs. It does nothing where there is no
// such role, or where url is not the address of the owner.
func GrantAppRole(ctx context.Context, url string) error {
	return asOwner(ctx, url, func(conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, `SELECT wardroom.grant_app(rolname) FROM pg_roles, pg_namespace
			WHERE rolname = $1 AND rolname <> current_user AND nspname = 'wardroom' AND pg_has_role(nspowner, 'USAGE')`, AppRole)
		return err
	})
}

func asOwner(ctx context.Context, url string, do func(*pgx.Conn) error) error {
	cfg, err := poolConfig(url)
	if err != nil {
		return err
	}
	conn, err := pgx.ConnectConfig(ctx, cfg.ConnConfig)
	if err != nil {
		return fmt.Errorf("connect to database: %w", err)
	}
	if err = errors.Join(do(conn), conn.Close(context.WithoutCancel(ctx))); err != nil {
		return fmt.Errorf("role of the application: %w", err)
	}
	return nil
}
