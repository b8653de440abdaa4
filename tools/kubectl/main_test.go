package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Run as kubectl when a test starts this binary again.
func TestMain(m *testing.M) {
	if os.Getenv("BE_KUBECTL") != "" {
		main()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// kubectl runs the program in an environment of these entries alone.
func kubectl(t *testing.T, environ []string, args ...string) (output string, code int) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, args...)
	cmd.Env = append([]string{"BE_KUBECTL=1"}, environ...)
	raw, err := cmd.CombinedOutput()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return string(raw), exit.ExitCode()
	}
	if err != nil {
		t.Fatal(err)
	}
	return string(raw), 0
}

func TestItIsKubectl(t *testing.T) {
	t.Parallel()
	if out, code := kubectl(t, nil, "version", "--client"); code != 0 || !strings.Contains(out, "Client Version: v") {
		t.Errorf("code %d: %s", code, out)
	}
}

// A plugin is any program in PATH whose name begins with kubectl-.
func TestPluginsAreNotStarted(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	mark := filepath.Join(dir, "started")
	for _, name := range []string{"kubectl-hello", "kubectl-create-hello", "kubectl_complete-hello"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n: >"+mark+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{{"hello"}, {"create", "hello"}, {"__complete", "hello", ""}} {
		out, _ := kubectl(t, []string{"PATH=" + dir + ":/usr/bin:/bin"}, args...)
		if _, err := os.Stat(mark); err == nil {
			t.Fatalf("%v started a plugin: %s", args, out)
		}
	}
	if out, code := kubectl(t, []string{"PATH=" + dir}, "hello"); code == 0 || !strings.Contains(out, `unknown command "hello"`) {
		t.Errorf("code %d: %s", code, out)
	}
}

// A kuberc renames commands and sets their flags, which nobody who reads the command line sees.
func TestKubercIsNotRead(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	kuberc := filepath.Join(home, ".kube", "kuberc")
	if err := os.MkdirAll(filepath.Dir(kuberc), 0o700); err != nil {
		t.Fatal(err)
	}
	text := `apiVersion: kubectl.config.k8s.io/v1beta1
kind: Preference
aliases: [{name: innocent, command: version, options: [{name: client, default: "true"}]}]
`
	if err := os.WriteFile(kuberc, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, environ := range [][]string{{"HOME=" + home}, {"HOME=" + home, "KUBECTL_KUBERC=true"}, {"KUBERC=" + kuberc}} {
		if out, code := kubectl(t, environ, "innocent"); code == 0 {
			t.Errorf("%v: the alias works: %s", environ, out)
		}
	}
	if out, code := kubectl(t, nil, "--kuberc="+kuberc, "version", "--client"); code == 0 {
		t.Errorf("--kuberc is taken: %s", out)
	}
}

// Which flags may be given is not decided here: Wardroom refuses --kubeconfig before it
// starts this program, and uses KUBECONFIG itself.
func TestFlagsAreTheCallersBusiness(t *testing.T) {
	t.Parallel()
	config := filepath.Join(t.TempDir(), "config")
	text := "apiVersion: v1\nkind: Config\ncurrent-context: here\ncontexts: [{name: here, context: {cluster: c, user: u}}]\n"
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"--kubeconfig=" + config, "config", "current-context"}, {"config", "current-context"}} {
		if out, code := kubectl(t, []string{"KUBECONFIG=" + config}, args...); code != 0 || strings.TrimSpace(out) != "here" {
			t.Errorf("%v: code %d: %s", args, code, out)
		}
	}
}
