package e2e

import (
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// The main job, end to end: an arm dies, Prometheus and Alertmanager say so, Ana opens an
// incident, diagnoses and cures it while Bo watches, and the review tells what happened.
func TestStory(t *testing.T) {
	ana := signIn(t)
	bo := invite(t, ana, "bo", "responder")
	ana.open("/")
	ana.sees("all sources reporting")
	ana.picture("quiet")

	octollm(t, "fault", "arm-crash", "on")
	ana.within("#dashboard-symptoms", "ArmDown")
	bo.within("#dashboard-symptoms", "ArmDown")
	ana.portraits("symptom")

	ana.press("#dashboard-symptoms", "Start incident")
	ana.within("#room-header", "ArmDown: coder-arm")
	bo.within("#dashboard-incidents", "ArmDown: coder-arm")
	n := incidentOf(t, "ArmDown: coder-arm")
	bo.press("#dashboard-incidents", fmt.Sprintf("INC-%d", n))
	bo.within("#room-header", "2 here")
	ana.within("#room-header", "2 here")
	ana.picture("room")
	n.has(t, "severity and environment", `SELECT format('%s %s', severity, environment) FROM incidents WHERE number = $1`, "2 octollm-local")

	ana.press("#room-header", "Acknowledge")
	bo.within("#room-header", "Acknowledged")
	ana.until("one thing to do with the status", `[...document.querySelectorAll("#room-header .room-actions button[name=to]")].map(b => b.innerText).join() === "Resolve"`)
	bo.within("#timeline", "Ana acknowledged the incident")
	n.has(t, "acknowledged by", `SELECT u.name FROM incidents i JOIN users u ON u.id = i.lead_id WHERE number = $1`, "ana")

	// A diagnosis command runs and both see its output.
	ana.press(step("diagnosis-check-service-status"), "Run")
	for _, w := range []*tab{ana, bo} {
		w.within(step("diagnosis-check-service-status"), "exit 0")
		w.within(step("diagnosis-check-service-status"), "coder-arm")
		w.within(step("diagnosis-check-service-status"), "exited")
	}
	n.has(t, "who ran what, with which outcome", `SELECT format('%s|%s|%s|%s|%s', started_name, text, exit_code, state, risk)
		FROM runs r JOIN incidents i ON i.id = r.incident_id WHERE i.number = $1 ORDER BY r.number LIMIT 1`, "Ana|octollm ps|0|succeeded|read")
	n.has(t, "its output is stored", `SELECT (count(*) > 0)::text FROM run_chunks c JOIN runs r ON r.id = c.run_id JOIN incidents i ON i.id = r.incident_id WHERE i.number = $1`, "true")

	// The logs: the service's name comes from the alert.
	ana.unfold(step("diagnosis-check-the-logs"))
	ana.press(step("diagnosis-check-the-logs"), "Run")
	bo.within(step("diagnosis-check-the-logs"), "exit 0")
	n.has(t, "the label fills the placeholder", `SELECT text FROM runs r JOIN incidents i ON i.id = r.incident_id WHERE i.number = $1 AND text LIKE 'octollm logs%'`, "octollm logs coder-arm --tail=100")
	ana.portraits("diagnosed")

	ana.fill("#note", "coder-arm panicked, restarting it")
	ana.press("#note-form", "Add note")
	bo.within("#timeline", "coder-arm panicked, restarting it")

	// The resolution: a change is confirmed in a dialog, never at once.
	ana.unfold(step("resolution-container-crashed"))
	ana.press(step("resolution-container-crashed"), "Run…")
	ana.within("#dialog", "octollm restart coder-arm")
	ana.within("#dialog", "from the alert")
	ana.picture("dialog")
	ana.press("#dialog", "Run change")
	bo.within(step("resolution-container-crashed"), "exit 0")
	n.has(t, "the change", `SELECT format('%s|%s|%s|%s', started_name, text, exit_code, risk) FROM runs r JOIN incidents i ON i.id = r.incident_id WHERE i.number = $1 AND risk = 'change'`,
		"Ana|octollm restart coder-arm|0|change")

	// The cure: the symptom resolves by itself, and both see it.
	for _, w := range []*tab{ana, bo} {
		w.within("#room-symptoms", "cleared")
		w.within("#timeline", "ArmDown for coder-arm cleared")
	}

	ana.press("#room-header", "Resolve")
	bo.within("#room-header", "Resolved")
	ana.press("#room-header", "Close")
	bo.within("#room-header", "Closed")
	n.has(t, "its life", `SELECT format('%s %s', status, acknowledged_at < mitigated_at OR mitigated_at <= resolved_at AND resolved_at <= closed_at) FROM incidents WHERE number = $1`, "closed t")

	ana.press("#room-header", "Open review")
	for _, text := range []string{"Acknowledge", "Resolve", "octollm restart coder-arm", "Ana closed the incident", "coder-arm panicked, restarting it"} {
		ana.sees(text)
	}
	ana.portraits("review")
	if timeline := n.get(t, `SELECT string_agg(kind, ' ' ORDER BY seq) FROM timeline_events e JOIN incidents i ON i.id = e.incident_id WHERE i.number = $1`); !strings.HasPrefix(timeline, "declared") ||
		strings.Count(timeline, "run_started") != 3 || strings.Count(timeline, "run_ended") != 3 {
		t.Errorf("timeline: %s", timeline)
	}
}

// step selects the card of a step by its identity.
func step(id string) string { return fmt.Sprintf("article[data-step=%q]", id) }

func octollm(t *testing.T, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), world.octollm, args...)
	cmd.Env = []string{"OCTOLLM_CONTROL=" + world.stack.Control}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("octollm %v: %v\n%s", args, err, out)
	}
}

// declare opens an incident by hand, with a playbook.
func declare(t *testing.T, w *tab, title, playbook string) incident {
	t.Helper()
	w.open("/incidents/new")
	w.fill("input[name=title]", title)
	w.until("playbook", fmt.Sprintf(`(s => (s.value = %s) !== "")(document.querySelector("[name=playbook]"))`, quote(playbook)))
	w.press("main", "Open the room")
	w.within("#room-header", title)
	return incidentOf(t, title)
}

// incident is asked in the database: what the pages say must be what is stored.
type incident int64

func incidentOf(t *testing.T, title string) incident {
	t.Helper()
	var n incident
	err := world.db.Pool.QueryRow(t.Context(), `SELECT number FROM incidents WHERE title = $1 ORDER BY number DESC LIMIT 1`, title).Scan(&n)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func (n incident) get(t *testing.T, query string) string {
	t.Helper()
	var got string
	if err := world.db.Pool.QueryRow(t.Context(), query, int64(n)).Scan(&got); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return got
}

func (n incident) has(t *testing.T, what, query, want string) {
	t.Helper()
	if got := n.get(t, query); got != want {
		t.Errorf("%s: %q, want %q", what, got, want)
	}
}

func (n incident) number(t *testing.T, query string) int64 {
	t.Helper()
	number, err := strconv.ParseInt(n.get(t, strings.Replace(query, "SELECT lines", "SELECT lines::text", 1)), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return number
}
