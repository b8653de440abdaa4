package handlers_test

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wardroom/internal/authz"
	"wardroom/internal/config"
	"wardroom/internal/playbooks"
	"wardroom/views"
)

// writers opens a house in which playbooks can be published, and a browser of an author's.
func writers(t *testing.T) (h *house, folder string, au *browser) {
	t.Helper()
	folder = t.TempDir()
	h = setup(t, func(s *config.Settings) { s.PlaybooksWrite = folder })
	return h, folder, h.browser(t, h.person(t, "Au", authz.Author))
}

// field is the value of a form's field.
func (a answer) field(t *testing.T, name string) string {
	t.Helper()
	if found := find(a.doc, "textarea[name="+name+"]"); len(found) > 0 {
		return strings.TrimSuffix(textOf(found[0]), " ") // the parser leaves out the first line's end, as browsers do
	}
	if found := find(a.doc, "input[name="+name+"]"); len(found) > 0 {
		value, _ := attr(found[0], "value")
		return value
	}
	t.Fatalf("%s has no field %s:\n%.600s", a.Request.URL, name, a.text())
	return ""
}

// From the text through the difference to what everybody reads, without a script.
func TestWriteReviewPublish(t *testing.T) {
	t.Parallel()
	h, folder, au := writers(t)
	au.get(t, "/playbooks/arm-down").want(t, http.StatusOK).has(t, "a", "Edit")
	edit := au.get(t, "/playbooks/arm-down/edit").want(t, http.StatusOK)
	source, base := edit.field(t, "source"), edit.field(t, "base")
	if source != armDown || base == "" {
		t.Fatalf("the text is %q at %q", source, base)
	}
	edit.has(t, ".cmd-hints", "READ: ")
	edit.has(t, ".cmd-hints", "CHANGE: the author says so")
	edit.has(t, "#problems", "The reader understands all of it")

	changed := strings.ReplaceAll(strings.Replace(armDown, "seq 1 3", "seq 1 <number>", 1), "\n", "\r\n") // as browsers send it
	checked := au.post(t, "/playbooks/validate", "path", "arm-down.md", "base", base, "source", changed).want(t, http.StatusOK)
	checked.has(t, ".cmd-hints", "<number> is a field in the form")
	if checked.field(t, "base") != base || h.count(t, "SELECT count(*) FROM playbook_drafts") != 0 {
		t.Error("checking kept something, or forgot what the text began from")
	}
	au.post(t, "/playbooks/draft", "path", "arm-down.md", "base", base, "source", changed).leads(t, "/playbooks/arm-down/edit?done=draft")
	au.get(t, "/playbooks/arm-down/edit?done=draft").want(t, http.StatusOK).has(t, ".notice", "Your draft is saved")
	au.get(t, "/playbooks").want(t, http.StatusOK).has(t, "a", "1 draft")
	au.get(t, "/playbooks/draft").want(t, http.StatusOK).has(t, "a", "arm-down.md")
	seen := au.get(t, "/playbooks/arm-down/edit").field(t, "seen")
	au.post(t, "/playbooks/draft", "path", "arm-down.md", "base", base, "seen", seen, "source", changed, "then", "review").leads(t, "/playbooks/draft?path=arm-down.md")

	review := au.get(t, "/playbooks/draft?path=arm-down.md").want(t, http.StatusOK)
	review.has(t, "del", "seq 1 3")
	review.has(t, "ins", "seq 1 <number>")
	revision := review.field(t, "revision")
	au.post(t, "/playbooks/draft/publish", "path", "arm-down.md", "revision", revision).want(t, http.StatusBadRequest).has(t, ".problems", "Say in a few words")
	au.post(t, "/playbooks/draft/publish", "path", "arm-down.md", "revision", revision, "note", "ask how many").leads(t, "/playbooks/arm-down?done=published")

	read := au.get(t, "/playbooks/arm-down?done=published").want(t, http.StatusOK)
	read.has(t, ".notice", "Published")
	read.has(t, "mark", "<number>")
	read.has(t, "dd", "written here")
	read.has(t, "aside", "Au")
	history := h.browser(t, h.person(t, "Vi", authz.Viewer)).get(t, "/playbooks/arm-down/history").want(t, http.StatusOK)
	history.has(t, "li", "ask how many")
	var diff string
	for _, n := range find(history.doc, "a") {
		if href, _ := attr(n, "href"); strings.Contains(href, "history?from=") {
			diff = href
		}
	}
	au.get(t, diff).want(t, http.StatusOK).has(t, "ins", "seq 1 <number>")
	if text, err := os.ReadFile(filepath.Join(folder, "arm-down.md")); err != nil || strings.Contains(string(text), "\r") || !strings.Contains(string(text), "<number>") {
		t.Errorf("the file is %q, %v", text, err)
	}
}

func TestANewPlaybook(t *testing.T) {
	t.Parallel()
	_, folder, au := writers(t)
	page := au.get(t, "/playbooks/new").want(t, http.StatusOK)
	page.has(t, "#preview", "Queue stuck")
	source := page.field(t, "source")
	lost := au.post(t, "/playbooks/draft", "path", "../x.md", "source", source+"Mine.").want(t, http.StatusBadRequest)
	lost.has(t, ".problems", "will not do")
	if got := lost.field(t, "source"); got != source+"Mine." || lost.field(t, "path") != "../x.md" {
		t.Errorf("the text is lost: %q", got)
	}
	au.post(t, "/playbooks/draft", "path", "team/queue.md", "source", source).leads(t, "/playbooks/new?path=team%2Fqueue.md&done=draft")
	again := au.get(t, "/playbooks/new?path=team%2Fqueue.md").want(t, http.StatusOK)
	if again.field(t, "source") != source {
		t.Error("the draft is not what was saved")
	}
	review := au.get(t, "/playbooks/draft?path=team%2Fqueue.md").want(t, http.StatusOK)
	review.has(t, "h1", "Publish a new playbook")
	au.post(t, "/playbooks/draft/publish", "path", "team/queue.md", "revision", review.field(t, "revision"), "note", "first").leads(t, "/playbooks/team-queue?done=published")
	au.get(t, "/playbooks/new?path=team%2Fqueue.md").leads(t, "/playbooks/team-queue/edit")
	if _, err := os.Stat(filepath.Join(folder, "team", "queue.md")); err != nil {
		t.Error(err)
	}
	au.get(t, "/playbooks/draft?path=team%2Fqueue.md").want(t, http.StatusNotFound).has(t, "a[href=/playbooks/draft]", "Back to your drafts")
	au.post(t, "/playbooks/draft/publish", "path", "team/queue.md", "revision", "x", "note", "x").want(t, http.StatusConflict).has(t, "a", "Back to your drafts")
	au.get(t, "/playbooks/none").want(t, http.StatusNotFound).has(t, "a", "Back to the playbooks")
}

// Who was slower sees both texts, and can go on with theirs.
func TestSomebodyWasFaster(t *testing.T) {
	t.Parallel()
	h, _, au := writers(t)
	kim := h.browser(t, h.person(t, "Kim", authz.Admin))
	base := au.get(t, "/playbooks/arm-down/edit").want(t, http.StatusOK).field(t, "base")
	for b, text := range map[*browser]string{au: armDown + "Mine.\n", kim: armDown + "Theirs.\n"} {
		b.post(t, "/playbooks/draft", "path", "arm-down.md", "base", base, "source", text).want(t, http.StatusSeeOther)
	}
	revision := au.get(t, "/playbooks/draft?path=arm-down.md").want(t, http.StatusOK).field(t, "revision")
	kim.post(t, "/playbooks/draft/publish", "path", "arm-down.md", "note", "theirs",
		"revision", kim.get(t, "/playbooks/draft?path=arm-down.md").field(t, "revision")).want(t, http.StatusSeeOther)

	slower := au.post(t, "/playbooks/draft/publish", "path", "arm-down.md", "revision", revision, "note", "mine").want(t, http.StatusConflict)
	slower.has(t, ".problems", "Somebody else changed this file")
	slower.has(t, "h2", "Kim changed this file")
	slower.has(t, "ins", "Theirs.")
	slower.has(t, "del", "Theirs.")
	slower.has(t, "ins", "Mine.")
	au.get(t, "/playbooks/arm-down/edit").want(t, http.StatusOK).has(t, ".notice", "The file changed since this draft began")
	au.post(t, "/playbooks/draft/rebase", "path", "arm-down.md", "theirs", base).want(t, http.StatusConflict).has(t, ".problems", "changed once more")
	au.post(t, "/playbooks/draft/rebase", "path", "arm-down.md", "theirs", slower.field(t, "theirs")).leads(t, "/playbooks/draft?path=arm-down.md&done=rebased")
	au.post(t, "/playbooks/draft/publish", "path", "arm-down.md", "revision", revision, "note", "mine").leads(t, "/playbooks/arm-down?done=published")
}

// A text with errors is kept as a draft and shown with what is in use, but not published.
func TestErrorsKeepThePreview(t *testing.T) {
	t.Parallel()
	_, _, au := writers(t)
	base := au.get(t, "/playbooks/arm-down/edit").field(t, "base")
	broken := strings.Replace(armDown, "level: 1", "level: high", 1)
	page := au.post(t, "/playbooks/validate", "path", "arm-down.md", "base", base, "source", broken).want(t, http.StatusOK)
	page.has(t, "#problems", "L4")
	page.has(t, "#problems", "level: a number from 1 to 3 is expected")
	page.has(t, "#preview-strip", "1 error – preview of the version in use")
	page.has(t, "#preview", "Count")
	only := au.post(t, "/playbooks/validate", "path", "arm-down.md", "source", broken, "only", "checked").want(t, http.StatusOK)
	if len(find(only.doc, "textarea")) > 0 || len(find(only.doc, "#problems")) != 1 {
		t.Error("a check for the script is more than what came of it")
	}
	au.post(t, "/playbooks/draft", "path", "arm-down.md", "base", base, "source", broken, "then", "review").want(t, http.StatusSeeOther)
	review := au.get(t, "/playbooks/draft?path=arm-down.md").want(t, http.StatusOK)
	review.has(t, ".notice", "cannot be published")
	if len(find(review.doc, "form[action=/playbooks/draft/publish]")) > 0 {
		t.Error("it can be published")
	}
	au.post(t, "/playbooks/draft/discard", "path", "arm-down.md").leads(t, "/playbooks/arm-down/edit?done=discarded")
	if au.get(t, "/playbooks/arm-down/edit").field(t, "source") != armDown {
		t.Error("the draft is still there")
	}
}

func TestWithoutAFolderThereIsADownload(t *testing.T) {
	t.Parallel()
	h := setup(t)
	au := h.browser(t, h.person(t, "Au", authz.Author))
	page := au.get(t, "/playbooks/arm-down/edit").want(t, http.StatusOK)
	page.has(t, ".notice", "No folder for playbooks is configured")
	if len(find(page.doc, "button[name=then]")) > 0 {
		t.Error("it offers to publish")
	}
	file := au.post(t, "/playbooks/download", "path", "team/qué \"x\".md", "source", "# A\r\n").want(t, http.StatusOK)
	if file.body != "# A\n" || !strings.HasPrefix(file.Header.Get("Content-Disposition"), "attachment; filename") || file.Header.Get("Content-Type") != "text/markdown; charset=utf-8" {
		t.Errorf("%q %v", file.body, file.Header)
	}
	lost := au.post(t, "/playbooks/draft", "path", "x.md", "source", "# Mine\n").want(t, http.StatusBadRequest)
	if lost.field(t, "source") != "# Mine\n" {
		t.Error("the text is lost")
	}
	au.post(t, "/playbooks/draft/publish", "path", "arm-down.md", "revision", "x", "note", "x").want(t, http.StatusBadRequest).has(t, "main", "no folder for playbooks is configured")
}

// Texts that are as long, as strange and as malicious as can be are read, shown as text and refused where they must be.
func TestHostileTexts(t *testing.T) {
	t.Parallel()
	_, _, au := writers(t)
	evil := "# <script>alert(1)</script>\n\n## Fix\n\n```sh\necho '</textarea><img src=x onerror=alert(1)>' \u202e\n```\n\n</textarea><script>x</script>\n"
	page := au.post(t, "/playbooks/validate", "path", "</title><script>.md", "source", evil).want(t, http.StatusOK)
	if strings.Contains(page.body, "<img src=x") || strings.Contains(page.body, "<script>") {
		t.Error("it became markup")
	}
	if page.field(t, "source") != evil {
		t.Errorf("the text came back as %q", page.field(t, "source"))
	}
	full := "# Full\n\n## Diagnosis\n\n" + strings.Repeat("```sh\necho <a>\n```\n", (playbooks.MaxSource-64)/19)
	au.post(t, "/playbooks/validate", "path", "full.md", "source", full, "only", "checked").want(t, http.StatusOK)
	umlauts := strings.Repeat("ä", playbooks.MaxSource/2-1) + "\n"
	au.post(t, "/playbooks/draft", "path", "full.md", "source", umlauts).want(t, http.StatusSeeOther)
	more := au.post(t, "/playbooks/draft", "path", "full.md", "source", umlauts+"äää").want(t, http.StatusRequestEntityTooLarge)
	more.has(t, ".problems", "512 KiB")
	au.post(t, "/playbooks/validate", "path", "a.md", "source", strings.Repeat("%", 2<<20)).want(t, http.StatusRequestEntityTooLarge)
	bytes := url.Values{"path": {"a.md"}, "source": {"\xff"}}.Encode()
	au.do(t, http.MethodPost, "/playbooks/draft", bytes).want(t, http.StatusBadRequest).has(t, "main", "not text")
	for _, path := range []string{"/etc/passwd", "../../x.md", ".git/x.md", "a\x00.md"} {
		form := url.Values{"path": {path}, "source": {"x"}, "revision": {"x"}, "note": {"x"}, "theirs": {"x"}}.Encode()
		for _, action := range []string{"", "/discard", "/rebase", "/publish"} {
			au.do(t, http.MethodPost, "/playbooks/draft"+action, form).want(t, http.StatusBadRequest)
		}
		au.get(t, "/playbooks/draft?path="+url.QueryEscape(path)).want(t, http.StatusBadRequest)
	}
}

// The help beside the editor is what the reader reads.
func TestSnippetsAreRead(t *testing.T) {
	t.Parallel()
	for _, s := range views.Snippets {
		text := s.Text + "\n# A\n\n## Symptoms\n\nx\n"
		if !strings.HasPrefix(s.Text, "---") {
			section := map[string]string{"probe": "## Symptoms", "finding": "## Diagnosis\n\n```sh\nls\n```", "verify": "## Resolution\n\n```sh\nls\n```"}[s.Name]
			if section == "" {
				section = "## Diagnosis"
			}
			text = "# A\n\n" + section + "\n\n" + s.Text
		}
		all, err := playbooks.Parse("a.md", text)
		if err != nil || len(all[0].Problems) > 0 {
			t.Errorf("%s: %v %+v", s.Name, err, all[0].Problems)
		}
		if strings.HasPrefix(s.Name, "Command") || strings.HasSuffix(s.Name, "QL") {
			if steps := all[0].Sections[0].Steps; len(steps) == 0 || steps[0].Manual {
				t.Errorf("%s holds no command", s.Name)
			}
		}
	}
}

// Two files of one identity: who publishes the second is led to theirs.
func TestPublishLeadsToTheFileThatWasPublished(t *testing.T) {
	t.Parallel()
	_, _, au := writers(t)
	for _, path := range []string{"team queue.md", "team/queue.md"} {
		au.post(t, "/playbooks/draft", "path", path, "source", "# Of "+path+"\n").want(t, http.StatusSeeOther)
		review := au.get(t, "/playbooks/draft?path="+url.QueryEscape(path)).want(t, http.StatusOK)
		to := au.post(t, "/playbooks/draft/publish", "path", path, "revision", review.field(t, "revision"), "note", "x").want(t, http.StatusSeeOther).Header.Get("Location")
		au.get(t, to).want(t, http.StatusOK).has(t, "h1", "Of "+path)
	}
}

// A file that the reader takes and nobody can write here is not offered to be edited.
func TestAFileThatCannotBeEditedHere(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	must(t, os.WriteFile(filepath.Join(folder, "old.markdown"), []byte("# Old\n"), 0o600))
	must(t, os.WriteFile(filepath.Join(folder, "a:b.md"), []byte("# A b\n"), 0o600))
	h := setup(t, func(s *config.Settings) { s.PlaybooksWrite = folder })
	au, vi := h.browser(t, h.person(t, "Au", authz.Author)), h.browser(t, h.person(t, "Vi", authz.Viewer))
	for id, why := range map[string]string{"old": "must end with .md", "a-b": "file systems do not agree"} {
		page := au.get(t, "/playbooks/"+id).want(t, http.StatusOK)
		page.has(t, ".notice", why)
		if len(find(page.doc, "a[href=/playbooks/"+id+"/edit]")) > 0 {
			t.Errorf("%s is offered to be edited", id)
		}
		if len(find(vi.get(t, "/playbooks/"+id).want(t, http.StatusOK).doc, ".notice")) > 0 {
			t.Errorf("%s: who cannot write anyway is told", id)
		}
	}
}

// A draft whose review fails can be discarded from the list.
func TestADraftBelowAFileIsDiscarded(t *testing.T) {
	t.Parallel()
	_, folder, au := writers(t)
	au.post(t, "/playbooks/draft", "path", "eyes.md/x.md", "source", "# X\n").want(t, http.StatusSeeOther)
	must(t, os.WriteFile(filepath.Join(folder, "eyes.md"), []byte("# Eyes\n"), 0o600))
	refused := au.post(t, "/playbooks/draft", "path", "eyes.md/x.md", "source", "# X\nMine.\n").want(t, http.StatusBadRequest)
	refused.has(t, ".problems", "eyes.md is a file, not a folder")
	if refused.field(t, "source") != "# X\nMine.\n" {
		t.Error("the text is lost")
	}
	au.get(t, "/playbooks/draft?path=eyes.md%2Fx.md").want(t, http.StatusBadRequest).has(t, "a", "Back to your drafts")
	list := au.get(t, "/playbooks/draft").want(t, http.StatusOK)
	if list.field(t, "path") != "eyes.md/x.md" {
		t.Error("the list does not offer to discard it")
	}
	au.post(t, "/playbooks/draft/discard", "path", "eyes.md/x.md").leads(t, "/playbooks")
	au.get(t, "/playbooks/draft").want(t, http.StatusOK).has(t, "h2", "No drafts")
}

// Who would hide a shipped playbook is told before, and everybody afterwards.
func TestAShippedPlaybookIsNotHiddenSilently(t *testing.T) {
	t.Parallel()
	_, _, au := writers(t)
	const who = "“Shipped cache” (cache.md)"
	au.post(t, "/playbooks/validate", "path", "Cache.md", "source", "# Ours\n").want(t, http.StatusOK).has(t, "#problems", "hides the shipped playbook "+who)
	au.post(t, "/playbooks/validate", "path", "Arm-Down.md", "source", "# Ours\n").want(t, http.StatusOK).has(t, "#problems", "“Arm down” (arm-down.md) has the identity arm-down too")
	au.post(t, "/playbooks/validate", "path", "cache.md", "source", "# Ours\n").want(t, http.StatusOK).has(t, "#problems", "The reader understands all of it")
	au.post(t, "/playbooks/draft", "path", "Cache.md", "source", "# Ours\n").want(t, http.StatusSeeOther)
	review := au.get(t, "/playbooks/draft?path=Cache.md").want(t, http.StatusOK)
	review.has(t, "li", "hides the shipped playbook "+who)
	au.post(t, "/playbooks/draft/publish", "path", "Cache.md", "revision", review.field(t, "revision"), "note", "ours").leads(t, "/playbooks/cache?done=published")
	au.get(t, "/playbooks/cache").want(t, http.StatusOK).has(t, "aside", who)
}

// Two windows of one author: the slower sees both texts, loses none, and decides.
func TestTwoWindowsOfOneDraft(t *testing.T) {
	t.Parallel()
	_, _, au := writers(t)
	page := au.get(t, "/playbooks/arm-down/edit").want(t, http.StatusOK)
	base, seen := page.field(t, "base"), page.field(t, "seen")
	au.post(t, "/playbooks/draft", "path", "arm-down.md", "base", base, "seen", seen, "source", armDown+"Theirs.\n").want(t, http.StatusSeeOther)
	mine := armDown + "Mine.\n"
	slower := au.post(t, "/playbooks/draft", "path", "arm-down.md", "base", base, "seen", seen, "source", mine).want(t, http.StatusConflict)
	slower.has(t, ".problems", "Another window saved this draft")
	slower.has(t, "del", "Theirs.")
	slower.has(t, "ins", "Mine.")
	slower.has(t, "pre", "Theirs.")
	if slower.field(t, "source") != mine {
		t.Error("the text is lost")
	}
	if got := au.get(t, "/playbooks/arm-down/edit").want(t, http.StatusOK).field(t, "source"); got != armDown+"Theirs.\n" {
		t.Errorf("the draft is %q", got)
	}
	checked := au.post(t, "/playbooks/validate", "path", "arm-down.md", "base", base, "seen", slower.field(t, "seen"), "source", mine).want(t, http.StatusOK)
	au.post(t, "/playbooks/draft", "path", "arm-down.md", "base", base, "seen", checked.field(t, "seen"), "source", mine).want(t, http.StatusSeeOther)
	if got := au.get(t, "/playbooks/arm-down/edit").want(t, http.StatusOK).field(t, "source"); got != mine {
		t.Errorf("the draft is %q", got)
	}
}
