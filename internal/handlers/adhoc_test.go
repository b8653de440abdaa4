package handlers_test

import (
	"net/http"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"wardroom/internal/authz"
	"wardroom/internal/incidents"
)

// fieldsOf are what a form's inputs, its text area and a button of it would post.
func fieldsOf(a answer, form string) (fields []string) {
	root := find(a.doc, form)[0]
	for _, n := range find(root, "input") {
		name, _ := attr(n, "name")
		value, _ := attr(n, "value")
		if name != "key" {
			fields = append(fields, name, value)
		}
	}
	for _, n := range find(root, "textarea") {
		name, _ := attr(n, "name")
		fields = append(fields, name, strings.TrimSpace(textOf(n)))
	}
	return fields
}

func button(a answer, action string) *html.Node {
	for _, n := range find(a.doc, "button[formaction="+action+"]") {
		return n
	}
	return nil
}

// Without a script the box is a page: it says what a text would do, and its button runs it.
func TestATypedCommandWithoutAScript(t *testing.T) {
	t.Parallel()
	h := setup(t)
	ana, vi := h.person(t, "Ana", authz.Responder), h.person(t, "Vi", authz.Viewer)
	h.declared(t, ana)
	b := h.browser(t, ana)
	room := b.get(t, "/incidents/1").want(t, http.StatusOK)
	at, _ := attr(find(room.doc, "a[aria-keyshortcuts=:]")[0], "href")
	page := b.get(t, at).want(t, http.StatusOK)
	page.has(t, "#command-box", "INC-1, Count, on prod")
	page.has(t, "#command-verdict", "people type commands that read or change")
	if button(page, "/incidents/1/runs") != nil {
		t.Error("nothing typed can be run")
	}

	typed := fieldsOf(page, "form[action=/incidents/1/command]")
	typed = append(typed[:len(typed)-1], "seq 1 <many>")
	page = b.post(t, "/incidents/1/command", typed...).want(t, http.StatusOK)
	page.has(t, "#command-verdict", "READ")
	page.has(t, "#command-verdict", "seq")
	if len(find(page.doc, "input[name=v.many]")) != 1 || button(page, "/incidents/1/runs") == nil {
		t.Fatalf("no field for a value, or nothing to press: %s", page.text())
	}
	fields := append(fieldsOf(page, "form[action=/incidents/1/command]"), "v.many", "4")
	gone := b.post(t, "/incidents/1/runs", fields...).want(t, http.StatusSeeOther)
	if h.count(t, "SELECT count(*) FROM runs WHERE source = 'typed' AND written = 'seq 1 <many>' AND text = 'seq 1 4' AND step_title LIKE '%Count' AND started_name = 'Ana'") != 1 {
		t.Error("it is not recorded")
	}

	eventually(t, "the run ends", func() bool { return h.count(t, "SELECT count(*) FROM runs WHERE state = 'succeeded'") == 1 })
	_, card, _ := strings.Cut(gone.Header.Get("Location"), "#")
	for _, who := range []authz.Actor{ana, vi} {
		room = h.browser(t, who).get(t, "/incidents/1")
		room.has(t, "#"+card, "Not in the playbook. Typed by Ana.")
		room.has(t, "#"+card, "exit 0")
		room.has(t, "#"+card+"-log", "4")
	}
	// The playbook's own command has not run, and is still what comes next.
	room.has(t, "#room-outline", "0 of 2")
	page = b.get(t, at)
	page.has(t, "#command-again", "seq 1 <many>")
	b.post(t, "/incidents/1/command", "again", "seq 1 <many>").has(t, "#command-text", "seq 1 <many>")
}

// What somebody typed long ago does not stand in the way of what comes next.
func TestEarlierTypedCommandsAreFolded(t *testing.T) {
	t.Parallel()
	h := setup(t)
	ana := h.person(t, "Ana", authz.Responder)
	h.declared(t, ana)
	b := h.browser(t, ana)
	for _, text := range []string{"seq 1 1", "seq 1 2", "seq 1 3", "seq 1 4", "seq 1 5"} {
		b.post(t, "/incidents/1/runs", "text", text).want(t, http.StatusSeeOther)
	}
	eventually(t, "the runs end", func() bool { return h.count(t, "SELECT count(*) FROM runs WHERE state = 'succeeded'") == 5 })
	page := b.get(t, "/incidents/1").want(t, http.StatusOK)
	page.has(t, "details.others", "2 earlier commands that somebody typed")
	folded := 0
	for _, details := range find(page.doc, "details.others") {
		folded += len(find(details, ".cmd-text"))
	}
	if folded != 2 || len(find(find(page.doc, "#step-typed")[0], ".cmd-text")) != 5 {
		t.Errorf("%d are folded", folded)
	}
}

// A night of typing does not make a page that no phone can load: the newest texts are drawn, and what
// runs; the timeline has all of them.
func TestManyTypedCommands(t *testing.T) {
	t.Parallel()
	h := setup(t)
	ana := h.person(t, "Ana", authz.Responder)
	h.declared(t, ana)
	b := h.browser(t, ana)
	b.post(t, "/incidents/1/runs", "text", "seq 1 3").want(t, http.StatusSeeOther)
	eventually(t, "the run ends", func() bool { return h.count(t, "SELECT count(*) FROM runs WHERE state = 'succeeded'") == 1 })
	size := len(b.get(t, "/incidents/1").body)
	h.exec(t, `INSERT INTO runs SELECT (jsonb_populate_record(r, jsonb_build_object('id', gen_random_uuid(), 'number', n + 1, 'written', 'seq 1 ' || n, 'text', 'seq 1 ' || n))).*
		FROM runs r, generate_series(1, 300) n WHERE r.number = 1`)
	h.exec(t, "UPDATE runs SET state = 'running', ended_at = NULL, exit_code = NULL WHERE number = 2")
	page := b.get(t, "/incidents/1").want(t, http.StatusOK)
	card := find(page.doc, "#step-typed")[0]
	page.has(t, "summary", "296 earlier commands that somebody typed")
	page.has(t, "details.others", "279 before these")
	shown := find(card, ".cmd-text")
	if len(shown) != 21 || strings.TrimSpace(textOf(shown[len(shown)-1])) != "$ seq 1 300" {
		t.Errorf("%d are shown, the last is %q", len(shown), textOf(shown[len(shown)-1]))
	}
	page.has(t, "#step-typed", "$ seq 1 1 ") // it runs
	if len(page.body) > size+250<<10 {
		t.Errorf("%d bytes for one, %d for all", size, len(page.body))
	}
}

// A change that somebody types is confirmed like a playbook's, also when its text is too
// long for an address.
func TestATypedChangeIsConfirmed(t *testing.T) {
	t.Parallel()
	h := setup(t)
	ana := h.person(t, "Ana", authz.Responder)
	h.declared(t, ana)
	b := h.browser(t, ana)
	text := "seq 1 2 > out; echo " + strings.Repeat("x", 40<<10)
	page := b.post(t, "/incidents/1/command", "text", text).want(t, http.StatusOK)
	page.has(t, "#command-verdict", "CHANGE")
	if ask := button(page, "/incidents/1/run"); ask == nil || button(page, "/incidents/1/runs") != nil {
		t.Fatalf("it does not ask: %.300s", page.text())
	}
	page = b.post(t, "/incidents/1/run", "text", text).want(t, http.StatusOK)
	page.has(t, "#confirm", "a command of your own")
	page.has(t, ".confirm-facts", "Undo Nobody has written down how to take this back")
	b.get(t, "/incidents/1/run?text=redis-cli+config+set+maxmemory+1gb").has(t, ".confirm-facts", "Undo CONFIG SET with the value that it has now")
	b.post(t, "/incidents/1/runs", "text", text).want(t, http.StatusConflict)
	b.post(t, "/incidents/1/runs", fieldsOf(page, "form[action=/incidents/1/runs]")...).want(t, http.StatusSeeOther)
	if n := h.count(t, "SELECT count(*) FROM runs WHERE source = 'typed' AND risk = 'change' AND attached_id IS NULL"); n != 1 {
		t.Errorf("%d runs", n)
	}
	b.get(t, "/incidents/1").has(t, "#step-typed", "Typed by Ana")
}

func TestAnEditedCommand(t *testing.T) {
	t.Parallel()
	h := setup(t)
	ana := h.person(t, "Ana", authz.Responder)
	h.declared(t, ana)
	b := h.browser(t, ana)
	room := b.get(t, "/incidents/1").want(t, http.StatusOK)
	at, _ := attr(find(room.doc, "a[aria-label=Edit…]")[0], "href")
	page := b.get(t, at).want(t, http.StatusOK)
	page.has(t, "h1", "Edit before running")
	page.has(t, "#command-text", "seq 1 3")
	page.has(t, "#command-verdict", "As the playbook has it.")
	fields := fieldsOf(page, "form[action=/incidents/1/command]")
	fields = append(fields[:len(fields)-1], "seq 1 5")
	b.post(t, "/incidents/1/runs", fields...).want(t, http.StatusSeeOther)
	eventually(t, "the run ends", func() bool {
		return h.count(t, "SELECT count(*) FROM runs WHERE source = 'edited' AND command_id = 'count' AND state = 'succeeded'") == 1
	})
	room = b.get(t, "/incidents/1")
	room.has(t, ".run-remark", "edited: seq 1 5")
	room.has(t, "#room-outline", "0 of 2") // whatever it did, the command has not run
	room.has(t, "#room-bar", "Run step 1")
	room.has(t, "#timeline", "“seq 1 5” , edited run 1 of Count")
	if at, _ := attr(find(find(room.doc, "#timeline")[0], "a")[0], "href"); !strings.HasPrefix(at, "/runs/") {
		t.Errorf("the sentence leads to %q", at)
	}
}

// What somebody made of a read can be a change: the step and the timeline say so, and the
// read is still to be done.
func TestAnEditedReadThatChanges(t *testing.T) {
	t.Parallel()
	h := setup(t)
	ana := h.person(t, "Ana", authz.Responder)
	in := h.declared(t, ana)
	b := h.browser(t, ana)
	at, _ := attr(find(b.get(t, "/incidents/1").doc, "a[aria-label=Edit…]")[0], "href")
	fields := fieldsOf(b.get(t, at), "form[action=/incidents/1/command]")
	fields = append(fields[:len(fields)-1], "seq 1 5 > five")
	page := b.post(t, "/incidents/1/run", fields...).want(t, http.StatusOK)
	b.post(t, "/incidents/1/runs", fieldsOf(page, "form[action=/incidents/1/runs]")...).want(t, http.StatusSeeOther)
	eventually(t, "the run ends", func() bool {
		return h.count(t, "SELECT count(*) FROM runs WHERE risk = 'change' AND state = 'succeeded'") == 1
	})
	room := b.get(t, "/incidents/1")
	if first := heads(room)[0]; !strings.Contains(first, "is-current: current step:") || !strings.Contains(first, "READ CHANGE RAN") {
		t.Errorf("the step says %q", first)
	}
	room.has(t, "#timeline", "Ana started “seq 1 5 > five” , edited run 1 of Count (change)")
	room.has(t, "#timeline", "“seq 1 5 > five” , edited run 1 of Count (change) succeeded")
	h.finished(t, ana, in, "count")
	b.get(t, "/incidents/1").has(t, "#room-outline", "1 of 2")
	_, token, err := h.incidents.Offer(as(t, ana), in.Number, incidents.HandoffTo{Email: "jo@example.org"}, "")
	must(t, err)
	tried := h.nobody(t).get(t, "/handoff/"+token).want(t, http.StatusOK).text()
	if !strings.Contains(tried, "Count, edited: seq 1 5 > five") || strings.Count(tried, "exit 0") != 2 {
		t.Errorf("who is asked to take over reads %s", tried)
	}
}

// Where the environment lets nobody type, there is no box, and what is posted all the same
// is refused with the reason; so is a viewer, wherever.
func TestNobodyTypesHere(t *testing.T) {
	t.Parallel()
	h := setup(t)
	ana, vi := h.person(t, "Ana", authz.Responder), h.person(t, "Vi", authz.Viewer)
	h.declared(t, ana)
	_, _, err := h.incidents.Declare(as(t, ana), incidents.Declaration{Title: "strict", Severity: 2, Environment: "strict", PlaybookIDs: []string{"arm-down"}})
	must(t, err)
	for path, b := range map[string]*browser{"/incidents/2": h.browser(t, ana), "/incidents/1": h.browser(t, vi)} {
		room := b.get(t, path).want(t, http.StatusOK)
		if n := len(find(room.doc, "[data-box]")) + len(find(room.doc, "#command-dialog")); n > 0 {
			t.Errorf("%s offers to type %d times", path, n)
		}
		for _, a := range []answer{b.get(t, path+"/command"), b.post(t, path+"/command", "text", "seq 1 2"), b.post(t, path+"/runs", "text", "seq 1 2"), b.post(t, path+"/run", "text", "seq 1 2")} {
			refused := a.StatusCode == http.StatusForbidden || a.StatusCode == http.StatusBadRequest
			for _, asked := range find(a.doc, "#confirm") { // a confirmation that can't be confirmed says why
				refused = refused || len(find(asked, "button[type=submit]")) == 0
			}
			if reason := "nobody types a command of their own"; !refused || path == "/incidents/2" && !strings.Contains(a.text(), reason) {
				t.Errorf("%s %s: %d %.300s", a.Request.Method, a.Request.URL.Path, a.StatusCode, a.text())
			}
		}
	}
	if n := h.count(t, "SELECT count(*) FROM runs"); n != 0 {
		t.Errorf("%d runs", n)
	}
}

// A command that somebody types in one tab reaches the others: they fetch the room's new
// structure.
func TestATypedCommandReachesEverybody(t *testing.T) {
	t.Parallel()
	h := setup(t)
	ana, bo := h.person(t, "Ana", authz.Responder), h.person(t, "Bo", authz.Responder)
	in := h.declared(t, ana)
	other := h.browser(t, bo)
	tab := other.open(t, "incident=1&since="+last(t, other.get(t, "/incidents/1")))
	must(t, h.incidents.AddNote(as(t, ana), in.Number, "everything is here"))
	tab.row(t, "everything is here")
	h.browser(t, ana).post(t, "/incidents/1/runs", "text", "seq 1 2").want(t, http.StatusSeeOther)
	tab.until(t, func(f frame) bool { return f.Op == "refresh" })
	tab.row(t, "“seq 1 2”</b>, ")
	other.get(t, "/incidents/1").has(t, "#step-typed", "Typed by Ana")
}

func TestProposalsOnTheReview(t *testing.T) {
	t.Parallel()
	h := setup(t)
	ana := h.person(t, "Ana", authz.Responder)
	h.declared(t, ana)
	b := h.browser(t, ana)
	b.post(t, "/incidents/1/runs", "text", "seq 1 2").want(t, http.StatusSeeOther)
	eventually(t, "the run ends", func() bool { return h.count(t, "SELECT count(*) FROM runs WHERE state = 'succeeded'") == 1 })
	var run string
	must(t, h.db.Pool.QueryRow(t.Context(), "SELECT id::text FROM runs").Scan(&run))
	b.post(t, "/runs/"+run+"/set-aside").leads(t, "/incidents/1/review#proposals")
	if n := h.count(t, "SELECT count(*) FROM runs WHERE set_aside_at IS NOT NULL"); n != 1 {
		t.Error("it is still proposed")
	}
	b.post(t, "/runs/"+run+"/propose").leads(t, "/incidents/1/review#proposals")
	if n := h.count(t, "SELECT count(*) FROM runs WHERE set_aside_at IS NULL"); n != 1 {
		t.Error("it stays set aside")
	}
	a := b.get(t, "/incidents/1/proposals.md").want(t, http.StatusOK)
	if !strings.Contains(a.Header.Get("Content-Disposition"), `filename="INC-1-proposals.md"`) {
		t.Error(a.Header)
	}
}
