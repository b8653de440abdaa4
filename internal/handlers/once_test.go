package handlers_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"wardroom/internal/authz"
)

func TestAFormSentTwiceWorksOnce(t *testing.T) {
	t.Parallel()
	h := setup(t)
	ana := h.person(t, "Ana", authz.Responder)
	b, key := h.browser(t, ana), uuid.NewString()
	for range 3 {
		b.post(t, "/incidents", "key", key, "title", "Slow", "severity", "3", "environment", "prod").leads(t, "/incidents/1")
	}
	if n := h.count(t, "SELECT count(*) FROM incidents"); n != 1 {
		t.Fatalf("%d incidents", n)
	}
	b.post(t, "/incidents", "key", key, "title", "Other", "severity", "3").want(t, http.StatusConflict).has(t, "main", "with other content")
	b.post(t, "/incidents/1/join", "key", key).want(t, http.StatusConflict)
	// A key is its person's own.
	h.browser(t, h.person(t, "Bo", authz.Responder)).post(t, "/incidents", "key", key, "title", "Bo's", "severity", "3").leads(t, "/incidents/2")
	// The address's query is part of what was asked for.
	status := uuid.NewString()
	b.do(t, http.MethodPost, "/incidents/1/status?to=acknowledged", "key="+status).leads(t, "/incidents/1")
	b.do(t, http.MethodPost, "/incidents/1/status?to=resolved", "key="+status).want(t, http.StatusConflict)
}

func TestAFailedFormCanBeSentAgain(t *testing.T) {
	t.Parallel()
	h := setup(t)
	ana := h.person(t, "Ana", authz.Responder)
	b, key := h.browser(t, ana), uuid.NewString()
	const path = "/incidents/1/notes"
	b.post(t, path, "key", key, "text", "here").want(t, http.StatusNotFound)
	h.declared(t, ana)
	b.post(t, path, "key", key, "text", "here").leads(t, "/incidents/1")
	b.post(t, path, "key", key, "text", "here").leads(t, "/incidents/1")
	if n := h.count(t, "SELECT count(*) FROM timeline_events WHERE kind = 'noted'"); n != 1 {
		t.Errorf("%d notes", n)
	}
	// A page that says what is wrong is a failure too, though it is no error.
	declare := uuid.NewString()
	b.post(t, "/incidents", "key", declare, "title", "", "severity", "3").want(t, http.StatusBadRequest)
	b.post(t, "/incidents", "key", declare, "title", "Slow", "severity", "3").leads(t, "/incidents/2")
}

func TestTwoAtOnceWorkOnce(t *testing.T) {
	t.Parallel()
	h := setup(t)
	ana := h.person(t, "Ana", authz.Responder)
	h.declared(t, ana)
	b, key := h.browser(t, ana), uuid.NewString()
	var group sync.WaitGroup
	answers := make([]answer, 8)
	for i := range answers {
		group.Go(func() { answers[i] = b.post(t, "/incidents/1/notes", "key", key, "text", "at once") })
	}
	group.Wait()
	for _, a := range answers {
		if a.StatusCode != http.StatusSeeOther && a.StatusCode != http.StatusConflict {
			t.Errorf("status %d", a.StatusCode)
		}
	}
	if n := h.count(t, "SELECT count(*) FROM timeline_events WHERE kind = 'noted'"); n != 1 {
		t.Errorf("%d notes", n)
	}
}

// What is shown once is not shown again: a repeat leads to where its effect can be seen.
func TestAnAnswerThatIsShownOnce(t *testing.T) {
	t.Parallel()
	h := setup(t)
	kim := h.person(t, "Kim", authz.Admin)
	h.declared(t, kim)
	b := h.browser(t, kim)
	for _, c := range []struct{ path, again, table, link string }{
		{"/incidents/1/handoffs", "/incidents/1", "handoffs", "/handoff/"},
		{"/settings/users/invite", "/settings/users", "access_links", "/invite/"},
	} {
		form := []string{"key", uuid.NewString(), "email", "jo@example.org", "reason", "lunch", "name", "jo", "role", "viewer"}
		first := b.post(t, c.path, form...).want(t, http.StatusOK)
		if !strings.Contains(first.body, c.link) || first.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s shows no link", c.path)
		}
		b.post(t, c.path, form...).leads(t, c.again)
		if n := h.count(t, "SELECT count(*) FROM "+c.table); n != 1 {
			t.Errorf("%d %s", n, c.table)
		}
	}
}
