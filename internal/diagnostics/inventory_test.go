package diagnostics_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardroom/internal/diagnostics"
	"wardroom/internal/errs"
	"wardroom/internal/shell"
)

// stock is an inventory of pods and deployments that notes what it is asked.
type stock struct {
	things  []string // pod api-0
	orphans []string // the same
	broken  error

	mu    sync.Mutex
	asked []string
}

func (s *stock) Covers(environment, label string) bool {
	return environment == "prod" && (label == "pod" || label == "deployment")
}

func (s *stock) Has(_ context.Context, environment, label, value string) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, environment+" "+label+" "+value)
	return slices.Contains(s.things, label+" "+value), s.broken
}

func (s *stock) Orphans(_ context.Context, environment, kind, namespace string, names []string, labels string) ([]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, strings.Join([]string{environment, kind, namespace, strings.Join(names, "+"), labels}, " "))
	var orphans []string
	for _, name := range names {
		if slices.Contains(s.orphans, kind+" "+name) {
			orphans = append(orphans, name)
		}
	}
	if len(names) == 0 {
		orphans = s.orphans
	}
	return orphans, s.broken
}

func (s *stock) questions() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string{}, s.asked...)
}

func with(s *stock) func(*desk) { return func(d *desk) { d.options.Inventory = s } }

// What an alert says fills a change when the environment's list or its inventory has it.
func TestAlertsFillChangesWithWhatIsThere(t *testing.T) {
	t.Parallel()
	gone := errs.New(errs.Unavailable, "The cluster of environment prod could not be asked.")
	for name, tc := range map[string]struct {
		command string
		labels  map[string]string
		typed   map[string]string
		broken  error
		refused string // "" : it may run
		asked   []string
	}{
		"there": {command: "helper change <pod-name>", labels: map[string]string{"pod": "api-0"}, asked: []string{"prod pod api-0"}},
		"there, and retyped": {
			command: "helper change $POD", labels: map[string]string{"pod": "api-0"}, typed: map[string]string{"pod": "api-0"}, asked: []string{"prod pod api-0"},
		},
		"destroyed": {command: "helper destroy <pod-name>", labels: map[string]string{"pod": "api-0"}, asked: []string{"prod pod api-0"}},
		"not there": {
			command: "helper change <pod-name>", labels: map[string]string{"pod": "api-1"},
			refused: `pod-name="api-1" comes from the alert. Environment prod neither has a pod of that name`, asked: []string{"prod pod api-1"},
		},
		"of another kind": {
			command: "helper change <deployment>", labels: map[string]string{"deployment": "api-0"},
			refused: "neither has a deployment of that name", asked: []string{"prod deployment api-0"},
		},
		"one of two": {
			command: "helper change <pod-name> <deployment>", labels: map[string]string{"pod": "api-0", "deployment": "web"},
			refused: `deployment="web" comes from the alert`, asked: []string{"prod pod api-0", "prod deployment web"},
		},
		"no answer": {
			command: "helper change <pod-name>", labels: map[string]string{"pod": "api-0"}, broken: gone,
			refused: "The cluster of environment prod could not be asked.", asked: []string{"prod pod api-0"},
		},
		"an error beats an answer": {
			command: "helper change <pod-name>", labels: map[string]string{"pod": "api-0"}, broken: context.Canceled,
			refused: "nobody knows whether it is there", asked: []string{"prod pod api-0"},
		},
		"not covered": {
			command: "helper change <instance>", labels: map[string]string{"instance": "api-0"},
			refused: "does not list it among the values that a change may use",
		},
		"covered and not": {
			command: "helper change <pod-name> <instance>", labels: map[string]string{"pod": "api-0", "instance": "api-0"},
			refused: "does not list it among the values that a change may use",
		},
		"listed":            {command: "helper change <arm>", labels: map[string]string{"arm": "coder"}},
		"typed by a person": {command: "helper change <pod-name>", labels: map[string]string{"pod": "api-1"}, typed: map[string]string{"pod-name": "api-2"}},
		"a read":            {command: "helper say <pod-name>", labels: map[string]string{"pod": "api-1"}},
		"refused anyway":    {command: "helper unheard <pod-name>", labels: map[string]string{"pod": "api-0"}, refused: "does not permit helper unheard"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &stock{things: []string{"pod api-0", "deployment coder"}, broken: tc.broken}
			d := setup(t, single(tc.command), with(s))
			d.alert(t, tc.labels)
			p := d.plan(t, typed(tc.typed)(d.request(t, "look", 0)))
			if (p.Refused == "") != (tc.refused == "") || !contains(p.Refused, tc.refused) {
				t.Errorf("refused: %q", p.Refused)
			}
			if diff := cmp.Diff(append([]string{}, tc.asked...), s.questions()); diff != "" {
				t.Errorf("asked (-want +got):\n%s", diff)
			}
		})
	}
}

// A page shows many commands: it must not wait for a cluster.
func TestCardsAreShownWithoutAsking(t *testing.T) {
	t.Parallel()
	s := &stock{}
	d := setup(t, single("helper change <pod-name>", "helper change <thing> <pod-name>"), with(s))
	d.alert(t, map[string]string{"pod": "api-1"})
	planner, err := d.Planner(as(t, d.ana), d.number)
	if err != nil {
		t.Fatal(err)
	}
	for n := range 2 {
		p, err := planner.Plan(d.rooms.books[d.attached], d.request(t, "look", n))
		if err != nil || p.Refused != "" || p.Risk != shell.Change || !p.Asks() {
			t.Errorf("%v, refused %q, %v", p.Risk, p.Refused, err)
		}
	}
	d.plan(t, d.request(t, "look", 1)) // nor while a value is missing
	if asked := s.questions(); len(asked) > 0 {
		t.Errorf("asked %q", asked)
	}
}

func TestStartAsksAgain(t *testing.T) {
	t.Parallel()
	s := &stock{things: []string{"pod api-0"}}
	d := setup(t, single("helper change <pod-name>"), with(s))
	d.alert(t, map[string]string{"pod": "api-0"})
	if run := d.end(t, d.start(t, 0)); run.State != diagnostics.Succeeded || run.Text != "helper change api-0" {
		t.Errorf("run: %+v", run)
	}
	req := d.confirm(t, d.request(t, "look", 0))
	s.things = nil // gone between the confirmation and the click
	_, _, err := d.Start(as(t, d.ana), req)
	wantKind(t, err, errs.Invalid)
	if n := one[int](t, d, "SELECT count(*) FROM runs"); n != 1 {
		t.Errorf("%d runs", n)
	}
}
