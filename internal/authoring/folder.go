package authoring

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
	"unicode"

	"wardroom/internal/errs"
	"wardroom/internal/playbooks"
)

const maxPath = 200 // bytes

// CheckPath accepts what the reader would find below the folder, as a name that every
// file system and URL takes, and says of others why they cannot be written here: the
// reader takes more than that.
func CheckPath(name string) error {
	wrong := func(why string) error { return errs.Newf(errs.Invalid, "The file name %q will not do: %s", name, why) }
	switch {
	case len(name) > maxPath:
		return errs.Newf(errs.Invalid, "The file name is longer than %d bytes.", maxPath)
	case name == "" || path.Ext(name) != ".md":
		return wrong("it must end with .md.")
	case strings.ContainsFunc(name, isAwkward):
		return wrong(`it holds a character that file systems do not agree on.`)
	case !fs.ValidPath(name):
		return wrong("write it from the folder down, like alerts/queue-stuck.md.")
	case !playbooks.IsRead(name):
		return wrong("names that begin with a dot or an underscore, README and the like are no playbooks.")
	}
	for part := range strings.SplitSeq(name, "/") {
		if strings.TrimSpace(part) != part {
			return wrong("a part of it begins or ends with a space.")
		}
	}
	return nil
}

func isAwkward(r rune) bool {
	return !unicode.IsPrint(r) || r == unicode.ReplacementChar || strings.ContainsRune(`\:*?"<>|`, r)
}

// write puts a file into the folder as a whole: whoever reads it sees the text before
// or the new one. A link that leads out of the folder is not followed.
func write(folder, name, source string) (err error) {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return fmt.Errorf("authoring: open the folder: %w", err)
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	dir := path.Dir(name)
	if err = root.MkdirAll(dir, 0o755); err != nil {
		return unwritable(name, err)
	}
	mode := fs.FileMode(0o644)
	switch info, statErr := root.Lstat(name); {
	case statErr == nil && !info.Mode().IsRegular():
		return errs.Newf(errs.Invalid, "In the folder %s is a link or a folder, not a file; it is left alone.", name)
	case statErr == nil:
		mode = info.Mode().Perm()
	case !errors.Is(statErr, fs.ErrNotExist):
		return unwritable(name, statErr)
	}
	temporary := path.Join(dir, ".wardroom-"+rand.Text())
	if err = fill(root, temporary, source, mode); err == nil {
		err = root.Rename(temporary, name)
	}
	if err != nil {
		_ = root.Remove(temporary) // it may not be there
		return unwritable(name, err)
	}
	return syncFolder(root, dir)
}

func fill(root *os.Root, name, source string, mode fs.FileMode) error {
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err //nolint:wrapcheck // unwritable does
	}
	_, err = f.WriteString(source)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// syncFolder makes the new name survive a power cut.
func syncFolder(root *os.Root, dir string) error {
	f, err := root.Open(dir)
	if err == nil {
		err = errors.Join(f.Sync(), f.Close())
	}
	if err != nil {
		return fmt.Errorf("authoring: sync the folder: %w", err)
	}
	return nil
}

func unwritable(name string, err error) error {
	return errs.Wrap(errs.Unavailable, fmt.Sprintf("The file %s cannot be written. Your draft is kept; tell the people who run Wardroom.", name), err)
}
