//go:build docker

package docker_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"wardroom/internal/config"
	"wardroom/internal/diagnostics"
	"wardroom/internal/shell"
	"wardroom/internal/supervisor"
)

// site is an environment of the file with a project that runs there.
type site struct {
	env       config.Environment
	container func(service string) string // as this Compose names them
}

// Both Composes have a project of their own, on one engine.
const (
	pluginEnv  = "plugin"  // docker with the Compose plugin
	classicEnv = "classic" // docker without it, and docker-compose 1.29
)

// environments is the file of both. The project's files lie beside its folder, because the
// file may say so; .env is in the folder.
const environments = `
environments:
  - name: plugin
    platform: docker
    approvals: none
    docker: {host: "ENGINE", project: octollm, directory: BENCH/octollm, files: [BENCH/files/octollm.yml]}
    programs: [{name: docker, path: CLIENT, env: {DOCKER_CONFIG: BENCH/config}}]
  - name: classic
    platform: docker
    approvals: none
    docker: {host: "ENGINE", path: CLIENT, compose: CLASSIC, project: classic, directory: BENCH/classic, files: [../files/classic.yml]}
`

func environmentsFile() (config.File, error) {
	text := strings.NewReplacer("ENGINE", here.address(), "BENCH", bench, "CLIENT", client, "CLASSIC", classic).Replace(environments)
	return config.ParseFile([]byte(text))
}

// sites brings up both projects, through Wardroom, when a test first asks for one.
var sites = sync.OnceValues(func() (map[string]site, error) {
	file, err := environmentsFile()
	if err != nil {
		return nil, err
	}
	all := map[string]site{}
	for _, env := range file.Environments {
		separator := "-"
		if env.Name == classicEnv {
			separator = "_"
		}
		name := env.Docker.Project
		text, err := composeFile(env.Name == pluginEnv)
		err = errors.Join(err, os.MkdirAll(filepath.Join(bench, "files"), 0o755), os.MkdirAll(env.Docker.Directory, 0o755),
			os.WriteFile(filepath.Join(bench, "files", name+".yml"), []byte(text), 0o644), os.WriteFile(filepath.Join(env.Docker.Directory, ".env"), []byte("GREETING=from .env\n"), 0o644))
		if err != nil {
			return nil, err
		}
		s := site{env: env, container: func(service string) string { return name + separator + service + separator + "1" }}
		if r, err := s.try(context.Background(), "docker compose up -d"); err != nil || r.exit.Code != 0 {
			return nil, fmt.Errorf("%s: up: %w: %+v", env.Name, err, r)
		}
		all[env.Name] = s
	}
	return all, nil
})

func at(t *testing.T, name string) site {
	t.Helper()
	all, err := sites()
	if err != nil {
		t.Fatal(err)
	}
	return all[name]
}

// each runs a test with both Composes.
func each(t *testing.T, test func(t *testing.T, s site)) {
	t.Helper()
	for _, name := range []string{pluginEnv, classicEnv} {
		t.Run(name, func(t *testing.T) { test(t, at(t, name)) })
	}
}

// result is everything that a run said.
type result struct {
	stdout, stderr string
	programs       []supervisor.Program
	exit           supervisor.Exit
}

// started lists the programs that were permitted.
func (r result) started() (names []string) {
	for _, p := range r.programs {
		if p.Permitted {
			names = append(names, strings.Join(p.Argv, " "))
		}
	}
	return names
}

var spent atomic.Int64 // numbers of runs

// spec is what a person has confirmed who saw this text: its class.
func (s site) spec(text string) supervisor.Spec {
	policy := diagnostics.PolicyOf(s.env)
	analysis := policy.Analyse(text)
	id := fmt.Sprintf("docker-test-%d-%d", os.Getpid(), spent.Add(1))
	return supervisor.Spec{
		RunID: id, Text: text, Scratch: filepath.Join(bench, "scratch", id), Confirmed: min(analysis.Risk, shell.Destroy), Discloses: analysis.Discloses,
		Policy: policy, Timeout: time.Minute, Grace: 2 * time.Second, RunAs: runUser,
	}
}

// begin starts a run in the process of its own that the server would start.
func begin(ctx context.Context, spec supervisor.Spec) (*supervisor.Child, error) {
	parent := filepath.Dir(spec.Scratch)
	if err := errors.Join(os.MkdirAll(parent, 0o711), os.Chmod(parent, 0o711)); err != nil {
		return nil, err
	}
	return supervisor.Start(ctx, filepath.Join(bench, "web"), spec)
}

// collect reads a run to its end.
func collect(child *supervisor.Child, seen func(output string)) (r result) {
	for event := range child.Events() {
		switch {
		case event.Exit != nil:
			r.exit = *event.Exit
		case event.Program != nil:
			r.programs = append(r.programs, *event.Program)
		case event.Stderr:
			r.stderr += string(event.Output)
		default:
			r.stdout += string(event.Output)
		}
		if seen != nil {
			seen(r.stdout)
		}
	}
	return r
}

func (s site) try(ctx context.Context, text string, change ...func(*supervisor.Spec)) (result, error) {
	spec := s.spec(text)
	for _, f := range change {
		f(&spec)
	}
	child, err := begin(ctx, spec)
	if err != nil {
		return result{}, err
	}
	return collect(child, nil), nil
}

// run runs text as it would be after a person has confirmed what is shown.
func (s site) run(t *testing.T, text string, change ...func(*supervisor.Spec)) result {
	t.Helper()
	r, err := s.try(t.Context(), text, change...)
	if err != nil {
		t.Fatal(err)
	}
	if !r.exit.Clean {
		t.Errorf("%s: something of it is left", text)
	}
	return r
}

// ok runs text and wants it to succeed with these words in its output.
func (s site) ok(t *testing.T, text string, words ...string) string {
	t.Helper()
	r := s.run(t, text)
	if r.exit.Code != 0 {
		t.Errorf("%s: code %d\n%s\n%s", text, r.exit.Code, tail(r.stdout, 10), tail(r.stderr, 10))
	}
	for _, word := range words {
		if !strings.Contains(r.stdout, word) {
			t.Errorf("%s: no %q in\n%s\n%s", text, word, tail(r.stdout, 10), tail(r.stderr, 10))
		}
	}
	return r.stdout
}

// state asks the engine itself.
func state(t *testing.T, container, format string) string {
	t.Helper()
	out, err := here.docker(t.Context(), "inspect", "--format="+format, container)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// becomes waits until the engine says so.
func becomes(t *testing.T, container, format, want string) {
	t.Helper()
	for state(t, container, format) != want {
		select {
		case <-t.Context().Done():
			t.Fatalf("%s is %s and not %s", container, state(t, container, format), want)
		case <-time.After(50 * time.Millisecond):
		}
	}
}
