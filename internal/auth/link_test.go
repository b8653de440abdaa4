package auth_test

import (
	"slices"
	"testing"
	"time"

	"wardroom/internal/auth"
	"wardroom/internal/authz"
	"wardroom/internal/errs"
)

func TestSetup(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	links := make([]auth.Fresh, 3)
	for i := range links { // printed at every start
		var err error
		links[i], err = w.SetupLink(wardroom(t))
		ok(t, "set-up link", err)
	}
	for range 3 { // looking changes nothing
		link, err := w.DescribeLink(t.Context(), auth.Setup, tokenOf(t, links[0]))
		ok(t, "describe", err)
		if link.Role != authz.Admin || link.Name != "" {
			t.Errorf("the link is for %+v", link)
		}
	}
	_, err := w.DescribeLink(t.Context(), auth.Invite, tokenOf(t, links[0]))
	want(t, "for another purpose", err, errs.NotFound)
	_, _, err = w.ConsumeLink(t.Context(), auth.Setup, tokenOf(t, links[0]), auth.Claim{Name: "ana", Password: "short"}, browser)
	want(t, "bad password", err, errs.Invalid)

	names := []string{"ana", "bo", "cy"}
	won := atOnce(t, 3, errs.NotFound, func(i int) error {
		_, _, claimErr := w.ConsumeLink(t.Context(), auth.Setup, tokenOf(t, links[i]), auth.Claim{Name: names[i], Password: anasPassword}, browser)
		return claimErr
	})
	if won != 1 || w.count(t, "SELECT count(*) FROM users") != 1 || w.count(t, "SELECT count(*) FROM sessions") != 1 {
		t.Errorf("%d first administrators", won)
	}
	for _, fresh := range links {
		_, err = w.DescribeLink(t.Context(), auth.Setup, tokenOf(t, fresh))
		want(t, "after set-up", err, errs.NotFound)
	}
	if fresh, err := w.SetupLink(wardroom(t)); err != nil || fresh.Path != "" {
		t.Errorf("a set-up link although there is an administrator: %v", err)
	}
}

func TestOneOfTwoGetsTheInvitation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana, _ := w.admin(t)
	fresh, err := w.Invite(as(t, ana), "", authz.Responder)
	ok(t, "invite", err)
	names := []string{"bo", "cy", "di", "ed"}
	won := atOnce(t, 4, errs.NotFound, func(i int) error {
		_, _, err := w.ConsumeLink(t.Context(), auth.Invite, tokenOf(t, fresh), auth.Claim{Name: names[i], Password: bosPassword}, browser)
		return err
	})
	if won != 1 || w.count(t, "SELECT count(*) FROM users WHERE role = 'responder'") != 1 {
		t.Errorf("%d people came in by one invitation", won)
	}
}

func TestAFailedClaimLeavesTheLink(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana, _ := w.admin(t)
	fresh, err := w.Invite(as(t, ana), "", authz.Viewer)
	ok(t, "invite", err)
	for name, claim := range map[string]auth.Claim{
		"taken":   {Name: "Ana", Password: bosPassword},
		"address": {Name: "bo", Email: "ANA@example.org", Password: bosPassword},
	} {
		_, _, err = w.ConsumeLink(t.Context(), auth.Invite, tokenOf(t, fresh), claim, browser)
		want(t, name, err, errs.Conflict)
	}
	for name, claim := range map[string]auth.Claim{
		"no name":        {Password: bosPassword},
		"reserved":       {Name: "wardroom", Password: bosPassword},
		"posing":         {Name: "bo", DisplayName: "WardRoom", Password: bosPassword},
		"right to left":  {Name: "bo", DisplayName: "Bo\u202egnp", Password: bosPassword},
		"no address":     {Name: "bo", Email: "Bo <bo@example.org>", Password: bosPassword},
		"own name twice": {Name: "bo.svensson", Password: "bo.svenssonbo.svensson1"},
	} {
		_, _, err = w.ConsumeLink(t.Context(), auth.Invite, tokenOf(t, fresh), claim, browser)
		want(t, name, err, errs.Invalid)
	}
	_, bo, err := w.ConsumeLink(t.Context(), auth.Invite, tokenOf(t, fresh), auth.Claim{Name: " BO ", DisplayName: " Bo  S ", Password: bosPassword}, browser)
	ok(t, "at last", err)
	if bo.Name != "bo" || bo.DisplayName != "Bo S" || bo.Role != authz.Viewer {
		t.Errorf("created %+v", bo)
	}
}

func TestInvitations(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana, _ := w.admin(t)
	_, err := w.Invite(as(t, ana), "ana", authz.Viewer)
	want(t, "somebody who is here", err, errs.Conflict)
	_, err = w.Invite(as(t, ana), "bo", "king")
	want(t, "no role", err, errs.Invalid)
	first, err := w.Invite(as(t, ana), "Bo", authz.Author)
	ok(t, "invite bo", err)
	w.at(t, time.Minute)
	second, err := w.Invite(as(t, ana), "", authz.Viewer)
	ok(t, "invite anybody", err)
	invites, err := w.Invites(as(t, ana))
	ok(t, "list", err)
	if len(invites) != 2 || invites[0].Name != "bo" || invites[0].Role != authz.Author || invites[0].By != "Ana Lima" {
		t.Fatalf("open invitations: %+v", invites)
	}
	ok(t, "revoke", w.RevokeInvite(as(t, ana), invites[1].ID))
	want(t, "revoke again", w.RevokeInvite(as(t, ana), invites[1].ID), errs.NotFound)
	_, err = w.DescribeLink(t.Context(), auth.Invite, tokenOf(t, second))
	want(t, "revoked", err, errs.NotFound)
	_, bo, err := w.ConsumeLink(t.Context(), auth.Invite, tokenOf(t, first), auth.Claim{Name: "mallory", Password: bosPassword}, browser)
	ok(t, "bo comes", err)
	if bo.Name != "bo" {
		t.Errorf("the invitation was for bo, %s came", bo.Name)
	}
	want(t, "revoke a used one", w.RevokeInvite(as(t, ana), invites[0].ID), errs.NotFound)
}

// The list shows nothing that cannot be used: a second invitation takes the place of the first, and a name that is taken
// by now needs none.
func TestInvitationsForOneName(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana, _ := w.admin(t)
	open := func(what string, names ...string) []auth.PendingInvite {
		t.Helper()
		invites, err := w.Invites(as(t, ana))
		ok(t, "list", err)
		var got []string
		for _, i := range invites {
			got = append(got, i.Name)
		}
		if !slices.Equal(got, names) {
			t.Errorf("%s: %q are invited, want %q", what, got, names)
		}
		return invites
	}
	first, err := w.Invite(as(t, ana), "kim", authz.Viewer)
	ok(t, "invite", err)
	second, err := w.Invite(as(t, ana), "kim", authz.Responder)
	ok(t, "invite again", err)
	open("after two", "kim")
	_, err = w.DescribeLink(t.Context(), auth.Invite, tokenOf(t, first))
	want(t, "the first link", err, errs.NotFound)
	anybody, err := w.Invite(as(t, ana), "", authz.Viewer)
	ok(t, "invite anybody", err)
	_, _, err = w.ConsumeLink(t.Context(), auth.Invite, tokenOf(t, anybody), auth.Claim{Name: "kim", Password: bosPassword}, browser)
	ok(t, "kim comes by another link", err)
	open("kim is here")
	_, _, err = w.ConsumeLink(t.Context(), auth.Invite, tokenOf(t, second), auth.Claim{Password: bosPassword}, browser)
	want(t, "the second link", err, errs.Conflict)
}

func TestLinksExpire(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	setup, err := w.SetupLink(wardroom(t))
	ok(t, "set-up", err)
	w.at(t, 16*time.Minute)
	_, _, err = w.ConsumeLink(t.Context(), auth.Setup, tokenOf(t, setup), auth.Claim{Name: "ana", Password: anasPassword}, browser)
	want(t, "set-up after 16 minutes", err, errs.NotFound)
	w.at(t, 0)
	ana, _ := w.admin(t)
	invite, err := w.Invite(as(t, ana), "", authz.Viewer)
	ok(t, "invite", err)
	reset, err := w.Reset(as(t, ana), ana.ID)
	ok(t, "reset", err)
	w.at(t, 23*time.Hour)
	_, err = w.DescribeLink(t.Context(), auth.Reset, tokenOf(t, reset))
	ok(t, "reset after 23 hours", err)
	w.at(t, 25*time.Hour)
	_, err = w.DescribeLink(t.Context(), auth.Reset, tokenOf(t, reset))
	want(t, "reset after 25 hours", err, errs.NotFound)
	_, err = w.DescribeLink(t.Context(), auth.Invite, tokenOf(t, invite))
	ok(t, "invitation after 25 hours", err)
	w.at(t, 73*time.Hour)
	_, err = w.DescribeLink(t.Context(), auth.Invite, tokenOf(t, invite))
	want(t, "invitation after 73 hours", err, errs.NotFound)
	if message := errs.Message(err); message != "This link has expired. Ask for a new one." {
		t.Errorf("people read %q", message)
	}
}

func TestReset(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana, _ := w.admin(t)
	bo, old := w.join(t, ana, "bo", authz.Responder)
	first, err := w.LinkFor(wardroom(t), "Bo")
	ok(t, "link by name", err)
	_, err = w.LinkFor(wardroom(t), "eve")
	want(t, "link for nobody", err, errs.NotFound)
	second, err := w.Reset(as(t, ana), bo.ID)
	ok(t, "reset", err)
	_, err = w.DescribeLink(t.Context(), auth.Reset, tokenOf(t, first))
	want(t, "the earlier link", err, errs.NotFound)
	link, err := w.DescribeLink(t.Context(), auth.Reset, tokenOf(t, second))
	ok(t, "describe", err)
	if link.Name != "bo" || !w.alive(t, old) {
		t.Errorf("the link is %s's", link.Name)
	}
	token, user, err := w.ConsumeLink(t.Context(), auth.Reset, tokenOf(t, second), auth.Claim{Password: "entirely new words"}, browser)
	ok(t, "use", err)
	if user.ID != bo.ID || w.alive(t, old) || !w.alive(t, token) {
		t.Error("the old session lives on, or the new one does not")
	}
	_, _, err = w.SignIn(t.Context(), "bo", bosPassword, browser)
	want(t, "old password", err, errs.Unauthenticated)
	_, _, err = w.SignIn(t.Context(), "bo", "entirely new words", browser)
	ok(t, "new password", err)
	_, _, err = w.ConsumeLink(t.Context(), auth.Reset, tokenOf(t, second), auth.Claim{Password: bosPassword}, browser)
	want(t, "use again", err, errs.NotFound)
}
