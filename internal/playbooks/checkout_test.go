package playbooks_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"wardroom/internal/playbooks"
)

// repository is a checkout that git itself made.
type repository struct {
	t   *testing.T
	dir string
}

func newRepository(t *testing.T) repository {
	t.Helper()
	r := repository{t, t.TempDir()}
	r.git("init", "-q", "-b", "main")
	r.commit("queue.md", "# Queue stuck\n")
	return r
}

func (r repository) git(args ...string) string {
	r.t.Helper()
	cmd := exec.CommandContext(r.t.Context(), "git", append([]string{"-C", r.dir, "-c", "user.name=t", "-c", "user.email=t@example.org"}, args...)...)
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null")
	out, err := cmd.CombinedOutput()
	if err != nil {
		r.t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

func (r repository) commit(name, source string) {
	r.t.Helper()
	must(r.t, os.WriteFile(filepath.Join(r.dir, name), []byte(source), 0o600))
	r.git("add", ".")
	r.git("commit", "-q", "-m", name)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestCheckoutIsWhatGitSays(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	commit := r.git("rev-parse", "HEAD")
	want := func(dir, branch string) {
		t.Helper()
		if got, ok := playbooks.CheckoutOf(dir); !ok || got.Branch != branch || got.Commit != commit {
			t.Errorf("%s: %+v %v, want %s at %s", dir, got, ok, branch, commit)
		}
	}
	want(r.dir, "main")
	below := filepath.Join(r.dir, "runbooks", "queue")
	must(t, os.MkdirAll(below, 0o755))
	want(below, "main")
	r.git("pack-refs", "--all")
	want(r.dir, "main")
	r.git("checkout", "-q", "-b", "team/fix-1")
	want(r.dir, "team/fix-1")
	r.git("pack-refs", "--all")
	tree := filepath.Join(t.TempDir(), "tree")
	r.git("worktree", "add", "-q", "-b", "other", tree)
	want(tree, "other")
	r.git("checkout", "-q", "--detach")
	want(r.dir, "")
	link := filepath.Join(t.TempDir(), "current")
	must(t, os.Symlink(tree, link))
	want(link, "other")
}

// What is no checkout, or only looks like one, is none; nothing outside is believed.
func TestNoCheckout(t *testing.T) {
	t.Parallel()
	for name, head := range map[string]string{
		"no head": "", "a name": "main\n", "a path out": "ref: refs/heads/../../../secret\n", "no ref": "ref: /etc/passwd\n", "no commit": "ref: refs/heads/main\n",
	} {
		dir := t.TempDir()
		must(t, os.MkdirAll(filepath.Join(dir, ".git", "refs", "heads"), 0o755))
		must(t, os.WriteFile(filepath.Join(dir, "secret"), []byte(strings.Repeat("a", 40)), 0o600))
		if head != "" {
			must(t, os.WriteFile(filepath.Join(dir, ".git", "HEAD"), []byte(head), 0o600))
		}
		if got, ok := playbooks.CheckoutOf(dir); ok {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if got, ok := playbooks.CheckoutOf(filepath.Join(t.TempDir(), "missing")); ok {
		t.Errorf("missing: %+v", got)
	}
}

// A switch of the checkout is seen as a whole: not while git works, and not when it worked during the look.
func TestASwitchIsOneStep(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	settled := playbooks.Settled(r.dir)
	during := func() {}
	looks := 0
	f := newFolder(t)
	f.catalogue = playbooks.NewCatalogue(playbooks.Config{
		Files: os.DirFS(r.dir), Log: quiet, Settled: func() (string, bool) {
			if looks++; looks%2 == 0 {
				during()
			}
			return settled()
		},
	})
	f.reload()
	title := func() string { return f.get("queue").Title }

	lock := filepath.Join(r.dir, ".git", "index.lock")
	must(t, os.WriteFile(lock, nil, 0o600))
	must(t, os.WriteFile(filepath.Join(r.dir, "queue.md"), []byte("# Half of it, longer\n"), 0o600))
	if f.reload() || title() != "Queue stuck" {
		t.Errorf("while git works: %q", title())
	}
	must(t, os.WriteFile(filepath.Join(r.dir, "ours.md"), []byte("# Ours\n"), 0o600))
	f.catalogue.ReloadFile(t.Context(), "ours.md")
	if got := f.get("ours").Title; got != "Ours" || title() != "Queue stuck" {
		t.Errorf("one file while git works: %q beside %q", got, title())
	}
	looks = 0
	long := time.Now().Add(-time.Hour)
	must(t, os.Chtimes(lock, long, long))
	if !f.reload() || title() != "Half of it, longer" {
		t.Errorf("with a lock that was left behind: %q", title())
	}
	must(t, os.Remove(lock))

	must(t, os.WriteFile(filepath.Join(r.dir, "queue.md"), []byte("# In between, longer still\n"), 0o600))
	during = func() { r.commit("other.md", "# Other\n") }
	looks = 0
	if f.reload() || title() != "Half of it, longer" {
		t.Errorf("when it was switched during the look: %q", title())
	}
	during = func() {}
	if !f.reload() || title() != "In between, longer still" {
		t.Errorf("at the next look: %q", title())
	}
}

// A folder that stands for a release by a link is seen as one release or the other.
func TestASwitchedLinkIsOneStep(t *testing.T) {
	t.Parallel()
	at := t.TempDir()
	link := filepath.Join(at, "current")
	point := func(release string) {
		t.Helper()
		must(t, os.MkdirAll(filepath.Join(at, release), 0o755))
		must(t, os.Symlink(filepath.Join(at, release), link+".new"))
		must(t, os.Rename(link+".new", link))
	}
	point("one")
	settled := playbooks.Settled(link)
	first, _ := settled()
	again, ok := settled()
	point("two")
	if second, _ := settled(); first != again || !ok || second == first {
		t.Errorf("states %q, %q, %q", first, again, second)
	}
}
