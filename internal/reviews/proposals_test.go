package reviews

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wardroom/internal/playbooks"
)

func ran(number int, source Source, place, written string) Run {
	return Run{
		Number: number, Source: source, Place: place, Written: written, Text: written, Language: "shell", Step: "Check logs", By: "Ana", Risk: "read",
		State: "succeeded", Ran: true, StartedAt: time.Date(2026, 11, 23, 3, 0, number, 0, time.UTC),
	}
}

func TestProposalsAreTexts(t *testing.T) {
	t.Parallel()
	bo, aside, never := ran(4, Typed, "a", "seq 1"), ran(5, Edited, "b", "seq 2"), ran(6, Typed, "a", "seq 3")
	bo.By, bo.Note, aside.SetAside, never.Ran = "Bo", "counts", true, false
	r := Review{Number: 7, Title: "x", Runs: []Run{ran(1, "playbook", "a", "seq 1"), ran(2, Typed, "a", "seq 1"), ran(3, Typed, "b", "seq 1"), bo, aside, never}}
	r.Proposals = proposals(r)
	type row struct {
		Number, Times    int
		People, Markdown string
		Aside            bool
	}
	var got []row
	for _, p := range r.Proposals {
		got = append(got, row{p.Run.Number, p.Times, strings.Join(p.People, " "), p.Markdown, p.SetAside})
	}
	want := []row{
		{4, 2, "Ana Bo", "```sh\n# counts\nseq 1\n```\n", false},
		{3, 1, "Ana", "```sh\n# From INC-7, at Check logs\nseq 1\n```\n", false},
		{5, 1, "Ana", "```sh\n# From INC-7, edited from Check logs\nseq 2\n```\n", true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for what, text := range map[string]string{"review": r.Markdown(), "proposals": r.ProposalsMarkdown()} {
		if !strings.Contains(text, "## Commands that the playbook did not have") || strings.Count(text, "```sh\n# ") != 2 || strings.Contains(text, "# From INC-7, edited") {
			t.Errorf("%s:\n%s", what, text)
		}
	}
	r.Proposals = r.Proposals[2:]
	if text := r.ProposalsMarkdown(); strings.Contains(text, "playbook") {
		t.Errorf("nothing is proposed:\n%s", text)
	}
}

// What is proposed reads back as the command that ran, whatever was written into it.
func TestProposalsReadBack(t *testing.T) {
	t.Parallel()
	for language, texts := range map[string][]string{
		"shell":  {"kubectl logs <pod> -n $NAMESPACE", "echo '```' \"a\nb\"", "grep -c '# x' f | sort -u"},
		"sql":    {"SELECT 1 FROM t WHERE pod = '<pod>'"},
		"promql": {`sum(rate(http_requests_total{pod="<pod>"}[5m]))`},
	} {
		for _, text := range texts {
			run := ran(1, Typed, "a", text)
			run.Language, run.Note = language, "Who *holds*\n the lock"
			book, err := playbooks.Parse("t.md", "# T\n\n## Diagnosis\n\n"+proposals(Review{Runs: []Run{run}})[0].Markdown)
			if err != nil {
				t.Fatal(err)
			}
			command := book[0].Sections[0].Steps[0].Blocks[len(book[0].Sections[0].Steps[0].Blocks)-1].Command
			if command == nil || command.Text != text || command.Kind != language || language != "promql" && command.Caption != "Who *holds* the lock" {
				t.Errorf("%q reads as %+v", text, command)
			}
		}
	}
}
