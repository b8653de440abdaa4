package views_test

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"wardroom/static"
	"wardroom/views"
	"wardroom/views/internal/fixture"
)

// Every page, in every state that the fixtures hold, keeps the rules that each page must keep.
func TestPages(t *testing.T) {
	t.Parallel()
	for name, page := range fixture.Pages() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var b bytes.Buffer
			if err := page("light").Render(views.WithAssets(t.Context(), static.Path), &b); err != nil {
				t.Fatal(err)
			}
			checkNesting(t, b.Bytes())
			doc, err := html.Parse(&b)
			if err != nil {
				t.Fatal(err)
			}
			checkNoInlineCode(t, doc)
			ids := checkIDs(t, doc)
			checkReferences(t, doc, ids)
			checkLiveRegions(t, doc)
			checkForms(t, doc)
			checkLandmarks(t, doc)
		})
	}
}

// checkNesting fails on tags that a parser would have to repair.
func checkNesting(t *testing.T, page []byte) {
	t.Helper()
	void := strings.Fields("area base br col embed hr img input link meta source track wbr")
	var open []string
	z := html.NewTokenizer(bytes.NewReader(page))
	for {
		switch z.Next() {
		case html.ErrorToken:
			if len(open) > 0 {
				t.Errorf("not closed: %v", open)
			}
			return
		case html.StartTagToken:
			tag, _ := z.TagName()
			if !slices.Contains(void, string(tag)) {
				open = append(open, string(tag))
			}
		case html.EndTagToken:
			tag, _ := z.TagName()
			if len(open) == 0 || open[len(open)-1] != string(tag) {
				t.Fatalf("</%s> closes %v", tag, open)
			}
			open = open[:len(open)-1]
		case html.TextToken, html.SelfClosingTagToken, html.CommentToken, html.DoctypeToken:
		}
	}
}

func checkNoInlineCode(t *testing.T, doc *html.Node) {
	t.Helper()
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if n.Data == "style" || n.Data == "script" && attr(n, "src") == "" {
			t.Errorf("inline <%s>", n.Data)
		}
		for _, a := range n.Attr {
			if a.Key == "style" || strings.HasPrefix(a.Key, "on") || strings.HasPrefix(a.Val, "javascript:") {
				t.Errorf("<%s %s=%q>", n.Data, a.Key, a.Val)
			}
		}
	}
}

func checkIDs(t *testing.T, doc *html.Node) map[string]*html.Node {
	t.Helper()
	ids := map[string]*html.Node{}
	for n := range doc.Descendants() {
		if id := attr(n, "id"); id != "" {
			if ids[id] != nil {
				t.Errorf("id %q twice", id)
			}
			ids[id] = n
		}
	}
	return ids
}

// checkReferences follows everything that names an element of the same page.
func checkReferences(t *testing.T, doc *html.Node, ids map[string]*html.Node) {
	t.Helper()
	for n := range doc.Descendants() {
		for _, key := range []string{"for", "aria-labelledby", "aria-describedby", "popovertarget", "form", "data-log-of"} {
			for id := range strings.FieldsSeq(attr(n, key)) {
				if ids[id] == nil && id != "confirm-title" { // the dialog's title arrives with its content
					t.Errorf("<%s %s=%q> leads nowhere", n.Data, key, id)
				}
			}
		}
		href := attr(n, "href")
		if n.Data == "a" && len(href) > 1 && href[0] == '#' && ids[href[1:]] == nil {
			t.Errorf("link to %s leads nowhere", href)
		}
		if strings.HasPrefix(href, "/static/") && !strings.Contains(href, ".") {
			t.Errorf("asset %s has no hash", href)
		}
	}
}

// checkLiveRegions holds the rule that makes pushing safe: what is replaced holds nothing that belongs to a person.
func checkLiveRegions(t *testing.T, doc *html.Node) {
	t.Helper()
	for n := range doc.Descendants() {
		if !has(n, "data-live") {
			continue
		}
		if attr(n, "id") == "" {
			t.Errorf("live <%s> without an id", n.Data)
		}
		for c := range n.Descendants() {
			editable := c.Data == "textarea" || c.Data == "select" || c.Data == "input" && attr(c, "type") != "hidden"
			if editable || c.Data == "details" || has(c, "data-log") || has(c, "data-log-of") {
				t.Errorf("live region %s holds <%s>", attr(n, "id"), c.Data)
			}
		}
	}
}

// checkForms wants a way to send each form, a key in each POST, and a label on each input.
func checkForms(t *testing.T, doc *html.Node) {
	t.Helper()
	labelled := map[string]bool{}
	for n := range doc.Descendants() {
		if n.Data == "label" {
			labelled[attr(n, "for")] = true
		}
	}
	for n := range doc.Descendants() {
		switch {
		case n.Data == "form" && strings.EqualFold(attr(n, "method"), "post"):
			if find(n, func(c *html.Node) bool {
				return c.Data == "input" && attr(c, "name") == "key" && attr(c, "value") != ""
			}) == nil {
				t.Errorf("form to %s has no key", attr(n, "action"))
			}
			if find(n, func(c *html.Node) bool { return c.Data == "button" && attr(c, "type") == "submit" }) == nil && attr(n, "id") == "" {
				t.Errorf("form to %s cannot be sent", attr(n, "action"))
			}
		case n.Data == "textarea" || n.Data == "select" || n.Data == "input" && attr(n, "type") != "hidden" && !has(n, "hidden"):
			if !labelled[attr(n, "id")] && attr(n, "aria-label") == "" && ancestor(n, "label") == nil {
				t.Errorf("<%s name=%q> has no label", n.Data, attr(n, "name"))
			}
		case n.Data == "button":
			if text(n) == "" && attr(n, "aria-label") == "" {
				t.Errorf("a button without a name: %v", n.Attr)
			}
			if attr(n, "type") == "" {
				t.Errorf("button %q has no type", text(n))
			}
		case n.Data == "table":
			if find(n, func(c *html.Node) bool { return c.Data == "caption" }) == nil {
				t.Error("a table without a caption")
			}
		}
	}
}

func checkLandmarks(t *testing.T, doc *html.Node) {
	t.Helper()
	count := map[string]int{}
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode {
			count[n.Data]++
		}
	}
	searches := map[string]bool{}
	for n := range doc.Descendants() {
		if strings.HasPrefix(n.Data, "h") && len(n.Data) == 2 && n.Data != "hr" && text(n) == "" {
			t.Errorf("an empty %s", n.Data)
		}
		if attr(n, "role") == "search" {
			if searches[attr(n, "aria-label")] {
				t.Errorf("two searches are called %q", attr(n, "aria-label"))
			}
			searches[attr(n, "aria-label")] = true
		}
	}
	if count["h1"] != 1 || count["main"] != 1 {
		t.Errorf("%d h1, %d main", count["h1"], count["main"])
	}
	for _, id := range []string{"announce", "alert"} {
		if find(doc, func(n *html.Node) bool { return attr(n, "id") == id }) == nil {
			t.Errorf("no #%s", id)
		}
	}
	if live := find(doc, func(n *html.Node) bool { return has(n, "aria-live") }); live != nil {
		t.Errorf("aria-live on <%s>", live.Data)
	}
}

// What people and machines write stays text.
func TestForeignTextIsEscaped(t *testing.T) {
	t.Parallel()
	evil := `"><script>alert(1)</script>`
	m := fixture.Room()
	m.Header.Title = evil
	m.Timeline.Rows[0].Parts = []views.Part{views.B(evil), views.L(evil, "javascript:alert(1)")}
	m.Playbooks[0].Sections[1].Steps[1].Blocks[1].Command.Segments = []views.Segment{{Text: evil}, {Text: evil, Value: true, From: "alert"}, {Text: evil, Open: true}}
	got := render(t, m)
	if strings.Contains(got, "<script>alert") || strings.Contains(got, `href="javascript`) {
		t.Error("foreign text became markup")
	}
	if n := strings.Count(got, "&lt;script&gt;alert(1)&lt;/script&gt;"); n < 6 {
		t.Errorf("the text is shown %d times", n)
	}
}

// Somebody who may only look gets no button that does something.
func TestViewerHasNoActions(t *testing.T) {
	t.Parallel()
	doc, err := html.Parse(strings.NewReader(render(t, fixture.ClosedRoom())))
	if err != nil {
		t.Fatal(err)
	}
	for n := range doc.Descendants() {
		if n.Data == "form" && attr(n, "method") == "post" && attr(n, "action") != "/logout" && attr(n, "action") != "/settings/theme" {
			t.Errorf("form to %s", attr(n, "action"))
		}
	}
}

// The command in the page is exactly the command: not a space more.
func TestCommandTextIsExact(t *testing.T) {
	t.Parallel()
	doc, err := html.Parse(strings.NewReader(render(t, fixture.Room())))
	if err != nil {
		t.Fatal(err)
	}
	pre := find(doc, func(n *html.Node) bool { return attr(n, "id") == "cmd-c6-form" })
	code := find(pre, func(n *html.Node) bool { return n.Data == "code" })
	if got, want := rawText(code), "kubectl rollout restart deployment orchestrator -n octollm"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestRunPrimaryIsOffered(t *testing.T) {
	t.Parallel()
	m := fixture.Room()
	if got := m.Current(); got == nil || got.ID != "s6" {
		t.Fatalf("current step %v", got)
	}
	if got := render(t, m); strings.Count(got, `form="cmd-c6-form"`) != 1 || !strings.Contains(got, "Run step 6…") {
		t.Error("the bottom bar does not offer the current step")
	}
}

// Regions can be rendered alone, to be pushed, under the id that they have in the page.
func TestRegionsStandAlone(t *testing.T) {
	t.Parallel()
	room, board, run := fixture.Room(), fixture.Dashboard(), fixture.RunPage()
	step := room.Playbooks[0].Sections[1].Steps[1]
	command := step.Blocks[1].Command
	for id, got := range map[string]string{
		"room-header":         renderComponent(t, room.Header.View()),
		"room-presence":       renderComponent(t, room.Header.Presence()),
		"room-outline":        renderComponent(t, room.Outline.View()),
		"room-symptoms":       renderComponent(t, room.Strip.View()),
		"room-escalation":     renderComponent(t, room.Escalation.View()),
		"room-handoffs":       renderComponent(t, room.Handoffs.View()),
		"room-bar":            renderComponent(t, room.Bar()),
		"room-values":         renderComponent(t, room.Values.View()),
		"timeline-count":      renderComponent(t, room.Timeline.Count()),
		"step-s6":             renderComponent(t, step.View()),
		"step-s6-head":        renderComponent(t, step.Head()),
		"step-s6-record":      renderComponent(t, step.Record()),
		"cmd-c6-act":          renderComponent(t, command.Action()),
		"cmd-c6-result":       renderComponent(t, command.Result()),
		"run-status":          renderComponent(t, run.Status()),
		"dashboard-incidents": renderComponent(t, board.Incidents.View()),
		"dashboard-symptoms":  renderComponent(t, board.Symptoms.View()),
		"dashboard-sources":   renderComponent(t, board.Sources.View()),
		"nav-active":          renderComponent(t, board.Page.ActiveCount()),
	} {
		if first := regexp.MustCompile(`^<[a-z]+ id="([^"]+)"`).FindStringSubmatch(got); first == nil || first[1] != id {
			t.Errorf("%s begins with %.60s", id, got)
		}
	}
	if got := renderComponent(t, room.Timeline.Rows[0].View()); !strings.HasPrefix(got, `<li data-seq="3"`) {
		t.Errorf("a timeline row begins with %.60s", got)
	}
}

func TestElementID(t *testing.T) {
	t.Parallel()
	a, b := views.ElementID("p1", "Diagnosis/Step 1: Check"), views.ElementID("p1", "Diagnosis/Step 1! Check")
	if a == b || !regexp.MustCompile(`^[a-z0-9-]+$`).MatchString(a) {
		t.Errorf("%s, %s", a, b)
	}
	if got := views.ElementID("", "…"); !regexp.MustCompile(`^[a-z0-9-]+$`).MatchString(got) {
		t.Error(got)
	}
}

func TestKeysDiffer(t *testing.T) {
	t.Parallel()
	keys := regexp.MustCompile(`name="key" value="([0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})"`).FindAllStringSubmatch(render(t, fixture.Room()), -1)
	seen := map[string]bool{}
	for _, k := range keys {
		if seen[k[1]] {
			t.Fatalf("%s twice", k[1])
		}
		seen[k[1]] = true
	}
	if len(seen) < 10 {
		t.Errorf("only %d keys", len(seen))
	}
}

func ExampleLeft() {
	fmt.Println(views.Left(fixture.Now.Add(252e9), fixture.Now).Text)
	// Output: 4:12
}
