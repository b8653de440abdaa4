package playbooks_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What an author says in a fence and no command takes as its caption is text, where it stands; a rule between steps is none.
func TestParseShowsTheCommentsOfFences(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ source, want string }{
		"shell": {source: `# A

## Fix

~~~bash
# When the pods restart:

# Restart it
kubectl rollout restart deploy/web

# Roll back if <tag> matches *.log
# === Escalate ===
# - after 5 minutes
~~~

---
`, want: `# A (alerts-example)
resolution: Fix
  1. Fix [fix] L3
     > When the pods restart:
     $ kubectl rollout restart deploy/web  # Restart it (kubernetes L9)
     > Roll back if \<tag> matches \*.log  ⏎Escalate  ⏎- after 5 minutes
`},
		"SQL and PromQL": {source: `# A

## Checks

~~~sql
SELECT 1;

-- If lag > 60s, consider:
-- 1. the network
~~~

~~~promql
sum(up)
# 0 is bad
~~~
`, want: `# A (alerts-example)
diagnosis: Checks
  1. Checks [checks] L3
     sql SELECT 1; (any L6)
     > If lag > 60s, consider:  ⏎1. the network
     promql sum(up) (any L13)
     > 0 is bad
`},
		"nothing to do": {source: `# A

## Impact

~~~
# What it holds
redis> INFO memory
~~~
`, want: `# A (alerts-example)
impact: Impact
  > ~~~⏎# What it holds⏎INFO memory⏎~~~
`},
		"nothing else": {source: `# A

## Fix

~~~bash
# Watch the memory for hours
~~~
`, want: `# A (alerts-example)
resolution: Fix
  1. Fix [fix] L3 (manual)
     referencebash # Watch the memory for hours (any L6)
`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got strings.Builder
			for _, p := range parse(t, ticks(tc.source)) {
				got.WriteString(outline(p))
			}
			if diff := cmp.Diff(ticks(tc.want), got.String()); diff != "" {
				t.Error(diff)
			}
		})
	}
}
