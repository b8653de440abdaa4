package stack_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"wardroom/demo/octollm/control"
	"wardroom/demo/stack"
	"wardroom/internal/config"
	"wardroom/internal/process"
)

// The whole chain without Wardroom: an arm crashes, Prometheus' rule fires, Alertmanager has the alert with what a playbook needs, a restart resolves it.
func TestCrashFiresAndRestartResolves(t *testing.T) {
	t.Parallel()
	s := start(t, folder(t))
	client := control.NewClient(s.Control)
	if _, err := client.SetFault(t.Context(), "arm-crash", true); err != nil {
		t.Fatal(err)
	}
	got := awaitAlerts(t, s, 1)[0]
	want := map[string]string{"alertname": "ArmDown", "job": "octollm-arm", "service": "coder-arm", "severity": "critical"}
	delete(got, "instance")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("labels (-want +got):\n%s", diff)
	}
	if _, err := client.Restart(t.Context(), "coder-arm"); err != nil {
		t.Fatal(err)
	}
	awaitAlerts(t, s, 0)
}

func TestEnvironmentsFileSaysWhereEverythingIs(t *testing.T) {
	t.Parallel()
	s := start(t, folder(t))
	raw, err := os.ReadFile(s.Environments)
	if err != nil {
		t.Fatal(err)
	}
	file, err := config.ParseFile(raw)
	if err != nil {
		t.Fatal(err)
	}
	env, ok := file.Environment("octollm-local")
	if !ok {
		t.Fatal("there is no environment octollm-local")
	}
	for name, path := range map[string]string{"localhost:8102": "/health", "coder-arm:8102": "/capabilities", "localhost:8000": "/health", "localhost:9090": "/-/ready"} {
		if _, err := get(t.Context(), "http://"+env.Hosts[name]+path); err != nil {
			t.Errorf("%s is not at %q: %v", name, env.Hosts[name], err)
		}
	}
	for _, service := range []string{"coder-arm", "orchestrator", "postgres"} {
		if !strings.Contains(strings.Join(env.Variables["service"].Allow, " "), service) {
			t.Errorf("%s may not be named by an alert", service)
		}
	}
	if strings.Contains(string(raw), "postgres://") {
		t.Error("the environments file holds a password")
	}
}

func TestTakesOverAfterKill(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	old := abandon(t, dir)
	s := start(t, dir)
	for _, id := range old {
		if id.Alive() {
			t.Errorf("process %s of the killed stack still runs", id)
		}
	}
	if _, err := control.NewClient(s.Control).Services(t.Context()); err != nil {
		t.Error(err)
	}
	_, err := stack.Start(t.Context(), options(dir, octollm))
	if err == nil || !strings.Contains(err.Error(), "already runs on "+dir) {
		t.Errorf("second start on the same folder: %v", err)
	}
}

func TestAPartThatDiesIsStartedAgain(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	s := start(t, dir)
	watching, stop := context.WithCancel(t.Context())
	watched := make(chan error, 1)
	go func() { watched <- s.Watch(watching) }()
	file := process.PIDFile(filepath.Join(dir, "demo", "pids", "alertmanager.pid"))
	id, err := file.Read()
	if err != nil {
		t.Fatal(err)
	}
	if err := id.Signal(unix.SIGKILL); err != nil {
		t.Fatal(err)
	}
	for id.Alive() {
		<-time.After(10 * time.Millisecond)
	}
	awaitAlerts(t, s, 0)
	if again, err := file.Read(); err != nil || again == id {
		t.Errorf("%v after %v, err %v", again, id, err)
	}
	stop()
	if err := <-watched; err != nil {
		t.Error(err)
	}
}

func TestRefusesABrokenEnvironmentsFile(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	path := filepath.Join(dir, "mine.yml")
	if err := os.WriteFile(path, []byte("environments: [{name: x, plattform: local}]"), 0o600); err != nil {
		t.Fatal(err)
	}
	opts := options(dir, octollm)
	opts.Environ = []string{"WARDROOM_ENVIRONMENTS=" + path}
	_, err := stack.Start(t.Context(), opts)
	if err == nil || !strings.Contains(err.Error(), "plattform") {
		t.Errorf("error %v does not name the wrong key", err)
	}
	if entries, err := os.ReadDir(filepath.Join(dir, "demo")); err == nil {
		t.Errorf("something was begun: %v", entries)
	}
}

func TestTakenPortIsNamedAndNothingStarts(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // closed by the test
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	opts := options(folder(t), octollm)
	opts.Web, opts.Environ = octollm, []string{"PORT=" + port} // never started
	_, err = stack.Start(t.Context(), opts)
	want := fmt.Sprintf("(process %d)", os.Getpid())
	if err == nil || !strings.Contains(err.Error(), "port "+port) || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v names neither port %s nor %s", err, port, want)
	}
	if logs, err := os.ReadDir(filepath.Join(opts.Dir, "demo", "logs")); err != nil || len(logs) > 0 {
		t.Errorf("something was started: %v, %v", logs, err)
	}
}

// abandon starts a stack in another process, kills that, and returns the stack's processes.
func abandon(t *testing.T, dir string) []process.ID {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), "STACK_TEST_HOLD="+dir, "STACK_TEST_OCTOLLM="+octollm)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err = cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "ready") {
		t.Fatalf("the process that is to be killed: %q, %v", line, err)
	}
	if err = cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // killed, as wanted
	var ids []process.ID
	for _, name := range []string{"octollm", "prometheus", "alertmanager"} {
		id, err := process.PIDFile(filepath.Join(dir, "demo", "pids", name+".pid")).Read()
		if err != nil {
			t.Fatalf("%s did not outlive its starter: %v", name, err)
		}
		ids = append(ids, id)
	}
	return ids
}

// awaitAlerts waits until Alertmanager has that many and returns their labels.
func awaitAlerts(t *testing.T, s *stack.Stack, want int) []map[string]string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	for {
		var alerts []struct {
			Labels map[string]string `json:"labels"`
		}
		raw, err := get(ctx, s.Alertmanager+"/api/v2/alerts")
		if err == nil {
			err = json.Unmarshal(raw, &alerts)
		}
		if err == nil && len(alerts) == want {
			var labels []map[string]string
			for _, a := range alerts {
				labels = append(labels, a.Labels)
			}
			return labels
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			t.Fatalf("Alertmanager has %d alerts, want %d (%v)", len(alerts), want, err)
		}
	}
}

func get(ctx context.Context, url string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return nil, err
	}
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, errors.New(resp.Status)
	}
	var body strings.Builder
	_, err = bufio.NewReader(resp.Body).WriteTo(&body)
	return []byte(body.String()), err
}
