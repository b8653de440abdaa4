package auth_test

import (
	"testing"
	"time"

	"wardroom/internal/auth"
	"wardroom/internal/errs"
)

func TestCleanUpKeepsWhatStillCounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana, token := w.admin(t)
	fresh, err := w.Reset(as(t, ana), ana.ID)
	ok(t, "reset", err)
	_, _, err = w.SignIn(t.Context(), "eve", "wrong wrong wrong", browser)
	want(t, "eve", err, errs.Unauthenticated)
	ok(t, "clean up", w.CleanUp(wardroom(t)))
	if _, err = w.DescribeLink(t.Context(), auth.Reset, tokenOf(t, fresh)); err != nil || !w.alive(t, token) {
		t.Errorf("clean-up removed what still counts: %v", err)
	}
	if w.count(t, "SELECT count(*) FROM sign_in_failures") == 0 {
		t.Error("clean-up forgot a guess")
	}
	w.at(t, 2*24*time.Hour)
	ok(t, "clean up", w.CleanUp(wardroom(t)))
	if n := w.count(t, "SELECT (SELECT count(*) FROM sign_in_failures) + (SELECT count(*) FROM sessions)"); n != 0 {
		t.Errorf("%d rows are left after two days", n)
	}
	_, err = w.DescribeLink(t.Context(), auth.Reset, tokenOf(t, fresh))
	if message := errs.Message(err); message != "This link has expired. Ask for a new one." {
		t.Errorf("who comes late reads %q", message)
	}
	w.at(t, 9*24*time.Hour)
	ok(t, "clean up", w.CleanUp(wardroom(t)))
	if n := w.count(t, "SELECT count(*) FROM access_links WHERE purpose = 'reset'"); n != 0 {
		t.Errorf("%d links are left", n)
	}
}
