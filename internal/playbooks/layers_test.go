package playbooks_test

import (
	"errors"
	"io/fs"
	"log/slog"
	"strings"
	"testing"
	"testing/fstest"

	"wardroom/internal/errs"
	"wardroom/internal/playbooks"
)

var quiet = slog.New(slog.DiscardHandler)

func entry(source string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(ticks(source))} }

func layered(t *testing.T, c playbooks.Config) *folder {
	t.Helper()
	c.Log = quiet
	f := &folder{t: t, catalogue: playbooks.NewCatalogue(c)}
	f.reload()
	return f
}

func TestAFileHidesThatOfTheLayersBelow(t *testing.T) {
	t.Parallel()
	two := "# One\n\n## Symptoms\n\nA\n\n## Diagnosis\n\nB\n\n# Two\n\n## Symptoms\n\nA\n\n## Diagnosis\n\nB\n"
	f := layered(t, playbooks.Config{
		Shipped: fstest.MapFS{"cache.md": entry("# Shipped cache\n"), "disk.md": entry("# Shipped disk\n"), "queue.md": entry("# Shipped queue\n")},
		Files:   fstest.MapFS{"cache.md": entry("# Our cache\n"), "queue.md": entry(two)},
		Written: fstest.MapFS{"queue.md": entry("# Written queue\n")},
	})
	for id, want := range map[string]struct {
		title string
		layer playbooks.Layer
	}{
		"queue": {"Written queue", playbooks.Written}, "cache": {"Our cache", playbooks.Files}, "disk": {"Shipped disk", playbooks.Shipped},
	} {
		if got := f.get(id); got.Title != want.title || f.catalogue.LayerOf(id) != want.layer || len(got.Problems) > 0 {
			t.Errorf("%s: %q of layer %d, problems %v", id, got.Title, f.catalogue.LayerOf(id), got.Problems)
		}
	}
	if all := f.catalogue.All(); len(all) != 3 {
		t.Errorf("%d playbooks, want 3: those of the hidden file are hidden too", len(all))
	}
	if source, layer, err := f.catalogue.Text("queue.md"); source != "# Written queue\n" || layer != playbooks.Written || err != nil {
		t.Errorf("text %q of layer %d, %v", source, layer, err)
	}
}

func TestTextIsTheFileAsItIs(t *testing.T) {
	t.Parallel()
	files := fstest.MapFS{"queue.md": entry("# Queue\n"), "huge.md": entry(strings.Repeat("x", playbooks.MaxSource+1)), "dir/a.md": entry("# A\n")}
	f := layered(t, playbooks.Config{Files: files})
	files["queue.md"] = entry("---\nalerts: [a\n---\n")
	f.reload()
	if source, _, err := f.catalogue.Text("queue.md"); source != "---\nalerts: [a\n---\n" || err != nil {
		t.Errorf("a broken edit: %q, %v", source, err)
	}
	for name, want := range map[string]errs.Kind{
		"none.md": errs.NotFound, "../x.md": errs.NotFound, "/etc/passwd": errs.NotFound, "": errs.NotFound, "huge.md": errs.Invalid, "dir": errs.Invalid,
	} {
		if _, _, err := f.catalogue.Text(name); errs.KindOf(err) != want || err == nil {
			t.Errorf("%q: %v, want %v", name, err, want)
		}
	}
}

// failing is a folder that can be read until it cannot.
type failing struct {
	fs.FS

	now bool
}

func (f *failing) Open(name string) (fs.File, error) {
	if f.now {
		return nil, errors.New("the disk has gone")
	}
	return f.FS.Open(name)
}

// What one layer has is not forgotten because another could not be read in the same look.
func TestALookIsTakenAsAWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	files := fstest.MapFS{"a.md": entry("# A\n")}
	below := &failing{FS: fstest.MapFS{"b.md": entry("# B\n")}}
	f := layered(t, playbooks.Config{Files: files, Shipped: below})
	below.now = true
	files["c.md"] = entry("# C\n")
	if _, err := f.catalogue.Reload(t.Context()); err == nil {
		t.Fatal("no error")
	}
	if all := f.catalogue.All(); len(all) != 2 {
		t.Errorf("%d playbooks while a folder has gone, want the 2 of before", len(all))
	}
	below.now = false
	if !f.reload() || len(f.catalogue.All()) != 3 {
		t.Errorf("%d playbooks afterwards, want 3", len(f.catalogue.All()))
	}
}

func TestPagesBesideThePlaybooksKeepTheirAddress(t *testing.T) {
	t.Parallel()
	f := layered(t, playbooks.Config{Files: fstest.MapFS{"new.md": entry("# N\n"), "match.md": entry("# M\n"), "draft.md": entry("# D\n"), "a/new.md": entry("# AN\n")}})
	for id, title := range map[string]string{"new-playbook": "N", "match-playbook": "M", "draft-playbook": "D", "a-new": "AN"} {
		if got := f.get(id).Title; got != title {
			t.Errorf("%s: %q", id, got)
		}
	}
}

func TestWhichNamesAreRead(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"a.md": true, "alerts/A b.MD": true, "a.markdown": true, "README.md": false, "a/readme.md": false, ".a.md": false, "_a.md": false, ".git/a.md": false,
		"_drafts/a.md": false, "a.txt": false, "../a.md": false, "/a.md": false, "a//b.md": false, "": false,
	} {
		if got := playbooks.IsRead(name); got != want {
			t.Errorf("%q: %v", name, got)
		}
	}
}

// A shipped playbook whose identity a file of another name takes does not vanish without a word.
func TestWhoIsHiddenIsNamed(t *testing.T) {
	t.Parallel()
	written := fstest.MapFS{}
	f := layered(t, playbooks.Config{Shipped: fstest.MapFS{"cache.md": entry("# Shipped cache\n"), "disk.md": entry("# Disk\n")}, Files: fstest.MapFS{"queue.md": entry("# Queue\n")}, Written: written})
	rival := func(path, id string, hides bool, want string) {
		t.Helper()
		other, got, found := f.catalogue.Rival(path, id)
		if found != (want != "") || found && (got != hides || other.Title != want) {
			t.Errorf("%s as %s: %+v, hides %v, found %v", path, id, other, got, found)
		}
	}
	rival("Cache.md", "cache", true, "Shipped cache")
	rival("cache.md", "cache", false, "")
	rival("Queue.md", "queue", false, "Queue")
	rival("new.md", "new", false, "")
	written["Cache.md"] = entry("# Our cache\n")
	f.reload()
	if p := f.get("cache"); p.Title != "Our cache" || len(p.Problems) != 1 || !strings.Contains(p.Problems[0].Message, "“Shipped cache” (cache.md)") || p.Problems[0].Severe {
		t.Errorf("in use: %q, problems %v", p.Title, p.Problems)
	}
	rival("Cache.md", "cache", true, "Shipped cache")
	delete(written, "Cache.md")
	f.reload()
	if p := f.get("cache"); p.Title != "Shipped cache" || len(p.Problems) != 0 {
		t.Errorf("afterwards: %q, problems %v", p.Title, p.Problems)
	}
}
