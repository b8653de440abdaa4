package e2e

import (
	"strconv"
	"strings"
	"testing"

	"wardroom/internal/process"
)

// kill -9 of the server during a run: nothing recorded is lost, the run's processes are
// gone and it says so, the escalation timer still fires, and the browsers come back by
// themselves.
func TestKilledServer(t *testing.T) {
	ana := signIn(t)
	carl := invite(t, ana, "carl", "responder")
	n := declare(t, ana, "Server dies during a run", "endless")
	carl.open("/incidents/" + strconv.FormatInt(int64(n), 10))
	carl.within("#room-header", "Server dies")

	ana.press(step("follow"), "Run")
	for _, w := range []*tab{ana, carl} {
		w.expect("WebSocket connection")
		w.expect("ERR_CONNECTION")
		w.until("ten lines", `document.querySelectorAll('article[data-step="follow"] .log .l[data-n]').length >= 10`)
	}
	run := n.get(t, `SELECT r.id::text FROM runs r JOIN incidents i ON i.id = r.incident_id WHERE i.number = $1 AND state = 'running'`)
	if tree := process.Marked("WARDROOM_RUN", run); len(tree) == 0 {
		t.Fatal("the run has no process")
	}

	if err := world.stack.KillWeb(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, w := range []*tab{ana, carl} {
		w.until("notices", `document.querySelector(".connection").dataset.state === "reconnecting"`)
	}
	seen := lastSeen(t, carl)
	eventually(t, "the run's processes are gone", func() bool { return len(process.Marked("WARDROOM_RUN", run)) == 0 }, func() string { return run })
	if _, err := world.db.Pool.Exec(t.Context(), `UPDATE escalation_timers SET due_at = wardroom.now() - interval '2 minutes'
		WHERE fired_at IS NULL AND cancelled_at IS NULL AND incident_id = (SELECT id FROM incidents WHERE number = $1)`, int64(n)); err != nil {
		t.Fatal(err)
	}
	if err := world.stack.StartWeb(t.Context()); err != nil {
		t.Fatal(err)
	}
	world.db.Pool.Reset() // its connections went with the server
	for _, w := range []*tab{ana, carl} {
		w.until("comes back by itself", `document.querySelector(".connection").dataset.state === "live"`)
		w.within(step("follow"), "interrupted, outcome unknown")
		w.within("#timeline", "escalated to L2")
	}
	if stored := n.number(t, `SELECT lines FROM runs r JOIN incidents i ON i.id = r.incident_id WHERE i.number = $1 AND state = 'interrupted'`); stored < seen {
		t.Errorf("%d lines are stored, %d were seen", stored, seen)
	}
	chunks := n.get(t, `SELECT format('%s %s', min(first_line), max(last_line) - sum(last_line - first_line + 1)) FROM run_chunks c JOIN runs r ON r.id = c.run_id JOIN incidents i ON i.id = r.incident_id WHERE i.number = $1`)
	if chunks != "1 0" {
		t.Errorf("lines are not 1…n without gaps: %s", chunks)
	}
	n.has(t, "the level", `SELECT level::text FROM escalations e JOIN incidents i ON i.id = e.incident_id WHERE i.number = $1`, "2")
	if kinds := n.get(t, `SELECT string_agg(kind, ' ') FROM timeline_events e JOIN incidents i ON i.id = e.incident_id WHERE i.number = $1`); strings.Count(kinds, "run_interrupted") != 1 || strings.Count(kinds, "escalated") != 1 {
		t.Errorf("timeline: %s", kinds)
	}
}

// lastSeen is the number of the last line that the tab shows.
func lastSeen(t *testing.T, w *tab) int64 {
	t.Helper()
	text := w.text(`article[data-step="follow"] .log`)
	if text == "" {
		t.Fatal("no line is shown")
	}
	return w.number(`Math.max(...[...document.querySelectorAll('article[data-step="follow"] .log .l[data-n]')].map(l => Number(l.dataset.n)))`)
}
