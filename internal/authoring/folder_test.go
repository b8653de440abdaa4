package authoring_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wardroom/internal/authoring"
	"wardroom/internal/errs"
	"wardroom/internal/playbooks"
)

func TestPathsThatAreNotWritten(t *testing.T) {
	t.Parallel()
	d := setup(t)
	for _, path := range []string{
		"", ".", "..", "/etc/x.md", "../x.md", "a/../../x.md", "a/../x.md", "./x.md", "a//b.md", "a/", "x", "x.txt", "x.md/", "x.MD", "x.markdown", "x.md\x00", "x\n.md",
		".x.md", ".git/x.md", "_x.md", "a/_b/x.md", "README.md", "a/readme.md", `a\b.md`, "c:x.md", "x?.md", "x*.md", "x\u202e.md", "x\u200b.md", "x\xff.md", " x.md", "a /x.md",
		"a/ x.md", "~/../x.md", strings.Repeat("a", 200) + ".md", strings.Repeat("a/", 150) + "x.md",
	} {
		_, err := d.Save(d.ana, path, "", "", "# X\n")
		if errs.KindOf(err) != errs.Invalid || err == nil {
			t.Errorf("%q: %v", path, err)
		}
		if _, _, err = d.Open(d.ana, path); errs.KindOf(err) != errs.Invalid {
			t.Errorf("open %q: %v", path, err)
		}
	}
	for _, path := range []string{"x.md", "a/b/c.md", "Queue (stuck) – 2.md", "später.md", "...md", "a..b.md"} {
		_, err := d.Save(d.ana, path, "", "", "# X\n")
		if ok := !strings.HasPrefix(path, "."); ok != (err == nil) {
			t.Errorf("%q: %v", path, err)
		}
	}
}

// Links that lead out of the folder are not followed, and no link is replaced.
func TestLinksAreNotFollowed(t *testing.T) {
	t.Parallel()
	d := setup(t)
	outside := t.TempDir()
	secret := filepath.Join(outside, "secret.md")
	must(t, os.WriteFile(secret, []byte("# Secret\n"), 0o600))
	must(t, os.Symlink(outside, filepath.Join(d.folder, "team")))
	must(t, os.Symlink(secret, filepath.Join(d.folder, "link.md")))
	must(t, os.Symlink("../"+filepath.Base(outside), filepath.Join(d.folder, "up")))
	must(t, os.Symlink(filepath.Join(outside, "dangling.md"), filepath.Join(d.folder, "dangling.md")))
	must(t, os.Mkdir(filepath.Join(d.folder, "folder.md"), 0o700))
	for path, kind := range map[string]errs.Kind{
		"team/new.md": errs.Unavailable, "up/new.md": errs.Unavailable, "link.md": errs.Invalid, "dangling.md": errs.Invalid, "folder.md": errs.Invalid,
	} {
		file, _, err := d.Open(d.ana, path)
		if err != nil {
			continue // it cannot even be read
		}
		draft, err := d.Save(d.ana, path, file.Revision, "", "# Written\n")
		must(t, err)
		_, err = d.Publish(d.ana, path, draft.Revision(), "note")
		wants(t, path, err, kind, path)
	}
	if text, err := os.ReadFile(secret); err != nil || string(text) != "# Secret\n" {
		t.Errorf("the secret is %q, %v", text, err)
	}
	if entries, err := os.ReadDir(outside); err != nil || len(entries) != 1 {
		t.Errorf("outside: %v, %v", entries, err)
	}
	must(t, filepath.WalkDir(d.folder, func(path string, _ fs.DirEntry, err error) error {
		if strings.Contains(path, ".wardroom-") {
			t.Errorf("left behind: %s", path)
		}
		return err
	}))
}

func TestSizes(t *testing.T) {
	t.Parallel()
	d := setup(t)
	full := "# Full\n" + strings.Repeat("x", playbooks.MaxSource-8) + "\n"
	d.publish(d.ana, "full.md", full, "as much as is read")
	if d.read("full.md") != full {
		t.Error("it is another text")
	}
	_, err := d.Save(d.ana, "more.md", "", "", full+"x")
	wants(t, "more", err, errs.TooLarge, "512 KiB")
	lines := strings.Repeat("a line\n", playbooks.MaxSource/7)
	d.publish(d.ana, "lines.md", strings.ReplaceAll(lines, "\n", "\r\n"), "longer as a form sends it than as it is kept")
	_, err = d.Save(d.ana, "base.md", strings.Repeat("x", 100_000), "", "# A\n")
	wants(t, "a base that is none", err, errs.Invalid, "which text this began from")
}

// A person keeps a bounded number of drafts; what is kept already can be gone on with.
func TestNumberOfDrafts(t *testing.T) {
	t.Parallel()
	d := setup(t)
	for i := range authoring.MaxDrafts {
		d.drafted(d.ana, fmt.Sprintf("draft-%d.md", i), "# A\n")
	}
	_, err := d.Save(d.ana, "more.md", "", "", "# A\n")
	wants(t, "one more", err, errs.Invalid, "the oldest is that of draft-0.md")
	d.drafted(d.ana, "draft-0.md", "# Other\n")
	d.drafted(d.bo, "more.md", "# Bo's\n")
	must(t, d.Discard(d.ana, "draft-7.md"))
	d.drafted(d.ana, "more.md", "# A\n")
}

func TestAFolderThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	d := setup(t)
	draft := d.drafted(d.ana, "alerts/queue.md", "# Q\n")
	must(t, os.WriteFile(filepath.Join(d.folder, "alerts"), nil, 0o600)) // a file where a folder is needed
	_, err := d.Publish(d.ana, "alerts/queue.md", draft.Revision(), "note")
	if kind := errs.KindOf(err); err == nil || kind != errs.Unavailable && kind != errs.Invalid {
		t.Errorf("%v", err)
	}
	if len(d.history("alerts/queue.md")) > 0 {
		t.Error("it was recorded")
	}
	if _, kept, err := d.Open(d.ana, "queue.md"); err != nil || kept != nil {
		t.Errorf("%v %v", kept, err)
	}
}

// The rights of a file that is there stay, and nobody sees half of a new one.
func TestAFileKeepsItsRights(t *testing.T) {
	t.Parallel()
	d := setup(t)
	path := filepath.Join(d.folder, "queue.md")
	must(t, os.WriteFile(path, []byte(queue), 0o640))
	must(t, os.Chmod(path, 0o640))
	d.publish(d.ana, "queue.md", queue+"x\n", "note")
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

// Where a file stands there is no folder: a draft there could never be published.
func TestNoDraftBelowAFile(t *testing.T) {
	t.Parallel()
	d := setup(t)
	must(t, os.MkdirAll(filepath.Join(d.folder, "team.md"), 0o700))
	for path, words := range map[string]string{"queue.md/x.md": "queue.md is a file, not a folder", "queue.md/a/x.md": "queue.md is a file, not a folder", "team.md": "cannot be read"} {
		_, err := d.Save(d.ana, path, "", "", "# X\n")
		wants(t, path, err, errs.Invalid, words)
	}
	if _, err := d.Save(d.ana, "team.md/x.md", "", "", "# X\n"); err != nil {
		t.Errorf("in a folder: %v", err)
	}
	if paths, err := d.Drafts(d.ana); err != nil || len(paths) != 1 {
		t.Errorf("drafts %v, %v", paths, err)
	}
}
