package playbooks_test

import (
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"

	"wardroom/internal/playbooks"
	shipped "wardroom/playbooks"
)

// A slip of the pen is told with the line and what was meant.
func TestDidYouMean(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		source string
		line   int
		want   string
	}{
		"front matter":        {"---\nalets: [A]\n---\n# A\n", 2, "alets is not read – did you mean alerts?"},
		"capitals":            {"---\ntitle: A\nOwner: b\n---\n# A\n", 3, "Owner is not read – did you mean owner?"},
		"TOML":                {"+++\nsevrity = 2\n+++\n# A\n", 2, "sevrity is not read – did you mean severity?"},
		"section":             {"# A\n\n## Diagnosys\n\nwords\n", 3, "Diagnosys is not the name of a section – did you mean Diagnosis?"},
		"section with others": {"# A\n\n## 2. Quick remedation steps\n\nwords\n", 3, "2. Quick remedation steps is not the name of a section – did you mean Remediation?"},
		"attribute":           {"# A\n\n```sh {timout=30s}\nls\n```\n", 3, "the attribute timout is not read – did you mean timeout?"},
		"platform":            {"# A\n\n```sh {platform=kuberntes}\nls\n```\n", 3, "platform=kuberntes: docker, kubernetes, local or any is expected – did you mean kubernetes?"},
		"risk":                {"# A\n\n```sh {risk=chnage}\nls\n```\n", 3, "risk=chnage: read, change or destroy is expected – did you mean change?"},
		"key of a probe":      {"# A\n\n```probe\nname: b\npromql: up\nintervall: 30s\n```\n", 6, "probe: there is no key intervall – did you mean interval?"},
		"test of a finding":   {"# A\n\n```finding\nsay: b\nwhen: {regexp: b}\n```\n", 5, "finding: there is no test regexp – did you mean regex?"},
		"step of a finding": {
			"# A\n\n## Diagnosis\n\n### Restart it\n\n```sh\nls\n```\n\n```finding\nsay: b\nwhen: {regex: b}\nsuggest: Restar it\n```\n", 14,
			`finding: suggest: this playbook has no step "Restar it" – did you mean Restart it?`,
		},
		"placeholder":       {"# A\n\n```sh\nkubectl get pods -n <namepsace>\n```\n", 4, "no label fills <namepsace> – did you mean namespace?"},
		"placeholder, name": {"# A\n\n```sh\nkubectl logs -c <containre-name> x\n```\n", 4, "no label fills <containre-name> – did you mean container?"},
		"variable":          {"# A\n\n```sh\nkubectl get pods\nkubectl get pods -n $NAMSPACE\n```\n", 5, "no label fills $NAMSPACE – did you mean namespace?"},
		"curly":             {"# A\n\n```sh\nkubectl get pods -n {{ $labels.namspace }}\n```\n", 4, "no label fills {{ $labels.namspace }} – did you mean namespace?"},
		"SQL":               {"# A\n\n```sql\nSELECT 1 FROM a WHERE b = '<instnace>';\n```\n", 4, "no label fills <instnace> – did you mean instance?"},
		"PromQL":            {"# A\n\n```promql\nup{job=\"<job>\", instance=\"<intance>\"}\n```\n", 4, "no label fills <intance> – did you mean instance?"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, p := range parse(t, tc.source)[0].Problems {
				if p.Line == tc.line && p.Message == tc.want && !p.Severe {
					return
				}
			}
			t.Errorf("problems %+v, want %q on line %d", parse(t, tc.source)[0].Problems, tc.want, tc.line)
		})
	}
}

// One slip in many places is told once.
func TestDidYouMeanOnce(t *testing.T) {
	t.Parallel()
	p := parse(t, "# A\n\n```sh\nls <namepsace>\nwc <namepsace>\n```\n\n`kubectl get pods -n <namepsace>`\n")[0]
	if len(p.Problems) != 1 {
		t.Errorf("problems %+v", p.Problems)
	}
}

// Words of their own are not taken for slips.
func TestNothingElseMeant(t *testing.T) {
	t.Parallel()
	for _, source := range []string{
		"---\ndate: 1\ntags: [a]\nreviewer: b\nowners: [c]\nlabels: [d]\nurl: e\nweight: 3\n---\n# A\n",
		"# A\n\n## Variation 1\n\na\n\n## Migration\n\nb\n\n## Import\n\nc\n\n## Actual state\n\nd\n\n## Resolution of names in the cluster\n\ne\n",
		"# A\n\n```sh {name=a file=b linenos=true excludeFromRunAll=false tag=c interactive=false terminalRows=3}\nls\n```\n",
		"# A\n\n```sh\nls <node1> <pods> <jobs> <src> <services> <server-name> <node-id> <pid> <note> $NODES\n```\n",
		"# A\n\n```sh\ncontainre=a; ls $containre\n```\n",
	} {
		if p := parse(t, source)[0]; len(p.Problems) > 0 {
			t.Errorf("%q: problems %+v", source, p.Problems)
		}
	}
}

// realRunbooks are the shipped playbooks and the runbooks of many styles, by name.
func realRunbooks(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, folder := range []fs.FS{shipped.Files, os.DirFS("testdata/styles")} {
		names, err := fs.Glob(folder, "*.md")
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			source, err := fs.ReadFile(folder, name)
			if err != nil {
				t.Fatal(err)
			}
			all[name] = string(source)
		}
	}
	if len(all) < 85 {
		t.Fatalf("only %d runbooks", len(all))
	}
	return all
}

// Runbooks that teams wrote hold none of these slips.
func TestRealRunbooksHoldNoSlips(t *testing.T) {
	t.Parallel()
	for name, source := range realRunbooks(t) {
		all, err := playbooks.Parse(name, source)
		if err != nil {
			t.Fatal(err)
		}
		if i := slices.IndexFunc(all[0].Problems, func(p playbooks.Problem) bool { return strings.Contains(p.Message, "did you mean") }); i >= 0 {
			t.Errorf("%s: %+v", name, all[0].Problems[i])
		}
	}
}
