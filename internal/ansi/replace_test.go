package ansi_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"wardroom/internal/ansi"
)

func TestReplaceKeepsTheStylesAround(t *testing.T) {
	t.Parallel()
	line := ansi.Line{{"", "key sk-"}, {"f1", "abc"}, {"b", "def end"}}
	got := line.Replace(4, 13, "‹key›")
	want := ansi.Line{{"", "key ‹key›"}, {"b", " end"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if line.Text() != "key sk-abcdef end" {
		t.Errorf("the line itself has changed: %q", line.Text())
	}
}

func TestReplaceIsWhatItIsOnTheText(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var line ansi.Line
		for range rapid.IntRange(1, 5).Draw(t, "runs") {
			line = append(line, ansi.Run{Class: rapid.SampledFrom([]string{"", "f1", "b"}).Draw(t, "class"), Text: rapid.StringMatching(`[a-zé]{1,6}`).Draw(t, "text")})
		}
		text := line.Text()
		from := rapid.IntRange(0, len(text)-1).Draw(t, "from")
		to := rapid.IntRange(from+1, len(text)).Draw(t, "to")
		if got, want := line.Replace(from, to, "‹x›").Text(), text[:from]+"‹x›"+text[to:]; got != want {
			t.Fatalf("got %q, want %q", got, want)
		}
	})
}
