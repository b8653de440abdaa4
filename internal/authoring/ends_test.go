package authoring

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// What nobody changed comes back byte for byte, however a form sends it; and a change is the text with some ends.
func TestLineEndsOfWhatNobodyChanged(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		lines := rapid.SliceOfN(rapid.SampledFrom([]string{"\n", "\r\n", "a\n", "a\r\n", "b\r\n", "c\n"}), 0, 30)
		before := strings.Join(lines.Draw(t, "lines"), "") + rapid.SampledFrom([]string{"", "end", "a"}).Draw(t, "last")
		posted := strings.ReplaceAll(plain(before), "\n", "\r\n")
		if got := lineEnds(before, posted); got != before {
			t.Fatalf("%q became %q", before, got)
		}
		after := strings.Join(lines.Draw(t, "other lines"), "")
		if got := lineEnds(before, after); plain(got) != plain(after) {
			t.Fatalf("%q became %q", after, got)
		}
	})
}
