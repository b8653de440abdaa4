package symptoms_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"wardroom/internal/errs"
	"wardroom/internal/symptoms"
)

func TestDashboardPages(t *testing.T) {
	t.Parallel()
	b := setup(t, "")
	alerts := make([]alert, 250)
	for i := range alerts {
		alerts[i] = alert{
			name: fmt.Sprintf("A%03d", i), start: i % 3,
			labels: map[string]string{"severity": []string{"critical", "warning", "info"}[i%3]},
		}
	}
	b.receive(t, alerts...)
	seen := map[string]bool{}
	var sizes []int
	worst := 0
	for after := (symptoms.Cursor{}); ; {
		page, err := b.service.Dashboard(viewer(t), symptoms.Filter{}, after)
		if err != nil {
			t.Fatal(err)
		}
		sizes = append(sizes, len(page.Symptoms))
		for _, s := range page.Symptoms {
			if s.Severity < worst || seen[s.Name] {
				t.Errorf("%s is out of order or doubled", s.Name)
			}
			worst, seen[s.Name] = s.Severity, true
		}
		if page.Next == nil {
			break
		}
		if after, err = symptoms.ParseCursor(page.Next.String()); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([]int{100, 100, 50}, sizes); diff != "" {
		t.Error(diff)
	}
	counts, err := b.service.Counts(viewer(t))
	if err != nil || counts.Total != 250 || counts.BySeverity[2] != 84 || counts.ByService["coder-arm"] != 250 || counts.Unknown != 0 {
		t.Errorf("%+v, err %v", counts, err)
	}
}

func TestFilter(t *testing.T) {
	t.Parallel()
	am := newAlertmanager(t)
	b := setup(t, am.address())
	am.list(t,
		alert{name: "ArmDown"}, alert{name: "Slow_Queries", labels: map[string]string{"service": "db", "severity": "warning"}},
		alert{name: "Disk%", labels: map[string]string{"severity": "info"}, silenced: true})
	if err := b.poll(t, 15); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string][]string{
		"":                     {"ArmDown", "Slow_Queries", "Disk%"},
		"sev:3":                {"Slow_Queries"},
		"service:db is:firing": {"Slow_Queries"},
		"is:unknown":           nil,
		"is:muted":             {"Disk%"},
		"-is:muted env:local":  {"ArmDown", "Slow_Queries"},
		"env:elsewhere":        nil,
		"_queries HAPPENS":     {"Slow_Queries"},
		"slowXqueries":         nil,
		"%":                    {"Disk%"},
		"_":                    {"Slow_Queries"},
		`\`:                    nil,
		"sev:9":                nil,
	} {
		page, err := b.service.Dashboard(viewer(t), symptoms.ParseFilter(text), symptoms.Cursor{})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, s := range page.Symptoms {
			got = append(got, s.Name)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
	}
}

func TestCursorsOfStrangers(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"x", "2", "2.1", "2.1.x", "9.1." + uuid.NewString(), "2.99999999999999999." + uuid.NewString(), strings.Repeat("9", 5000)} {
		if _, err := symptoms.ParseCursor(text); errs.KindOf(err) != errs.Invalid {
			t.Errorf("%.40q: %v", text, err)
		}
	}
	if c, err := symptoms.ParseCursor(""); err != nil || c != (symptoms.Cursor{}) {
		t.Errorf("the beginning: %v, %v", c, err)
	}
}

func TestReadsNeedASignIn(t *testing.T) {
	t.Parallel()
	b := setup(t, "")
	_, dashboard := b.service.Dashboard(t.Context(), symptoms.Filter{}, symptoms.Cursor{})
	_, cleared := b.service.Cleared(t.Context())
	_, counts := b.service.Counts(t.Context())
	_, sources := b.service.Sources(t.Context())
	_, one := b.service.ByID(t.Context(), uuid.New())
	_, episodes := b.service.Episodes(t.Context(), symptoms.Symptom{})
	_, incident := b.service.ForIncident(t.Context(), uuid.New(), 1)
	for i, err := range []error{dashboard, cleared, counts, sources, one, episodes, incident} {
		if errs.KindOf(err) != errs.Unauthenticated {
			t.Errorf("read %d: %v", i, err)
		}
	}
	if _, err := b.service.ByID(viewer(t), uuid.New()); errs.KindOf(err) != errs.NotFound {
		t.Errorf("an unknown symptom: %v", err)
	}
}
