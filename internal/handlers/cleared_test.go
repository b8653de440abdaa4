package handlers_test

import (
	"net/http"
	"testing"

	"wardroom/internal/ansi"
	"wardroom/internal/authz"
	"wardroom/internal/diagnostics"
	"wardroom/internal/handlers"
	"wardroom/internal/incidents"
)

// Something that is over says so everywhere: its last bad value is what it was, and nothing goes on counting.
func TestAClearedSymptomIsOver(t *testing.T) {
	t.Parallel()
	h := setup(t)
	ana := h.person(t, "Ana", authz.Responder)
	in := h.declared(t, ana)
	id := h.fired(t, "ArmDown")
	h.exec(t, `UPDATE symptoms SET incident_id = $2, value = '0 of 1 up', state = 'resolved', starts_at = wardroom.now() - interval '77 s',
		resolved_at = wardroom.now() WHERE id = $1`, id, in.ID)
	_, token, err := h.incidents.Offer(as(t, ana), in.Number, incidents.HandoffTo{Email: "jo@example.org"}, "")
	must(t, err)
	b := h.browser(t, ana)
	for path, region := range map[string]string{"/": "#symptom-" + id.String(), "/symptoms/" + id.String(): "#symptom-head"} {
		page := b.get(t, path).want(t, http.StatusOK)
		for _, words := range []string{"cleared", "was 0 of 1 up", "lasted 1 min 17 s"} {
			page.has(t, region, words)
		}
		for _, n := range find(find(page.doc, region)[0], "time[data-clock=age]") {
			t.Errorf("%s goes on counting: %s", path, textOf(n))
		}
	}
	brief := b.get(t, "/handoff/"+token).want(t, http.StatusOK)
	brief.has(t, ".handoff-symptom", "ArmDown cleared")
	brief.has(t, ".handoff-symptom", "was 0 of 1 up")
}

func TestABriefQuotesWhatTells(t *testing.T) {
	t.Parallel()
	line := func(text string, stderr bool) diagnostics.Line {
		return diagnostics.Line{Stderr: stderr, Runs: ansi.Line{{Text: text}}}
	}
	trace := line("\tservice.go:137 +0x209", false)
	for want, lines := range map[string][]diagnostics.Line{
		"panic: no config": {line("starting", false), line("panic: no config", false), trace},
		"no such file":     {line("error on stdout", false), line(" ", true), line(" no such file", true), trace},
		"up":               {line("up", false)},
		"":                 {line("1", false), line("2", false)},
	} {
		if got := handlers.MostTelling(lines); got != want {
			t.Errorf("quotes %q, want %q", got, want)
		}
	}
}

func TestABriefCountsOtherwise(t *testing.T) {
	t.Parallel()
	h := setup(t)
	ana := h.person(t, "Ana", authz.Responder)
	in := h.declared(t, ana)
	h.started(t, ana, in, "count")
	eventually(t, "the run ends", func() bool { return h.count(t, "SELECT count(*) FROM runs WHERE state = 'succeeded'") == 1 })
	_, token, err := h.incidents.Offer(as(t, ana), in.Number, incidents.HandoffTo{Email: "jo@example.org"}, "")
	must(t, err)
	h.browser(t, ana).get(t, "/handoff/"+token).has(t, ".handoff-step", "exit 0, 3 lines")
}
