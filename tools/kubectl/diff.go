package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/aymanbagabas/go-udiff"
)

// compares is the variable that makes this program the one that kubectl diff starts to compare two folders, so that a
// machine needs no diff of its own. No command can set it: programs get none of a run's variables.
const compares = "WARDROOM_KUBECTL_COMPARES"

// ownDiff makes kubectl diff start this program again.
func ownDiff() error {
	return errors.Join(os.Setenv("KUBECTL_EXTERNAL_DIFF", "/proc/self/exe"), os.Setenv(compares, "yes"))
}

// compareFolders writes what differs between the files of two folders and returns diff's exit code: 0 nothing, 1
// something, 2 it failed.
func compareFolders(out, errs io.Writer, live, merged string) int {
	code := 0
	names, err := filesOf(live, merged)
	for _, name := range names {
		before, beforeErr := read(filepath.Join(live, name))
		after, afterErr := read(filepath.Join(merged, name))
		err = errors.Join(err, beforeErr, afterErr)
		if text := udiff.Unified("live/"+name, "merged/"+name, before, after); text != "" {
			code = 1
			fmt.Fprint(out, text)
		}
	}
	if err != nil {
		fmt.Fprintln(errs, err)
		return 2
	}
	return code
}

// filesOf are the names of the files of both folders.
func filesOf(folders ...string) (names []string, err error) {
	for _, folder := range folders {
		entries, readErr := os.ReadDir(folder)
		err = errors.Join(err, readErr)
		for _, entry := range entries {
			names = append(names, entry.Name())
		}
	}
	slices.Sort(names)
	return slices.Compact(names), err
}

// read gives a file's text, "" when there is none: the object is new, or goes.
func read(path string) (string, error) {
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return string(raw), err
}
