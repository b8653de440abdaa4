package symptoms_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"wardroom/internal/config"
	"wardroom/internal/errs"
	"wardroom/internal/postgres"
	"wardroom/internal/symptoms"
	"wardroom/internal/timeline"
)

func TestReceive(t *testing.T) {
	t.Parallel()
	b := setup(t, "")
	down := alert{name: "ArmDown", value: "0", start: -3}
	b.receive(t, down)
	got := b.live(t)
	if len(got) != 1 {
		t.Fatalf("%d symptoms", len(got))
	}
	s := got[0]
	if s.Name != "ArmDown" || s.Service != "coder-arm" || s.Severity != 2 || s.State != symptoms.Firing || s.Value != "0" ||
		s.Environment != "local" || s.Source != "am" || !s.StartsAt.Equal(minute(-3)) || s.Summary != "ArmDown happens" {
		t.Errorf("%+v", s)
	}
	down.end = 2
	b.receive(t, down)
	if got := b.live(t); len(got) != 0 {
		t.Errorf("%d are live after the end", len(got))
	}
	cleared, err := b.service.Cleared(viewer(t))
	if err != nil || len(cleared) != 1 || !cleared[0].ResolvedAt.Equal(minute(2)) {
		t.Errorf("cleared %+v, err %v", cleared, err)
	}
	b.receive(t, alert{name: "ArmDown", start: 5})
	episodes, err := b.service.Episodes(viewer(t), s)
	if err != nil || len(episodes) != 2 || episodes[0].Episode != 2 || episodes[1].ID != s.ID {
		t.Errorf("episodes %+v, err %v", episodes, err)
	}
	if cleared, err := b.service.Cleared(viewer(t)); err != nil || len(cleared) != 0 {
		t.Errorf("it fires and is listed as cleared: %+v, err %v", cleared, err)
	}
}

func TestReplayIsANoOp(t *testing.T) {
	t.Parallel()
	b := setup(t, "")
	first, second := alert{name: "A", start: 1}, alert{name: "B", start: 1}
	b.receive(t, first, second)
	incident := b.incident(t)
	first.end = 5
	b.receive(t, first, second)
	if b.bell.rung() == 0 {
		t.Error("nobody was told")
	}
	told, states := b.told(t, incident), b.states(t)
	for range 3 {
		b.receive(t, first, second)
		b.receive(t, alert{name: "A", start: 1}, second)
	}
	if diff := cmp.Diff(states, b.states(t)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(told, b.told(t, incident)); diff != "" {
		t.Error(diff)
	}
	if n := b.bell.rung(); n != 0 {
		t.Errorf("rung %d times for nothing", n)
	}
	b.receive(t, alert{name: "B", start: 1, value: "2.6 s"})
	if n := b.bell.rung(); n != 1 {
		t.Errorf("rung %d times for a new value", n)
	}
	b.receive(t) // no alerts at all
	b.bell.rung()
	b.receive(t, alert{name: "B", start: 1, value: "3.1 s"})
	if got := []string{<-b.bell, <-b.bell}; !slices.Contains(got, timeline.Topic(1)) {
		t.Errorf("the incident's room does not hear of a new value: %v", got)
	}
}

// One delivery that says several things of one alert, in the order in which they happened.
func TestManyTurnsInOneDelivery(t *testing.T) {
	t.Parallel()
	b := setup(t, "")
	b.receive(t, alert{name: "A", start: 1}, alert{name: "A", start: 1, end: 2}, alert{name: "A", start: 3}, alert{name: "A", start: 3})
	if diff := cmp.Diff([]string{"A#1 resolved", "A#2 firing"}, b.states(t)); diff != "" {
		t.Error(diff)
	}
}

// Alertmanager does not send a group again that was answered with 4xx.
func TestABadAlertDoesNotLoseItsGroup(t *testing.T) {
	t.Parallel()
	b := setup(t, "")
	long, many := alert{name: "Long", labels: map[string]string{"pod": strings.Repeat("v", 5000)}}, alert{name: "Many", labels: map[string]string{}}
	for i := range 65 {
		many.labels[fmt.Sprintf("l%d", i)] = "x"
	}
	b.receive(t, alert{name: "A"}, long, many, alert{name: "B"})
	if diff := cmp.Diff([]string{"A#1 firing", "B#1 firing"}, b.states(t)); diff != "" {
		t.Error(diff)
	}
	if s := b.condition(t); s.Condition != symptoms.Reporting || !strings.Contains(s.Error, "alerts[1].labels: the value of \"pod\"") {
		t.Errorf("%+v", s)
	}
	b.bell.rung()
	b.receive(t, alert{name: "A"})
	if s := b.condition(t); s.Error != "" || b.bell.rung() != 1 {
		t.Errorf("after a good one: %+v", s)
	}
}

// What began in another year would have ended then too, and hide all later firings.
func TestDatesInTheFutureAreNotBelieved(t *testing.T) {
	t.Parallel()
	b := setup(t, "")
	const century = 100 * 365 * 24 * 60
	b.receive(t, alert{name: "A", start: century})
	if s := b.live(t); len(s) != 1 || !s[0].StartsAt.Equal(t0) {
		t.Errorf("%+v", s)
	}
	b.setClock(t, minute(10))
	b.receive(t, alert{name: "A", start: century, end: century + 1})
	b.setClock(t, minute(20))
	b.receive(t, alert{name: "A", start: 19})
	if diff := cmp.Diff([]string{"A#1 resolved", "A#2 firing"}, b.states(t)); diff != "" {
		t.Error(diff)
	}
}

func TestAStormIsOneRowOfTheTimeline(t *testing.T) {
	t.Parallel()
	b := setup(t, "")
	b.setClock(t, minute(30))
	storm := make([]alert, 412)
	for i := range storm {
		storm[i] = alert{name: fmt.Sprintf("A%03d", i), start: i % 7, labels: map[string]string{"severity": "warning"}}
	}
	storm[77].labels["severity"] = "critical"
	b.receive(t, storm...)
	incident := b.incident(t)
	for i := range storm {
		storm[i].end = 10
	}
	b.receive(t, storm...)
	for i := range storm {
		storm[i].start, storm[i].end = 20, 0
	}
	b.receive(t, storm...)
	want := []string{"symptom_resolved 412 A077", "symptom_fired 412 A077"}
	if diff := cmp.Diff(want, b.told(t, incident)); diff != "" {
		t.Error(diff)
	}
	of, err := b.service.ForIncident(viewer(t), incident, 1)
	if err != nil || len(of) != 412 || of[0].State != symptoms.Firing || of[0].Episode != 2 {
		t.Errorf("%d symptoms of the incident, err %v", len(of), err)
	}
}

func TestANewEpisodeLeavesAnIncidentThatIsOver(t *testing.T) {
	t.Parallel()
	b := setup(t, "")
	b.receive(t, alert{name: "A", start: 1})
	incident := b.incident(t)
	b.receive(t, alert{name: "A", start: 1, end: 2})
	if _, err := b.db.Pool.Exec(t.Context(), "UPDATE incidents SET status = 'resolved'"); err != nil {
		t.Fatal(err)
	}
	b.receive(t, alert{name: "A", start: 3})
	if s := b.live(t)[0]; s.IncidentID != nil || s.IncidentNumber != 0 {
		t.Errorf("it belongs to %v", s.IncidentNumber)
	}
	if diff := cmp.Diff([]string{"symptom_resolved 1 A"}, b.told(t, incident)); diff != "" {
		t.Error(diff)
	}
}

// Three deliveries of the same 500 alerts at once, each in another order, again and again,
// while somebody starts incidents from them.
func TestConcurrentReplays(t *testing.T) {
	t.Parallel()
	b := setup(t, "")
	var bodies [3]string
	for k := range bodies {
		alerts := make([]alert, 500)
		for i := range alerts {
			alerts[(i*(7+2*k))%500] = alert{name: fmt.Sprintf("A%03d", i), start: i % 30}
		}
		bodies[k] = webhook(t, alerts...)
	}
	var all errgroup.Group
	for _, body := range bodies {
		all.Go(func() error {
			for range 3 {
				if err := b.service.Receive(t.Context(), token, strings.NewReader(body)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	all.Go(func() error {
		for range 5 {
			if _, err := b.declare(t.Context()); err != nil {
				return err
			}
		}
		return nil
	})
	if err := all.Wait(); err != nil {
		t.Fatal(err)
	}
	if got := b.states(t); len(got) != 500 || got[0] != "A000#1 firing" {
		t.Errorf("%d episodes, first %v", len(got), got[:1])
	}
}

func TestWhoMayPost(t *testing.T) {
	t.Parallel()
	b := setup(t, "")
	for what, test := range map[string]struct {
		token string
		body  io.Reader
		want  errs.Kind
	}{
		"no token":               {"", strings.NewReader("{}"), errs.Unauthenticated},
		"a wrong token":          {strings.Repeat("0", 32), strings.NewReader("{}"), errs.Unauthenticated},
		"a token with a tail":    {token + "\n", strings.NewReader("{}"), errs.Unauthenticated},
		"a wrong token and body": {"x", iotest.ErrReader(errors.New("not to be read")), errs.Unauthenticated},
		"a mebibyte and a byte":  {token, strings.NewReader(strings.Repeat(" ", symptoms.MaxBody+1)), errs.TooLarge},
		"a body that breaks":     {token, iotest.ErrReader(io.ErrUnexpectedEOF), errs.Invalid},
		"no JSON":                {token, strings.NewReader("version=4"), errs.Invalid},
	} {
		if err := b.service.Receive(t.Context(), test.token, test.body); err == nil || errs.KindOf(err) != test.want {
			t.Errorf("%s: %v, want %v", what, err, test.want)
		}
	}
	exact := webhook(t)
	exact += strings.Repeat(" ", symptoms.MaxBody-len(exact))
	if err := b.service.Receive(t.Context(), token, strings.NewReader(exact)); err != nil {
		t.Error("exactly a mebibyte:", err)
	}
	if got := b.states(t); len(got) != 0 {
		t.Errorf("stored: %v", got)
	}
}

func TestTwoSourcesOneToken(t *testing.T) {
	t.Parallel()
	path := tokenFile(t)
	_, err := symptoms.New(symptoms.Config{File: config.File{Sources: []config.Source{{Name: "a", TokenFile: path}, {Name: "b", TokenFile: path}}}})
	if err == nil || strings.Contains(err.Error(), token) {
		t.Errorf("err %v", err)
	}
}

func TestEnvironmentIsChosenAmongThoseThatNameTheSource(t *testing.T) {
	t.Parallel()
	b := setupWith(t, config.File{
		Sources: []config.Source{{Name: "am", Group: "am", TokenFile: tokenFile(t)}},
		Environments: []config.Environment{
			{Name: "eu", Sources: []string{"am"}}, {Name: "us", Sources: []string{"am"}}, {Name: "vault"},
		},
	})
	for _, label := range []string{"eu", "us", "vault", ""} {
		b.receive(t, alert{name: "In" + label, labels: map[string]string{"environment": label}})
	}
	got := map[string]string{}
	for _, s := range b.live(t) {
		got[s.Name] = s.Environment
	}
	if diff := cmp.Diff(map[string]string{"Ineu": "eu", "Inus": "us", "Invault": "", "In": ""}, got); diff != "" {
		t.Error(diff)
	}
}

func TestLinkingWhatDoesNotExist(t *testing.T) {
	t.Parallel()
	b := setup(t, "")
	incident := b.incident(t)
	err := b.db.InTx(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
		return b.service.LinkTx(ctx, tx, incident, []uuid.UUID{uuid.New()})
	})
	if errs.KindOf(err) != errs.NotFound {
		t.Errorf("err %v", err)
	}
}
