package playbooks_test

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"wardroom/internal/playbooks"
	shipped "wardroom/playbooks"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// folder is an operator's directory under test and the catalogue that reads it.
type folder struct {
	t         *testing.T
	dir       string
	catalogue *playbooks.Catalogue
	writes    int
}

func newFolder(t *testing.T) *folder {
	t.Helper()
	dir := t.TempDir()
	return &folder{t: t, dir: dir, catalogue: playbooks.NewCatalogue(playbooks.Config{
		Shipped: shipped.Files, Files: os.DirFS(dir), Log: slog.New(slog.DiscardHandler),
	})}
}

// write stores a file with a time of its own, so that no edit hides in the clock's grain.
func (f *folder) write(name, source string) {
	f.t.Helper()
	path := filepath.Join(f.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		f.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(ticks(source)), 0o600); err != nil {
		f.t.Fatal(err)
	}
	f.writes++
	at := time.Unix(1_800_000_000, 0).Add(time.Duration(f.writes) * time.Second)
	if err := os.Chtimes(path, at, at); err != nil {
		f.t.Fatal(err)
	}
}

func (f *folder) reload() bool {
	f.t.Helper()
	changed, err := f.catalogue.Reload(f.t.Context())
	if err != nil {
		f.t.Fatal(err)
	}
	return changed
}

func (f *folder) get(id string) *playbooks.Playbook {
	f.t.Helper()
	p, found := f.catalogue.ByID(id)
	if !found {
		f.t.Fatalf("no playbook %s", id)
	}
	return p
}

const valid = "# Queue stuck\n\n## Fix\n\n~~~sh\nkubectl get pods\n~~~\n"

func TestCatalogueReadsShippedAndOwnFiles(t *testing.T) {
	t.Parallel()
	f := newFolder(t)
	f.write("alerts/queue.md", valid)
	f.write("README.md", "# Not a playbook")
	f.write(".git/x.md", "# Not a playbook")
	f.write("notes.txt", "# Not a playbook")
	f.write("service-unavailable.md", "# Ours is better\n")
	if !f.reload() || f.reload() {
		t.Error("want a change at the first look and none at the second")
	}
	var titles []string
	for _, p := range f.catalogue.All() {
		titles = append(titles, p.ID+": "+p.Title)
	}
	want := "alerts-queue: Queue stuck\nservice-unavailable: Ours is better"
	got := strings.Join(titles, "\n")
	if !strings.Contains("\n"+got+"\n", "\nalerts-queue: Queue stuck\n") || !strings.Contains(got, "service-unavailable: Ours is better") || strings.Contains(got, "Not a") {
		t.Errorf("playbooks:\n%s\nwant at least\n%s", got, want)
	}
}

func TestCatalogueKeepsTheLastValidRevision(t *testing.T) {
	t.Parallel()
	f := newFolder(t)
	f.write("queue.md", valid)
	f.reload()
	first := f.get("queue")

	f.write("queue.md", "---\nalerts: [a\n---\n"+valid)
	f.reload()
	kept := f.get("queue")
	if kept.Revision != first.Revision || len(kept.Problems) != 1 || !strings.Contains(kept.Problems[0].Message, "the last edit is not in use") {
		t.Errorf("after a broken edit: revision %.8s (was %.8s), problems %+v", kept.Revision, first.Revision, kept.Problems)
	}

	f.write("queue.md", "")
	f.reload()
	if kept := f.get("queue"); kept.Revision != first.Revision || len(kept.Problems) != 1 {
		t.Errorf("after an empty edit: revision %.8s, problems %+v", kept.Revision, kept.Problems)
	}

	f.write("queue.md", valid+"\nMore.\n")
	f.reload()
	second := f.get("queue")
	if second.Revision == first.Revision || len(second.Problems) != 0 {
		t.Errorf("after the repair: revision %.8s, problems %+v", second.Revision, second.Problems)
	}
	for _, p := range []*playbooks.Playbook{first, second} {
		if found, ok := f.catalogue.ByRevision("queue", p.Revision); !ok || found.Source != p.Source {
			t.Errorf("revision %.8s is not kept", p.Revision)
		}
	}

	if err := os.Remove(filepath.Join(f.dir, "queue.md")); err != nil {
		t.Fatal(err)
	}
	f.reload()
	if _, found := f.catalogue.ByID("queue"); found {
		t.Error("a deleted file is still listed")
	}
	if _, found := f.catalogue.ByRevision("queue", second.Revision); !found {
		t.Error("the revision of a deleted file is gone")
	}
}

func TestCatalogueListsWhatItCannotRead(t *testing.T) {
	t.Parallel()
	f := newFolder(t)
	f.write("huge.md", strings.Repeat("x", playbooks.MaxSource+1))
	f.write("a-b.md", "# One\n")
	f.write("a/b.md", "# Two\n")
	f.reload()
	if p := f.get("huge"); len(p.Problems) != 1 || !p.Problems[0].Severe {
		t.Errorf("huge: %+v", p.Problems)
	}
	if p := f.get("a-b-2"); len(p.Problems) != 1 {
		t.Errorf("the second file of one identity: %+v", p.Problems)
	}
}

func TestCatalogueNeedsItsFolder(t *testing.T) {
	t.Parallel()
	c := playbooks.NewCatalogue(playbooks.Config{
		Files: os.DirFS(filepath.Join(t.TempDir(), "missing")), Log: slog.New(slog.DiscardHandler),
	})
	if err := c.Load(t.Context()); err == nil {
		t.Error("a missing folder is no error")
	}
	c.Stop()
}

func TestCatalogueLooksByItself(t *testing.T) {
	t.Parallel()
	f := newFolder(t)
	f.write("queue.md", valid)
	f.reload()
	synctest.Test(t, func(t *testing.T) {
		f.catalogue.Start(t.Context())
		for n := range 3 {
			f.write("queue.md", fmt.Sprintf("# Title %d\n", n))
			<-time.After(3 * time.Second)
			synctest.Wait()
			if got, want := f.get("queue").Title, fmt.Sprintf("Title %d", n); got != want {
				t.Errorf("title %q, want %q", got, want)
			}
		}
		f.catalogue.Stop()
		f.catalogue.Stop()
	})
}
