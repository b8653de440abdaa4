package playbooks

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// Checkout is the commit that a git checkout is at.
type Checkout struct {
	Branch string // empty when the checkout is at no branch
	Commit string // in hexadecimal
}

// abandoned is when a lock that git left behind is no sign of work any more.
const abandoned = 10 * time.Minute

// maxGitFile bounds what is read of a file that git keeps; packed-refs is the longest.
const maxGitFile = 16 << 20

var (
	commitName = regexp.MustCompile(`^[0-9a-f]{40}([0-9a-f]{24})?$`)
	refName    = regexp.MustCompile(`^refs/[A-Za-z0-9][A-Za-z0-9._@/+-]*$`)
)

// CheckoutOf tells which commit the folder is at when it is a git checkout or stands
// in one. Git itself is not started: a checkout may hold settings that run things.
func CheckoutOf(dir string) (Checkout, bool) {
	git, found := gitFolder(dir)
	if !found {
		return Checkout{}, false
	}
	head, err := gitFile(filepath.Join(git, "HEAD"))
	if err != nil {
		return Checkout{}, false
	}
	ref, isRef := strings.CutPrefix(head, "ref: ")
	if !isRef {
		return Checkout{Commit: head}, commitName.MatchString(head)
	}
	if !refName.MatchString(ref) || strings.Contains(ref, "..") {
		return Checkout{}, false
	}
	commit := commitOf(git, ref)
	return Checkout{Branch: strings.TrimPrefix(ref, "refs/heads/"), Commit: commit}, commit != ""
}

// commitOf looks a branch up: in a file of its own, else among the packed ones. The
// branches of a work tree are those of the repository that it belongs to.
func commitOf(git, ref string) string {
	common := git
	if text, err := gitFile(filepath.Join(git, "commondir")); err == nil {
		common = from(git, text)
	}
	for _, folder := range []string{git, common} {
		if text, err := gitFile(filepath.Join(folder, filepath.FromSlash(ref))); err == nil && commitName.MatchString(text) {
			return text
		}
	}
	packed, err := gitFile(filepath.Join(common, "packed-refs"))
	if err != nil {
		return ""
	}
	for line := range strings.Lines(packed) {
		if commit, name, _ := strings.Cut(strings.TrimSpace(line), " "); name == ref && commitName.MatchString(commit) {
			return commit
		}
	}
	return ""
}

// gitFolder finds what git keeps about the folder: .git in it or above it, which is a
// folder, or a file that names one in the checkouts that git calls work trees.
func gitFolder(dir string) (string, bool) {
	dir, err := filepath.EvalSymlinks(dir)
	if err == nil {
		dir, err = filepath.Abs(dir)
	}
	for err == nil {
		at := filepath.Join(dir, ".git")
		if info, statErr := os.Stat(at); statErr == nil {
			if info.IsDir() {
				return at, true
			}
			text, readErr := gitFile(at)
			folder, named := strings.CutPrefix(text, "gitdir: ")
			return from(dir, folder), readErr == nil && named
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			break
		}
		dir = parent
	}
	return "", false
}

func from(dir, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}

func gitFile(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", err //nolint:wrapcheck // only whether there is one matters
	}
	if !info.Mode().IsRegular() || info.Size() > maxGitFile {
		return "", errors.New("not a file that git wrote")
	}
	text, err := os.ReadFile(path) //nolint:gosec // below the operator's folder
	return strings.TrimSpace(string(text)), err
}

// Settled tells, for Config.Settled, when folders may be read: not while git is
// changing their checkout, which it locks for that long. The state differs when one
// was switched meanwhile: its commit and index, or where a link leads that stands
// for all of a folder (a release, ..data of a Kubernetes volume).
func Settled(dirs ...string) func() (state string, settled bool) {
	return func() (state string, settled bool) {
		var b strings.Builder
		settled = true
		for _, dir := range dirs {
			target, _ := filepath.EvalSymlinks(dir)
			data, _ := os.Readlink(filepath.Join(dir, "..data"))
			fmt.Fprintf(&b, "%q %q ", target, data)
			git, found := gitFolder(dir)
			if !found {
				continue
			}
			at, _ := CheckoutOf(dir)
			b.WriteString(at.Commit)
			if info, err := os.Stat(filepath.Join(git, "index")); err == nil {
				fmt.Fprintf(&b, " %d %d ", info.Size(), info.ModTime().UnixNano())
			}
			settled = settled && !locked(filepath.Join(git, "index.lock"))
		}
		return b.String(), settled
	}
}

func locked(path string) bool {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false
	}
	return err == nil && time.Since(info.ModTime()) < abandoned
}
