package e2e

import (
	"os/exec"
	"testing"
)

// The main job, end to end: an arm dies, Prometheus and Alertmanager say so, Ana opens an
// incident, diagnoses and cures it while Bo watches, and the review tells what happened.
func TestStory(t *testing.T) {
	ana := signIn(t, "ana")
	bo := invite(t, ana, "bo", "Bo", "responder")
	ana.open("/")
	ana.picture("quiet")
	octollm(t, "fault", "arm-crash", "on")
	ana.within("#dashboard-symptoms", "ArmDown")
	bo.within("#dashboard-symptoms", "ArmDown")
	ana.picture("symptom")
}

func octollm(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), world.octollm, args...)
	cmd.Env = []string{"OCTOLLM_CONTROL=" + world.stack.Control}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("octollm %v: %v\n%s", args, err, out)
	}
	return string(out)
}
