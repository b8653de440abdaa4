//go:build kubernetes

package kubernetes

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wardroom/internal/diagnostics"
	"wardroom/internal/playbooks"
	"wardroom/internal/shell"
)

// known are values for the placeholders of the shipped playbooks, in this namespace.
var known = map[string]string{
	"pod-name": "bare", "pod": "bare", "service": "executor-arm", "node-name": "node-1", "node": "node-1", "revision": "1", "namespace": "octollm",
	"arm": "planner-arm", "arm-name": "planner-arm", "port": "8100", "container": "app", "deployment": "orchestrator",
}

// Every read for Kubernetes in the shipped playbooks runs against a namespace like OctoLLM's.
func TestShippedPlaybooksRead(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../playbooks/*.md")
	if err != nil {
		t.Fatal(err)
	}
	r := newRoom(t, trusted)
	policy := shell.Policy{Platform: shell.Kubernetes, Namespaces: []string{"octollm"}}
	seen, ran := map[string]bool{}, 0
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		books, err := playbooks.Parse(filepath.Base(file), string(source))
		if err != nil {
			t.Fatal(err)
		}
		for _, command := range commands(books) {
			if command.Kind != playbooks.Shell || command.Platform != shell.Kubernetes || seen[command.Text] {
				continue
			}
			seen[command.Text] = true
			values := map[string]string{}
			for _, param := range shell.Params(command.Text) {
				if values[param.Name] = known[param.Name]; values[param.Name] == "" {
					values[param.Name] = "x"
				}
			}
			bound, err := policy.Bind(command.Text, values)
			if err != nil || bound.Analysis.Risk != shell.Read || !bound.Analysis.Runnable {
				continue
			}
			ran++
			t.Run(filepath.Base(file)+"/"+command.Text, func(t *testing.T) { r.reads(t, bound) })
		}
	}
	if ran < 60 {
		t.Errorf("only %d commands ran", ran)
	}
}

func commands(books []playbooks.Playbook) (all []playbooks.Command) {
	for _, book := range books {
		for _, section := range book.Sections {
			for _, step := range section.Steps {
				for _, block := range step.Blocks {
					if block.Command != nil {
						all = append(all, *block.Command)
					}
				}
			}
		}
	}
	return all
}

// reads runs the command, or the beginning of a stream. That a grep finds nothing is a result.
func (r *room) reads(t *testing.T, bound shell.Bound) {
	t.Helper()
	if bound.Analysis.Stream {
		run := r.start(t, r.ana, bound.Text)
		run = r.follow(t, run, func(now diagnostics.Run) bool { return !now.State.Active() || r.output(t, now) != "" })
		if _, err := r.Stop(as(t, r.ana), run.ID); err != nil {
			t.Fatal(err)
		}
		if run = r.end(t, run); run.State != diagnostics.Stopped && run.State != diagnostics.Succeeded {
			t.Errorf("%s %s\n%s", run.State, run.Reason, r.output(t, run))
		}
		return
	}
	run, out := r.run(t, r.ana, bound.Text)
	empty := strings.Contains(bound.Text, "grep") && run.ExitCode != nil && *run.ExitCode == 1 && out == ""
	if run.State != diagnostics.Succeeded && !empty {
		t.Errorf("%s %s\n%s", run.State, run.Reason, out)
	}
}
