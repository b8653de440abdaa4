package diagnostics_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"wardroom/internal/config"
	"wardroom/internal/diagnostics"
	"wardroom/internal/errs"
	"wardroom/internal/shell"
	"wardroom/internal/timeline"
)

func adhoc(word string) func(*desk) {
	return func(d *desk) { d.file.Environments[0].Adhoc = word }
}

// typedText is a text of somebody's own, beside no step.
func (d *desk) typedText(text string) diagnostics.Request {
	return diagnostics.Request{Incident: d.number, Text: text}
}

// edited is the first command of the step with another text.
func (d *desk) edited(t *testing.T, text string) diagnostics.Request {
	t.Helper()
	req := d.request(t, "look", 0)
	req.Text = text
	return req
}

// What may be typed is the environment's to say, in the plan and when it is started, for a
// text of one's own and for an edit alike.
func TestWhatPeopleMayType(t *testing.T) {
	t.Parallel()
	const nobody, reads, changes = "nobody types a command", "type commands that only read", "What destroys runs only as a playbook has it"
	for word, refusals := range map[string]map[string]string{
		"":    {"helper say hi": nobody, "env": nobody, "helper change": nobody, "helper destroy": nobody, "vim x": nobody},
		"off": {"helper say hi": nobody, "env": nobody, "helper change": nobody, "helper destroy": nobody, "vim x": nobody},
		"read": {
			"helper say hi": "", "env": reads, "helper change": reads, "helper destroy": changes, "helper say hi; helper change": reads,
			"vim x": "vim is not available here", "$X change": "Copy it and do it elsewhere:", "helper say \u202e": "invisible character",
			strings.Repeat("x", 65<<10): "longer than 64 KiB", "helper unlisted": "unlisted",
		},
		"change": {"helper say hi": "", "env": "", "helper change": "", "helper destroy": changes, "helper change; helper destroy": changes},
	} {
		t.Run("adhoc "+word, func(t *testing.T) {
			t.Parallel()
			d := setup(t, single("helper say <arm>"), adhoc(word))
			for text, refused := range refusals {
				for _, req := range []diagnostics.Request{d.typedText(text), d.edited(t, text)} {
					p := d.plan(t, req)
					if (p.Refused == "") != (refused == "") || !strings.Contains(p.Refused, refused) {
						t.Errorf("%.40q: refused %q, want %q", text, p.Refused, refused)
					}
					if refused == "" {
						continue
					}
					req.Confirmed, req.Hash, req.TypedName = p.Risk, p.Hash, "prod"
					_, _, err := d.Start(as(t, d.ana), req)
					wantKind(t, err, errs.Invalid)
				}
			}
			if n := one[int](t, d, "SELECT count(*) FROM runs"); n != 0 {
				t.Errorf("%d of them ran", n)
			}
		})
	}
}

// A credential of the environment that stands in a text would be recorded with it.
func TestNoSecretIsTyped(t *testing.T) {
	t.Parallel()
	d := setup(t, single("helper say hello"), adhoc("change"), func(d *desk) {
		d.file.Environments[0].Postgres = []config.Postgres{{Alias: "main", DSN: "postgres://app:long-and-secret@db/main"}, {Alias: "dev", DSN: "postgres://app:word@db/dev"}}
	})
	for text, refused := range map[string]string{
		"helper say long-and-secret": "‹password of main›", "helper say bG9uZy1hbmQtc2VjcmV0": "‹password of main›",
		"helper say long-and-not-so": "", "helper say word": "", "helper say <password>": "",
	} {
		if p := d.plan(t, d.typedText(text)); !strings.Contains(p.Refused, refused) || (p.Refused == "") != (refused == "") && !strings.Contains(text, "<") {
			t.Errorf("%s: refused %q, want %q", text, p.Refused, refused)
		}
	}
}

func TestATypedCommandRunsAndIsRecorded(t *testing.T) {
	t.Parallel()
	d := setup(t, single("helper say hello"), adhoc("read"))
	req := d.typedText(" helper say <arm>\r\nhelper say <thing>\r\n")
	req.Attached, req.Step, req.Values = d.attached, "look", map[string]string{"thing": "x.y"}
	run, attached, err := d.Start(as(t, d.ana), req)
	if err != nil || attached {
		t.Fatal(attached, err)
	}
	run = d.end(t, run)
	want := []any{diagnostics.Typed, "helper say <arm>\nhelper say <thing>", "helper say coder\nhelper say x.y", "look", "", "Ana", diagnostics.Succeeded, 0, true, false}
	got := []any{run.Source, run.Written, run.Text, run.StepID, run.CommandID, run.By, run.State, *run.ExitCode, run.Proposed(), run.SetAside}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("run (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"coder", "x.y"}, d.text(t, run)); diff != "" {
		t.Errorf("output (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]timeline.Kind{timeline.RunStarted, timeline.RunEnded}, d.kinds(t)); diff != "" {
		t.Errorf("timeline (-want +got):\n%s", diff)
	}
	if said := one[string](t, d, "SELECT data->>'source' || ' ' || (data->>'text') FROM timeline_events WHERE kind = 'run_started'"); said != "typed helper say coder\nhelper say x.y" {
		t.Errorf("the timeline keeps %q", said)
	}
}

// Somebody who types what already runs gets that run, wherever it came from.
func TestTypingWhatRunsAttaches(t *testing.T) {
	t.Parallel()
	d := setup(t, single("helper hang"), adhoc("read"))
	run := d.start(t, 0)
	again, attached, err := d.Start(as(t, d.bo), d.typedText("helper hang"))
	if err != nil || !attached || again.ID != run.ID {
		t.Errorf("attached %v to %s: %v", attached, again.ID, err)
	}
	if _, err = d.Stop(as(t, d.ana), run.ID); err != nil {
		t.Fatal(err)
	}
	d.end(t, run)
}

func TestAChangeThatIsTypedIsConfirmed(t *testing.T) {
	t.Parallel()
	d := setup(t, single("helper say hello"), adhoc("change"))
	req := d.typedText("helper change")
	_, _, err := d.Start(as(t, d.ana), req)
	wantKind(t, err, errs.Conflict)
	other := d.confirm(t, d.typedText("helper change again"))
	req.Hash, req.Confirmed = other.Hash, other.Confirmed
	_, _, err = d.Start(as(t, d.ana), req)
	wantKind(t, err, errs.Conflict)
	run, _, err := d.Start(as(t, d.ana), d.confirm(t, req))
	if err != nil {
		t.Fatal(err)
	}
	if run = d.end(t, run); run.State != diagnostics.Succeeded || run.AttachedID != uuid.Nil || run.Risk != shell.Change {
		t.Errorf("%+v", run)
	}
}

// An edit stays its command's: with its kind, its place and what its author asks for. A
// text that nobody has changed is the playbook's, which adhoc does not bound.
func TestEditing(t *testing.T) {
	t.Parallel()
	playbook := "# Test\n\n## Diagnosis\n\n### Look {id=look}\n\n~~~sh {risk=change}\nhelper say one\n~~~\n\n~~~promql\nup\n~~~\n"
	d := setup(t, playbook, adhoc("change"))
	p := d.plan(t, d.edited(t, "helper say two"))
	if p.Source != diagnostics.Edited || p.Risk != shell.Change || p.Text != "helper say two" || p.Command.ID != d.request(t, "look", 0).Command {
		t.Errorf("edited: %+v", p)
	}
	query := d.request(t, "look", 1)
	query.Text = "sum(up)"
	if p = d.plan(t, query); p.Command.Kind != "promql" || p.Refused != "Environment prod lists no Prometheus." {
		t.Errorf("a query: %s, %q", p.Command.Kind, p.Refused)
	}
	run, _, err := d.Start(as(t, d.ana), d.confirm(t, d.edited(t, "helper say two")))
	if err != nil {
		t.Fatal(err)
	}
	if run = d.end(t, run); run.Source != diagnostics.Edited || run.Text != "helper say two" || run.CommandID == "" || !run.Proposed() {
		t.Errorf("%+v", run)
	}

	strict := setup(t, single("helper change"), adhoc("off"))
	if p = strict.plan(t, strict.edited(t, "helper change\r\n")); p.Source != diagnostics.FromPlaybook || p.Refused != "" {
		t.Errorf("unchanged: %s, %q", p.Source, p.Refused)
	}
	run, _, err = strict.Start(as(t, strict.ana), strict.confirm(t, strict.edited(t, "helper change")))
	if err != nil {
		t.Fatal(err)
	}
	if run = strict.end(t, run); run.Source != diagnostics.FromPlaybook || run.Proposed() {
		t.Errorf("%+v", run)
	}
}

func TestTypingNeedsARole(t *testing.T) {
	t.Parallel()
	d := setup(t, single("helper say hello"), adhoc("change"))
	_, _, err := d.Start(as(t, d.vic), d.typedText("helper say hi"))
	wantKind(t, err, errs.Forbidden)
	planner, err := d.Planner(as(t, d.vic), d.number)
	if err != nil {
		t.Fatal(err)
	}
	_, err = d.TypedTexts(as(t, d.vic), planner)
	wantKind(t, err, errs.Forbidden)
	wantKind(t, d.Propose(as(t, d.vic), uuid.New(), false), errs.Forbidden)
	req := d.typedText("helper say hi")
	req.Attached, req.Step = d.attached, "nowhere"
	_, err = d.Plan(as(t, d.ana), req)
	wantKind(t, err, errs.NotFound)
	req.Attached = uuid.New()
	_, err = d.Plan(as(t, d.ana), req)
	wantKind(t, err, errs.NotFound)
}

func TestOnesOwnTextsAreRemembered(t *testing.T) {
	t.Parallel()
	d := setup(t, single("helper say hello"), adhoc("read"))
	d.end(t, d.start(t, 0))
	for _, text := range []string{"helper say 1", "helper say <arm>", "helper say 1"} {
		run, _, err := d.Start(as(t, d.ana), d.typedText(text))
		if err != nil {
			t.Fatal(err)
		}
		d.end(t, run)
	}
	run, _, err := d.Start(as(t, d.bo), d.typedText("helper say bo"))
	if err != nil {
		t.Fatal(err)
	}
	d.end(t, run)
	planner, err := d.Planner(as(t, d.ana), d.number)
	if err != nil {
		t.Fatal(err)
	}
	texts, err := d.TypedTexts(as(t, d.ana), planner)
	if diff := cmp.Diff([]string{"helper say 1", "helper say <arm>"}, texts); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

// All runs of one text at one place are one proposal; setting it aside is told, and can be
// taken back, also when the incident is over.
func TestProposals(t *testing.T) {
	t.Parallel()
	d := setup(t, single("helper say hello"), adhoc("read"))
	book := d.end(t, d.start(t, 0))
	var runs []diagnostics.Run
	for _, text := range []string{"helper say 1", "helper say 1", "helper say 2"} {
		run, _, err := d.Start(as(t, d.ana), d.typedText(text))
		if err != nil {
			t.Fatal(err)
		}
		runs = append(runs, d.end(t, run))
	}
	d.exec(t, "UPDATE incidents SET status = 'closed'")
	before := len(d.kinds(t))
	wantKind(t, d.Propose(as(t, d.bo), book.ID, false), errs.Invalid)
	wantKind(t, d.Propose(as(t, d.bo), uuid.New(), false), errs.NotFound)
	for _, proposed := range []bool{false, false, true} {
		if err := d.Propose(as(t, d.bo), runs[0].ID, proposed); err != nil {
			t.Fatal(err)
		}
		var aside []bool
		for _, run := range runs {
			aside = append(aside, d.byID(t, run.ID).SetAside)
		}
		if diff := cmp.Diff([]bool{!proposed, !proposed, false}, aside); diff != "" {
			t.Errorf("set aside (-want +got):\n%s", diff)
		}
	}
	if diff := cmp.Diff([]timeline.Kind{timeline.ProposalSetAside, timeline.ProposalRestored}, d.kinds(t)[before:]); diff != "" {
		t.Errorf("timeline (-want +got):\n%s", diff)
	}
}
