package app_test

import (
	"context"
	"log/slog"
	"os"
	"testing"

	"wardroom/internal/app"
	"wardroom/internal/config"
	"wardroom/internal/postgres"
)

// folder is a temporary one that the database's unprivileged user may pass.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "app") //nolint:usetesting // t.TempDir's is closed to others
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if gone := os.RemoveAll(dir); gone != nil {
			t.Error(gone)
		}
	})
	if err = os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	return dir
}

// With a PostgreSQL of our own the application is not the owner of its tables, neither the
// one that serves nor a command that works beside it.
func TestThePrivateDatabaseIsUsedAsTheApplicationsRole(t *testing.T) {
	t.Parallel()
	s := config.Settings{Data: folder(t)}
	log := slog.New(slog.DiscardHandler)
	for _, open := range []func(context.Context, config.Settings, *slog.Logger) (*app.Database, error){app.OpenDatabase, app.JoinDatabase} {
		db, err := open(t.Context(), s, log)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if failed := db.Close(context.WithoutCancel(t.Context())); failed != nil {
				t.Error(failed)
			}
		})
		var role string
		if err = db.Pool.QueryRow(t.Context(), "SELECT current_user").Scan(&role); err != nil || role != postgres.AppRole {
			t.Errorf("works as %s, err %v", role, err)
		}
		if _, err = db.Pool.Exec(t.Context(), "DELETE FROM timeline_events"); err == nil {
			t.Error("it may delete from the timeline")
		}
	}
}
