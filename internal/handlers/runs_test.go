package handlers_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"wardroom/internal/authz"
	"wardroom/internal/diagnostics"
)

// record is what one tab has of a run: lines by number.
type record struct {
	lines map[int64]string
	gaps  [][2]int64
}

// take adds what a log frame, or the answer that repairs a gap, brings.
func (r *record) take(t *testing.T, f frame) {
	t.Helper()
	switch f.Op {
	case "gap":
		r.gaps = append(r.gaps, [2]int64{f.From, f.To})
	case "log":
		var lines [][][2]string
		must(t, json.Unmarshal(f.Lines, &lines))
		for i, runs := range lines {
			var text strings.Builder
			for _, part := range runs {
				text.WriteString(part[1])
			}
			n := f.From + int64(i)
			if old, known := r.lines[n]; known && old != text.String() {
				t.Errorf("line %d was %q and is %q", n, old, text.String())
			}
			r.lines[n] = text.String()
		}
	}
}

// repair fetches the gaps, as the page does.
func (r *record) repair(t *testing.T, b *browser, run diagnostics.Run) {
	t.Helper()
	for _, gap := range r.gaps {
		for from := gap[0]; from <= gap[1]; {
			a := b.get(t, fmt.Sprintf("/runs/%s/lines?from=%d&to=%d", run.ID, from, gap[1])).want(t, http.StatusOK)
			var f frame
			must(t, json.Unmarshal([]byte(a.body), &f))
			before := len(r.lines)
			r.take(t, f)
			if from += int64(len(r.lines) - before); len(r.lines) == before {
				return // all of it was here
			}
		}
	}
}

func TestOutputReachesEveryTabWhole(t *testing.T) {
	t.Parallel()
	h := setup(t)
	ana, vi := h.person(t, "Ana", authz.Responder), h.person(t, "Vi", authz.Viewer)
	in := h.declared(t, ana)
	run := h.started(t, ana, in, "follow")
	b, other := h.browser(t, ana), h.browser(t, vi)
	records := []*record{{lines: map[int64]string{}}, {lines: map[int64]string{}}}
	// One from the room, one that comes late to the log page and writes its id in capitals.
	early := b.open(t, "incident=1&log="+run.ID.String()+":0")
	early.until(t, func(f frame) bool { records[0].take(t, f); return f.Op == "log" && f.From > 200 })
	late := other.open(t, "run="+run.ID.String())
	late.say(t, `{"op":"watch","run":"`+strings.ToUpper(run.ID.String())+`","from":0}`)
	late.until(t, func(f frame) bool { records[1].take(t, f); return f.Op == "log" })
	other.post(t, "/runs/"+run.ID.String()+"/stop").want(t, http.StatusForbidden)
	b.post(t, "/runs/"+run.ID.String()+"/stop").want(t, http.StatusSeeOther)
	for i, k := range []*tab{early, late} {
		k.until(t, func(f frame) bool { records[i].take(t, f); return f.Op == "log.end" })
	}
	eventually(t, "the run ends", func() bool { return h.count(t, "SELECT count(*) FROM runs WHERE state = 'stopped'") == 1 })
	total := int64(h.count(t, "SELECT lines FROM runs"))
	for i, r := range records {
		r.repair(t, []*browser{b, other}[i], run)
		if len(r.gaps) == 0 && i == 1 {
			t.Error("the late tab was not told what it has missed")
		}
		for n := int64(1); n <= total; n++ {
			if want := fmt.Sprintf("line %d", n); r.lines[n] != want && n < total { // the last may be cut by the stop
				t.Fatalf("tab %d: line %d of %d is %q", i, n, total, r.lines[n])
			}
		}
		if int64(len(r.lines)) != total {
			t.Errorf("tab %d has %d lines of %d", i, len(r.lines), total)
		}
	}
	b.get(t, "/runs/"+run.ID.String()).want(t, http.StatusOK).has(t, "#run-status", "stopped")
	// Whoever comes when it is over gets everything as a gap, and the end.
	after := b.open(t, "run="+run.ID.String()+"&log="+run.ID.String()+":5")
	frames := after.until(t, func(f frame) bool { return f.Op == "log.end" })
	if gap := frames[len(frames)-2]; gap.Op != "gap" || gap.From != 6 || gap.To != total {
		t.Errorf("gap %+v, want 6 to %d", gap, total)
	}
}

func TestASecondClickAttaches(t *testing.T) {
	t.Parallel()
	h := setup(t)
	ana, bo := h.person(t, "Ana", authz.Responder), h.person(t, "Bo", authz.Responder)
	in := h.declared(t, ana)
	run := h.started(t, ana, in, "follow")
	again := []string{"attached", run.AttachedID.String(), "step", run.StepID, "command", run.CommandID}
	a := h.browser(t, bo).post(t, "/incidents/1/runs", again...).want(t, http.StatusSeeOther)
	if !strings.HasPrefix(a.Header.Get("Location"), "/incidents/1#step-") {
		t.Errorf("leads to %s", a.Header.Get("Location"))
	}
	if n := h.count(t, "SELECT count(*) FROM runs"); n != 1 {
		t.Errorf("%d runs", n)
	}
}

// What was confirmed is not what would run: the confirmation is shown again, as a refusal.
func TestAConfirmationOfSomethingElse(t *testing.T) {
	t.Parallel()
	h := setup(t)
	ana := h.person(t, "Ana", authz.Responder)
	in := h.declared(t, ana)
	attached, err := h.incidents.Attached(as(t, ana), in.ID)
	must(t, err)
	step := attached[0].Playbook.Sections[len(attached[0].Playbook.Sections)-1].Steps[0]
	fields := []string{"attached", attached[0].ID.String(), "step", step.ID, "command", "again", "confirm", "change", "text_hash", "another"}
	b := h.browser(t, ana)
	a := b.post(t, "/incidents/1/runs", fields...).want(t, http.StatusConflict)
	a.has(t, "#confirm", "This is not what was confirmed")
	if n := h.count(t, "SELECT count(*) FROM runs"); n != 0 {
		t.Errorf("%d runs", n)
	}
	hash, _ := attr(find(a.doc, "input[name=text_hash]")[0], "value")
	fields[len(fields)-1] = hash
	b.post(t, "/incidents/1/runs", fields...).want(t, http.StatusSeeOther)
	if n := h.count(t, "SELECT count(*) FROM runs WHERE risk = 'change' AND started_name = 'Ana'"); n != 1 {
		t.Errorf("%d runs", n)
	}
}

// Output that may hold secrets is for responders: by page, by file, by repair and by socket.
func TestDisclosingOutput(t *testing.T) {
	t.Parallel()
	h := setup(t)
	ana, vi := h.person(t, "Ana", authz.Responder), h.person(t, "Vi", authz.Viewer)
	in := h.declared(t, ana)
	run := h.started(t, ana, in, "count")
	eventually(t, "the run ends", func() bool { return h.count(t, "SELECT count(*) FROM runs WHERE state = 'succeeded'") == 1 })
	h.exec(t, "UPDATE runs SET discloses = true")
	address := "/runs/" + run.ID.String()
	for _, p := range []struct {
		who    authz.Actor
		status int
		sees   bool
	}{{vi, http.StatusForbidden, false}, {ana, http.StatusOK, true}} {
		b := h.browser(t, p.who)
		for _, path := range []string{address, address + "/raw", address + "/raw?download=1", address + "/lines?from=1&to=9"} {
			b.get(t, path).want(t, p.status)
		}
		b.get(t, "/incidents/1").want(t, http.StatusOK)
		tab := b.open(t, "incident=1&log="+run.ID.String()+":0")
		tab.say(t, `{"op":"watch","run":"`+run.ID.String()+`"}`)
		must(t, h.incidents.AddNote(as(t, ana), in.Number, "for "+p.who.Name))
		told := false
		for _, f := range tab.row(t, "for "+p.who.Name) {
			told = told || f.Run == run.ID.String()
		}
		if told != p.sees {
			t.Errorf("%s is told of the output: %v", p.who.Name, told)
		}
	}
}

const secret = "# Secret\n\n## Diagnosis\n\n### Look\n\n```sh\necho <api-key>\n```\n"

// A secret is asked for where it is confirmed, goes the one way of that post, and leaves nothing behind but its mask.
func TestASecretIsTypedIntoTheConfirmation(t *testing.T) {
	t.Parallel()
	h := setup(t)
	ana := h.person(t, "Ana", authz.Responder)
	in := h.declaredWith(t, ana, "secret")
	attached, err := h.incidents.Attached(as(t, ana), in.ID)
	must(t, err)
	step := attached[0].Playbook.Sections[0].Steps[0]
	b := h.browser(t, ana)
	card := b.get(t, "/incidents/1").want(t, http.StatusOK)
	if !strings.Contains(card.body, "data-confirm") || len(find(card.doc, ".cmd-inputs")) != 0 {
		t.Error("the card does not ask first, or asks for the secret itself")
	}
	var command string
	for _, block := range step.Blocks {
		if block.Command != nil {
			command = block.Command.ID
		}
	}
	fields := []string{"attached", attached[0].ID.String(), "step", step.ID, "command", command}
	page := b.get(t, "/incidents/1/run?attached="+fields[1]+"&step="+fields[3]+"&command="+fields[5]).want(t, http.StatusOK)
	input := find(page.doc, "input[type=password]")
	if len(input) != 1 {
		t.Fatalf("%d inputs for secrets", len(input))
	}
	name, _ := attr(input[0], "name")
	hash, _ := attr(find(page.doc, "input[name=text_hash]")[0], "value")
	fields = append(fields, "confirm", "read", "text_hash", hash)
	b.post(t, "/incidents/1/runs", fields...).want(t, http.StatusBadRequest).has(t, "#confirm", "<api-key> needs its value")
	b.post(t, "/incidents/1/runs", append(fields, name, "hunter2")...).want(t, http.StatusSeeOther)
	eventually(t, "the run ends", func() bool {
		return h.count(t, "SELECT count(*) FROM runs WHERE state = 'succeeded' AND text = 'echo ‹api-key›'") == 1
	})
	room := b.get(t, "/incidents/1").want(t, http.StatusOK)
	room.has(t, ".cmd", "‹api-key›")
	if strings.Contains(room.body, "hunter2") {
		t.Error("the room shows the secret")
	}
}
