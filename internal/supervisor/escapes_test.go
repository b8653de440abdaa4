package supervisor_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"wardroom/internal/shell"
	"wardroom/internal/supervisor"
)

// escape is one attempt of testdata/escapes.txt, which says what its fields and tokens mean.
type escape struct {
	name, env, text string
	confirmed       shell.Risk
	discloses       bool
	links           bool
	never           string
}

func escapes(t *testing.T) (all []escape) {
	t.Helper()
	raw, err := os.ReadFile("testdata/escapes.txt")
	if err != nil {
		t.Fatal(err)
	}
	_, attempts, _ := strings.Cut(string(raw), "\n-- ")
	taken := map[string]bool{}
	for attempt := range strings.SplitSeq(attempts, "\n-- ") {
		head, text, _ := strings.Cut(attempt, "\n")
		head, never, _ := strings.Cut(head, " never=")
		fields := strings.Fields(head)
		e := escape{name: fields[0], env: "local", never: never, text: strings.TrimRight(text, "\n")}
		for _, field := range fields[1:] {
			key, value, _ := strings.Cut(field, "=")
			switch key {
			case "env":
				e.env = value
			case "class":
				if e.confirmed, err = shell.ParseRisk(value); err != nil {
					t.Fatalf("%s: %v", e.name, err)
				}
			case "discloses":
				e.discloses = true
			case "links":
				e.links = true
			default:
				t.Fatalf("%s: what is %q?", e.name, field)
			}
		}
		if taken[e.name] || e.text == "" || !strings.Contains(e.name, "/") {
			t.Fatalf("%q is there twice, or without a text", e.name)
		}
		taken[e.name] = true
		all = append(all, e)
	}
	return all
}

// TestNothingEscapes runs every attempt as a run of its own, without asking first what it would be classed as, and then looks at the world: which programs have started and with
// which words and variables, what lies outside the scratch folder and in it, who has connected where, what is in the database, and what was said.
func TestNothingEscapes(t *testing.T) { //nolint:tparallel // sets a variable of the process
	t.Setenv("SECRET_OF_THE_SERVER", leak+"server")
	databases := map[bool]database{true: newDatabase(t), false: newDatabase(t)} // one for reads, which stays as it is
	all := escapes(t)
	if len(all) < 300 {
		t.Errorf("only %d attempts", len(all))
	}
	for _, e := range all {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, e, databases[e.confirmed == shell.Read])
			r := w.run(t)
			for _, violation := range w.violations(t, r) {
				t.Errorf("%s\n%s\nstdout %.2000q\nstderr %.2000q\nexit %+v", violation, w.spec.Text, r.stdout, r.stderr, r.exit)
			}
		})
	}
}

// TestEscapesWouldBeSeen permits what no attempt may do, so that it is known that the world is looked at closely enough.
func TestEscapesWouldBeSeen(t *testing.T) { //nolint:tparallel // sets a variable of the process
	t.Setenv("SECRET_OF_THE_SERVER", leak+"server")
	for _, c := range []struct {
		escape
		permit func(*world)
		want   string // of the violation
	}{
		{escape{text: `canary x`}, func(w *world) {
			w.spec.Policy.Programs = append(w.spec.Policy.Programs, shell.HostProgram{Name: "canary", Path: w.dir + "/canary", Verbs: map[string]shell.Risk{"x": shell.Read}})
		}, "started"},
		{escape{text: `helper say never`, never: "ne..r"}, nil, "given"},
		{escape{text: `helper say x`}, func(w *world) { w.spec.Policy.Programs[0].Env["LEAK"] = "1" }, "environment"},
		{escape{text: `curl http://@EVIL@/`}, func(w *world) { w.spec.Hosts[w.evil.Addr().String()] = "http://" + w.evil.Addr().String() }, "connected"},
		{escape{text: `nc -z @OWN@; curl http://@OWN@/`}, func(w *world) { w.spec.Own = nil }, "connected"},
		{escape{text: `helper say x > @OUT@/y`, confirmed: shell.Change}, func(w *world) { w.spec.Scratch, w.spec.Limits.File = w.dir, 1<<40 }, "outside"},
		{escape{text: `cat secret`, discloses: true}, func(w *world) { w.spec.Scratch = w.dir }, "said"},
		{escape{text: `export X=` + leak + `x; env`, discloses: true}, nil, "said"},
		{escape{text: `echo x > new`}, func(w *world) { w.spec.Confirmed = shell.Change }, "scratch"},
		{escape{text: `helper wipe x`}, func(w *world) { w.spec.Confirmed = shell.Destroy }, "class"},
		{escape{text: `env`}, func(w *world) { w.spec.Discloses = true }, "secrets"},
		{escape{text: `psql -c 'DELETE FROM canary'`}, func(w *world) { w.spec.Confirmed = shell.Destroy }, "database"},
		{escape{text: `redis-cli -h cache FLUSHALL`}, func(w *world) { w.spec.Confirmed = shell.Destroy }, "redis"},
	} {
		t.Run(c.text, func(t *testing.T) {
			t.Parallel()
			c.name, c.env = "seen/"+c.want, "local"
			w := newWorld(t, c.escape, newDatabase(t))
			if c.permit != nil {
				c.permit(w)
			}
			r := w.run(t)
			violations := strings.Join(w.violations(t, r), "\n")
			if !regexp.MustCompile(`\b` + c.want).MatchString(violations) {
				t.Errorf("not seen: %q\nstdout %q\nstderr %q\n%+v", violations, r.stdout, r.stderr, r.programs)
			}
		})
	}
}

// programsOf are what the environments of the attempts permit. They all are the witness, which does nothing but say that it was started.
func programsOf(env, dir string) shell.Policy {
	witness := func(name string, verbs map[string]shell.Risk) shell.HostProgram {
		return shell.HostProgram{Name: name, Path: dir + "/witness", Verbs: verbs, Env: map[string]string{"GIVEN": "by configuration"}}
	}
	p := shell.Policy{Platform: shell.Platform(env), Programs: []shell.HostProgram{
		witness("helper", map[string]shell.Risk{"say": shell.Read, "change": shell.Change, "wipe": shell.Destroy}),
	}}
	switch p.Platform {
	case shell.Kubernetes:
		kubectl := witness("kubectl", nil)
		kubectl.Path, kubectl.Args = "", []string{"--context=eu", "--namespace=octollm"}
		p.Programs, p.Namespaces = append(p.Programs, kubectl), []string{"octollm"}
	case shell.Docker:
		docker := witness("docker", nil)
		docker.Env["COMPOSE_FILE"], docker.Env["COMPOSE_PROJECT_NAME"] = dir+"/compose.yml", "octollm"
		p.Programs = append(p.Programs, docker)
	default:
		for _, name := range []string{"df", "free", "journalctl", "ping", "ps", "systemctl", "top", "uptime"} {
			p.Programs = append(p.Programs, witness(name, nil))
		}
	}
	return p
}

func (w *world) run(t *testing.T) result {
	t.Helper()
	child, err := supervisor.Start(t.Context(), w.dir+"/web", w.spec)
	if err != nil {
		t.Fatal(err)
	}
	return finish(t, child)
}
