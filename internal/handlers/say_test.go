package handlers_test

import (
	"net/http"
	"strings"
	"testing"

	"wardroom/internal/authz"
	"wardroom/internal/incidents"
)

// said reads until the words are announced.
func (k *tab) said(t *testing.T, words string) frame {
	t.Helper()
	frames := k.until(t, func(f frame) bool { return f.Op == "announce" && strings.Contains(f.Text, words) })
	return frames[len(frames)-1]
}

// What happens in a room is said to everybody in it; who comes later is told what is, not what was.
func TestARoomSaysWhatHappens(t *testing.T) {
	t.Parallel()
	h := setup(t)
	ana, bo := h.person(t, "Ana", authz.Responder), h.person(t, "Bo", authz.Responder)
	in := h.declared(t, ana)
	hers, his := h.browser(t, ana).open(t, "incident=1"), h.browser(t, bo).open(t, "incident=1")
	hers.row(t, "")
	his.row(t, "")
	h.browser(t, bo).post(t, "/incidents/1/on-it").want(t, http.StatusSeeOther)
	for _, k := range []*tab{hers, his} {
		if f := k.said(t, "Bo is on it"); f.Alarm {
			t.Error("it interrupts")
		}
	}
	h.started(t, ana, in, "count")
	his.said(t, "run 1 succeeded")
	must(t, h.incidents.AddNote(as(t, bo), in.Number, "the arm is *back*"))
	hers.said(t, "Bo noted: the arm is *back*")

	// Ana's run fails: that interrupts her and is mentioned to Bo.
	h.started(t, ana, in, "fail")
	if !hers.said(t, "run 2 failed").Alarm || his.said(t, "run 2 failed").Alarm {
		t.Error("a failed run interrupts its owner and nobody else")
	}
	late := h.browser(t, ana).open(t, "incident=1")
	must(t, h.incidents.AddNote(as(t, bo), in.Number, "last words"))
	for _, f := range late.until(t, func(f frame) bool { return f.Op == "announce" }) {
		if f.Op == "announce" && !strings.Contains(f.Text, "last words") {
			t.Errorf("old news is said again: %s", f.Text)
		}
	}
}

func TestARunSaysHowItEnded(t *testing.T) {
	t.Parallel()
	h := setup(t)
	ana := h.person(t, "Ana", authz.Responder)
	run := h.started(t, ana, h.declared(t, ana), "follow")
	tab := h.browser(t, ana).open(t, "run="+run.ID.String())
	tab.region(t, "run-status")
	_, err := h.runs.Stop(as(t, ana), run.ID)
	must(t, err)
	if f := tab.said(t, "Run 1 ended: "); f.Alarm {
		t.Errorf("what was stopped on purpose interrupts: %s", f.Text)
	}
}

// A new SEV1 interrupts everybody, whatever page they are on.
func TestASev1Interrupts(t *testing.T) {
	t.Parallel()
	h := setup(t)
	ana := h.person(t, "Ana", authz.Responder)
	b := h.browser(t, ana)
	board := b.open(t, "page=dashboard&q=&group=")
	board.region(t, "nav-active")
	in := h.declared(t, ana) // SEV2
	board.until(t, func(f frame) bool { return f.ID == "nav-active" && strings.Contains(f.HTML, ">1<") })
	_, _, err := h.incidents.Declare(as(t, ana), incidents.Declaration{Title: "everything is down", Severity: 1, Environment: "prod"})
	must(t, err)
	if f := board.said(t, "INC-"); !f.Alarm || f.Text != "SEV1: INC-2 everything is down." {
		t.Errorf("said %+v", f)
	}
	if in.Number != 1 || len(find(b.get(t, "/").doc, "#nav-active")) != 1 {
		t.Fatal("another world")
	}
	if _, is := attr(find(b.get(t, "/").doc, "#nav-active")[0], "data-sev1"); !is {
		t.Error("the page's title does not know")
	}
}

// A storm of alerts is one sentence, not a hundred.
func TestAStormIsOneSentence(t *testing.T) {
	t.Parallel()
	h := setup(t)
	h.exec(t, "INSERT INTO sources (name, source_group, kind) VALUES ('am', 'am', 'alertmanager') ON CONFLICT DO NOTHING")
	board := h.browser(t, h.person(t, "Ana", authz.Responder)).open(t, "page=dashboard&q=&group=")
	board.region(t, "dashboard-symptoms")
	var alerts []string
	for name := range strings.FieldsSeq("A B C D E F") {
		alerts = append(alerts, `{"status":"firing","labels":{"alertname":"`+name+`"},"startsAt":"2026-11-23T02:42:00Z","fingerprint":"`+name+`"}`)
	}
	h.nobody(t).do(t, http.MethodPost, hook, `{"version":"4","alerts":[`+strings.Join(alerts, ",")+`]}`, "Origin", "").want(t, http.StatusOK)
	if f := board.said(t, "fires"); !strings.Contains(f.Text, "(and 5 more)") {
		t.Errorf("said %q", f.Text)
	}
}
