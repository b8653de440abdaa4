package supervisor

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/interp"
	"mvdan.cc/sh/v3/syntax"

	"wardroom/internal/shell"
)

// FuzzPolicy interprets any text with the real handlers, in this process. Programs outside of it are not started but noted, and judged by rules that are written here once more,
// from the other end: what may reach a program, not what a text seems to do.
func FuzzPolicy(f *testing.F) {
	raw, err := os.ReadFile("testdata/escapes.txt")
	if err != nil {
		f.Fatal(err)
	}
	_, attempts, _ := strings.Cut(string(raw), "\n-- ")
	for attempt := range strings.SplitSeq(attempts, "\n-- ") {
		head, text, _ := strings.Cut(attempt, "\n")
		f.Add(strings.TrimSpace(text), uint8(strings.Count(head, "class=")), strings.Contains(head, "env=kubernetes"))
	}
	evil, err := new(net.ListenConfig).Listen(f.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		f.Fatal(err)
	}
	var connections atomic.Int64
	var served sync.WaitGroup
	served.Go(func() {
		for {
			conn, err := evil.Accept()
			if err != nil {
				return
			}
			connections.Add(1)
			_ = conn.Close()
		}
	})
	f.Cleanup(func() { _ = evil.Close(); served.Wait() })
	f.Fuzz(func(t *testing.T, text string, confirmed uint8, kubernetes bool) {
		if heavy(text) {
			return // what takes all the memory ends the run and not the server: limit_test.go
		}
		p := newInProcess(t, shell.Risk(confirmed%3), kubernetes)
		p.spec.Text = strings.NewReplacer("@CANARY@", p.dir+"/out/canary", "@OUT@", p.dir+"/out", "@SECRET@", p.dir+"/out/secret", "@EVIL@", evil.Addr().String(),
			"@PORT@", evil.Addr().String()[strings.LastIndex(evil.Addr().String(), ":")+1:], "@GOOD@", "good", "@OWN@", "own").Replace(text)
		if !p.interpretWithin(t, 50*time.Millisecond) {
			return
		}
		p.check(t)
		if connections.Load() > 0 {
			t.Error("somebody has connected to a host that no environment lists")
		}
	})
}

var (
	loops     = regexp.MustCompile(`while|until|for|select|\(\(`)
	languages = regexp.MustCompile(`awk|sed|jq`)
	growing   = regexp.MustCompile(`[0-9]{5}|\.\.|sleep|seq|date|\*\*`)
	repeats   = regexp.MustCompile(`while|for|do|:|def|repeat|range|limit|recurse|\*|sprintf|until|label`)
)

// heavy finds texts that might take more time or memory than one execution may. It takes more than it must.
func heavy(text string) bool {
	if len(text) > 600 || growing.MatchString(text) || strings.Count(text, "{") > 6 || loops.MatchString(text) && strings.ContainsAny(text, "=") || languages.MatchString(text) && repeats.MatchString(text) {
		return true
	}
	if strings.Contains(text, "@") && strings.ContainsAny(text, "|&") {
		return true // a defect of the interpreter ends the process when it shows in a pipe: ${x@z}
	}
	file, err := parse(text)
	if err != nil {
		return false
	}
	found := false
	syntax.Walk(file, func(n syntax.Node) bool {
		_, loop := n.(*syntax.WhileClause)
		found = found || loop
		return true
	})
	return found
}

// inProcess is a run without a process of its own.
type inProcess struct {
	*child
	dir    string
	events *lockedBuffer
	mu     sync.Mutex
	starts []*exec.Cmd
	before map[string]string
}

type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

var errNoted = errors.New("noted")

func newInProcess(t *testing.T, confirmed shell.Risk, kubernetes bool) *inProcess {
	t.Helper()
	dir, err := os.MkdirTemp("", "policy-") //nolint:usetesting // what runs in the background may still be there
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	for _, folder := range []string{dir + "/scratch", dir + "/out"} {
		if err = os.Mkdir(folder, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for path, text := range map[string]string{"/out/secret": "hunter2", "/scratch/data": "a:b 1\n2 c\n", "/scratch/script.sh": dir + "/out/canary\n"} {
		if err = os.WriteFile(dir+path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, target := range map[string]string{"link": dir + "/out/secret", "dir": dir + "/out", "root": "/", "hole": dir + "/out/hole"} {
		if err = os.Symlink(target, dir+"/scratch/"+name); err != nil {
			t.Fatal(err)
		}
	}
	p := &inProcess{dir: dir, events: &lockedBuffer{}}
	policy := shell.Policy{Platform: shell.Local, Programs: []shell.HostProgram{
		{Name: "helper", Path: "/permitted/helper", Verbs: map[string]shell.Risk{"say": shell.Read, "change": shell.Change, "wipe": shell.Destroy}},
	}}
	if kubernetes {
		policy.Platform = shell.Kubernetes
		policy.Programs = append(policy.Programs, shell.HostProgram{Name: "kubectl", Args: []string{"--context=eu"}, Env: map[string]string{"KUBECONFIG": "/permitted/config"}})
	}
	p.child = &child{
		frames: &frameWriter{w: p.events}, starter: &starter{requests: make(chan startRequest)},
		spec: Spec{
			RunID: "x", Scratch: dir + "/scratch", Confirmed: confirmed, Policy: policy, Hosts: map[string]string{"good": "http://127.0.0.1:1", "own": "http://127.0.0.1:2"}, Own: []string{"127.0.0.1:2"},
			Redis: []Conn{{Alias: "cache", URL: "redis://127.0.0.1:1"}}, Postgres: []Conn{{Alias: "main", URL: "postgres://127.0.0.1:1/x"}},
			Vars: map[string]string{"POD": "api-0", "EVIL_WORDS": "delete pod x", "EVIL_SUBST": "$(" + dir + "/out/canary)"},
		},
	}
	p.spec.applyDefaults()
	if p.scratch, err = openScratch(p.spec.Scratch, p.spec.Limits.File, confirmed < shell.Change); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.scratch.root.Close() })
	p.before = p.files(t)
	return p
}

// interpretWithin answers whether the text has ended by itself or with the time.
func (p *inProcess) interpretWithin(t *testing.T, limit time.Duration) bool {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	go func() {
		for {
			select {
			case request := <-p.starter.requests:
				p.mu.Lock()
				p.starts = append(p.starts, request.cmd)
				p.mu.Unlock()
				request.err <- errNoted
			case <-t.Context().Done():
				return
			}
		}
	}()
	file, err := parse(p.spec.Text)
	if err != nil {
		return false
	}
	if _, reason := inadmissible(file); reason != "" {
		return false
	}
	calls := 0
	var mu sync.Mutex
	runner, err := interp.New(p.options(func(ctx context.Context, args []string) ([]string, error) {
		mu.Lock()
		calls++
		size := 0
		interp.HandlerCtx(ctx).Env.Each(func(_ string, v expand.Variable) bool {
			size += len(v.Str) + 64*len(v.List)
			return true
		})
		if calls > 200 || size > 256<<10 {
			cancel()
		}
		mu.Unlock()
		return p.call(ctx, args)
	})...)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = runFile(ctx, runner, file) // however it ends
	}()
	select {
	case <-done:
	case <-time.After(limit + patience):
		return false // it waits for itself; a run would end with its process
	}
	cancel()
	p.copiers.Wait()
	return true
}

// files is all that lies in the folder, and what.
func (p *inProcess) files(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(p.dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.Type().IsRegular() {
			text, err := os.ReadFile(path)
			found[path] = string(text)
			return err
		}
		found[path] = entry.Type().String()
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func (p *inProcess) check(t *testing.T) {
	t.Helper()
	after := p.files(t)
	if p.spec.Confirmed > shell.Read {
		inside := func(path, _ string) bool { return strings.HasPrefix(path, p.spec.Scratch+"/") }
		maps.DeleteFunc(after, inside)
		maps.DeleteFunc(p.before, inside)
	}
	if !maps.Equal(p.before, after) {
		t.Errorf("%q, confirmed as %v, has changed %v to %v", p.spec.Text, p.spec.Confirmed, p.before, after)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, cmd := range p.starts {
		if wrong := p.judge(cmd); wrong != "" {
			t.Errorf("%q, confirmed as %v, starts %s %q: %s", p.spec.Text, p.spec.Confirmed, cmd.Path, cmd.Args, wrong)
		}
	}
	p.events.mu.Lock()
	defer p.events.mu.Unlock()
	for {
		event, err := readEvent(&p.events.buf)
		if err != nil {
			return
		}
		if started := event.Program; started != nil && started.Permitted && (started.Class.Risk > p.spec.Confirmed || started.Class.Discloses || started.Class.Refused != "") {
			t.Errorf("%q, confirmed as %v, starts %q, which is %+v", p.spec.Text, p.spec.Confirmed, started.Argv, started.Class)
		}
		if bytes.Contains(event.Output, []byte("hunter2")) && !strings.Contains(p.spec.Text, "hunter") {
			t.Errorf("%q says %q", p.spec.Text, event.Output)
		}
	}
}

var (
	given       = []string{"HOME=/nonexistent", "LANG=C.UTF-8", "TERM=xterm-256color", "COLUMNS=160", "FORCE_COLOR=1", "CLICOLOR_FORCE=1", "WARDROOM_RUN=x", "KUBECONFIG=/permitted/config"}
	helperVerbs = map[string]shell.Risk{"say": shell.Read, "change": shell.Change, "wipe": shell.Destroy}
	neverGiven  = regexp.MustCompile(`^(--(kubeconfig|server|token|user|cluster|context|as|client-|certificate-authority|insecure|cache-dir|profile|kuberc|raw|password)|-s|-k)`)
	kubeReads   = regexp.MustCompile(`^(get|describe|logs|top|events|explain|api-resources|api-versions|version|wait|diff|cluster-info|auth (can-i|whoami)|rollout (status|history)|config (view|current-context|get-)|exec|help)?\b`)
	valueFlags  = []string{"-n", "--namespace", "-v", "--v", "--request-timeout"}
)

// judge answers what is wrong with a start.
func (p *inProcess) judge(cmd *exec.Cmd) string {
	for _, variable := range cmd.Env {
		if !slices.Contains(given, variable) {
			return "it is given " + variable
		}
	}
	if cmd.Dir != p.spec.Scratch && !strings.HasPrefix(cmd.Dir, p.spec.Scratch+"/") {
		return "in " + cmd.Dir
	}
	switch {
	case cmd.Path == "/permitted/helper":
		if risk, known := helperVerbs[strings.Join(cmd.Args[1:min(2, len(cmd.Args))], "")]; !known || risk > p.spec.Confirmed {
			return "that verb was not confirmed"
		}
		return ""
	case filepath.Base(cmd.Path) != "kubectl" || cmd.Args[1] != "--context=eu":
		return "that program is not permitted"
	}
	return kubectlWrong(cmd.Args[2:], p.spec.Confirmed)
}

func kubectlWrong(words []string, confirmed shell.Risk) string {
	var plain []string
	for i := 0; i < len(words) && words[i] != "--"; i++ {
		switch {
		case neverGiven.MatchString(words[i]):
			return "that flag is never given"
		case slices.Contains(valueFlags, words[i]):
			i++
		case !strings.HasPrefix(words[i], "-"):
			plain = append(plain, words[i])
		}
	}
	dry := slices.ContainsFunc(words, func(word string) bool {
		return strings.HasPrefix(word, "--dry-run") || strings.HasPrefix(word, "--list")
	})
	if verb := strings.Join(plain[:min(2, len(plain))], " "); confirmed == shell.Read && !dry && !kubeReads.MatchString(verb) {
		return "that is no read"
	}
	return ""
}
