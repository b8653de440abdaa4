//go:build docker

package docker_test

import (
	"errors"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"time"

	"wardroom/internal/diagnostics"
	"wardroom/internal/playbooks"
	"wardroom/internal/shell"
	"wardroom/internal/supervisor"
	shipped "wardroom/playbooks"
)

// values fill what the shipped playbooks leave blank.
var values = map[string]string{"service": "coder-arm", "entry": "key", "task-id": "task-1", "container": "octollm-coder-arm-1"}

// quiet are commands whose last word is a search: that it finds nothing is an answer too.
func quiet(text string) bool {
	last := text[strings.LastIndex(text, "|")+1:]
	return strings.Contains(last, "grep ") || strings.Contains(last, "getent ")
}

// Every reading command that ships for Docker runs on a project of OctoLLM's shape. Those that change are not run, but must be runnable where they are not meant to be copied.
func TestShippedPlaybooks(t *testing.T) {
	s := at(t, pluginEnv)
	becomes(t, s.container("postgres"), "{{.State.Health.Status}}", "healthy")
	policy := diagnostics.PolicyOf(s.env)
	reads := 0
	each := func(t *testing.T, command playbooks.Command) {
		t.Helper()
		filled := map[string]string{}
		for _, p := range policy.Analyse(command.Text).Params {
			filled[p.Name] = values[p.Name]
			if filled[p.Name] == "" {
				filled[p.Name] = "1"
			}
		}
		bound, err := policy.Bind(command.Text, filled)
		if err != nil {
			t.Errorf("line %d: %s: %v", command.Line, command.Text, err)
			return
		}
		if bound.Analysis.Risk != shell.Read || !bound.Analysis.Runnable {
			t.Logf("line %d: not run: %s: %v, %s %s", command.Line, bound.Text, bound.Analysis.Risk, bound.Analysis.Why, bound.Analysis.Refused)
			return
		}
		reads++
		r := s.run(t, bound.Text, func(spec *supervisor.Spec) {
			if bound.Analysis.Stream {
				spec.Timeout = 2 * time.Second
			}
		})
		switch {
		case r.exit.Code == 0, strings.Contains(bound.Text, "https://api.openai.com") && r.exit.Code > 0 && r.exit.Code < 100 && len(r.started()) == 1: // curl ran, and there is no way out of here
		case r.exit.Code == 1 && quiet(bound.Text) && r.stderr == "":
		default:
			t.Errorf("line %d: %s: code %d\n%s%s", command.Line, bound.Text, r.exit.Code, tail(r.stdout, 5), tail(r.stderr, 5))
		}
	}
	names, err := fs.Glob(shipped.Files, "*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range slices.DeleteFunc(names, func(name string) bool { return name == "README.md" }) {
		source, readErr := shipped.Files.ReadFile(name)
		books, parseErr := playbooks.Parse(name, string(source))
		if err := errors.Join(readErr, parseErr); err != nil {
			t.Fatal(err)
		}
		t.Run(name, func(t *testing.T) {
			for _, book := range books {
				for _, command := range commandsOf(book) {
					each(t, command)
				}
			}
		})
	}
	if reads < 150 {
		t.Errorf("only %d commands were run", reads)
	}
	t.Logf("%d commands were run", reads)
}

// commandsOf are those for Docker, each text once.
func commandsOf(book playbooks.Playbook) (commands []playbooks.Command) {
	for _, section := range book.Sections {
		for _, step := range section.Steps {
			for _, block := range step.Blocks {
				c := block.Command
				if c != nil && c.Kind == playbooks.Shell && c.Platform == shell.Docker && !slices.ContainsFunc(commands, func(o playbooks.Command) bool { return o.Text == c.Text }) {
					commands = append(commands, *c)
				}
			}
		}
	}
	return commands
}
