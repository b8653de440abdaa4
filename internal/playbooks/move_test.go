package playbooks_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"wardroom/internal/errs"
	"wardroom/internal/playbooks"
)

func TestMoveStep(t *testing.T) {
	t.Parallel()
	const head = "---\ntitle: T\n---\n\n# T\n\n## Fix\n\nlead\n\n"
	for name, tc := range map[string]struct {
		source, title string
		line, now     int
		up            bool
		want          string
	}{
		"down": {
			source: head + "### A\n\na\n\n```sh\n# no heading\nls\n```\n\n### B\n\nb\n\n## Prevention\n", title: "A", line: 11, now: 15,
			want: head + "### B\n\nb\n\n### A\n\na\n\n```sh\n# no heading\nls\n```\n\n## Prevention\n",
		},
		"up, no end of the last line": {
			source: head + "### A\n\na\n\n### B\n\nb", title: "B", line: 15, now: 11, up: true,
			want: head + "### B\n\nb\n\n### A\n\na",
		},
		"blank lines stay where they are": {
			source: head + "### A\na\n### B\n\nb\n\n\n\n", title: "A", line: 11, now: 14,
			want: head + "### B\n\nb\n### A\na\n\n\n\n",
		},
		"with what is below it": {
			source: head + "### A\n\n#### A1\n\n#### A2\n\n### B\n\n#### B1\n", title: "B", line: 17, now: 11, up: true,
			want: head + "### B\n\n#### B1\n\n### A\n\n#### A1\n\n#### A2\n",
		},
		"within a step": {
			source: head + "### A\n\n#### A1\n\n#### A2\n\n### B\n", title: "A1", line: 13, now: 15,
			want: head + "### A\n\n#### A2\n\n#### A1\n\n### B\n",
		},
		"ends of lines stay": {
			source: strings.ReplaceAll(head+"### A\n\na  \n\n### B\n", "\n", "\r\n"), title: "A", line: 11, now: 13,
			want: strings.ReplaceAll(head+"### B\n\n### A\n\na  \n", "\n", "\r\n"),
		},
		"headings of two lines": {
			source: "# T\n\n## Fix\n\nSub\n---\n\n### A\n\n### B\n", title: "B", line: 10, now: 8, up: true,
			want: "# T\n\n## Fix\n\nSub\n---\n\n### B\n\n### A\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, now, err := playbooks.MoveStep(tc.source, tc.line, tc.title, tc.up)
			if err != nil || got != tc.want || now != tc.now {
				t.Fatalf("%q on line %d, %v; want %q on %d", got, now, err, tc.want, tc.now)
			}
			back, again, err := playbooks.MoveStep(got, now, tc.title, !tc.up)
			if err != nil || back != tc.source || again != tc.line {
				t.Errorf("back: %q on line %d, %v", back, again, err)
			}
		})
	}
}

func TestStepsThatCannotMove(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		source, title string
		line          int
		up            bool
	}{
		"the first":                  {"# T\n\n## Fix\n\n### A\n\n### B\n", "A", 5, true},
		"the last":                   {"# T\n\n## Fix\n\n### A\n\n### B\n", "B", 7, false},
		"into another section":       {"# T\n\n## Diagnosis\n\n### A\n\n## Fix\n\n### B\n", "A", 5, false},
		"past a section":             {"# T\n\n## Diagnosis\n\n### A\n\n### Fix\n\n### B\n", "A", 5, false},
		"a section":                  {"# T\n\n## Diagnosis\n\n## Fix\n", "Diagnosis", 3, false},
		"another text":               {"# T\n\n## Fix\n\n### A\n\n### B\n", "C", 5, false},
		"no heading":                 {"# T\n\n## Fix\n\n```sh\n# A\n# B\n```\n", "A", 6, false},
		"a fence that is not closed": {"# T\n\n## Fix\n\n### A\n\n### B\n\n```sh\nls\n", "B", 7, true},
		"HTML that takes the rest":   {"# T\n\n## Fix\n\n### A\n### B\n\n<div>\n", "A", 5, false},
		"half a fold":                {"# T\n\n## Fix\n\n<details>\n\n### A\n\n### B\n\n</details>\n", "A", 7, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got, _, err := playbooks.MoveStep(tc.source, tc.line, tc.title, tc.up); errs.KindOf(err) != errs.Invalid || got != "" {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
}

// moveAll moves each step down that can be, and says what is not kept. It counts the moves.
func moveAll(t *testing.T, name, source string) (count int) {
	t.Helper()
	moves := playbooks.Moves(source)
	for _, line := range slices.Sorted(maps.Keys(moves)) {
		m := moves[line]
		if !m.Down {
			continue
		}
		moved, now, err := playbooks.MoveStep(source, line, m.Title, false)
		if errs.KindOf(err) == errs.Invalid {
			continue
		}
		count++
		back, again, err := playbooks.MoveStep(moved, now, m.Title, true)
		if err != nil || back != source || again != line {
			t.Errorf("%s: line %d went to %d and back to %d, %v; the text is the same: %v", name, line, now, again, err, back == source)
		}
		if got, want := sortedLines(moved), sortedLines(source); !slices.Equal(got, want) {
			t.Errorf("%s: moving line %d changed a line", name, line)
		}
		if head := strings.Join(slices.Collect(strings.Lines(source))[:line-1], ""); !strings.HasPrefix(moved, head) {
			t.Errorf("%s: moving line %d down changed what stands above", name, line)
		}
	}
	return count
}

func sortedLines(text string) []string {
	lines := strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' })
	slices.Sort(lines)
	return lines
}

// Down and up again is the same text, byte by byte; no move changes a line, or anything above it.
func TestMovingDownAndUp(t *testing.T) {
	t.Parallel()
	pieces := []string{
		"### A", "### B", "#### C", "#### D {#d}", "## Diagnosis", "## Fix", "### Fix", "Two\n---", "<h3>E</h3>", "words", "words  ", "- a\n- b", "1. `nc a b`",
		"```sh\n# no heading\n### none\nls\n```", "~~~\n## Fix\n~~~", "> ### quoted", "    ### code", "**Step 2: bold**", "<details>\n<summary>More</summary>", "</details>",
		"[a]: http://b", "<!-- ### none -->", "| a |\n|---|\n| b |", "***", "\tx",
	}
	r := rand.New(rand.NewPCG(1, 2))
	moved := 0
	for i := range 6000 {
		var b strings.Builder
		if r.IntN(2) == 0 {
			b.WriteString("---\ntitle: T\nx: '### A'\n---\n")
		}
		b.WriteString("# T\n\n## Fix\n\n")
		for range 3 + r.IntN(12) {
			b.WriteString(pieces[r.IntN(len(pieces))] + strings.Repeat("\n", 1+r.IntN(3)))
		}
		source := strings.TrimRight(b.String(), "\n") + strings.Repeat("\n", r.IntN(3))
		if r.IntN(3) == 0 {
			source = strings.ReplaceAll(source, "\n", "\r\n")
		}
		moved += moveAll(t, fmt.Sprintf("text %d, %q", i, source), source)
		if t.Failed() {
			return
		}
	}
	if moved < 1000 {
		t.Errorf("only %d moves", moved)
	}
}

// In every runbook that we have steps can be moved and put back.
func TestMovesOfRunbooks(t *testing.T) {
	t.Parallel()
	moved := 0
	for name, source := range realRunbooks(t) {
		moved += moveAll(t, name, source)
	}
	if moved < 60 {
		t.Errorf("only %d moves", moved)
	}
}

// FuzzMove looks for a text that moving a step down and up again changes.
func FuzzMove(f *testing.F) {
	for _, seed := range seeds {
		f.Add(seed)
	}
	f.Add("# T\n\n## Fix\n\n### A\n\na\n\n### B\n\n```\n# c\n```\n\n#### B1\n\n### C {#c}\n<p>\n\n## Prevention\n")
	f.Fuzz(func(t *testing.T, source string) { moveAll(t, "fuzzed", source) })
}
