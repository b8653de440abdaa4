package authoring_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"wardroom/internal/authoring"
	"wardroom/internal/authz"
	"wardroom/internal/errs"
	"wardroom/internal/playbooks"
	"wardroom/internal/postgres/pgtest"
)

func TestPublish(t *testing.T) {
	t.Parallel()
	d := setup(t)
	if id := d.publish(d.ana, "queue.md", queue+"\nMore.\n", "  say \n more "); id != "queue" {
		t.Errorf("it is %s", id)
	}
	if got := d.read("queue.md"); got != queue+"\nMore.\n" {
		t.Errorf("the file is %q", got)
	}
	p, _ := d.catalogue.ByID("queue")
	if !strings.Contains(p.Source, "More.") || d.catalogue.LayerOf("queue") != playbooks.Written {
		t.Errorf("in use: %q of layer %d", p.Source, d.catalogue.LayerOf("queue"))
	}
	d.publish(d.bo, "queue.md", queue, "that was too much")
	h := d.history("queue.md")
	if len(h) != 2 || h[0].By != "Bo" || h[0].Note != "that was too much" || h[1].By != "Ana" || h[1].Note != "say more" || h[0].Replaced != h[1].Revision {
		t.Fatalf("history %+v", h)
	}
	for revision, want := range map[string]string{h[1].Replaced: queue, h[1].Revision: queue + "\nMore.\n", h[0].Revision: queue} {
		if got, err := d.Published(d.ana, "queue.md", revision); err != nil || got != want {
			t.Errorf("revision %.8s is %q, %v", revision, got, err)
		}
	}
	if _, draft, err := d.Open(d.ana, "queue.md"); draft != nil || err != nil {
		t.Errorf("the draft is still there: %+v, %v", draft, err)
	}
	for what, revision := range map[string]string{"another": strings.Repeat("ab", 32), "no hash": "x'; --", "empty": ""} {
		_, err := d.Published(d.ana, "queue.md", revision)
		wants(t, what, err, errs.NotFound, "no such revision")
	}
	_, err := d.Published(d.ana, "cache.md", h[0].Revision)
	wants(t, "another file's", err, errs.NotFound, "no such revision")
	pgtest.ExecAsOwner(t, d.db, "UPDATE contents SET body = NULL")
	_, err = d.Published(d.ana, "queue.md", h[0].Revision)
	wants(t, "a purged one", err, errs.Invalid, "was removed")
}

func TestPublishANewFile(t *testing.T) {
	t.Parallel()
	d := setup(t)
	if id := d.publish(d.ana, "alerts/disk full.md", "# Disk full\n", "the disk was full"); id != "alerts-disk-full" {
		t.Errorf("it is %s", id)
	}
	if h := d.history("alerts/disk full.md"); len(h) != 1 || h[0].Replaced != "" {
		t.Errorf("history %+v", h)
	}
	if entries, err := os.ReadDir(filepath.Join(d.folder, "alerts")); err != nil || len(entries) != 1 {
		t.Errorf("beside it: %v, %v", entries, err)
	}
}

func TestPublishRefuses(t *testing.T) {
	t.Parallel()
	d := setup(t)
	broken := d.drafted(d.ana, "queue.md", "---\nalerts: [a\n---\n"+queue)
	_, err := d.Publish(d.ana, "queue.md", broken.Revision(), "note")
	wants(t, "errors", err, errs.Invalid, "would not be taken over")
	draft := d.drafted(d.ana, "queue.md", queue+"\nMore.\n")
	for note, words := range map[string]string{"\n": "what changed", strings.Repeat("é", authoring.MaxNote+1): "longer than 500"} {
		_, err = d.Publish(d.ana, "queue.md", draft.Revision(), note)
		wants(t, "note", err, errs.Invalid, words)
	}
	_, err = d.Publish(d.ana, "queue.md", broken.Revision(), "note")
	wants(t, "what was not reviewed", err, errs.Conflict, "another window")
	_, err = d.Publish(d.bo, "queue.md", draft.Revision(), "note")
	wants(t, "somebody else's draft", err, errs.Conflict, "no draft")
	same := d.drafted(d.ana, "queue.md", queue)
	_, err = d.Publish(d.ana, "queue.md", same.Revision(), "note")
	wants(t, "no change", err, errs.Conflict, "in use already")
	if len(d.history("queue.md")) > 0 {
		t.Error("something was recorded")
	}
	if entries, err := os.ReadDir(d.folder); err != nil || len(entries) > 0 {
		t.Errorf("something was written: %v, %v", entries, err)
	}
}

// Of two who publish on the same text one is told of the other, and keeps what they wrote.
func TestConcurrentChange(t *testing.T) {
	t.Parallel()
	d := setup(t)
	mine, theirs := queue+"\nMine.\n", queue+"\nTheirs.\n"
	draft := d.drafted(d.ana, "queue.md", mine)
	d.publish(d.bo, "queue.md", theirs, "faster")
	_, err := d.Publish(d.ana, "queue.md", draft.Revision(), "mine")
	wants(t, "the second", err, errs.Conflict, "Somebody else changed this file")
	file, kept, err := d.Open(d.ana, "queue.md")
	must(t, err)
	if kept == nil || kept.Source != mine || kept.BaseSource != queue || file.Source != theirs {
		t.Fatalf("kept %+v beside %q", kept, file.Source)
	}
	// Saving again does not hide that the file changed.
	again, err := d.Save(d.ana, "queue.md", kept.Base, kept.Revision(), mine+"\nEnd.\n")
	if err != nil || again.BaseSource != queue {
		t.Errorf("the base is %q, %v", again.BaseSource, err)
	}
	wants(t, "what was not read", d.Rebase(d.ana, "queue.md", kept.Base), errs.Conflict, "changed once more")
	must(t, d.Rebase(d.ana, "queue.md", file.Revision))
	_, err = d.Publish(d.ana, "queue.md", again.Revision(), "both")
	must(t, err)
	if got := d.read("queue.md"); got != mine+"\nEnd.\n" {
		t.Errorf("the file is %q", got)
	}
}

func TestManyPublishAtOnce(t *testing.T) {
	t.Parallel()
	d := setup(t)
	first := d.drafted(d.ana, "queue.md", queue+"\nAna.\n")
	second := d.drafted(d.bo, "queue.md", queue+"\nBo.\n")
	failures := make([]error, 2)
	var both sync.WaitGroup
	both.Go(func() { _, failures[0] = d.Publish(d.ana, "queue.md", first.Revision(), "a") })
	both.Go(func() { _, failures[1] = d.Publish(d.bo, "queue.md", second.Revision(), "b") })
	both.Wait()
	won := map[bool]int{}
	for _, err := range failures {
		won[err == nil]++
		if err != nil {
			wants(t, "the other", err, errs.Conflict, "Somebody else")
		}
	}
	if won[true] != 1 || len(d.history("queue.md")) != 1 {
		t.Errorf("%v, history %+v", failures, d.history("queue.md"))
	}
}

// Somebody writes a new file under a name that somebody else has just used.
func TestTwoNewFilesOfOneName(t *testing.T) {
	t.Parallel()
	d := setup(t)
	draft := d.drafted(d.ana, "disk.md", "# Mine\n")
	d.publish(d.bo, "disk.md", "# Theirs\n", "first")
	_, err := d.Publish(d.ana, "disk.md", draft.Revision(), "second")
	wants(t, "the second", err, errs.Conflict, "Somebody else")
}

// When the commit failed after the file was put in place, publishing again records it.
func TestPublishAgainAfterALostCommit(t *testing.T) {
	t.Parallel()
	d := setup(t)
	draft := d.drafted(d.ana, "queue.md", queue+"\nMore.\n")
	must(t, os.WriteFile(filepath.Join(d.folder, "queue.md"), []byte(draft.Source), 0o600))
	_, err := d.Publish(d.ana, "queue.md", draft.Revision(), "again")
	must(t, err)
	if h := d.history("queue.md"); len(h) != 1 || h[0].Replaced != draft.Base {
		t.Errorf("history %+v", h)
	}
}

func TestLineEndsStayThoseOfTheFile(t *testing.T) {
	t.Parallel()
	d := setup(t)
	d.publish(d.ana, "queue.md", strings.ReplaceAll(queue, "\n", "\r\n")+"More.\r\n", "as a form sends it")
	if got := d.read("queue.md"); strings.Contains(got, "\r") {
		t.Errorf("%q", got)
	}
	d.publish(d.ana, "cache.md", cache+"More.\r\n", "as a form sends it")
	if got := d.read("cache.md"); got != cache+"More.\r\n" {
		t.Errorf("%q", got)
	}
	mixed := "# Mixed\n\n## Fix\n\nOne.\r\nTwo.\nThree.\n"
	must(t, os.WriteFile(filepath.Join(d.folder, "mixed.md"), []byte(mixed), 0o600))
	d.catalogue.ReloadFile(t.Context(), "mixed.md")
	d.publish(d.ana, "mixed.md", strings.ReplaceAll("# Mixed\n\nNew.\n\n## Fix\n\nOne.\nThree.\nFour.", "\n", "\r\n"), "as a form sends it")
	if got := d.read("mixed.md"); got != "# Mixed\n\nNew.\n\n## Fix\n\nOne.\r\nThree.\nFour." {
		t.Errorf("%q", got)
	}
}

// A file that is no text can be repaired; what it was cannot be shown.
func TestRepairWhatIsNoText(t *testing.T) {
	t.Parallel()
	d := setup(t)
	file, _, err := d.Open(d.ana, "broken.md")
	if err != nil || file.Source != "# Br\uFFFDken\n" {
		t.Fatalf("%q, %v", file.Source, err)
	}
	d.publish(d.ana, "broken.md", "# Broken\n", "repaired")
	if h := d.history("broken.md"); len(h) != 1 || h[0].Replaced != "" {
		t.Errorf("history %+v", h)
	}
}

func TestWithoutAFolderNothingIsKept(t *testing.T) {
	t.Parallel()
	d := setup(t)
	d.drafted(d.ana, "queue.md", "# Draft\n")
	d.Folder = ""
	file, draft, err := d.Open(d.ana, "queue.md")
	if err != nil || draft != nil || file.Source != queue || d.Writable() {
		t.Errorf("%+v, %+v, %v", file, draft, err)
	}
	_, err = d.Save(d.ana, "queue.md", file.Revision, "", "x")
	wants(t, "save", err, errs.Invalid, "no folder for playbooks")
	_, err = d.Publish(d.ana, "queue.md", file.Revision, "x")
	wants(t, "publish", err, errs.Invalid, "no folder for playbooks")
}

func TestOnlyAuthorsWrite(t *testing.T) {
	t.Parallel()
	d := setup(t)
	responder := d.person("re", authz.Responder)
	_, _, openErr := d.Open(responder, "queue.md")
	_, saveErr := d.Save(responder, "queue.md", "", "", "x")
	_, publishErr := d.Publish(responder, "queue.md", "", "x")
	_, listErr := d.Drafts(responder)
	for what, err := range map[string]error{
		"open": openErr, "save": saveErr, "publish": publishErr, "list": listErr,
		"discard": d.Discard(responder, "queue.md"), "rebase": d.Rebase(responder, "queue.md", ""),
	} {
		wants(t, what, err, errs.Forbidden, "may not do this")
	}
	if _, err := d.History(responder, "queue.md"); err != nil {
		t.Errorf("who may read sees the history: %v", err)
	}
}

func TestDrafts(t *testing.T) {
	t.Parallel()
	d := setup(t)
	d.drafted(d.ana, "queue.md", "# A\n")
	d.drafted(d.ana, "cache.md", "# B\n")
	d.drafted(d.bo, "disk.md", "# C\n")
	if got, err := d.Drafts(d.ana); err != nil || strings.Join(got, " ") != "cache.md queue.md" {
		t.Errorf("%v, %v", got, err)
	}
	must(t, d.Discard(d.ana, "cache.md"))
	must(t, d.Discard(d.ana, "cache.md"))
	if got, err := d.Drafts(d.ana); err != nil || strings.Join(got, " ") != "queue.md" {
		t.Errorf("%v, %v", got, err)
	}
}

func TestPublicationsAreNeverRewritten(t *testing.T) {
	t.Parallel()
	d := setup(t)
	d.publish(d.ana, "queue.md", queue+"x\n", "note")
	for _, statement := range []string{"UPDATE playbook_publications SET note = 'x'", "DELETE FROM playbook_publications"} {
		if _, err := d.db.Pool.Exec(t.Context(), statement); err == nil {
			t.Errorf("%s worked", statement)
		}
	}
}

// What was published here is known at once, also while git is at work in the folder.
func TestPublishWhileGitWorks(t *testing.T) {
	t.Parallel()
	d := setup(t)
	git := filepath.Join(d.folder, ".git")
	must(t, os.Mkdir(git, 0o700))
	must(t, os.WriteFile(filepath.Join(git, "index.lock"), nil, 0o600))
	d.catalogue = playbooks.NewCatalogue(playbooks.Config{Written: os.DirFS(d.folder), Log: slog.New(slog.DiscardHandler), Settled: playbooks.Settled(d.folder)})
	must(t, d.catalogue.Load(t.Context()))
	d.Catalogue = d.catalogue
	id := d.publish(d.ana, "fresh.md", "# Fresh\n", "first")
	if p, found := d.catalogue.ByID(id); !found || p.Title != "Fresh" {
		t.Errorf("%s is not known: %+v", id, p)
	}
	d.publish(d.ana, "fresh.md", "# Fresh again\n", "second")
	if p, _ := d.catalogue.ByID(id); p == nil || p.Title != "Fresh again" {
		t.Errorf("in use is %+v", p)
	}
}

// Of two windows of one author the slower does not replace what the other saved.
func TestTwoWindowsOfOneDraft(t *testing.T) {
	t.Parallel()
	d := setup(t)
	first, err := d.Save(d.ana, "fresh.md", "", "", "# One\n")
	must(t, err)
	_, err = d.Save(d.ana, "fresh.md", "", "", "# Two\n")
	wants(t, "of who saw no draft", err, errs.Conflict, "Another window")
	second, err := d.Save(d.ana, "fresh.md", "", first.Revision(), "# Two\n")
	must(t, err)
	_, err = d.Save(d.ana, "fresh.md", "", first.Revision(), "# Three\n")
	wants(t, "of who saw the first", err, errs.Conflict, "Another window")
	if _, kept, openErr := d.Open(d.ana, "fresh.md"); openErr != nil || kept == nil || kept.Source != "# Two\n" {
		t.Fatalf("kept %+v, %v", kept, openErr)
	}
	_, err = d.Save(d.ana, "fresh.md", "", first.Revision(), "# Two\n")
	must(t, err) // the same text
	_, err = d.Save(d.bo, "fresh.md", "", "", "# Of Bo\n")
	must(t, err) // somebody else's is another draft
	_, err = d.Publish(d.ana, "fresh.md", second.Revision(), "first")
	must(t, err)
	_, err = d.Save(d.ana, "fresh.md", "", second.Revision(), "# Three\n")
	must(t, err) // nothing is there that it could replace

	errors := make(chan error)
	for _, text := range []string{"# A\n", "# B\n"} {
		go func() {
			_, saveErr := d.Save(d.ana, "other.md", "", "", text)
			errors <- saveErr
		}()
	}
	if one, two := <-errors, <-errors; (one == nil) == (two == nil) {
		t.Errorf("of two at once one is saved: %v, %v", one, two)
	}
}
