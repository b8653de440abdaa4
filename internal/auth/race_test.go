package auth_test

import (
	"testing"

	"wardroom/internal/auth"
	"wardroom/internal/authz"
	"wardroom/internal/errs"
)

// However a sign-in and a disabling meet, nobody is left inside.
func TestDisablingMeetsSignIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana, _ := w.admin(t)
	bo, _ := w.join(t, ana, "bo", authz.Responder)
	tokens := make([]string, 3)
	for range 3 {
		atOnce(t, 4, errs.Unauthenticated, func(i int) (err error) {
			if i == 3 {
				return w.Disable(as(t, ana), bo.ID)
			}
			tokens[i], _, err = w.SignIn(t.Context(), "bo", bosPassword, browser)
			return err
		})
		ok(t, "enable", w.Enable(as(t, ana), bo.ID))
		for _, token := range tokens {
			if w.alive(t, token) {
				t.Fatal("a session outlived the disabling")
			}
		}
		_, err := w.db.Pool.Exec(t.Context(), "DELETE FROM sign_in_failures")
		ok(t, "forget", err)
	}
}

// However a sign-in with the old password and its change meet, the old one opens nothing.
func TestAPasswordChangeMeetsSignIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana, mine := w.admin(t)
	keep, _, err := w.Authenticate(t.Context(), mine)
	ok(t, "authenticate", err)
	passwords := []string{anasPassword, "marble winter bicycle", "a third one for luck"}
	tokens := make([]string, 3)
	for round := range 2 {
		atOnce(t, 4, errs.Unauthenticated, func(i int) (err error) {
			if i == 3 {
				return w.ChangePassword(as(t, ana), keep, passwords[round], passwords[round+1])
			}
			tokens[i], _, err = w.SignIn(t.Context(), "ana", passwords[round], browser)
			return err
		})
		for _, token := range tokens {
			if w.alive(t, token) {
				t.Fatal("a session of the old password outlived it")
			}
		}
		if !w.alive(t, mine) {
			t.Fatal("the session that changed it ended")
		}
	}
}

// Of two people with one reset link one sets the password.
func TestOneOfTwoUsesTheReset(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.admin(t)
	fresh, err := w.LinkFor(wardroom(t), "ana")
	ok(t, "link", err)
	passwords := []string{"marble winter bicycle", "a third one for luck", "and yet another one"}
	tokens := make([]string, 3)
	won := atOnce(t, 3, errs.NotFound, func(i int) (err error) {
		tokens[i], _, err = w.ConsumeLink(t.Context(), auth.Reset, tokenOf(t, fresh), auth.Claim{Password: passwords[i]}, browser)
		return err
	})
	opened := 0
	for i, password := range passwords {
		_, _, err = w.SignIn(t.Context(), "ana", password, browser)
		if (err == nil) != w.alive(t, tokens[i]) {
			t.Errorf("person %d signs in: %v, and is in: %v", i, err, w.alive(t, tokens[i]))
		}
		if err == nil {
			opened++
		}
	}
	if won != 1 || opened != 1 {
		t.Errorf("%d used the link, %d passwords are right", won, opened)
	}
}

// Links that somebody made while an administrator are worth nothing afterwards.
func TestNoWayBackByOnesOwnLinks(t *testing.T) {
	t.Parallel()
	for name, fall := range map[string]func(w world, ana, bo auth.User) error{
		"disabled": func(w world, ana, bo auth.User) error { return w.Disable(as(t, ana), bo.ID) },
		"demoted":  func(w world, ana, bo auth.User) error { return w.ChangeRole(as(t, ana), bo.ID, authz.Viewer) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			ana, _ := w.admin(t)
			bo, _ := w.join(t, ana, "bo", authz.Admin)
			invite, err := w.Invite(as(t, bo), "", authz.Admin)
			ok(t, "invite", err)
			reset, err := w.Reset(as(t, bo), ana.ID)
			ok(t, "reset", err)
			ok(t, "fall", fall(w, ana, bo))
			_, err = w.DescribeLink(t.Context(), auth.Invite, tokenOf(t, invite))
			want(t, "the invitation", err, errs.NotFound)
			_, err = w.DescribeLink(t.Context(), auth.Reset, tokenOf(t, reset))
			want(t, "the reset link", err, errs.NotFound)
		})
	}
}
