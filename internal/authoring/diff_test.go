package authoring_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"wardroom/internal/authoring"
	"wardroom/internal/playbooks"
)

func written(rows []authoring.Row) string {
	var b strings.Builder
	for _, r := range rows {
		fmt.Fprintf(&b, "%c %d %d %s %v%s\n", r.Kind, r.Old, r.New, r.Text, r.NoEnd, map[bool]string{true: " CRLF"}[r.CRLF])
	}
	return b.String()
}

func TestDiff(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ old, fresh, want string }{
		"equal": {"a\nb\n", "a\nb\n", ""},
		"new":   {"", "a\nb\n", "+ 0 1 a false\n+ 0 2 b false\n"},
		"gone":  {"a\n", "", "- 1 0 a false\n"},
		"changed": {
			"a\nb\nc\nd\ne\nf\ng\n", "a\nb\nc\nd\nE\nf\ng\n",
			"@ 2 2  false\n  2 2 b false\n  3 3 c false\n  4 4 d false\n- 5 0 e false\n+ 0 5 E false\n  6 6 f false\n  7 7 g false\n",
		},
		"no end":  {"a", "a\n", "- 1 0 a true\n+ 0 1 a false\n"},
		"like us": {"@@ -1 +1 @@\n", "\\ No\n+++ x\n", "- 1 0 @@ -1 +1 @@ false\n+ 0 1 \\ No false\n+ 0 2 +++ x false\n"},
		"windows": {"a\r\nb\r\n", "a\r\nc\r\n", "  1 1 a false\n- 2 0 b false\n+ 0 2 c false\n"},
		"ends":    {"a\r\nb\n", "a\nb\r\n", "- 1 0 a false CRLF\n- 2 0 b false\n+ 0 1 a false\n+ 0 2 b false CRLF\n"},
		"far":     {"a\nb\nc\nd\ne\n", "a\nb\nc\nd\nE\n", "@ 2 2  false\n  2 2 b false\n  3 3 c false\n  4 4 d false\n- 5 0 e false\n+ 0 5 E false\n"},
		"empty":   {"\n\n", "\n", "  1 1  false\n- 2 0  false\n"},
	} {
		if diff := cmp.Diff(c.want, written(authoring.Diff(c.old, c.fresh))); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

// The rows tell both texts: nothing that changed is left out, and the numbers are right.
func TestDiffTellsTheTruth(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		lines := rapid.SliceOfN(rapid.SampledFrom([]string{"", "a", "b", "c", "}", "- x", "+ y", "@@"}), 0, 40)
		old, fresh := lines.Draw(t, "old"), lines.Draw(t, "new")
		join := func(all []string) string {
			if len(all) == 0 {
				return ""
			}
			return strings.Join(all, "\n") + "\n"
		}
		inOld, inNew := map[int]bool{}, map[int]bool{}
		for _, r := range authoring.Diff(join(old), join(fresh)) {
			if r.Kind == authoring.Removed || r.Kind == authoring.Same {
				inOld[r.Old] = true
				if old[r.Old-1] != r.Text {
					t.Fatalf("line %d before is %q, not %q", r.Old, old[r.Old-1], r.Text)
				}
			}
			if r.Kind == authoring.Added || r.Kind == authoring.Same {
				inNew[r.New] = true
				if fresh[r.New-1] != r.Text {
					t.Fatalf("line %d after is %q, not %q", r.New, fresh[r.New-1], r.Text)
				}
			}
		}
		rest := func(all []string, shown map[int]bool) (left []string) {
			for i, line := range all {
				if !shown[i+1] {
					left = append(left, line)
				}
			}
			return left
		}
		if a, b := rest(old, inOld), rest(fresh, inNew); strings.Join(a, "\n") != strings.Join(b, "\n") {
			t.Fatalf("what is not shown differs: %q, %q", a, b)
		}
	})
}

// The longest texts without a line in common, or of one line many times, take no time that anybody notices.
func TestDiffOfHostileTexts(t *testing.T) {
	t.Parallel()
	short, long := strings.Repeat("\n", playbooks.MaxSource), strings.Repeat("a\nb\n", playbooks.MaxSource/4)
	for _, c := range [][2]string{{short, long}, {long, "x\n" + long}, {strings.Repeat("x", playbooks.MaxSource), strings.Repeat("y", playbooks.MaxSource)}} {
		began := time.Now()
		rows := authoring.Diff(c[0], c[1])
		if len(rows) == 0 {
			t.Error("no difference")
		}
		t.Logf("%d rows in %v", len(rows), time.Since(began))
	}
}
