package auth_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/uuid"

	"wardroom/internal/auth"
	"wardroom/internal/authz"
	"wardroom/internal/errs"
)

func TestDisabling(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana, _ := w.admin(t)
	bo, token := w.join(t, ana, "bo", authz.Responder)
	reset, err := w.Reset(as(t, ana), bo.ID)
	ok(t, "reset", err)
	session, _, err := w.Authenticate(t.Context(), token)
	ok(t, "bo is in", err)

	want(t, "oneself", w.Disable(as(t, ana), ana.ID), errs.Conflict)
	want(t, "nobody", w.Disable(as(t, ana), uuid.New()), errs.NotFound)
	ok(t, "disable bo", w.Disable(as(t, ana), bo.ID))
	if w.alive(t, token) || w.Valid(t.Context(), session.Hash) {
		t.Error("bo is disabled and still in")
	}
	_, err = w.DescribeLink(t.Context(), auth.Reset, tokenOf(t, reset))
	want(t, "bo's reset link", err, errs.NotFound)
	_, err = w.Reset(as(t, ana), bo.ID)
	want(t, "a new reset link", err, errs.Conflict)
	people, err := w.People(as(t, ana))
	ok(t, "people", err)
	all, err := w.List(as(t, ana))
	ok(t, "list", err)
	if len(people) != 1 || len(all) != 2 || !all[1].Disabled() {
		t.Errorf("people %d, all %d", len(people), len(all))
	}
	ok(t, "enable bo", w.Enable(as(t, ana), bo.ID))
	if w.alive(t, token) {
		t.Error("an ended session came back")
	}
	_, _, err = w.SignIn(t.Context(), "bo", bosPassword, browser)
	ok(t, "bo signs in", err)
}

func TestAnAdministratorIsAlwaysLeft(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana, _ := w.admin(t)
	want(t, "Wardroom disables the last", w.Disable(wardroom(t), ana.ID), errs.Conflict)
	want(t, "Wardroom demotes the last", w.ChangeRole(wardroom(t), ana.ID, authz.Viewer), errs.Conflict)
	admins := []auth.User{ana}
	for _, name := range []string{"bo", "cy", "di"} {
		admin, _ := w.join(t, ana, name, authz.Admin)
		admins = append(admins, admin)
	}
	// Each does away with the next, all at the same moment.
	won := atOnce(t, len(admins), errs.Conflict, func(i int) error {
		victim := admins[(i+1)%len(admins)]
		if i%2 == 0 {
			return w.Disable(as(t, admins[i]), victim.ID)
		}
		return w.ChangeRole(as(t, admins[i]), victim.ID, authz.Viewer)
	})
	left := w.count(t, "SELECT count(*) FROM users WHERE role = 'admin' AND disabled_at IS NULL")
	if won != 3 || left != 1 {
		t.Errorf("%d succeeded, %d administrators are left", won, left)
	}
}

func TestRoleChangesCountFromTheNextRequest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana, _ := w.admin(t)
	bo, token := w.join(t, ana, "bo", authz.Viewer)
	want(t, "no role", w.ChangeRole(as(t, ana), bo.ID, "king"), errs.Invalid)
	ok(t, "promote", w.ChangeRole(as(t, ana), bo.ID, authz.Responder))
	if _, user, err := w.Authenticate(t.Context(), token); err != nil || user.Role != authz.Responder {
		t.Errorf("bo is %s: %v", user.Role, err)
	}
}

func TestChangePassword(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana, first := w.admin(t)
	second := w.open(t, ana)
	keep, _, err := w.Authenticate(t.Context(), first)
	ok(t, "first", err)
	const fresh = "marble winter bicycle"
	want(t, "weak", w.ChangePassword(as(t, ana), keep, anasPassword, "ana.lima.ana"), errs.Invalid)
	for range 5 {
		want(t, "wrong", w.ChangePassword(as(t, ana), keep, "not it at all", fresh), errs.Invalid)
	}
	want(t, "wrong too often", w.ChangePassword(as(t, ana), keep, anasPassword, fresh), errs.RateLimited)
	_, err = w.db.Pool.Exec(t.Context(), "DELETE FROM sign_in_failures")
	ok(t, "a quarter of an hour", err)
	if !w.alive(t, second) {
		t.Error("a refused change ended a session")
	}
	ok(t, "change", w.ChangePassword(as(t, ana), keep, anasPassword, fresh))
	if !w.alive(t, first) || w.alive(t, second) {
		t.Error("the wrong sessions ended")
	}
	_, _, err = w.SignIn(t.Context(), "ana", anasPassword, browser)
	want(t, "old password", err, errs.Unauthenticated)
	_, _, err = w.SignIn(t.Context(), "ana", fresh, browser)
	ok(t, "new password", err)
}

func TestOwnAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana, _ := w.admin(t)
	bo, _ := w.join(t, ana, "bo", authz.Viewer)
	ok(t, "theme", w.SetTheme(as(t, bo), "dark"))
	want(t, "theme", w.SetTheme(as(t, bo), "pink"), errs.Invalid)
	want(t, "ana's address", w.SetProfile(as(t, bo), "", "Ana@example.org"), errs.Conflict)
	ok(t, "profile", w.SetProfile(as(t, bo), "Bo Svensson", "bo@example.org"))
	got, err := w.ByID(as(t, bo), bo.ID)
	ok(t, "by id", err)
	if got.Theme != "dark" || got.DisplayName != "Bo Svensson" || got.Email != "bo@example.org" {
		t.Errorf("bo is %+v", got)
	}
}

// Whoever may not, may not: every method is tried as nobody and as a viewer.
func TestEveryMethodAsksWhoActs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana, _ := w.admin(t)
	bo, _ := w.join(t, ana, "bo", authz.Viewer)
	id, key := uuid.New(), uuid.New()
	type deed func(context.Context) error
	own := map[string]deed{
		"by id":              func(ctx context.Context) error { _, err := w.ByID(ctx, bo.ID); return err },
		"people":             func(ctx context.Context) error { _, err := w.People(ctx); return err },
		"sessions":           func(ctx context.Context) error { _, err := w.Sessions(ctx); return err },
		"end session":        func(ctx context.Context) error { return w.EndSession(ctx, "00") },
		"end other sessions": func(ctx context.Context) error { return w.EndOtherSessions(ctx, auth.Session{}) },
		"change password":    func(ctx context.Context) error { return w.ChangePassword(ctx, auth.Session{}, "", "") },
		"theme":              func(ctx context.Context) error { return w.SetTheme(ctx, "dark") },
		"profile":            func(ctx context.Context) error { return w.SetProfile(ctx, "", "") },
		"begin":              func(ctx context.Context) error { _, _, err := w.Begin(ctx, key, []byte("x")); return err },
		"finish":             func(ctx context.Context) error { return w.Finish(ctx, key, "/") },
		"release":            func(ctx context.Context) error { return w.Release(ctx, key) },
	}
	manage := map[string]deed{
		"list":          func(ctx context.Context) error { _, err := w.List(ctx); return err },
		"set-up link":   func(ctx context.Context) error { _, err := w.SetupLink(ctx); return err },
		"invite":        func(ctx context.Context) error { _, err := w.Invite(ctx, "", authz.Admin); return err },
		"invites":       func(ctx context.Context) error { _, err := w.Invites(ctx); return err },
		"revoke invite": func(ctx context.Context) error { return w.RevokeInvite(ctx, "00") },
		"reset":         func(ctx context.Context) error { _, err := w.Reset(ctx, id); return err },
		"link for":      func(ctx context.Context) error { _, err := w.LinkFor(ctx, "ana"); return err },
		"disable":       func(ctx context.Context) error { return w.Disable(ctx, id) },
		"enable":        func(ctx context.Context) error { return w.Enable(ctx, id) },
		"change role":   func(ctx context.Context) error { return w.ChangeRole(ctx, id, authz.Admin) },
		"clean up":      w.CleanUp,
	}
	for name, do := range own {
		want(t, "nobody: "+name, do(t.Context()), errs.Unauthenticated)
		if err := do(as(t, bo)); errs.KindOf(err) == errs.Forbidden {
			t.Errorf("a viewer may not: %s", name)
		}
	}
	for name, do := range manage {
		want(t, "nobody: "+name, do(t.Context()), errs.Unauthenticated)
		want(t, "viewer: "+name, do(as(t, bo)), errs.Forbidden)
	}
}

// Tokens and passwords are in no log line and in no error, right or wrong.
func TestSecretsStayOutOfLogsAndErrors(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana, session := w.admin(t)
	invite, err := w.Invite(as(t, ana), "bo", authz.Viewer)
	ok(t, "invite", err)
	reset, err := w.LinkFor(wardroom(t), "ana")
	ok(t, "reset", err)
	const typo = "my secret typed into the name"
	secrets := []string{anasPassword, typo, session, tokenOf(t, invite), tokenOf(t, reset), "tiny-secret", "not it at all"}
	collect := []error{w.SignOut(t.Context(), "unknown-"+session)}
	for range 7 {
		_, _, err = w.SignIn(t.Context(), typo, anasPassword+"x", browser)
		collect = append(collect, err)
	}
	_, _, err = w.ConsumeLink(t.Context(), auth.Invite, tokenOf(t, invite), auth.Claim{Password: "tiny-secret"}, browser)
	collect = append(collect, err)
	_, _, err = w.ConsumeLink(t.Context(), auth.Setup, tokenOf(t, reset), auth.Claim{Password: anasPassword}, browser)
	collect = append(collect, err, w.ChangePassword(as(t, ana), auth.Session{}, "not it at all", anasPassword+"!"))
	broken, cancel := context.WithCancel(as(t, ana))
	cancel() // the database cannot be reached: errors with everything in them
	_, _, err = w.SignIn(broken, typo, anasPassword, browser)
	collect = append(collect, err)
	_, _, err = w.Authenticate(broken, session)
	collect = append(collect, err)
	_, _, err = w.ConsumeLink(broken, auth.Reset, tokenOf(t, reset), auth.Claim{Password: anasPassword}, browser)
	collect = append(collect, err)
	var text strings.Builder
	text.WriteString(w.logs.String())
	for _, err := range collect {
		if err != nil {
			text.WriteString("\n" + err.Error())
		}
	}
	rows, err := w.db.Pool.Query(t.Context(), `SELECT to_jsonb(x)::text FROM (SELECT to_jsonb(u) FROM users u UNION ALL
		SELECT to_jsonb(s) FROM sessions s UNION ALL SELECT to_jsonb(l) FROM access_links l UNION ALL SELECT to_jsonb(f) FROM sign_in_failures f) x`)
	ok(t, "dump", err)
	defer rows.Close()
	for rows.Next() {
		var row string
		ok(t, "scan", rows.Scan(&row))
		text.WriteString("\n" + row)
	}
	ok(t, "rows", rows.Err())
	for _, secret := range secrets {
		if strings.Contains(text.String(), secret) {
			t.Errorf("%q leaked", secret)
		}
	}
}
