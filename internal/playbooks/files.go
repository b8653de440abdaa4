package playbooks

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
)

// File is one Markdown file as it was read.
type File struct {
	Path      string // as it was asked for
	Problems  []Problem
	Playbooks []Playbook
}

// ReadPaths reads files, and folders with all below them, in the order of their
// names. Files that only explain a folder (README and the like) and hidden ones are
// left out unless they are named themselves. The error is that of a path which
// cannot be read at all.
func ReadPaths(ctx context.Context, paths []string) ([]File, error) {
	var names []string
	for _, p := range paths {
		info, err := os.Stat(p)
		if err != nil {
			return nil, fmt.Errorf("read playbooks: %w", err)
		}
		if !info.IsDir() {
			names = append(names, p)
			continue
		}
		err = walk(os.DirFS(p), func(name string, err error) error {
			if err == nil && ctx.Err() == nil {
				names = append(names, filepath.Join(p, filepath.FromSlash(name)))
			}
			return errorOr(err, ctx.Err())
		})
		if err != nil {
			return nil, fmt.Errorf("read playbooks: %w", err)
		}
	}
	return readNames(names), nil
}

func errorOr(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// readNames reads files side by side: parsing is what takes the time.
func readNames(names []string) []File {
	files := make([]File, len(names))
	next := make(chan int)
	var readers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		readers.Go(func() {
			for i := range next {
				files[i] = readName(names[i])
			}
		})
	}
	for i := range names {
		next <- i
	}
	close(next)
	readers.Wait()
	return files
}

func readName(name string) File {
	dir, base := filepath.Split(name)
	fsys := os.DirFS(filepath.Clean(dir + "."))
	all, err := read(fsys, base)
	if err != nil {
		all = []Playbook{unreadable(base, err)}
	}
	for i := range all {
		all[i].Path = name
	}
	return File{Path: name, Problems: all[0].Problems, Playbooks: all}
}

// NewCatalogueOf returns a catalogue of files that were read already; Load would
// empty it again.
func NewCatalogueOf(files []File) *Catalogue {
	c := NewCatalogue(Config{})
	for _, f := range files {
		c.files[place{Files, f.Path}] = &file{shown: f.Playbooks}
	}
	c.publish()
	return c
}
