package incidents_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"wardroom/internal/authz"
	"wardroom/internal/errs"
	"wardroom/internal/incidents"
	"wardroom/internal/postgres/pgtest"
)

func (d *desk) offer(t *testing.T, from authz.Actor, in incidents.Incident, to incidents.HandoffTo) (incidents.Handoff, string) {
	t.Helper()
	h, token, err := d.Offer(as(t, from), in.Number, to, "I am off at four")
	if err != nil {
		t.Fatal(err)
	}
	return h, token
}

func (d *desk) state(t *testing.T, token string) incidents.HandoffState {
	t.Helper()
	brief, err := d.ByToken(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	return brief.Handoff.State
}

func TestHandoffToAPerson(t *testing.T) {
	t.Parallel()
	d := setup(t)
	in := d.declared(t)
	if err := d.SetLead(as(t, d.ana), in.Number, d.ana.ID); err != nil {
		t.Fatal(err)
	}
	h, token := d.offer(t, d.ana, in, incidents.HandoffTo{User: d.bo.ID})
	if h.State != incidents.HandoffOffered || h.From != "Ana" || h.To != "Bo" || h.Reason != "I am off at four" ||
		h.ExpiresAt.Sub(h.OfferedAt) != 24*time.Hour {
		t.Errorf("%+v", h)
	}
	if len(d.mail.sent) != 1 || d.mail.sent[0].Address != "bo@octo.example" || d.mail.sent[0].Token != token {
		t.Errorf("mail %+v", d.mail.sent)
	}
	before := d.told(t, in)
	for range 3 { // mail scanners fetch links
		brief, err := d.ByToken(t.Context(), token)
		if err != nil {
			t.Fatal(err)
		}
		if brief.Incident.Lead != "Ana" || brief.Reader.May(authz.Respond) || len(brief.Responders) != 1 {
			t.Errorf("%+v", brief)
		}
	}
	if diff := cmp.Diff(before, d.told(t, in)); diff != "" {
		t.Errorf("reading changed something: %s", diff)
	}
	d.escalation.last()
	answer, err := d.Accept(t.Context(), token) // nobody is signed in: the link is for Bo
	if err != nil || !answer.Changed || answer.Incident.Lead != "Bo" || answer.Incident.Status != acked || answer.Handoff.By != "Bo" {
		t.Errorf("%+v, err %v", answer, err)
	}
	if got := d.escalation.last(); got != "hold for Bo" {
		t.Errorf("escalation heard %q", got)
	}
	again, err := d.Accept(as(t, d.bo), token)
	if err != nil || again.Changed || again.Handoff.State != incidents.HandoffAccepted || !again.Handoff.At.Equal(answer.Handoff.At) {
		t.Errorf("again: %+v, err %v", again, err)
	}
	want := []string{
		"Ana started the incident as SEV2", "Ana joined", "Ana leads now", "Ana offered the incident to Bo",
		"Bo joined", "Bo accepted the handoff from Ana and leads now", "Bo acknowledged the incident",
	}
	if diff := cmp.Diff(want, d.told(t, in)); diff != "" {
		t.Error(diff)
	}
}

func TestHandoffToAnAddress(t *testing.T) {
	t.Parallel()
	d := setup(t)
	in := d.declared(t)
	if _, err := d.SetStatus(as(t, d.ana), in.Number, acked); err != nil {
		t.Fatal(err)
	}
	_, token := d.offer(t, d.ana, in, incidents.HandoffTo{Email: " jo@example.org "})
	if answer, err := d.Accept(t.Context(), token); err != nil || answer.Incident.Lead != "jo@example.org" || answer.Incident.LeadID != nil {
		t.Errorf("%+v, err %v", answer, err)
	}
	if got := d.escalation.last(); got != "hold for jo@example.org" {
		t.Errorf("escalation heard %q", got)
	}
	if err := d.SetLead(as(t, d.bo), in.Number, d.bo.ID); err != nil {
		t.Fatal(err)
	}
	told := d.told(t, in)
	want := []string{"jo@example.org accepted the handoff from Ana and leads now", "Bo joined", "Bo leads now, instead of jo@example.org"}
	if diff := cmp.Diff(want, told[len(told)-3:]); diff != "" {
		t.Error(diff)
	}
	rows, _, err := d.List(as(t, d.vi), incidents.Filter{Lead: d.bo.ID})
	if err != nil || len(rows) != 1 || rows[0].Lead != "Bo" {
		t.Errorf("%+v, err %v", rows, err)
	}
}

func TestResponderWhoIsSignedInAcceptsAnAddressesLink(t *testing.T) {
	t.Parallel()
	d := setup(t)
	in := d.declared(t)
	_, token := d.offer(t, d.ana, in, incidents.HandoffTo{Email: "oncall@example.org"})
	answer, err := d.Accept(as(t, d.bo), token)
	if err != nil || answer.Incident.LeadID == nil || *answer.Incident.LeadID != d.bo.ID || answer.Handoff.By != "Bo" {
		t.Errorf("%+v, err %v", answer, err)
	}
}

func TestAddressOfAPersonIsThePerson(t *testing.T) {
	t.Parallel()
	d := setup(t)
	in := d.declared(t)
	h, token := d.offer(t, d.ana, in, incidents.HandoffTo{Email: "BO@octo.example"})
	if h.ToID == nil || *h.ToID != d.bo.ID {
		t.Errorf("%+v", h)
	}
	_, err := d.Accept(as(t, d.admin), token)
	wantKind(t, err, errs.Forbidden)
	d.exec(t, "UPDATE users SET disabled_at = wardroom.now() WHERE id = $1", d.bo.ID)
	_, err = d.Accept(t.Context(), token)
	wantKind(t, err, errs.Invalid)
	if got := d.state(t, token); got != incidents.HandoffOffered {
		t.Errorf("state %s", got)
	}
}

func TestTokenIsStoredOnlyAsItsHash(t *testing.T) {
	t.Parallel()
	d := setup(t)
	in := d.declared(t)
	_, token := d.offer(t, d.ana, in, incidents.HandoffTo{User: d.bo.ID})
	_, other := d.offer(t, d.ana, in, incidents.HandoffTo{User: d.bo.ID})
	if token == other || len(token) < 26 {
		t.Errorf("tokens %q and %q", token, other)
	}
	for _, table := range []string{"handoffs", "timeline_events", "contents", "incidents"} {
		var found bool
		err := d.db.Pool.QueryRow(t.Context(), "SELECT bool_or(strpos(x::text, $1) > 0) FROM "+table+" x", token).Scan(&found)
		if err != nil || found {
			t.Errorf("%s holds the token: %v, err %v", table, found, err)
		}
	}
	for _, wrong := range []string{"", "x", token + "x", strings.ToLower(token)} {
		_, err := d.ByToken(t.Context(), wrong)
		wantKind(t, err, errs.NotFound)
		_, err = d.Accept(t.Context(), wrong)
		wantKind(t, err, errs.NotFound)
		_, err = d.Decline(t.Context(), wrong)
		wantKind(t, err, errs.NotFound)
	}
}

func TestDeclineAndRevoke(t *testing.T) {
	t.Parallel()
	d := setup(t)
	in := d.declared(t)
	_, declined := d.offer(t, d.ana, in, incidents.HandoffTo{User: d.bo.ID})
	for i := range 2 {
		answer, err := d.Decline(t.Context(), declined)
		if err != nil || answer.Changed != (i == 0) || answer.Handoff.State != incidents.HandoffDeclined {
			t.Errorf("%+v, err %v", answer, err)
		}
	}
	revoked, token := d.offer(t, d.ana, in, incidents.HandoffTo{Email: "jo@example.org"})
	_, err := d.Revoke(as(t, d.bo), revoked.ID)
	wantKind(t, err, errs.Forbidden)
	for i := range 2 {
		answer, revokeErr := d.Revoke(as(t, d.ana), revoked.ID)
		if revokeErr != nil || answer.Changed != (i == 0) || answer.Handoff.State != incidents.HandoffRevoked {
			t.Errorf("%+v, err %v", answer, revokeErr)
		}
	}
	answer, err := d.Accept(t.Context(), token)
	if err != nil || answer.Changed || answer.Incident.Lead != "" || d.state(t, token) != incidents.HandoffRevoked {
		t.Errorf("accepted what was revoked: %+v, err %v", answer, err)
	}
	byAdmin, _ := d.offer(t, d.ana, in, incidents.HandoffTo{User: d.bo.ID})
	if answer, err = d.Revoke(as(t, d.admin), byAdmin.ID); err != nil || !answer.Changed {
		t.Errorf("administrator: %+v, err %v", answer, err)
	}
	if err = d.SetLead(as(t, d.ana), in.Number, d.bo.ID); err != nil {
		t.Fatal(err)
	}
	byLead, _ := d.offer(t, d.ana, in, incidents.HandoffTo{User: d.admin.ID})
	if answer, err = d.Revoke(as(t, d.bo), byLead.ID); err != nil || !answer.Changed {
		t.Errorf("lead: %+v, err %v", answer, err)
	}
	_, err = d.Revoke(as(t, d.ana), uuid.Must(uuid.NewV7()))
	wantKind(t, err, errs.NotFound)
	handoffs, err := d.Handoffs(as(t, d.vi), in.ID)
	var states []incidents.HandoffState
	for _, h := range handoffs {
		states = append(states, h.State)
	}
	want := []incidents.HandoffState{"revoked", "revoked", "revoked", "declined"}
	if diff := cmp.Diff(want, states); err != nil || diff != "" {
		t.Errorf("%s, err %v", diff, err)
	}
}

func TestOffersEndWithTheirTimeAndWithTheIncident(t *testing.T) {
	t.Parallel()
	d := setup(t)
	in, other := d.declared(t), d.declared(t)
	_, late := d.offer(t, d.ana, other, incidents.HandoffTo{User: d.bo.ID})
	_, over := d.offer(t, d.ana, in, incidents.HandoffTo{User: d.bo.ID})
	if _, err := d.SetStatus(as(t, d.ana), in.Number, resolved); err != nil {
		t.Fatal(err)
	}
	if answer, err := d.Accept(t.Context(), over); err != nil || answer.Changed || answer.Handoff.State != incidents.HandoffOver {
		t.Errorf("resolved: %+v, err %v", answer, err)
	}
	_, _, err := d.Offer(as(t, d.ana), in.Number, incidents.HandoffTo{User: d.bo.ID}, "")
	wantKind(t, err, errs.Conflict)
	if _, err = d.SetStatus(as(t, d.ana), in.Number, open); err != nil {
		t.Fatal(err)
	}
	if got := d.state(t, over); got != incidents.HandoffExpired {
		t.Errorf("after reopening: %s", got)
	}
	pgtest.ExecAsOwner(t, d.db, `CREATE OR REPLACE FUNCTION wardroom.now() RETURNS timestamptz LANGUAGE sql AS
		$$ SELECT clock_timestamp() + interval '24 hours 1 second' $$`)
	if answer, err := d.Accept(t.Context(), late); err != nil || answer.Changed || answer.Handoff.State != incidents.HandoffExpired {
		t.Errorf("a day later: %+v, err %v", answer, err)
	}
}

// TestLinksOfAcceptedOffersEndToo: an accepted link is a window into the incident, and like
// an offer it closes when it is revoked, when somebody else accepts, and with its time.
func TestLinksOfAcceptedOffersEndToo(t *testing.T) {
	t.Parallel()
	d := setup(t)
	in, other := d.declared(t), d.declared(t)
	accepted := func(in incidents.Incident, address string) (incidents.Handoff, string) {
		t.Helper()
		h, token := d.offer(t, d.ana, in, incidents.HandoffTo{Email: address})
		if answer, err := d.Accept(t.Context(), token); err != nil || !answer.Changed {
			t.Fatalf("%+v, err %v", answer, err)
		}
		return h, token
	}
	over := func(token string, want incidents.HandoffState, by string) {
		t.Helper()
		brief, err := d.ByToken(t.Context(), token)
		if err != nil || brief.Handoff.State != want || brief.Handoff.By != by || brief.Handoff.Linked() {
			t.Errorf("%+v, err %v, want %s", brief.Handoff, err, want)
		}
		if diff := cmp.Diff(incidents.Brief{Handoff: brief.Handoff}, brief); diff != "" {
			t.Errorf("a link that is over tells %s", diff)
		}
	}
	_, jo := accepted(in, "jo@example.org")
	if brief, err := d.ByToken(t.Context(), jo); err != nil || brief.Incident.Lead != "jo@example.org" {
		t.Errorf("%+v, err %v", brief, err)
	}
	kims, kim := accepted(in, "kim@example.org")
	over(jo, incidents.HandoffTaken, "kim@example.org")
	for i := range 2 {
		answer, err := d.Revoke(as(t, d.ana), kims.ID)
		if err != nil || answer.Changed != (i == 0) || answer.Incident.Lead != "kim@example.org" {
			t.Errorf("%+v, err %v", answer, err)
		}
	}
	over(kim, incidents.HandoffRevoked, "kim@example.org")
	_, lee := accepted(in, "lee@example.org")
	if _, err := d.SetStatus(as(t, d.ana), in.Number, resolved); err != nil {
		t.Fatal(err)
	}
	over(lee, incidents.HandoffOver, "lee@example.org")
	if _, err := d.SetStatus(as(t, d.ana), in.Number, open); err != nil {
		t.Fatal(err)
	}
	over(lee, incidents.HandoffExpired, "lee@example.org")
	_, mia := accepted(other, "mia@example.org")
	pgtest.ExecAsOwner(t, d.db, `CREATE OR REPLACE FUNCTION wardroom.now() RETURNS timestamptz LANGUAGE sql AS
		$$ SELECT clock_timestamp() + interval '24 hours 1 second' $$`)
	over(mia, incidents.HandoffExpired, "mia@example.org")
}

func TestBadOffers(t *testing.T) {
	t.Parallel()
	d := setup(t)
	in := d.declared(t)
	for to, want := range map[incidents.HandoffTo]errs.Kind{
		{}:                                errs.Invalid,
		{Email: "jo"}:                     errs.Invalid,
		{Email: "Jo <jo@example.org>"}:    errs.Invalid,
		{Email: "jo@example.org\nBcc: x"}: errs.Invalid,
		{Email: "vi@octo.example"}:        errs.Invalid, // may only look
		{User: d.vi.ID}:                   errs.Invalid,
		{User: d.ana.ID}:                  errs.Invalid, // herself
		{User: uuid.Must(uuid.NewV7())}:   errs.Invalid,
		{Email: strings.Repeat("x", 300) + "@example.org"}: errs.Invalid,
	} {
		_, token, err := d.Offer(as(t, d.ana), in.Number, to, "")
		if errs.KindOf(err) != want || err == nil || token != "" {
			t.Errorf("%+v: %v, token %q", to, err, token)
		}
	}
	if err := d.SetLead(as(t, d.ana), in.Number, d.bo.ID); err != nil {
		t.Fatal(err)
	}
	_, _, err := d.Offer(as(t, d.ana), in.Number, incidents.HandoffTo{User: d.bo.ID}, "")
	wantKind(t, err, errs.Conflict)
	if len(d.mail.sent) != 0 {
		t.Errorf("mail %+v", d.mail.sent)
	}
}

// TestOneOfManyWhoAcceptAtOnceWins has two links open, each pressed by several thumbs.
func TestOneOfManyWhoAcceptAtOnceWins(t *testing.T) {
	t.Parallel()
	d := setup(t)
	in := d.declared(t)
	_, forBo := d.offer(t, d.ana, in, incidents.HandoffTo{User: d.bo.ID})
	_, forKim := d.offer(t, d.ana, in, incidents.HandoffTo{User: d.admin.ID})
	answers := make([]incidents.Answer, 8)
	var group errgroup.Group
	for i := range answers {
		group.Go(func() (err error) {
			answers[i], err = d.Accept(t.Context(), []string{forBo, forKim}[i%2])
			return err
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	winners := slices.DeleteFunc(slices.Clone(answers), func(a incidents.Answer) bool { return !a.Changed })
	lead := d.now(t, in.Number).Lead
	if len(winners) != 1 || winners[0].Handoff.To != lead {
		t.Fatalf("%d winners, lead %q", len(winners), lead)
	}
	for _, a := range answers {
		want := incidents.HandoffTaken
		if a.Handoff.To == lead {
			want = incidents.HandoffAccepted
		}
		if a.Handoff.State != want || a.Handoff.By != lead {
			t.Errorf("%+v", a.Handoff)
		}
	}
}
