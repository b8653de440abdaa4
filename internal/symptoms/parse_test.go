package symptoms

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"wardroom/internal/errs"
)

// The bodies in testdata are what Alertmanager 0.25 has sent and answered.
func golden(tb testing.TB, name string) []byte {
	tb.Helper()
	body, err := os.ReadFile("testdata/" + name)
	if err != nil {
		tb.Fatal(err)
	}
	return body
}

func TestRealWebhooks(t *testing.T) {
	t.Parallel()
	fired := time.Date(2026, 11, 23, 12, 49, 0, 0, time.UTC)
	list, err := parseWebhook(golden(t, "webhook-resolved.json"))
	if err != nil || list.leftOut != nil {
		t.Fatal(err, list.leftOut)
	}
	reports := list.reports
	want := report{
		facts: facts{
			name: "ArmDown", service: "coder-arm", summary: "Arm coder-arm does not answer", value: "0", threshold: "1", severity: 2,
			labels: map[string]string{
				"alertname": "ArmDown", "instance": "127.0.0.1:8101", "job": "octollm-arms", "service": "coder-arm", "severity": "critical",
			},
			annotations:  map[string]string{"summary": "Arm coder-arm does not answer", "threshold": "1", "value": "0"},
			generatorURL: "http://prometheus:9090/graph?g0.expr=up%7Bjob%3D%22octollm-arms%22%7D+%3D%3D+0",
		},
		fingerprint: "2d2ff7ee44772b00", ended: true, startsAt: fired, endsAt: fired.Add(3*time.Minute + 3*time.Second),
	}
	if diff := cmp.Diff(want, reports[0], cmp.AllowUnexported(report{}, facts{})); diff != "" {
		t.Error(diff)
	}
	if len(reports) != 2 || reports[1].ended || reports[1].service != "judge-arm" {
		t.Errorf("the second alert: %+v", reports[1:])
	}
	escaped, err := parseWebhook(golden(t, "webhook-escapes.json"))
	if err != nil || escaped.reports[0].labels["cafe"] != "crème \x1b[31m <b>" {
		t.Errorf("labels %v, err %v", escaped.reports, err)
	}
}

func TestFingerprintIsAlertmanagers(t *testing.T) {
	t.Parallel()
	list, err := parseAlerts(golden(t, "api-alerts.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range list.reports {
		if got := fingerprint(r.labels); got != r.fingerprint {
			t.Errorf("%v: %s, want %s", r.labels, got, r.fingerprint)
		}
	}
	body := strings.ReplaceAll(string(golden(t, "webhook-firing.json")), `,"fingerprint":"2d2ff7ee44772b00"`, "")
	hook, err := parseWebhook([]byte(body))
	if err != nil || hook.reports[0].fingerprint != "2d2ff7ee44772b00" {
		t.Errorf("without one it is %s, err %v", hook.reports[0].fingerprint, err)
	}
}

func TestRealAPI(t *testing.T) {
	t.Parallel()
	list, err := parseAlerts(golden(t, "api-alerts.json"))
	if err != nil || list.leftOut != nil {
		t.Fatal(err, list.leftOut)
	}
	got := map[string]string{}
	for _, r := range list.reports {
		got[r.name+" "+r.service] = fmt.Sprintf("SEV%d %s", r.severity, *r.suppressed)
	}
	want := map[string]string{
		"ArmDown coder-arm": "SEV2 ", "ArmDown judge-arm": "SEV2 ", "DatabaseDown postgres": "SEV2 ",
		"DiskSpaceLow node-1": "SEV3 silenced", "SlowQueries postgres": "SEV3 inhibited",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	since, err := parseStatus(golden(t, "api-status.json"))
	if err != nil || !since.Equal(time.Date(2026, 11, 23, 12, 52, 0, 543e6, time.UTC)) {
		t.Errorf("up since %v, err %v", since, err)
	}
}

// hook is a webhook with one alert, made of these fields.
func hook(fields string) string {
	return `{"version":"4","alerts":[{"status":"firing","labels":{"alertname":"A"},"startsAt":"2026-03-01T03:00:00Z"},{` + fields + `}]}`
}

func TestBadWebhooksAreNamed(t *testing.T) {
	t.Parallel()
	const date = `"startsAt":"2026-03-01T03:00:00Z"`
	many := make([]string, 65)
	for i := range many {
		many[i] = fmt.Sprintf(`"l%d":"x"`, i)
	}
	tests := map[string]struct{ body, message string }{
		"nothing":             {``, "not valid JSON"},
		"cut off":             {`{"version":"4","alerts":[`, "not valid JSON"},
		"two values":          {`{"version":"4","alerts":[]}{}`, "not valid JSON"},
		"a list":              {`[]`, "array"},
		"null":                {`null`, "version"},
		"no version":          {`{"alerts":[]}`, "version"},
		"another version":     {`{"version":"3","alerts":[]}`, "version"},
		"a number as version": {`{"version":4,"alerts":[]}`, "version: a JSON number"},
		"alerts as text":      {`{"version":"4","alerts":"x"}`, "alerts: a JSON string"},
		"an alert as text":    {`{"version":"4","alerts":["x"]}`, "alerts[0]: a JSON string"},
		"an alert of null":    {`{"version":"4","alerts":[null]}`, "alerts[0].labels.alertname"},
		"no labels":           {hook(`"status":"firing",` + date), "alerts[1].labels.alertname is missing"},
		"labels as list":      {hook(`"status":"firing","labels":[],` + date), "alerts[1].labels: a JSON array"},
		"a label as number":   {hook(`"status":"firing","labels":{"alertname":1},` + date), "alerts[1].labels"},
		"an empty name":       {hook(`"status":"firing","labels":{"alertname":"\u0000"},` + date), "alerts[1].labels.alertname is missing"},
		"no date":             {hook(`"status":"firing","labels":{"alertname":"A"}`), "alerts[1].startsAt is missing"},
		"no real date":        {hook(`"status":"firing","labels":{"alertname":"A"},"startsAt":"yesterday"`), "alerts[1].startsAt is not a date"},
		"the year 1":          {hook(`"status":"firing","labels":{"alertname":"A"},"startsAt":"0001-01-01T00:00:00Z"`), "alerts[1].startsAt is missing or absurd"},
		"the year 9999":       {hook(`"status":"firing","labels":{"alertname":"A"},"startsAt":"9999-01-01T00:00:00Z"`), "alerts[1].startsAt is missing or absurd"},
		"a date as number":    {hook(`"status":"firing","labels":{"alertname":"A"},"startsAt":17`), "alerts[1].startsAt: a JSON number"},
		"no status":           {hook(`"labels":{"alertname":"A"},` + date), "alerts[1].status"},
		"an unknown status":   {hook(`"status":"sleeping","labels":{"alertname":"A"},` + date), "alerts[1].status"},
		"an end without date": {hook(`"status":"resolved","labels":{"alertname":"A"},` + date), "alerts[1].endsAt is missing"},
		"many labels":         {hook(`"status":"firing","labels":{` + strings.Join(many, ",") + `},` + date), "alerts[1].labels are more than 64"},
		"a long label name":   {hook(`"status":"firing","labels":{"` + strings.Repeat("n", 129) + `":"x"},` + date), "alerts[1].labels: the name"},
		"a long label":        {hook(`"status":"firing","labels":{"pod":"` + strings.Repeat("v", 4097) + `"},` + date), `alerts[1].labels: the value of "pod"`},
		"a long fingerprint":  {hook(`"status":"firing","labels":{"alertname":"A"},"fingerprint":"` + strings.Repeat("f", 129) + `",` + date), "alerts[1].fingerprint"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			list, err := parseWebhook([]byte(test.body))
			if !strings.HasPrefix(test.message, "alerts[") {
				if errs.KindOf(err) != errs.Invalid || !strings.Contains(errs.Message(err), test.message) {
					t.Errorf("err %v, want invalid with %q", err, test.message)
				}
				return
			}
			// The document is good, and so is the alert before.
			before := strings.Count(test.message, "alerts[1]")
			if err != nil || list.leftOut == nil || !strings.Contains(list.leftOut.Error(), test.message) || len(list.reports) != before {
				t.Errorf("%d alerts, left out %v, err %v, want %q", len(list.reports), list.leftOut, err, test.message)
			}
		})
	}
}

func TestWhatIsForgiven(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é", maxAnnotation)
	list, err := parseWebhook([]byte(`{"version":"4","extra":{"a":[1]},"alerts":[{"status":"firing","more":1,
		"labels":{"alertname":"A\u0000B\ud800\u202e","job":"j"},"annotations":{"description":"` + long + `"},
		"startsAt":"2026-03-01T03:00:00.123456789+01:00","generatorURL":"` + strings.Repeat("u", 5000) + `"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	r := list.reports[0]
	if r.name != "AB\uFFFD\u202e" || r.service != "j" || r.severity != 4 || r.generatorURL != "" {
		t.Errorf("%+v", r.facts)
	}
	if !r.startsAt.Equal(time.Date(2026, 3, 1, 2, 0, 0, 123e6, time.UTC)) {
		t.Errorf("began at %v", r.startsAt)
	}
	if len(r.summary) > maxAnnotation+len("…") || !utf8.ValidString(r.summary) {
		t.Errorf("a summary of %d bytes", len(r.summary))
	}
}

func TestOneBadAlertDoesNotHideTheOthers(t *testing.T) {
	t.Parallel()
	list, err := parseAlerts([]byte(`[{"labels":{}},{"labels":{"alertname":"A"},"startsAt":"2026-03-01T03:00:00Z"},7]`))
	if err != nil || len(list.reports) != 1 || list.leftOut == nil || !strings.Contains(list.leftOut.Error(), "alerts[0]") {
		t.Errorf("%d alerts, left out %v, err %v", len(list.reports), list.leftOut, err)
	}
	for _, body := range []string{"", "null", "{}", `{"error":"x"}`, "<html>"} {
		if _, err := parseAlerts([]byte(body)); err == nil {
			t.Errorf("%q is a list of alerts", body)
		}
	}
}

// sound is what holds for everything that a parser lets through.
func sound(t *testing.T, reports []report) {
	t.Helper()
	for _, r := range reports {
		if r.name == "" || r.fingerprint == "" || len(r.fingerprint) > maxName || len(r.labels) > maxLabels || r.startsAt.IsZero() {
			t.Errorf("unsound: %+v", r)
		}
		for _, texts := range []map[string]string{r.labels, r.annotations} {
			for name, value := range texts {
				if text := name + value; strings.ContainsRune(text, 0) || !utf8.ValidString(text) || len(text) > 3*maxAnnotation {
					t.Errorf("text that the database refuses: %q", text)
				}
			}
		}
	}
}

func FuzzParseWebhook(f *testing.F) {
	for _, name := range []string{"webhook-firing.json", "webhook-resolved.json", "webhook-escapes.json"} {
		f.Add(golden(f, name))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		list, err := parseWebhook(body)
		if err != nil && errs.KindOf(err) != errs.Invalid {
			t.Errorf("%v is not invalid", err)
		}
		sound(t, list.reports)
	})
}

func FuzzParseAlerts(f *testing.F) {
	f.Add(golden(f, "api-alerts.json"))
	f.Add(golden(f, "api-status.json"))
	f.Fuzz(func(t *testing.T, body []byte) {
		list, err := parseAlerts(body)
		sound(t, list.reports)
		if since, statusErr := parseStatus(body); statusErr == nil && since.IsZero() {
			t.Error("up since never")
		}
		if err == nil && bytes.HasPrefix(bytes.TrimSpace(body), []byte("{")) {
			t.Error("an object is not a list")
		}
	})
}
