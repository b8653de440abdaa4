package playbooks_test

import (
	"io/fs"
	"slices"
	"strings"
	"testing"

	"wardroom/internal/playbooks"
	"wardroom/internal/shell"
	shipped "wardroom/playbooks"
)

// An environment as the demo's file describes it: its own program with its verbs.
func policy(platform shell.Platform) shell.Policy {
	p := shell.Policy{Platform: platform, Namespaces: []string{"octollm"}}
	host := map[shell.Platform][]string{shell.Docker: {"docker"}, shell.Local: {"ps", "free", "df"}}
	for _, name := range host[platform] {
		p.Programs = append(p.Programs, shell.HostProgram{Name: name, Path: "/usr/bin/" + name})
	}
	if platform == shell.Local {
		p.Programs = append(p.Programs, shell.HostProgram{
			Name: "octollm", Path: "/opt/octollm",
			Verbs: map[string]shell.Risk{"ps": shell.Read, "logs": shell.Read, "restart": shell.Change},
		})
	}
	return p
}

func shippedPlaybooks(t *testing.T) []playbooks.Playbook {
	t.Helper()
	names, err := fs.Glob(shipped.Files, "*.md")
	if err != nil {
		t.Fatal(err)
	}
	var all []playbooks.Playbook
	for _, name := range names {
		if name == "README.md" {
			continue
		}
		source, readErr := fs.ReadFile(shipped.Files, name)
		if readErr != nil {
			t.Fatal(readErr)
		}
		some, parseErr := playbooks.Parse(name, string(source))
		if parseErr != nil {
			t.Fatal(parseErr)
		}
		all = append(all, some...)
	}
	return all
}

// Every command that ships can be run where it belongs, and every step that
// changes something says how to undo it.
func TestShippedPlaybooksRun(t *testing.T) {
	t.Parallel()
	for _, p := range shippedPlaybooks(t) {
		if len(p.Problems) > 0 {
			t.Errorf("%s: problems %+v", p.ID, p.Problems)
		}
		for _, section := range p.Sections {
			for _, step := range section.Steps {
				changes := false
				for _, b := range step.Blocks {
					if b.Command == nil || !b.Command.Runnable() {
						continue
					}
					c := b.Command
					a := policy(c.Platform).Analyse(c.Text)
					if !a.Runnable || a.Risk > shell.Destroy || a.Refused != "" {
						t.Errorf("%s:%d: %s is %s (%s) on %s, refused %q, problems %v", p.Path, c.Line, c.Text, a.Risk, a.Why, c.Platform, a.Refused, a.Problems)
					}
					changes = changes || a.Risk >= shell.Change
				}
				if changes && !strings.Contains(step.Text, "*Undo:*") {
					t.Errorf("%s:%d: step %s changes something and has no undo line", p.Path, step.Line, step.ID)
				}
			}
		}
	}
}

func TestServiceUnavailableCoversEveryPlatform(t *testing.T) {
	t.Parallel()
	all := shippedPlaybooks(t)
	i := slices.IndexFunc(all, func(p playbooks.Playbook) bool { return p.ID == "service-unavailable" })
	if i < 0 {
		t.Fatal("it does not ship")
	}
	p := all[i]
	if p.Level != 1 || !slices.Equal(p.Alerts, []string{"ServiceDown", "ArmDown"}) {
		t.Errorf("level %d, alerts %v", p.Level, p.Alerts)
	}
	for _, id := range []string{
		"diagnosis-check-service-status", "diagnosis-check-the-health-endpoints", "diagnosis-check-the-logs",
		"diagnosis-check-resource-usage", "diagnosis-check-dependencies", "resolution-container-crashed",
		"resolution-out-of-memory-apply-the-higher-limit", "resolution-database-connection-failure", "resolution-configuration-error",
	} {
		step, found := p.Step(id)
		if !found {
			t.Errorf("no step %s", id)
			continue
		}
		for _, platform := range []shell.Platform{shell.Docker, shell.Kubernetes, shell.Local} {
			if !slices.ContainsFunc(step.Blocks, func(b playbooks.Block) bool { return b.Command != nil && b.Command.Platform == platform }) {
				t.Errorf("step %s has no command for %s", id, platform)
			}
		}
	}
	restart, _ := p.Step("resolution-container-crashed")
	for _, b := range restart.Blocks {
		if b.Command == nil || b.Command.Text != "octollm restart <service>" {
			continue
		}
		if a := policy(shell.Local).Analyse(b.Command.Text); a.Risk != shell.Change || len(a.Params) != 1 || a.Params[0].Label != "service" {
			t.Errorf("octollm restart <service>: %+v", a)
		}
	}
	for id, manual := range map[string]bool{"resolution-out-of-memory-set-a-higher-limit-in-env": true, "resolution-configuration-error-correct-the-setting": true} {
		if step, found := p.Step(id); !found || step.Manual != manual {
			t.Errorf("step %s: found %v, want it to be manual", id, found)
		}
	}
}
