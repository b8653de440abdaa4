package stack

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardroom/deploy"
)

func TestHastenDividesDurationsAndNothingElse(t *testing.T) {
	t.Parallel()
	text := "global:\n  scrape_interval: 15s\nrules:\n  - alert: X\n    expr: rate(a[5m]) > 1\n    for: 1m\n    labels: {for: 1m it was down}\n  group_wait: 500ms\n"
	want := "global:\n  scrape_interval: 2500ms\nrules:\n  - alert: X\n    expr: rate(a[5m]) > 1\n    for: 10000ms\n    labels: {for: 1m it was down}\n  group_wait: 83ms\n"
	if diff := cmp.Diff(want, hasten(text, 6)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// At the speed of 1 the demo runs what is shipped: every duration in the files is one that hasten knows how to write.
func TestHastenKnowsTheShippedFiles(t *testing.T) {
	t.Parallel()
	for name, durations := range map[string]int{"prometheus/prometheus.yml": 3, "prometheus/rules/octollm-availability.yml": 2, "alertmanager/alertmanager.yml": 3} {
		raw, err := deploy.Files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := len(duration.FindAllString(string(raw), -1)); got != durations {
			t.Errorf("%s: %d durations found, want %d", name, got, durations)
		}
		if fast := hasten(string(raw), 60); strings.Contains(fast, ": 1m\n") || strings.Contains(fast, "15s") {
			t.Errorf("%s is as slow as before:\n%s", name, fast)
		}
	}
	if raw, err := deploy.Files.ReadFile("alertmanager/alertmanager.yml"); err != nil || !strings.Contains(string(raw), receiver) {
		t.Errorf("the shipped receiver is not %s (%v)", receiver, err)
	}
}
