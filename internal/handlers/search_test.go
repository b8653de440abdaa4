package handlers_test

import (
	"net/http"
	"strings"
	"testing"

	"wardroom/internal/authz"
)

func TestSearchGoesToWhatIsMeant(t *testing.T) {
	t.Parallel()
	h := setup(t)
	ana := h.person(t, "Ana", authz.Responder)
	b := h.browser(t, ana)
	b.post(t, "/incidents", "title", "Cache misses after a restart", "severity", "3", "environment", "prod").leads(t, "/incidents/1")
	b.get(t, "/search?q=inc-1").leads(t, "/incidents/1")
	b.get(t, "/search?q=cache").want(t, http.StatusOK).has(t, "main", "INC-1 Cache misses after a restart")
	b.get(t, "/search?q=revi").has(t, "main", "Reviews")
	b.get(t, "/search?q=no+such+thing").has(t, "main", "Nothing is called like that")
	if text := b.get(t, "/search").text(); !strings.Contains(text, "Start incident") || strings.Contains(text, "People") {
		t.Errorf("a responder is offered: %s", text)
	}
}
