package playbooks_test

import (
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"wardroom/internal/playbooks"
)

// fill repeats piece behind head until about n bytes are there.
func fill(head, piece string, n int) string {
	return head + strings.Repeat(piece, (n-len(head))/len(piece))
}

// numbered repeats a piece with a number in it.
func numbered(format string, n int) string {
	var b strings.Builder
	for i := 0; b.Len()+len(format)+8 < n; i++ {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// hostile are texts that once took minutes or gigabytes, by size.
var hostile = map[string]func(n int) string{
	"sections":    func(n int) string { return fill(fill("", "# a\n", n/2), "# fix\n", n) },
	"wide table":  func(n int) string { return table(n/7, n/7) },
	"tables":      func(n int) string { return fill("", table(100, 100)+"\n", n) },
	"pipes":       func(n int) string { return fill("|a|\n|-|\n", "|`\\|`|\n", n) },
	"attributes":  func(n int) string { return fill("```sh {", "a ", n-20) + "}\nls\n```\n" },
	"YAML lists":  func(n int) string { return fill("```probe\n", "- [", n) },
	"YAML maps":   func(n int) string { return fill("```verify\n", "{a: ", n) },
	"directives":  func(n int) string { return fill("", "```probe\n"+strings.Repeat("- [", 1300)+"\n```\n", n) },
	"front":       func(n int) string { return fill("---\n", "- [", min(n, 16<<10)-9) + "\n---\n" },
	"emphasis":    func(n int) string { return fill("", "_a*", n) },
	"emphases":    func(n int) string { return fill("", strings.Repeat("_a*", 660)+"\n\n", n) },
	"bold":        func(n int) string { return fill("", "*a_ ", n) },
	"heading":     func(n int) string { return fill("# ", "_a*", n) },
	"braces":      func(n int) string { return fill("# ", "{a=[", n) },
	"links":       func(n int) string { return fill("", "[a](", n) },
	"addresses":   func(n int) string { return fill("", "[a](b", n) },
	"definitions": func(n int) string { return fill(numbered("[a%d]: b\n\n", n/2)+"## Fix\n\n", "**a**\n\nx\n\n", n) },
	"long address": func(n int) string {
		return fill("[a]: http://"+strings.Repeat("b", n/2)+"\n\n## Fix\n\n", "**x**\n\n[a]\n\n", n)
	},
	"one address":     func(n int) string { return fill("[a]: http://"+strings.Repeat("b", n/2)+"\n\n", "[a] [a]\n\n", n) },
	"backticks":       func(n int) string { return fill("## Meaning\n\n~~~yaml\n", "`", n-8) + "\n~~~\n" },
	"paragraphs":      func(n int) string { return fill("## Fix\n\n", "a\n\n", n) },
	"long name":       func(n int) string { return fill("## Fix\n\n### "+strings.Repeat("a ", n/16)+"\n\n", "#### b\n", n) },
	"long group":      func(n int) string { return fill("## Fix\n\n### "+strings.Repeat("a", 250)+"\n\n", "#### b\n", n) },
	"SQL":             func(n int) string { return fill("```sh\nls\nSELECT 1\n", "a\n", n) },
	"half definition": func(n int) string { return fill("", "[a]:\n", n) },
	"open title":      func(n int) string { return fill("", "[a]: b '\n", n) },
	"variables": func(n int) string {
		return fill("", "```sh\n"+strings.Repeat("x=1\n", 6500)+"ls"+strings.Repeat(" $x", 6500)+"\n```\n", n)
	},
	"alerts":     func(n int) string { return "Alerts: " + numbered("aB%d ", n-8) },
	"headings":   func(n int) string { return fill("# A\n\n## Fix\n\n", "### a\n", n) },
	"parts":      func(n int) string { return fill("# A\n\n", "## fix\n", n) },
	"files":      func(n int) string { return fill("", "# a\n## fix\n## diagnosis\n## impact\n", n) },
	"steps":      func(n int) string { return fill("# A\n\n## Fix\n\n", "**a**\n\n", n) },
	"items":      func(n int) string { return fill("# A\n\n## Fix\n\n1. `nc a b`\n", "1. a\n", n) },
	"fences":     func(n int) string { return fill("# A\n\n## Fix\n\n", "a\n\n```probe\na: b\n```\n\n", n) },
	"commands":   func(n int) string { return fill("## Fix\n\n", "- `nc a`\n", n) },
	"explained":  func(n int) string { return fill("## Fix\n\n- `-a`\n", "- `nc a`\n", n) },
	"bare items": func(n int) string { return fill("## Fix\n\n", "- nc a\n", n) },
	"bare lines": func(n int) string { return fill("## Fix\n\na\n", "df -h\n", n) },
	"bare words": func(n int) string { return fill("## Fix\n\n", "- df a b\n- ls c\n  - df\n", n) },
	"rooted": func(n int) string {
		return fill("## Fix\n\n- run abc "+strings.Repeat("a ", n/4)+"\n", "\n  ```\n  # abcd\n  x\n  ```\n", n)
	},
	"alert names": func(n int) string { return fill("# A\n\n", "## NodeDownA\n\na\n\n", n) },
	"alternating": func(n int) string { return fill("# A\n\n## Fix\n\n", "### a\n\nb\n\n### Diagnosis\n\nb\n\n", n) },
	"remarks":     func(n int) string { return fill("```sh\nls\n", "# a\n\n", n-8) + "\n```\n" },
	"slips": func(n int) string {
		return fill("", "## Diagnosys\n```sh {timout=1s}\nls <namepsace> $NAMSPACE\n```\n", n)
	},
	"quotes": func(n int) string { return fill("", strings.Repeat("> ", 99)+"a\n", n) },
	"lists":  func(n int) string { return fill("", strings.Repeat("- ", 99)+"a\n", n) },
}

func table(columns, rows int) string {
	return strings.Repeat("|a", columns) + "\n" + strings.Repeat("|-", columns) + "\n" + strings.Repeat("|\n", rows)
}

// measure gives what f allocates, and fails when it takes more than the deadline: a
// last resort, some twenty times what it takes.
func measure(t *testing.T, deadline time.Duration, f func()) uint64 {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	f()
	took := time.Since(start)
	runtime.ReadMemStats(&after)
	if took > deadline {
		t.Errorf("took %v", took)
	}
	return after.TotalAlloc - before.TotalAlloc
}

// A note of any text costs memory in proportion to its length, and so does its HTML.
//
//nolint:paralleltest // the allocations of the process are counted
func TestHTMLOfHostileTexts(t *testing.T) {
	for name, text := range hostile {
		for _, size := range []int{2 << 10, 9 << 10, 64 << 10} {
			t.Run(fmt.Sprintf("%s of %d", name, size), func(t *testing.T) {
				source, out := text(size), ""
				allocated := measure(t, 5*time.Second, func() { out = playbooks.HTML(source) })
				if limit := 16<<10 + 16*len(source); len(out) > limit {
					t.Errorf("%d bytes of HTML of %d", len(out), len(source))
				}
				if limit := uint64(4<<20 + 320*len(source)); allocated > limit {
					t.Errorf("%d KiB allocated for %d bytes", allocated>>10, len(source))
				}
				checkMarkup(t, out)
			})
		}
	}
}

// A text is rendered once, until many others were.
//
//nolint:paralleltest // the allocations of the process are counted
func TestHTMLIsRemembered(t *testing.T) {
	source := "once " + hostile["emphases"](60<<10)
	first := playbooks.HTML(source)
	if n := testing.AllocsPerRun(10, func() { playbooks.HTML(source) }); n > 5 {
		t.Errorf("%v allocations for a text that was rendered before", n)
	}
	for i := range 40 {
		playbooks.HTML(strconv.Itoa(i) + strings.Repeat(" word", 12<<10))
	}
	if allocated := measure(t, 5*time.Second, func() {
		if playbooks.HTML(source) != first {
			t.Error("another result")
		}
	}); allocated < 1<<20 {
		t.Errorf("the text is still remembered: %d bytes allocated", allocated)
	}
}

// A file of any text is read with work in proportion to its length. The commands
// of a fence are parsed as shell, which allocates most.
//
//nolint:paralleltest // the allocations of the process are counted
func TestParseOfHostileTexts(t *testing.T) {
	for name, text := range hostile {
		t.Run(name, func(t *testing.T) {
			source := text(playbooks.MaxSource)
			allocated := measure(t, 30*time.Second, func() {
				if all, err := playbooks.Parse("a.md", source); err != nil || len(all) == 0 {
					t.Errorf("%d playbooks, err %v", len(all), err)
				}
			})
			if limit := uint64(2000 * len(source)); allocated > limit {
				t.Errorf("%d MiB allocated, %d bytes for each", allocated>>20, allocated/uint64(len(source)))
			}
		})
	}
}

// However many parts a text names, the page that shows them stays within reach: the rest is text, its author is told where it begins,
// and nothing is lost.
func TestPartsOfAFileAreBounded(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]struct {
		message string
		line    int
	}{
		"headings": {"from here on headings are shown as text: a file may have 1000", 1003},
		"parts":    {"from here on headings are shown as text: a file may have 1000", 1002},
		"files":    {"from here on headings are shown as text: a file may have 1000", 1001},
		"steps":    {"from here on steps are shown as text: a file may have 1000", 2005},
		"items":    {"from here on steps are shown as text: a file may have 1000", 1005},
		"fences":   {"from here on commands are shown as text: a file may have 1000", 6007},
		"commands": {"from here on commands are shown as text: a file may have 1000", 1003},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			all := parse(t, hostile[name](100<<10)+"\n\ntail\n")
			parts, blocks, tail := len(all), 0, false
			for _, p := range all {
				parts += len(p.Sections)
				for _, s := range p.Sections {
					parts += len(s.Steps)
					tail = tail || strings.Contains(s.Text, "tail")
					for _, step := range s.Steps {
						blocks += len(step.Blocks)
						tail = tail || strings.Contains(step.Text, "tail")
					}
				}
			}
			if parts > 2100 || blocks > 3100 || !tail {
				t.Errorf("%d parts, %d blocks, the end is there: %v", parts, blocks, tail)
			}
			told := slices.IndexFunc(all[0].Problems, func(p playbooks.Problem) bool { return p.Message == want.message })
			if told < 0 || all[0].Problems[told].Line != want.line {
				t.Errorf("problems %+v, want line %d", all[0].Problems[:min(3, len(all[0].Problems))], want.line)
			}
		})
	}
}

// What is over a bound stays readable, and its author is told where it stands.
func TestOverABound(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		source string
		line   int
	}{
		"marks":      {"# A\n\nwords\n\n" + strings.Repeat("_a*", 2000) + " tail\n", 5},
		"paragraph":  {"# A\n\n" + strings.Repeat("word\n", 15000) + " tail\n", 3},
		"in a list":  {"# A\n\n- x\n- " + strings.Repeat("_a*", 2000) + " tail\n", 4},
		"heading":    {"# A\n\n## " + strings.Repeat("_a*", 2000) + " tail\n", 3},
		"long title": {"# A\n\n## " + strings.Repeat("word ", 60) + "tail\n", 3},
		"table":      {"# A\n\n" + table(130, 130) + "tail\n", 3},
		"row":        {"# A\n\n|a|\n|-|\n|" + strings.Repeat("_a*", 2000) + " tail|\n", 3},
		"directive":  {"# A\n\n```probe\n" + strings.Repeat("a: b\n", 1000) + "tail: x\n```\n", 4},
		"attributes": {"# A\n\n```sh {" + strings.Repeat("a ", 600) + "}\nls tail\n```\n", 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := parse(t, tc.source)[0]
			if len(p.Problems) != 1 || p.Problems[0].Line != tc.line {
				t.Errorf("problems %+v, one on line %d is expected", p.Problems, tc.line)
			}
			if !strings.Contains(outline(p), "tail") {
				t.Errorf("the text is gone:\n%.200s", outline(p))
			}
		})
	}
	got := playbooks.HTML("before\n\n" + strings.Repeat("_a*", 2000) + "<b>\n\n**after**\n")
	if !strings.HasPrefix(got, "<p>before</p>\n<pre>_a*") || !strings.HasSuffix(got, "&lt;b&gt;\n</pre>\n<p><strong>after</strong></p>\n") {
		t.Errorf("the rest is not rendered: %.40s … %s", got, got[max(0, len(got)-60):])
	}
}

// What teams write is far from every bound.
func TestWithinTheBounds(t *testing.T) {
	t.Parallel()
	source := "# A\n\n" + strings.Repeat("Words with *some*, `code` and a [link](https://a.example/some_page).\n", 200) + "\n" +
		strings.Repeat("- [link](https://a.example/b_c), **bold** and `code`\n", 400) + "\n" +
		strings.Repeat("| a ", 10) + "|\n" + strings.Repeat("|---", 10) + "|\n" +
		strings.Repeat(strings.Repeat("| [x](y) ", 10)+"|\n", 200)
	for _, p := range parse(t, source) {
		if len(p.Problems) > 0 {
			t.Errorf("problems %+v", p.Problems)
		}
	}
	got := playbooks.HTML(source)
	for what, want := range map[string]int{"<a href": 2600, "<td>": 2000, "<th>": 10, "<li>": 400, "<em>": 200, "<pre>": 0} {
		if n := strings.Count(got, what); n != want {
			t.Errorf("%d %s, want %d", n, what, want)
		}
	}
}

// Problems that are one mistake many times do not fill the page.
func TestManyProblems(t *testing.T) {
	t.Parallel()
	p := parse(t, strings.Repeat("```sh {platform=x}\nls\n```\n", 300))[0]
	last := p.Problems[len(p.Problems)-1]
	if len(p.Problems) != 101 || last.Line != 301 || last.Message != "and 200 more problems from here on" {
		t.Errorf("%d problems, the last %+v", len(p.Problems), last)
	}
}

// A definition is repeated where it is used, until that is too much.
func TestDefinitionsAreRepeated(t *testing.T) {
	t.Parallel()
	p := parse(t, "## Fix\n\n**a**\n\n[The  Link] \\[other]\n\n**b**\n\nx\n\n[the link]: u\n[other]: v\n")[0]
	if got := p.Sections[0].Steps[0].Text; got != "[The  Link] \\[other]\n\n[the link]: u" {
		t.Errorf("first step %q", got)
	}
	if got := p.Sections[0].Steps[1].Text; got != "x" {
		t.Errorf("second step %q", got)
	}
	p = parse(t, hostile["long address"](20<<10))[0]
	if len(p.Problems) != 1 || p.Problems[0].Line != 1 {
		t.Errorf("problems %+v", p.Problems)
	}
}

func TestLevel(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]int{"---\nlevel: 2\n---\n# A\n": 2, "# A\n": 0, "---\nlevel: 9\n---\n": 0, "": 0} {
		if got := playbooks.Level(source); got != want {
			t.Errorf("Level(%q) = %d, want %d", source, got, want)
		}
	}
}
