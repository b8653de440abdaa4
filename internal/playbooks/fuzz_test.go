package playbooks_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"wardroom/internal/playbooks"
)

var seeds = []string{
	"# A\n\n## Diagnosis\n\n**Step 1: x**\n\n```sh {id=a}\nkubectl get pods\n```\n\n- `docker ps -a`\n",
	"---\ntitle: x\nalerts: [a*]\nlevel: 9\n---\n# B\n",
	"---\na: &a [*a, *a]\n---\n", "---\n- x\n---\n", "---\n{\n---\n", "---\n? : :\n...\n",
	"- a\n  - b\n\n    ```\n    x\n", "1. a\n   ```sql\n   SELECT '\n   ```\n", "> - `nc -z a 1`\n",
	"# A {#x}\n# A {id=x}\n## \n## Fix\n", "!!! \x00", "!!! über uns\n    x\n", "[a]: b\n\n[a]\n", "\r\n\t- \x00\xff", "| a |\n|--:|\n| b |\n",
	"<pod>\n\n[x](javascript:y) ![i](http://h/i) <b onclick=x>\n", "```probe\n: [\n```\n",
}

// FuzzParse holds the promises that everything else builds on: any bytes load, a
// step and a command have one identity each, lines are in the file, and the value
// survives JSON.
func FuzzParse(f *testing.F) {
	for _, seed := range seeds {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, source string) {
		all, err := playbooks.Parse("dir/file.md", source)
		if err != nil || len(all) == 0 {
			t.Fatalf("%d playbooks, err %v", len(all), err)
		}
		last := strings.Count(strings.ReplaceAll(strings.ReplaceAll(source, "\r\n", "\n"), "\r", "\n"), "\n") + 1
		ids := map[string]bool{}
		for _, p := range all {
			if p.Title == "" || p.ID == "" || ids[p.ID] {
				t.Errorf("title %q, id %q (taken: %v)", p.Title, p.ID, ids[p.ID])
			}
			ids[p.ID] = true
			checkSteps(t, p, last)
			for _, q := range p.Problems {
				if q.Message == "" || q.Line < 0 || q.Line > last {
					t.Errorf("problem %+v, the file has %d lines", q, last)
				}
			}
		}
		if !utf8.ValidString(source) {
			return // JSON would repair Source
		}
		encoded, err := json.Marshal(all)
		if err != nil {
			t.Fatal(err)
		}
		var decoded []playbooks.Playbook
		if decodeErr := json.Unmarshal(encoded, &decoded); decodeErr != nil {
			t.Fatal(decodeErr)
		}
		again, err := playbooks.Parse("dir/file.md", source)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(again, decoded); diff != "" {
			t.Errorf("parsed again, against what went through JSON (-parsed +decoded):\n%s", diff)
		}
	})
}

func checkSteps(t *testing.T, p playbooks.Playbook, last int) {
	t.Helper()
	steps, commands := map[string]bool{}, map[string]bool{}
	for _, section := range p.Sections {
		for i, s := range section.Steps {
			if s.ID == "" || steps[s.ID] || s.Title == "" || s.Number != i+1 || s.Line < 1 || s.Line > last {
				t.Errorf("step %+v (taken: %v)", s, steps[s.ID])
			}
			steps[s.ID] = true
			for _, b := range s.Blocks {
				if b.Command == nil {
					continue
				}
				if c := b.Command; c.ID == "" || commands[c.ID] || c.Text == "" || c.Line < 1 || c.Line > last {
					t.Errorf("command %+v of %d lines (taken: %v)", c, last, commands[c.ID])
				}
				commands[b.Command.ID] = true
			}
		}
	}
}

// FuzzHTML looks for anything in the result that a browser would act on.
func FuzzHTML(f *testing.F) {
	for _, seed := range seeds {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, source string) {
		checkMarkup(t, playbooks.HTML(source))
	})
}
