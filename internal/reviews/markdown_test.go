package reviews

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"
	"pgregory.net/rapid"

	"wardroom/internal/timeline"
)

// shape is what a Markdown reader makes of a document: its blocks with their text, in
// order. Inline markup that only we may write is a line break.
func shape(t interface{ Fatalf(string, ...any) }, markdown string) []string {
	source := []byte(markdown)
	tree := goldmark.New(goldmark.WithExtensions(extension.GFM)).Parser().Parse(text.NewReader(source))
	var blocks []string
	err := ast.Walk(tree, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Document, *ast.Paragraph, *ast.TextBlock, *ast.Text, *ast.String, *east.Table, *east.TableRow, *east.TableHeader:
		case *ast.RawHTML:
			if got := string(n.Segments.Value(source)); got != "<br>" {
				t.Fatalf("HTML %q in %q", got, markdown)
			}
		case *ast.Heading:
			blocks = append(blocks, "heading: "+plain(n, source))
		case *east.TableCell:
			blocks = append(blocks, "cell: "+plain(n, source))
		case *ast.Blockquote:
			blocks = append(blocks, "quote: "+plain(n, source))
		case *ast.FencedCodeBlock:
			var code strings.Builder
			for i := range n.Lines().Len() {
				line := n.Lines().At(i)
				code.Write(line.Value(source))
			}
			blocks = append(blocks, "code: "+strings.TrimSuffix(code.String(), "\n"))
		default:
			t.Fatalf("%s in %q", n.Kind(), markdown)
		}
		return ast.WalkContinue, nil
	})
	if err != nil {
		t.Fatalf("%v", err)
	}
	return blocks
}

// plain is the text below a node as a reader sees it.
func plain(n ast.Node, source []byte) string {
	var b strings.Builder
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Text:
			b.WriteString(unescape(string(n.Segment.Value(source))))
		case *ast.String:
			b.WriteString(unescape(string(n.Value)))
		case *ast.RawHTML:
			b.WriteString("⏎")
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}

// unescape does what a renderer does to text: a backslash before punctuation goes. A bare
// ampersand could begin an entity and is never written.
func unescape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) && strings.IndexByte("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", s[i+1]) >= 0 {
			i++
		} else if s[i] == '&' {
			b.WriteString("‹entity›")
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// seen is what a reader should see of foreign text: its words, with line ends marked.
func seen(s, newline string) string {
	lines := strings.Split(visible(s), "\n")
	for i, line := range lines {
		lines[i] = strings.Join(strings.Fields(line), " ")
	}
	return strings.Join(lines, newline)
}

// nasty is text that tries hard to be something else.
func nasty() *rapid.Generator[string] {
	piece := rapid.OneOf(
		rapid.SampledFrom([]string{
			"|", `\`, `\|`, `\\|`, "`", "```", "~~~", "````", "\n", "\r", "\r\n", "\n\n", " ", "  ", "\t", "# ", "## x", "> ", "- ", "* ", "+ ", "1. ", "1) ", "---", "===", "***",
			"<script>", "<!--", "-->", "<br>", "&lt;", "&#124;", "[a](http://x)", "![a](x)", "[a]: x", "[^1]", "*b*", "_i_", "__b__", "~~s~~", "http://evil.example", "https://x.y",
			"www.evil.example", "a@b.example", "mailto:a@b.example", "@team", "- [ ] task", "|---|---|", "\x00", "\x1b[0m", "\u202e", "\u200b", "\xff", "é", "日本", "$x$", "!", "x",
		}),
		rapid.String(),
	)
	return rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(piece, 0, 12).Draw(t, "pieces"), "")
	})
}

func TestForeignTextStaysText(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := nasty().Draw(t, "a"), nasty().Draw(t, "b"), nasty().Draw(t, "c")
		var d document
		d.heading(2, "Before "+a)
		d.table([]string{"One", "Two"}, [][]string{{"x" + a, b}, {c, "y" + a}})
		d.fence("text", "begin\n"+b+"\nend")
		d.quote("said: " + c)
		d.heading(2, "After")
		cell := func(s string) string { return "cell: " + seen(strings.TrimSpace(s), "⏎") }
		want := []string{
			"heading: " + strings.TrimSpace(seen("Before "+a, " ")),
			"cell: One", "cell: Two", cell("x" + a), cell(b), cell(c), cell("y" + a),
			"code: " + visible("begin\n"+b+"\nend"),
			"quote: " + seen(strings.TrimSpace("said: "+c), "⏎"),
			"heading: After",
		}
		got := shape(t, d.out.String())
		if diff := cmp.Diff(squeeze(want), squeeze(got)); diff != "" {
			t.Fatalf("%s\nin:\n%s", diff, d.out.String())
		}
	})
}

// squeeze forgives spaces, of which a renderer shows one.
func squeeze(blocks []string) []string {
	for i, block := range blocks {
		if !strings.HasPrefix(block, "code: ") {
			blocks[i] = strings.TrimSpace(strings.Join(strings.Fields(block), " "))
		}
	}
	return blocks
}

func TestWholeReviewSurvivesHostileText(t *testing.T) {
	t.Parallel()
	ended := time.Date(2026, 11, 23, 3, 1, 0, 0, time.UTC)
	calm := func(words string) Review {
		return Review{
			Number: 42, Title: words, Summary: words, Severity: 2, Status: "resolved", Environment: words, Lead: words, DeclaredBy: words,
			Responders: []string{words, words}, BeganAt: ended, DeclaredAt: ended,
			Playbooks: []Playbook{{ID: words, Title: words, Revision: "abc", Reason: words}},
			Timeline:  []timeline.Record{{Seq: 1, Kind: timeline.Noted, Actor: words, Data: []byte("{}"), Text: words}},
			Runs: []Run{{
				Number: 1, Step: words, Section: words, Text: words, Risk: words, Environment: words, By: words,
				State: words, Reason: words, EndedAt: &ended, Note: words, Lines: 1, First: []string{words},
			}},
		}
	}
	kinds := func(blocks []string) string {
		var b strings.Builder
		for _, block := range blocks {
			kind, _, _ := strings.Cut(block, ":")
			b.WriteString(kind + " ")
		}
		return b.String()
	}
	peaceful := calm("x").Markdown()
	want := kinds(shape(t, peaceful))
	rapid.Check(t, func(t *rapid.T) {
		words := "x" + nasty().Draw(t, "words")
		if got := kinds(shape(t, calm(words).Markdown())); got != want {
			t.Fatalf("%q changes the shape:\n%s\n%s", words, want, got)
		}
	})
}

func TestMarkdownReads(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 23, 2, 42, 0, 0, time.UTC)
	acked, ended := at.Add(136*time.Second), at.Add(5*time.Minute)
	exit := 0
	r := Review{
		Number: 42, Title: "coder-arm down", Summary: "Tasks fail.\nSince 02:42.", Severity: 2, Status: "acknowledged", Environment: "prod",
		Lead: "Ana", DeclaredBy: "Ana", Responders: []string{"Ana", "Bo"}, BeganAt: at, DeclaredAt: at.Add(time.Minute), AcknowledgedAt: &acked,
		Playbooks: []Playbook{{ID: "service-unavailable", Title: "Service unavailable", Revision: strings.Repeat("a", 64), AttachedAt: at}},
		Timeline: []timeline.Record{
			{Seq: 1, At: at, Kind: timeline.Declared, Actor: "Ana", Data: []byte(`{"severity":2}`), Text: "coder-arm down"},
			{Seq: 2, At: acked, Kind: timeline.Noted, Actor: "Bo", Data: []byte("{}"), Text: "Heap | grows\nfast"},
			{Seq: 3, At: acked, Kind: timeline.Noted, Actor: "Bo", Data: []byte("{}"), Purged: true},
		},
		Runs: []Run{{
			Number: 1, Step: "Check status", Text: "octollm ps", Risk: "read", Environment: "prod", By: "Ana", State: "succeeded",
			ExitCode: &exit, StartedAt: acked, EndedAt: &ended, Note: "two are down", Lines: 9, First: []string{"NAME", "```"}, Last: []string{"coder"},
		}},
	}
	r.Metrics = metrics(r)
	want := `# INC-42: coder-arm down

> Tasks fail.<br>Since 02:42.

| Fact | Value |
|---|---|
| Severity | SEV2 |
| Status | acknowledged |
| Environment | prod |
| Lead | Ana |
| Responders | Ana, Bo |
| Began | 2026-11-23 02:42:00 |
| Started | 2026-11-23 02:43:00 by Ana |
| Acknowledged | 2026-11-23 02:44:16 |
| Mitigated | – |
| Resolved | – |
| Closed | – |

## Times

| Stage | Took | Counted from → to |
|---|---|---|
| Detect | – | the first symptom fired → first seen by Wardroom |
| Acknowledge | 2 min 16 s | the first symptom fired → first acknowledged by a person |
| Mitigate | – | the first symptom fired → marked as mitigated, or resolved without that |
| Resolve | – | the first symptom fired → marked as resolved, the last time |

## Playbooks

| Playbook | Revision | Why | Attached | Detached |
|---|---|---|---|---|
| Service unavailable (service-unavailable) | aaaaaaaaaaaa | – | 2026-11-23 02:42:00 | – |

## Timeline

| \# | When (UTC) | What |
|---|---|---|
| 1 | 2026-11-23 02:42:00 | Ana started the incident as SEV2 |
| 2 | 2026-11-23 02:44:16 | Bo noted: Heap \| grows<br>fast |
| 3 | 2026-11-23 02:44:16 | Bo noted (the text was removed) |

## Runs

### Run 1: Check status

| Fact | Value |
|---|---|
| By | Ana |
| When | 2026-11-23 02:44:16, for 2 min 44 s |
| Environment | prod |
| Risk | read |
| Ended | succeeded, exit 0 |
| Note | two are down |

` + "```sh\noctollm ps\n```\n\n````text\nNAME\n```\n… 6 lines left out …\ncoder\n````\n\n"
	if diff := cmp.Diff(want, r.Markdown()); diff != "" {
		t.Error(diff)
	}
}
