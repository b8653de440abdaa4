package symptoms_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wardroom/internal/config"
	"wardroom/internal/symptoms"
	"wardroom/internal/timeline"
)

// alertmanager answers like one; what it says can be changed at any time.
type alertmanager struct {
	*httptest.Server
	mu     sync.Mutex
	alerts string
	up     time.Duration
	status int
}

func newAlertmanager(t *testing.T) *alertmanager {
	t.Helper()
	am := &alertmanager{alerts: "[]", up: time.Hour, status: http.StatusOK}
	am.Server = httptest.NewServer(am)
	t.Cleanup(am.Close)
	return am
}

func (am *alertmanager) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	am.mu.Lock()
	defer am.mu.Unlock()
	if am.status != http.StatusOK {
		http.Error(w, "out of order", am.status)
		return
	}
	switch r.URL.Path {
	case "/am/api/v2/alerts":
		_, _ = w.Write([]byte(am.alerts)) // a client that went away is its own trouble
	case "/am/api/v2/status":
		_, _ = fmt.Fprintf(w, `{"uptime":%q}`, time.Now().Add(-am.up).UTC().Format(time.RFC3339Nano))
	default:
		http.NotFound(w, r)
	}
}

func (am *alertmanager) address() string { return am.URL + "/am/" }

func (am *alertmanager) set(status int, up time.Duration, alerts string) {
	am.mu.Lock()
	defer am.mu.Unlock()
	am.status, am.up, am.alerts = status, up, alerts
}

func (am *alertmanager) list(t *testing.T, alerts ...alert) {
	t.Helper()
	list := make([]map[string]any, len(alerts))
	for i, a := range alerts {
		list[i] = a.fields()
		status := map[string]any{"state": "active"}
		if a.silenced {
			status = map[string]any{"state": "suppressed", "silencedBy": []string{"x"}}
		}
		list[i]["status"] = status
	}
	am.set(http.StatusOK, time.Hour, encode(t, list))
}

// poll polls the source am when the database's clock stands at so many seconds.
func (b bundle) poll(t *testing.T, second int) error {
	t.Helper()
	return b.pollOf(t, "am", second)
}

func (b bundle) pollOf(t *testing.T, source string, second int) error {
	t.Helper()
	b.setClock(t, t0.Add(time.Duration(second)*time.Second))
	return b.service.PollOnce(t.Context(), source)
}

func (b bundle) expect(t *testing.T, what string, states ...string) {
	t.Helper()
	if diff := cmp.Diff(states, b.states(t)); diff != "" {
		t.Error(what, diff)
	}
}

func (b bundle) condition(t *testing.T) symptoms.Source {
	t.Helper()
	sources, err := b.service.Sources(viewer(t))
	if err != nil || len(sources) != 1 {
		t.Fatal(sources, err)
	}
	return sources[0]
}

func TestPollFindsAndResolves(t *testing.T) {
	t.Parallel()
	am := newAlertmanager(t)
	b := setup(t, am.address())
	if c := b.condition(t).Condition; c != symptoms.Waiting {
		t.Errorf("at first the source is %s", c)
	}
	am.list(t, alert{name: "A", start: -1}, alert{name: "B", start: -1, silenced: true})
	polls := func(what string, second int, states ...string) {
		t.Helper()
		if err := b.poll(t, second); err != nil {
			t.Fatal(what, err)
		}
		b.expect(t, what, states...)
	}
	polls("both are found", 15, "A#1 firing", "B#1 firingsilenced")
	b.bell.rung()
	polls("nothing is new", 30, "A#1 firing", "B#1 firingsilenced")
	if n := b.bell.rung(); n != 0 {
		t.Errorf("rung %d times for nothing", n)
	}
	am.list(t, alert{name: "B", start: -1})
	polls("absent once", 45, "A#1 firing", "B#1 firing")
	polls("another replica a moment later", 47, "A#1 firing", "B#1 firing")
	polls("absent twice", 62, "A#1 resolved", "B#1 firing")
	am.list(t, alert{name: "A", start: -1}, alert{name: "B", start: -1})
	polls("it burns after all", 77, "A#1 resolved", "A#2 firing", "B#1 firing")
	if s := b.condition(t); s.Condition != symptoms.Reporting || s.LastSymptom == nil || s.Error != "" {
		t.Errorf("%+v", s)
	}
}

func TestAbsenceThatProvesNothing(t *testing.T) {
	t.Parallel()
	am := newAlertmanager(t)
	b := setup(t, am.address())
	b.receive(t, alert{name: "A", start: -1})
	absent := func(what string, from int) {
		t.Helper()
		for i := range 4 {
			if err := b.poll(t, from+15*i); err != nil {
				t.Fatal(what, err)
			}
		}
		b.expect(t, what, "A#1 firing")
	}
	am.set(http.StatusOK, 4*time.Minute, "[]")
	absent("an Alertmanager that is up for four minutes", 15)
	am.set(http.StatusOK, time.Hour, `[{"labels":{}}]`)
	absent("a list with an alert that was left out", 100)
	if s := b.condition(t); s.Condition != symptoms.Reporting || !strings.Contains(s.Error, "alerts[0]") {
		t.Errorf("%+v", s)
	}
}

func TestSilence(t *testing.T) {
	t.Parallel()
	am := newAlertmanager(t)
	b := setup(t, am.address())
	all := []alert{{name: "A", start: -1}, {name: "B", start: -1}, {name: "C", start: -1}}
	am.list(t, all...)
	if err := b.poll(t, 0); err != nil {
		t.Fatal(err)
	}
	incident := b.incident(t)
	am.set(http.StatusServiceUnavailable, 0, "")
	if err := b.poll(t, 59); err == nil {
		t.Fatal("a failed poll is no error")
	}
	b.expect(t, "a poll failed", "A#1 firing", "B#1 firing", "C#1 firing")
	if s := b.condition(t); s.Condition != symptoms.Failing || !strings.Contains(s.Error, "503") {
		t.Errorf("%+v", s)
	}
	for second := 60; second < 90; second += 15 {
		if err := b.poll(t, second); err == nil {
			t.Fatal("a failed poll is no error")
		}
		b.expect(t, "silent", "A#1 unknown", "B#1 unknown", "C#1 unknown")
	}
	if s := b.condition(t); s.Condition != symptoms.Silent || s.UnknownCount != 3 || !s.SilentSince.Equal(minute(1)) {
		t.Errorf("%+v", s)
	}
	am.list(t, all[:2]...)
	if err := b.poll(t, 100); err != nil {
		t.Fatal(err)
	}
	b.expect(t, "back, with one less", "A#1 firing", "B#1 firing", "C#1 unknown")
	if err := b.poll(t, 115); err != nil {
		t.Fatal(err)
	}
	b.expect(t, "and again", "A#1 firing", "B#1 firing", "C#1 resolved")
	want := []string{"symptom_unknown 3 A", "symptom_fired 2 A", "symptom_resolved 1 C"}
	if diff := cmp.Diff(want, b.told(t, incident)); diff != "" {
		t.Error(diff)
	}
}

// Two sources of one group report the same alerts.
func TestGroup(t *testing.T) {
	t.Parallel()
	one, two := newAlertmanager(t), newAlertmanager(t)
	b := setupWith(t, config.File{Sources: []config.Source{
		{Name: "one", Group: "pair", URL: one.address(), Silent: config.DefaultSilent},
		{Name: "two", Group: "pair", URL: two.address(), Silent: config.DefaultSilent},
	}})
	one.list(t, alert{name: "A", start: -1})
	poll := func(source string, second int, good bool) {
		t.Helper()
		if err := b.pollOf(t, source, second); (err == nil) != good {
			t.Fatal(source, second, err)
		}
	}
	poll("one", 0, true)
	for second := 1; second < 60; second += 15 {
		poll("two", second, true)
	}
	b.expect(t, "two has never heard of it", "A#1 firing")
	one.set(http.StatusInternalServerError, 0, "")
	two.list(t, alert{name: "A", start: -1})
	poll("one", 70, false)
	b.expect(t, "one is silent, two is not", "A#1 firing")
	poll("two", 71, true)
	if s := b.live(t)[0]; s.Source != "two" {
		t.Errorf("%s speaks for it", s.Source)
	}
	two.list(t)
	poll("two", 86, true)
	poll("two", 101, true)
	b.expect(t, "two speaks for both", "A#1 resolved")
}

func TestAnswersThatAreNone(t *testing.T) {
	t.Parallel()
	am := newAlertmanager(t)
	b := setup(t, am.address())
	for body, reason := range map[string]string{
		"<html>":                         "not valid JSON",
		"null":                           "null",
		"[" + strings.Repeat(" ", 8<<20): "more than 8 MiB",
	} {
		am.set(http.StatusOK, time.Hour, body)
		if err := b.poll(t, 15); err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("%.10s: %v, want %s", body, err, reason)
		}
	}
	am.Close()
	if err := b.poll(t, 15); err == nil {
		t.Error("nobody answered and it is no error")
	}
	if s := b.condition(t); s.Condition != symptoms.Silent || strings.Contains(s.Error, "/am/") {
		t.Errorf("%+v", s)
	}
}

// A source that never answers holds up neither the others nor the end.
func TestAHangingSource(t *testing.T) {
	t.Parallel()
	am := newAlertmanager(t)
	am.list(t, alert{name: "A", start: -1})
	asked := make(chan struct{}, 1)
	hanging := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		asked <- struct{}{}
		<-r.Context().Done()
	}))
	t.Cleanup(hanging.Close)
	b := setupWith(t, config.File{Sources: []config.Source{
		{Name: "hanging", Group: "hanging", URL: hanging.URL, Silent: config.DefaultSilent},
		{Name: "am", Group: "am", URL: am.address(), Silent: config.DefaultSilent},
	}})
	if err := b.service.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.service.Stop)
	<-asked
	for len(b.live(t)) == 0 {
		<-b.bell
	}
}

func TestASourceThatIsNotConfiguredAnyMore(t *testing.T) {
	t.Parallel()
	b := setup(t, "")
	b.receive(t, alert{name: "A", start: -1})
	incident := b.incident(t)
	other, err := symptoms.New(symptoms.Config{
		DB: b.db, Ledger: timeline.New(b.bell), Bell: b.bell, Log: slog.New(slog.DiscardHandler),
		File: config.File{Sources: []config.Source{{Name: "other", Group: "other"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := other.Register(t.Context()); err != nil {
			t.Fatal(err)
		}
		b.expect(t, "nobody speaks for it", "A#1 unknown")
	}
	b.receive(t, alert{name: "A", start: -1})
	b.expect(t, "it is back", "A#1 firing")
	if diff := cmp.Diff([]string{"symptom_unknown 1 A", "symptom_fired 1 A"}, b.told(t, incident)); diff != "" {
		t.Error(diff)
	}
}
