package playbooks

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"path"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// keptRevisions is how many past revisions of a playbook stay readable: a page
// that was opened before an edit can still name the one it showed.
const keptRevisions = 16

// Config says where a catalogue finds its files.
type Config struct {
	Shipped fs.FS         // the playbooks that come with the program; may be nil
	Files   fs.FS         // the operator's directory, whose files win over shipped ones; may be nil
	Every   time.Duration // how often Files is looked at; 2 s when zero
	Log     *slog.Logger
}

// Catalogue holds the playbooks that are valid now. Its methods may be called
// from any goroutine.
type Catalogue struct {
	config  Config
	current atomic.Pointer[snapshot]

	mu    sync.Mutex // of loading: one at a time
	files map[string]*file
	past  map[string][]*Playbook // by identity, oldest first

	cancel  context.CancelFunc // of what Start began; nil before
	polling sync.WaitGroup
}

// A snapshot is never changed after it was published.
type snapshot struct {
	entries []*entry
	byID    map[string]*entry
	past    map[string][]*Playbook
}

type entry struct {
	playbook *Playbook
	matchers [][]matcher
}

// A file is what a path held when it was last read, and what is shown of it.
type file struct {
	size     int64
	modified time.Time
	shown    []Playbook
}

// NewCatalogue returns an empty catalogue; Load fills it.
func NewCatalogue(config Config) *Catalogue {
	if config.Every <= 0 {
		config.Every = 2 * time.Second
	}
	c := &Catalogue{config: config, files: map[string]*file{}, past: map[string][]*Playbook{}}
	c.current.Store(&snapshot{})
	return c
}

// Load reads every file. It fails only when a directory cannot be read at all;
// what is wrong in a file stands in its playbook's Problems.
func (c *Catalogue) Load(ctx context.Context) error {
	_, err := c.Reload(ctx)
	return err
}

// Reload reads the files that changed since the last look and reports whether
// any did. A file that an edit broke keeps its last valid revision.
func (c *Catalogue) Reload(ctx context.Context) (changed bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	seen := map[string]bool{}
	for _, source := range []struct {
		name string
		fsys fs.FS
	}{{"shipped", c.config.Shipped}, {"files", c.config.Files}} {
		if source.fsys == nil {
			continue
		}
		some, err := c.scan(ctx, source.name, source.fsys, seen)
		if err != nil {
			return false, fmt.Errorf("read the playbooks: %w", err)
		}
		changed = changed || some
	}
	for key := range c.files {
		if !seen[key] {
			delete(c.files, key)
			changed = true
		}
	}
	if changed {
		c.publish()
	}
	return changed, nil
}

// scan reads the changed Markdown files of one source.
func (c *Catalogue) scan(ctx context.Context, source string, fsys fs.FS, seen map[string]bool) (changed bool, err error) {
	err = walk(fsys, func(name string, err error) error {
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil && name != ".":
			c.config.Log.WarnContext(ctx, "a playbook folder cannot be read", "path", name, "err", err)
			c.keepBelow(source+"/"+name+"/", seen)
			return nil
		case err != nil:
			return err
		}
		key := source + "/" + name
		seen[key] = true
		changed = c.look(ctx, fsys, name, key) || changed
		return nil
	})
	return changed, err
}

// walk calls f with every playbook file below fsys in the order of their names, and
// with every folder that cannot be read. Hidden files and those that begin with an
// underscore are left out.
func walk(fsys fs.FS, f func(name string, err error) error) error {
	return fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error { //nolint:wrapcheck // f's own errors
		switch {
		case err != nil:
			return f(name, err)
		case name != "." && (strings.HasPrefix(path.Base(name), ".") || strings.HasPrefix(path.Base(name), "_")):
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case d.IsDir() || !isPlaybookFile(name):
			return nil
		}
		return f(name, nil)
	})
}

// keepBelow keeps what is known of a folder that cannot be read just now.
func (c *Catalogue) keepBelow(prefix string, seen map[string]bool) {
	for key := range c.files {
		if strings.HasPrefix(key, prefix) {
			seen[key] = true
		}
	}
}

// isPlaybookFile leaves out the files that explain a folder rather than an alert.
func isPlaybookFile(name string) bool {
	base := strings.ToLower(path.Base(name))
	ext := path.Ext(base)
	if ext != ".md" && ext != ".markdown" {
		return false
	}
	switch strings.TrimSuffix(base, ext) {
	case "readme", "contributing", "changelog", "license", "code_of_conduct", "security_policy":
		return false
	}
	return true
}

// look reads one file when its size or time changed, and reports whether what is
// shown of it did.
func (c *Catalogue) look(ctx context.Context, fsys fs.FS, name, key string) bool {
	info, err := fs.Stat(fsys, name) // follows links: a ConfigMap's files are links
	known := c.files[key]
	if err == nil && known != nil && info.Size() == known.size && info.ModTime().Equal(known.modified) {
		return false
	}
	next := &file{}
	if err == nil {
		next.size, next.modified = info.Size(), info.ModTime()
		next.shown, err = read(fsys, name, info)
	}
	if err != nil {
		c.config.Log.WarnContext(ctx, "a playbook cannot be read", "path", name, "err", err)
		next.shown = []Playbook{unreadable(name, err)}
	}
	if known != nil && isBroken(next.shown) && !isBroken(known.shown) {
		c.config.Log.WarnContext(ctx, "an edit broke a playbook; its last valid revision stays", "path", name)
		next.shown = keep(known.shown, next.shown[0].Problems)
	}
	c.files[key] = next
	return true
}

func read(fsys fs.FS, name string, info fs.FileInfo) ([]Playbook, error) {
	if !info.Mode().IsRegular() {
		return nil, errors.New("not a regular file")
	}
	if info.Size() > MaxSource {
		return nil, errors.New("larger than 512 KiB")
	}
	source, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, err
	}
	return Parse(name, string(source))
}

// unreadable stands for a file of which nothing can be shown, so that its author
// finds it in the list with the reason.
func unreadable(name string, err error) Playbook {
	return Playbook{
		ID: idOf(name), Title: titleOf(name), Path: name,
		Problems: []Problem{{Message: "the file cannot be read: " + err.Error(), Severe: true}},
	}
}

func isBroken(all []Playbook) bool {
	return slices.ContainsFunc(all, func(p Playbook) bool {
		return slices.ContainsFunc(p.Problems, func(q Problem) bool { return q.Severe && !q.Kept })
	})
}

// keep shows the valid revision with what is wrong in the edit.
func keep(valid []Playbook, broken []Problem) []Playbook {
	kept := slices.Clone(valid)
	for i := range kept {
		problems := slices.DeleteFunc(slices.Clone(kept[i].Problems), func(q Problem) bool { return q.Kept })
		for _, q := range broken {
			if q.Severe {
				q.Kept = true
				q.Message = "the last edit is not in use: " + q.Message
				problems = append(problems, q)
			}
		}
		kept[i].Problems = problems
	}
	return kept
}
