package postgres_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"

	"wardroom/internal/errs"
	"wardroom/internal/postgres"
	"wardroom/internal/postgres/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func TestAnnouncementsFollowTheCommit(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	var rung []string
	err := db.InTx(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
		tx.OnCommit(func(context.Context) { rung = append(rung, "committed") })
		if len(rung) != 0 {
			t.Error("announced inside the transaction")
		}
		_, err := tx.Now(ctx)
		return err
	})
	if err != nil || len(rung) != 1 {
		t.Fatalf("err %v, announced %v", err, rung)
	}
	broken := errors.New("broken")
	err = db.InTx(t.Context(), func(_ context.Context, tx *postgres.Tx) error {
		tx.OnCommit(func(context.Context) { rung = append(rung, "rolled back") })
		return broken
	})
	if !errors.Is(err, broken) || len(rung) != 1 {
		t.Fatalf("err %v, announced %v", err, rung)
	}
}

func TestNestedTransactionIsAMistake(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	err := db.InTx(t.Context(), func(ctx context.Context, _ *postgres.Tx) error {
		return db.InTx(ctx, func(context.Context, *postgres.Tx) error { return nil })
	})
	if err == nil {
		t.Fatal("nested InTx was accepted")
	}
}

func TestErrorsGetKinds(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	for statement, want := range map[string]errs.Kind{
		"INSERT INTO wardroom.epoch DEFAULT VALUES":                                                         errs.Conflict,
		"INSERT INTO incident_responders VALUES (gen_random_uuid(), gen_random_uuid(), now())":              errs.NotFound,
		"INSERT INTO users (id, name, display_name, role) VALUES (gen_random_uuid(), 'ana', 'Ana', 'king')": errs.Invalid,
		"SELECT 1/0": errs.Internal,
	} {
		_, err := db.Pool.Exec(t.Context(), statement)
		if got := errs.KindOf(postgres.MapError(err)); got != want {
			t.Errorf("%s: %v, want %v", statement, got, want)
		}
	}
}

func TestLedgerRefusesToBeRewritten(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	setup := `INSERT INTO incidents (id, title, severity, began_at) VALUES ('00000000-0000-7000-8000-000000000001', 'x', 3, now());
		INSERT INTO timeline_events (incident_id, seq, kind, actor_name) VALUES ('00000000-0000-7000-8000-000000000001', 1, 'declared', 'Ana')`
	if _, err := db.Pool.Exec(t.Context(), setup); err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{
		"UPDATE timeline_events SET actor_name = 'Bo'", "DELETE FROM timeline_events", "TRUNCATE timeline_events",
	} {
		if _, err := db.Pool.Exec(t.Context(), statement); err == nil {
			t.Errorf("%s was accepted", statement)
		}
	}
}

// A second start migrates again with a role whose name is that of one of our schemas.
func TestMigratingTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	if err := postgres.Migrate(t.Context(), url, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
}
