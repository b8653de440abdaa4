package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"wardroom/internal/postgres/dbgen"
)

// DB is the pool that everything shares.
type DB struct {
	*dbgen.Queries // reads outside a transaction
	Pool           *pgxpool.Pool
}

// Open connects to the database at url and checks that it answers.
func Open(ctx context.Context, url string) (*DB, error) {
	cfg, err := poolConfig(url)
	if err != nil {
		return nil, err
	}
	if cfg.MaxConns < 16 {
		cfg.MaxConns = 16
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("connect to database: %w", err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("connect to database: %w", err)
	}
	return &DB{Queries: dbgen.New(pool), Pool: pool}, nil
}

// poolConfig reads the URL. Tables live in the schema public whatever the role is called:
// PostgreSQL would look into a schema of the role's own name first, and one of ours is
// named like the usual role.
func poolConfig(url string) (*pgxpool.Config, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("database URL: %w", err)
	}
	cfg.ConnConfig.RuntimeParams["search_path"] = "public"
	return cfg, nil
}

// Close waits for the connections in use and closes all.
func (db *DB) Close() { db.Pool.Close() }

// Tx is a transaction with the generated queries bound to it.
type Tx struct {
	pgx.Tx
	*dbgen.Queries
	afterCommit []func(context.Context)
}

// OnCommit runs f once the transaction has been committed, never when it was rolled
// back. Announcements belong here: PostgreSQL is the truth, the announcement a doorbell.
func (tx *Tx) OnCommit(f func(context.Context)) { tx.afterCommit = append(tx.afterCommit, f) }

type inTxKey struct{}

var errNested = errors.New("postgres: InTx inside InTx; compose with an …Tx function instead")

// InTx runs fn in one transaction and commits when fn returns nil. Using it inside
// itself is a mistake of the program and an error. Errors come out mapped (see MapError).
func (db *DB) InTx(ctx context.Context, fn func(ctx context.Context, tx *Tx) error) error {
	if ctx.Value(inTxKey{}) != nil {
		return errNested
	}
	var done []func(context.Context)
	err := pgx.BeginFunc(context.WithValue(ctx, inTxKey{}, true), db.Pool, func(ptx pgx.Tx) error {
		tx := &Tx{Tx: ptx, Queries: dbgen.New(ptx)}
		if err := fn(context.WithValue(ctx, inTxKey{}, true), tx); err != nil {
			return err
		}
		done = tx.afterCommit
		return nil
	})
	if err != nil {
		return MapError(err)
	}
	for _, f := range done {
		f(context.WithoutCancel(ctx))
	}
	return nil
}
