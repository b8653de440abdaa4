package supervisor_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardroom/internal/shell"
	"wardroom/internal/supervisor"
)

func TestRunSaysWhatItDoes(t *testing.T) {
	t.Parallel()
	r := run(t, `echo out; echo err >&2; helper do-say "two words" | tr a-z A-Z; exit 3`)
	if r.stdout != "out\nTWO WORDS\n" || r.stderr != "err\n" || r.exit.Code != 3 {
		t.Errorf("%+v", r)
	}
	if !r.exit.Clean || r.exit.Reason != "" || r.exit.CPU <= 0 || r.exit.PeakRSS <= 0 {
		t.Errorf("exit: %+v", r.exit)
	}
	var started [][]string
	for _, p := range r.programs {
		if !p.Permitted {
			t.Errorf("refused: %+v", p)
		}
		started = append(started, p.Argv)
	}
	less := func(a, b []string) bool { return a[0] < b[0] }
	if len(started) == 2 && less(started[1], started[0]) { // the two ends of a pipe start at the same time
		started[0], started[1] = started[1], started[0]
	}
	if diff := cmp.Diff([][]string{{"helper", "do-say", "two words"}, {"tr", "a-z", "A-Z"}}, started); diff != "" {
		t.Error(diff)
	}
}

func TestProgramsGetOnlyWhatConfigurationGives(t *testing.T) {
	t.Setenv("SECRET_OF_THE_SERVER", "hunter2")
	r := run(t, `export LEAK=1; X=2 helper do-state`, func(s *supervisor.Spec) { s.Vars = map[string]string{"POD": "api-0"} })
	state := map[string]string{}
	for line := range strings.Lines(r.stdout) {
		name, value, ok := strings.Cut(strings.TrimSpace(line), "=")
		if !ok {
			name, value, _ = strings.Cut(strings.TrimSpace(line), ":")
		}
		state[name] = strings.TrimSpace(value)
	}
	dir := state["dir"]
	delete(state, "dir")
	want := map[string]string{
		"GIVEN": "by configuration", "FORCE_COLOR": "1", "CLICOLOR_FORCE": "1", "COLUMNS": "160", "TERM": "xterm-256color", "LANG": "C.UTF-8", "HOME": "/nonexistent", "TMPDIR": state["TMPDIR"],
		"WARDROOM_RUN": state["WARDROOM_RUN"], "NoNewPrivs": "1", "uid": "65534", "foreign": "0",
	}
	if os.Geteuid() != 0 {
		want["uid"] = state["uid"]
	}
	if diff := cmp.Diff(want, state); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if state["WARDROOM_RUN"] == "" {
		t.Error("no mark")
	}
	if state["TMPDIR"] == "" || state["TMPDIR"] != dir {
		t.Errorf("what is kept for a while lies in %q, and not in the run's folder %q", state["TMPDIR"], dir)
	}
}

// TestColoursAreForPeople: what another program reads, a variable or a file holds, has none.
func TestColoursAreForPeople(t *testing.T) {
	t.Parallel()
	change := func(s *supervisor.Spec) { s.Confirmed = shell.Change }
	for text, want := range map[string]bool{
		`helper do-state`:                       true,
		`if true; then helper do-state; fi`:     true,
		`helper do-state | cat`:                 false,
		`X=$(helper do-state); echo "$X"`:       false,
		`helper do-state > state; cat state`:    false,
		`helper do-state 2>&1 | grep -v ^GIVEN`: false,
	} {
		if r := run(t, text, change); strings.Contains(r.stdout, "FORCE") != want || !strings.Contains(r.stdout, "COLUMNS=160") {
			t.Errorf("%s: %+v", text, r)
		}
	}
}

func TestEnvShowsOnlyTheVariablesOfTheRun(t *testing.T) {
	t.Parallel()
	r := run(t, `export MINE=1; env`, func(s *supervisor.Spec) {
		s.Vars, s.Discloses = map[string]string{"POD": "api-0"}, true
	})
	if diff := cmp.Diff("MINE=1\nPOD=api-0\n", r.stdout); diff != "" {
		t.Error(diff, r.stderr)
	}
}

func TestDisclosingNeedsItsOwnConfirmation(t *testing.T) {
	t.Parallel()
	r := run(t, `env`, func(s *supervisor.Spec) { s.Vars = map[string]string{"TOKEN": "abc"} })
	if strings.Contains(r.stdout, "abc") || r.exit.Code != 126 || !r.refused("env") {
		t.Errorf("%+v", r)
	}
}

func TestTopLevelAssignmentsComeBack(t *testing.T) {
	t.Parallel()
	set := func(s *supervisor.Spec) { s.Vars = map[string]string{"NS": "octollm", "KEPT": "same"} }
	text := `POD=$(helper do-say api-0); NS=other; (INNER=1); f() { local L=1; G=2; }; f; BIG=$(seq -s, 5000); KEPT=same`
	r := run(t, text, set)
	if diff := cmp.Diff(map[string]string{"POD": "api-0", "NS": "other", "G": "2"}, r.exit.Vars); diff != "" {
		t.Errorf("(-want +got):\n%s\n%s", diff, r.stderr)
	}
	if r = run(t, text+`; false`, set); len(r.exit.Vars) != 0 {
		t.Errorf("variables of a failed run: %v", r.exit.Vars)
	}
	r = run(t, `for i in $(seq 200); do declare -g "V$i=x"; done`)
	if len(r.exit.Vars) > 64 {
		t.Errorf("%d variables", len(r.exit.Vars))
	}
}

func TestClassIsEnforcedOnTheExpandedWords(t *testing.T) {
	t.Parallel()
	kubernetes := func(s *supervisor.Spec) { s.Policy.Platform = shell.Kubernetes }
	for name, text := range map[string]string{
		"variable":     `V=delete; kubectl $V pod x`,
		"substitution": `kubectl $(echo delete) pod x`,
		"eval":         `eval "kube""ctl del""ete pod x"`,
		"function":     `f() { "$@"; }; f kubectl delete pod x`,
		"xargs":        `echo delete pod x | xargs kubectl`,
		"timeout":      `timeout 5 kubectl delete pod x`,
		"env":          `V=delete; env A=1 kubectl $V pod x`,
		"command":      `V=delete; command kubectl $V pod x`,
		"exec":         `V=delete; exec kubectl $V pod x`,
		"trap":         `trap 'kubectl delete pod x' EXIT; kubectl get pods; exit 126`,
		"background":   `kubectl delete pod x & wait $!`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := run(t, text, kubernetes)
			if strings.Contains(r.stdout, "delete") || !strings.Contains(r.stderr, "not permitted") {
				t.Errorf("stdout %q, stderr %q", r.stdout, r.stderr)
			}
			refused := false
			for _, p := range r.programs {
				refused = refused || !p.Permitted
			}
			if !refused {
				t.Errorf("the refusal is not recorded: %+v", r.programs)
			}
			if name != "background" && r.exit.Code != 126 {
				t.Errorf("exit code %d", r.exit.Code)
			}
		})
	}
	r := run(t, `kubectl get pods -n x`, kubernetes)
	if r.stdout != "kubectl get pods -n x\n" {
		t.Errorf("a read: %q %q", r.stdout, r.stderr)
	}
	r = run(t, `V=delete; kubectl $V pod x`, kubernetes, func(s *supervisor.Spec) { s.Confirmed = shell.Change })
	if r.stdout != "kubectl delete pod x\n" {
		t.Errorf("a confirmed change: %q %q", r.stdout, r.stderr)
	}
}

// The environment's own words stand before those of the command, and are no matter of its class.
func TestWordsThatConfigurationPutsFirst(t *testing.T) {
	t.Parallel()
	r := run(t, `kubectl get pods -n x; echo | xargs kubectl get pods; kubectl --context=us get pods`, func(s *supervisor.Spec) {
		s.Policy.Platform = shell.Kubernetes
		s.Policy.Programs = []shell.HostProgram{{Name: "kubectl", Args: []string{"--context=eu", "--namespace=a"}}}
	})
	if r.stdout != "kubectl --context=eu --namespace=a get pods -n x\nkubectl --context=eu --namespace=a get pods\n" || !r.refused("kubectl") {
		t.Errorf("%q, %q, %+v", r.stdout, r.stderr, r.programs)
	}
}

func TestUnlistedProgramsDoNotExist(t *testing.T) {
	t.Parallel()
	for _, text := range []string{`bash -c id`, `/bin/sh -c id`, `./helper do-say`, `id`, `perl -e 1`, `"" x`, `V=/usr/bin/id; $V`, `V=id; sudo $V`} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			r := run(t, text)
			if r.exit.Code != 126 || !strings.Contains(r.stderr, "not permitted") || r.stdout != "" {
				t.Errorf("%+v", r)
			}
		})
	}
	r := run(t, `nothing-such; echo next: $?`)
	if r.stdout != "next: 126\n" || !r.refused("nothing-such") {
		t.Errorf("a refusal must not end the run: %+v", r)
	}
}

func TestCommandVAnswersByTheEnvironment(t *testing.T) {
	t.Parallel()
	r := run(t, `command -v helper; command -v bash || echo none; type cat`)
	if r.stdout != "helper\nnone\ncat\n" {
		t.Errorf("%q %q", r.stdout, r.stderr)
	}
}

func TestSteeringVariablesAreRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`LD_PRELOAD=/tmp/x.so helper do-say no`, `export PATH=/tmp; helper do-say no`, `HOME=/root; helper do-say no`, `export KUBECONFIG=c; helper do-say no`,
		`N=DOCKER_HOST; export "$N=tcp://evil:1"; helper do-say no`, `read PGHOST <<< evil; helper do-say no`, `read HTTPS_PROXY <<< evil; helper do-say no`,
		`: ${GIT_SSH_COMMAND:=evil}; helper do-say no`, `for PAGER in evil; do helper do-say no; done`, `eval 'LD_AUDIT=x helper do-say no'`, `env LD_PRELOAD=x helper do-say no`,
		`http_proxy=x helper do-say no`, `declare -x COMPOSE_FILE=evil; helper do-say no`, `WARDROOM_RUN=other; helper do-say no`,
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			r := run(t, text)
			if r.stdout != "" || r.exit.Code != 126 {
				t.Errorf("%+v", r)
			}
		})
	}
}

func TestKubeconfigFromTheScratchFolderIsRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`echo "apiVersion: v1" > config; kubectl --kubeconfig config get pods`,
		`echo "apiVersion: v1" > config; F=--kubeconfig=config; kubectl $F get pods`,
		`echo "apiVersion: v1" > config; KUBECONFIG=config kubectl get pods`,
		`echo "apiVersion: v1" > config; N=KUBECONFIG; export $N=config; kubectl get pods`,
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			r := run(t, text, func(s *supervisor.Spec) { s.Policy.Platform, s.Confirmed = shell.Kubernetes, shell.Change })
			if r.stdout != "" || r.exit.Code != 126 {
				t.Errorf("%+v", r)
			}
		})
	}
}

func TestHostProgramsStartWhereTheyAreListed(t *testing.T) {
	t.Parallel()
	listed := func(s *supervisor.Spec) {
		s.Policy.Programs = append(s.Policy.Programs, shell.HostProgram{Name: "df", Path: "/usr/bin/df"})
	}
	r := run(t, `df -h | head -1`, listed)
	if !strings.HasPrefix(r.stdout, "Filesystem") {
		t.Errorf("%+v", r)
	}
	r = run(t, `df -h`, listed, func(s *supervisor.Spec) { s.Policy.Platform = shell.Kubernetes })
	if r.stdout != "" || r.exit.Code != 126 {
		t.Errorf("not on this machine: %+v", r)
	}
	confirmed := func(s *supervisor.Spec) { s.Confirmed = shell.Change }
	for _, text := range []string{`df -h`, `journalctl -n 1`, `systemctl stop nothing`, `command -v df`} {
		r := run(t, text, listed, confirmed, func(s *supervisor.Spec) { s.Policy.Programs = s.Policy.Programs[:1] })
		if r.stdout != "" || r.exit.Code == 0 || slices.ContainsFunc(r.programs, func(p supervisor.Program) bool { return p.Permitted }) {
			t.Errorf("%s is not listed: %+v", text, r)
		}
	}
}

func TestPingAsksListedHosts(t *testing.T) {
	t.Parallel()
	listed := func(s *supervisor.Spec) {
		s.Hosts = map[string]string{"localhost:9090": "http://10.0.0.1", "metadata": "http://169.254.169.254"}
		s.Policy.Programs = append(s.Policy.Programs, shell.HostProgram{Name: "ping", Path: "/usr/bin/echo"})
	}
	for text, want := range map[string]string{
		`ping -c 1 localhost`: "-c 1 localhost\n", `ping -c 1 10.0.0.1`: "-c 1 10.0.0.1\n", `ping -c 1 10.0.0.2`: "", `H=evil; ping -c 1 $H.example`: "", `echo evil | xargs ping -c 1`: "",
		`timeout 5 ping -c 1 evil`: "", `ping -c 1 evil localhost`: "", `ping -c 1 169.254.169.254`: "", `ping -c 1 -- 167772162`: "",
	} {
		if r := run(t, text, listed); r.stdout != want || slices.ContainsFunc(r.programs, func(p supervisor.Program) bool { return p.Argv[0] == "ping" && p.Permitted }) != (want != "") {
			t.Errorf("%s: %+v", text, r)
		}
	}
}

func TestAProgramOfTheScratchFolderIsRefused(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"scratch", "relative/helper"} {
		r := run(t, `helper do-say x`, func(s *supervisor.Spec) {
			s.Policy.Programs[0].Path = path
			if path == "scratch" {
				s.Policy.Programs[0].Path = s.Scratch + "/helper"
				if err := os.Link(bin+"/web", s.Policy.Programs[0].Path); err != nil {
					t.Fatal(err)
				}
			}
		})
		if r.stdout != "" || r.exit.Code != 126 || !r.refused("helper") {
			t.Errorf("%s: %+v", path, r)
		}
	}
}

func TestTextsThatAreRefusedBeforeTheyRun(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"long":                 `echo ` + strings.Repeat("x", 64<<10),
		"deep":                 strings.Repeat("(", 200) + "echo x" + strings.Repeat(")", 200),
		"process substitution": `echo before; cat <(echo x)`,
		"syntax":               `echo before; if`,
		"nul":                  "echo x\x00",
		"coprocess":            `coproc cat`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := run(t, text)
			if r.exit.Code == 0 || r.stdout != "" || r.stderr == "" || r.exit.Reason != "" {
				t.Errorf("%+v", r)
			}
		})
	}
	r := run(t, `eval 'cat <(echo x)'`)
	if r.stdout != "" || !strings.Contains(r.stderr, "fifo") {
		t.Errorf("process substitution by eval: %+v", r)
	}
}

func TestStartRefusesImpossibleSpecs(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*supervisor.Spec){
		"no id":      func(s *supervisor.Spec) { s.RunID = "" },
		"relative":   func(s *supervisor.Spec) { s.Scratch = "scratch" },
		"root":       func(s *supervisor.Spec) { s.Scratch = "/" },
		"unknown":    func(s *supervisor.Spec) { s.Confirmed = shell.Unknown },
		"path":       func(s *supervisor.Spec) { s.Vars = map[string]string{"PATH": "/tmp"} },
		"not a name": func(s *supervisor.Spec) { s.Vars = map[string]string{"A-B": "x"} },
	} {
		spec := newSpec("impossible", bin+"/impossible")
		change(&spec)
		if _, err := supervisor.Start(t.Context(), bin+"/web", spec); err == nil {
			t.Errorf("%s: started", name)
		}
	}
}

func TestDefectsOfTheInterpreterAreErrors(t *testing.T) {
	t.Parallel()
	r := run(t, `POD=api; echo before; echo ${POD@A$${ Q}; echo after`)
	if r.stdout != "before\n" || r.exit.Code == 0 || r.exit.Reason != "" || !strings.Contains(r.stderr, "cannot be interpreted") {
		t.Errorf("%+v", r)
	}
}

// The handlers pass words to each other that no text may spell.
func TestWordsWithANULAreRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{`x='\x00which'; ${x@E} cat`, `x='\x00which'; command ${x@E} cat`, `x='\x00refused'; ${x@E}`, `x='a\x00'; helper do-say ${x@E}`, `x='\x00which'; eval "${x@E} cat"`} {
		if r := run(t, text); r.stdout != "" || r.exit.Code != 126 && r.exit.Code != 1 || r.exit.Reason != "" {
			t.Errorf("%s: %+v", text, r)
		}
	}
}
