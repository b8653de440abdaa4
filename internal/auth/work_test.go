package auth

import (
	"log/slog"
	"testing"

	"wardroom/internal/authz"
	"wardroom/internal/errs"
	"wardroom/internal/postgres/pgtest"
)

// Unknown and disabled names cost the same hash as existing ones: with every slot taken
// none of them gets an answer. What said nothing about a password does not count.
func TestEveryNameCostsAHash(t *testing.T) {
	t.Parallel()
	db := pgtest.NewApp(t)
	s := New(db, slog.New(slog.DiscardHandler))
	setup, err := s.SetupLink(authz.WithActor(t.Context(), authz.Wardroom()))
	if err != nil {
		t.Fatal(err)
	}
	claim := Claim{Name: "ana", Password: "copper lantern drifts"}
	if _, _, err = s.ConsumeLink(t.Context(), Setup, setup.Path[len("/setup/"):], claim, Meta{}); err != nil {
		t.Fatal(err)
	}
	_, err = db.Pool.Exec(t.Context(), `INSERT INTO users (id, name, display_name, role, password_hash, disabled_at)
		SELECT gen_random_uuid(), 'bo', 'Bo', 'viewer', password_hash, now() FROM users`)
	if err != nil {
		t.Fatal(err)
	}
	for range cap(s.hasher.slots) {
		s.hasher.slots <- struct{}{}
	}
	s.hasher.wait = 0
	for _, login := range []string{"ana", "bo", "eve", ""} {
		if _, _, err = s.SignIn(t.Context(), login, "copper lantern drifts", Meta{}); errs.KindOf(err) != errs.Unavailable {
			t.Errorf("%q was answered without a hash: %v", login, err)
		}
	}
	var attempts int
	if err = db.Pool.QueryRow(t.Context(), "SELECT count(*) FROM sign_in_failures").Scan(&attempts); err != nil || attempts != 0 {
		t.Errorf("%d attempts count: %v", attempts, err)
	}
}
