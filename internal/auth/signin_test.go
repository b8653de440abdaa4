package auth_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/argon2"

	"wardroom/internal/auth"
	"wardroom/internal/authz"
	"wardroom/internal/errs"
)

func TestSignIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana, _ := w.admin(t)
	bo, _ := w.join(t, ana, "bo", authz.Responder)
	ok(t, "disable", w.Disable(as(t, ana), bo.ID))
	tests := map[string]struct{ login, password string }{
		"wrong password":          {"ana", "copper lantern drift"},
		"password in other case":  {"ana", strings.ToUpper(anasPassword)},
		"unknown name":            {"eve", anasPassword},
		"empty name and password": {"", ""},
		"disabled":                {"bo", bosPassword},
		"bytes that are no text":  {"an\x00a\xff", "\x00\xff"},
	}
	for name, test := range tests {
		_, _, err := w.SignIn(t.Context(), test.login, test.password, auth.Meta{Address: "192.0.2." + name})
		want(t, name, err, errs.Unauthenticated)
		if err != nil && errs.Message(err) != "The name or the password is not right." {
			t.Errorf("%s: the answer tells more: %q", name, errs.Message(err))
		}
	}
	for _, login := range []string{"ana", " ANA ", "Ana@Example.org"} {
		token, user, err := w.SignIn(t.Context(), strings.TrimSpace(login), anasPassword, browser)
		ok(t, login, err)
		if user.ID != ana.ID || user.Role != authz.Admin || !w.alive(t, token) {
			t.Errorf("%s: signed in as %+v", login, user)
		}
	}
}

func TestSignInReplacesTheBrowsersSession(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, first := w.admin(t)
	second, _, err := w.SignIn(t.Context(), "ana", anasPassword, auth.Meta{Address: "192.0.2.7", Previous: first})
	ok(t, "sign in", err)
	if w.alive(t, first) || !w.alive(t, second) || first == second {
		t.Error("the earlier session of the browser lives on")
	}
	ok(t, "sign out", w.SignOut(t.Context(), second))
	ok(t, "sign out again", w.SignOut(t.Context(), second))
	if w.alive(t, second) {
		t.Error("signed out, and still in")
	}
}

func TestOldHashesAreRenewedAtSignIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana, _ := w.admin(t)
	b64, salt := base64.RawStdEncoding, []byte("0123456789abcdef")
	old := "$argon2id$v=19$m=8192,t=1,p=1$" + b64.EncodeToString(salt) + "$" +
		b64.EncodeToString(argon2.IDKey([]byte(anasPassword), salt, 1, 8192, 1, 32))
	_, err := w.db.Pool.Exec(t.Context(), "UPDATE users SET password_hash = $1 WHERE id = $2", old, ana.ID)
	ok(t, "weaken", err)
	for range 2 {
		_, _, err = w.SignIn(t.Context(), "ana", anasPassword, browser)
		ok(t, "sign in", err)
	}
	if w.count(t, "SELECT count(*) FROM users WHERE password_hash LIKE '$argon2id$v=19$m=19456,t=2,p=1$%'") != 1 {
		t.Error("the hash was not renewed")
	}
}

func TestGuessingIsSlowedDown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.admin(t)
	here := auth.Meta{Address: "198.51.100.1"}
	for range 5 {
		_, _, err := w.SignIn(t.Context(), "ana", "wrong wrong wrong", here)
		want(t, "free guess", err, errs.Unauthenticated)
	}
	for range 3 { // asking again does not make the wait longer
		_, _, err := w.SignIn(t.Context(), "Ana", anasPassword, here)
		want(t, "guess too many", err, errs.RateLimited)
		if message := errs.Message(err); !strings.Contains(message, "30 seconds") {
			t.Errorf("the wait is not said: %q", message)
		}
	}
	_, _, err := w.SignIn(t.Context(), "ana", anasPassword, browser)
	ok(t, "ana from elsewhere", err)
	_, _, err = w.SignIn(t.Context(), "ana", anasPassword, here)
	want(t, "still at the guessing address", err, errs.RateLimited)

	w.at(t, 31*time.Second)
	_, _, err = w.SignIn(t.Context(), "ana", "wrong wrong wrong", here)
	want(t, "after the wait", err, errs.Unauthenticated)
	_, _, err = w.SignIn(t.Context(), "ana", anasPassword, here)
	want(t, "the wait has grown", err, errs.RateLimited)
	if message := errs.Message(err); !strings.Contains(message, "60 seconds") {
		t.Errorf("the wait has not grown: %q", message)
	}
	w.at(t, 16*time.Minute)
	_, _, err = w.SignIn(t.Context(), "ana", anasPassword, here)
	ok(t, "after a quarter of an hour", err)
	w.at(t, 0)
	_, _, err = w.SignIn(t.Context(), "ana", anasPassword, here)
	ok(t, "success forgets the failures", err)
}

func TestGuessesAtTheSameMomentCountEachOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	looked := atOnce(t, 20, errs.RateLimited, func(int) error {
		_, _, err := w.SignIn(t.Context(), "nobody", "wrong wrong wrong", browser)
		if errs.KindOf(err) == errs.Unauthenticated {
			return nil
		}
		return err
	})
	if looked > 5 {
		t.Errorf("%d passwords were looked at, 5 are free", looked)
	}
}

func TestNobodyLocksOthersOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.admin(t)
	for i := range 25 { // each from an address of its own, as a botnet does
		_, _, err := w.SignIn(t.Context(), "ana", "wrong wrong wrong", auth.Meta{Address: fmt.Sprintf("203.0.113.%d", i)})
		want(t, "guess", err, errs.Unauthenticated)
	}
	_, _, err := w.SignIn(t.Context(), "ana", "wrong wrong wrong", auth.Meta{Address: "203.0.113.99"})
	want(t, "one more guess", err, errs.RateLimited)
	w.at(t, time.Minute)
	_, _, err = w.SignIn(t.Context(), "ana", anasPassword, browser)
	ok(t, "ana, a minute later", err)
}
