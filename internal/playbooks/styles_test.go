package playbooks_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"wardroom/internal/playbooks"
	"wardroom/internal/shell"
)

// What somebody who reads a runbook finds in it. Beside each file of testdata/styles
// stands one of these, as lines of "section KIND", "fill PLACEHOLDER" and, for a command,
// "PLATFORM: TEXT" or "sql: TEXT"; ⏎ is a line's end.
type reading struct{ sections, commands, blanks []string }

func wanted(t *testing.T, path string) (r reading) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSuffix(line, "\n")
		if section, found := strings.CutPrefix(line, "section "); found {
			r.sections = append(r.sections, section)
		} else if blank, found := strings.CutPrefix(line, "fill: "); found {
			r.blanks = append(r.blanks, blank)
		} else {
			r.commands = append(r.commands, line)
		}
	}
	return r
}

// found is what the reader finds, written alike.
func found(all []playbooks.Playbook) (r reading) {
	for _, p := range all {
		for _, s := range p.Sections {
			if s.Kind != playbooks.Other && (s.Text != "" || len(s.Steps) > 0) {
				r.sections = append(r.sections, s.Kind)
			}
			for _, step := range s.Steps {
				for _, b := range step.Blocks {
					r.add(b.Command)
				}
			}
		}
	}
	return r
}

func (r *reading) add(c *playbooks.Command) {
	if c == nil || c.Kind == playbooks.Reference {
		return
	}
	kind, blanks := c.Kind, shell.Params(c.Text)
	switch kind {
	case playbooks.Shell:
		kind = string(c.Platform)
	case playbooks.SQL:
		blanks = shell.AnalyseSQL(c.Text).Params
	default:
		blanks = nil
	}
	for _, p := range blanks {
		r.blanks = append(r.blanks, p.Text)
	}
	r.commands = append(r.commands, kind+": "+strings.ReplaceAll(c.Text, "\n", "⏎"))
}

// missing gives what of want is not in got, as often as it is wanted.
func missing(want, got []string) []string {
	rest := slices.Clone(got)
	return slices.DeleteFunc(slices.Clone(want), func(s string) bool {
		i := slices.Index(rest, s)
		if i >= 0 {
			rest = slices.Delete(rest, i, i+1)
		}
		return i >= 0
	})
}

func distinct(list []string) []string {
	list = slices.Clone(list)
	slices.Sort(list)
	return slices.Compact(list)
}

// Runbooks in the styles that teams write, each with what a person reads in it: the
// sections, exactly the commands that are to be typed, the blanks in them, where they
// run, and nothing else.
func TestRunbooksOfManyStyles(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/styles/*.md")
	if err != nil || len(files) < 60 {
		t.Fatalf("%d files, err %v", len(files), err)
	}
	counts := map[string]*struct{ want, lost, extra int }{"sections": {}, "commands": {}, "placeholders": {}}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all, err := playbooks.Parse(filepath.Base(file), string(source))
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		want, got := wanted(t, strings.TrimSuffix(file, ".md")+".want"), found(all)
		for what, sets := range map[string][2][]string{
			"sections":     {distinct(want.sections), distinct(got.sections)},
			"commands":     {want.commands, got.commands},
			"placeholders": {distinct(want.blanks), distinct(got.blanks)},
		} {
			lost, extra := missing(sets[0], sets[1]), missing(sets[1], sets[0])
			c := counts[what]
			c.want, c.lost, c.extra = c.want+len(sets[0]), c.lost+len(lost), c.extra+len(extra)
			if len(lost)+len(extra) > 0 {
				t.Errorf("%s, %s:\n\tnot found: %s\n\tfound too: %s", file, what, strings.Join(lost, "\n\t           "), strings.Join(extra, "\n\t           "))
			}
		}
	}
	for what, atLeast := range map[string]int{"sections": 98, "commands": 95, "placeholders": 90} {
		c := counts[what]
		report := fmt.Sprintf("%s: %d of %d found, %d too many", what, c.want-c.lost, c.want, c.extra)
		if 100*(c.want-c.lost) < atLeast*c.want || 100*c.extra > (100-atLeast)*c.want {
			t.Errorf("%s: less than %d %%", report, atLeast)
		}
		t.Log(report)
	}
}

// Reading 400 runbooks takes well under two seconds; their size is that of public ones.
func BenchmarkReading400Runbooks(b *testing.B) {
	files, err := filepath.Glob("testdata/styles/*.md")
	if err != nil || len(files) == 0 {
		b.Fatal(err)
	}
	var sources []string
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			b.Fatal(err)
		}
		// A file of ours shows one construct: several make a runbook.
		sources = append(sources, strings.Repeat(string(source)+"\n", 1+3000/len(source)))
	}
	b.ReportAllocs()
	for b.Loop() {
		for i := range 400 {
			if _, err := playbooks.Parse("a.md", sources[i%len(sources)]); err != nil {
				b.Fatal(err)
			}
		}
	}
}
