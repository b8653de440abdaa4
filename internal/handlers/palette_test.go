package handlers_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"wardroom/internal/authz"
	"wardroom/internal/incidents"
)

func options(t *testing.T, b *browser, query string) []string {
	t.Helper()
	page := b.get(t, "/palette?"+query).want(t, http.StatusOK)
	var all []string
	for _, n := range find(page.doc, "a[role=option]") {
		all = append(all, strings.Join(strings.Fields(textOf(find(n, ".title")[0])), " "))
	}
	return all
}

// The best comes first: a number, then how a name begins, then a word inside, then what is found by a command.
func TestThePaletteRanks(t *testing.T) {
	t.Parallel()
	h := setup(t)
	ana := h.person(t, "Ana", authz.Responder)
	for _, title := range []string{"the arm is slow", "seq runs dry", "review 2 of 3 fails"} {
		_, _, err := h.incidents.Declare(as(t, ana), incidents.Declaration{Title: title, Severity: 3, Environment: "prod"})
		must(t, err)
	}
	b := h.browser(t, ana)
	for query, want := range map[string][]string{
		"q=2":                  {"INC-2 seq runs dry", "INC-3 review 2 of 3 fails", "Arm down", "Reversible", "Several"},
		"q=inc-3":              {"INC-3 review 2 of 3 fails"},
		"q=arm":                {"Arm down", "INC-1 the arm is slow"},
		"q=SEQ":                {"INC-2 seq runs dry", "Arm down", "Reversible", "Several"},
		"q=revi":               {"Reviews", "INC-3 review 2 of 3 fails"},
		"q=no+such+thing":      nil,
		"recent=3,1,9,x":       {"INC-3 review 2 of 3 fails", "INC-1 the arm is slow"},
		"recent=":              {"INC-3 review 2 of 3 fails", "INC-2 seq runs dry", "INC-1 the arm is slow"},
		"q=arm&recent=3":       {"Arm down", "INC-1 the arm is slow"},
		"q=start":              {"Start incident"},
		"recent=9999999999999": {"INC-3 review 2 of 3 fails", "INC-2 seq runs dry", "INC-1 the arm is slow"},
	} {
		got := options(t, b, query)
		if strings.HasPrefix(query, "recent") {
			got = got[:slices.Index(got, "Dashboard")]
		}
		if !slices.Equal(got, want) {
			t.Errorf("?%s offers %q, want %q", query, got, want)
		}
	}
}

// Nobody is offered what they may not do.
func TestThePaletteKnowsRoles(t *testing.T) {
	t.Parallel()
	h := setup(t)
	for role, want := range map[authz.Role]string{
		authz.Viewer: "", authz.Responder: "Start incident", authz.Author: "Start incident New playbook", authz.Admin: "Start incident New playbook People",
	} {
		b := h.browser(t, h.person(t, string(role), role))
		got := strings.Join(options(t, b, ""), " ")
		if base := "Dashboard Incidents Playbooks Which playbook would this alert open? Reviews Settings"; got != strings.TrimSpace(base+" "+want) {
			t.Errorf("%s is offered %q", role, got)
		}
	}
}
