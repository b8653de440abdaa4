package playbooks

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"log/slog"
	"maps"
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

// Config says where a catalogue finds its files. A file of one layer hides that of
// the same path in the layers below it.
type Config struct {
	Shipped fs.FS         // the playbooks that come with the program; may be nil
	Files   fs.FS         // the operator's directory; may be nil
	Written fs.FS         // what authors publish when that is not in Files; may be nil
	Every   time.Duration // how often the directories are looked at; 2 s when zero
	Log     *slog.Logger

	// Settled tells what the directories hold as a whole, see Settled. It may be nil.
	Settled func() (state string, settled bool)
}

// Layer is where a playbook comes from.
type Layer int

// The layers, the uppermost first.
const (
	Written Layer = iota
	Files
	Shipped
)

// layers are the sources that there are, the uppermost first.
func (c *Catalogue) layers() iter.Seq2[Layer, fs.FS] {
	return func(yield func(Layer, fs.FS) bool) {
		for layer, fsys := range []fs.FS{Written: c.config.Written, Files: c.config.Files, Shipped: c.config.Shipped} {
			if fsys != nil && !yield(Layer(layer), fsys) {
				return
			}
		}
	}
}

// Catalogue holds the playbooks that are valid now. Its methods may be called
// from any goroutine.
type Catalogue struct {
	config  Config
	current atomic.Pointer[snapshot]

	mu     sync.Mutex // of loading: one at a time
	loaded bool
	files  map[place]*file
	past   map[string][]*Playbook // by identity, oldest first

	cancel  context.CancelFunc // of what Start began; nil before
	polling sync.WaitGroup
}

// A snapshot is never changed after it was published.
type snapshot struct {
	entries []*entry
	byID    map[string]*entry
	hidden  map[string]*Playbook // shipped ones by the identity that another file took
	past    map[string][]*Playbook
}

type entry struct {
	playbook *Playbook
	layer    Layer
	matchers [][]matcher
}

// A place is where a file stands.
type place struct {
	layer Layer
	path  string
}

// A file is what a place held when it was last read, and what is shown of it. It is
// not changed after that.
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
	if config.Settled == nil {
		config.Settled = func() (string, bool) { return "", true }
	}
	c := &Catalogue{config: config, files: map[place]*file{}, past: map[string][]*Playbook{}}
	c.current.Store(&snapshot{})
	return c
}

// Load reads every file. It fails only when a directory cannot be read at all;
// what is wrong in a file stands in its playbook's Problems.
func (c *Catalogue) Load(ctx context.Context) error {
	_, err := c.Reload(ctx)
	return err
}

// Reload reads the files that changed since the last look and reports whether any
// did. A file that an edit broke keeps its last valid revision. What changed becomes
// visible in one step; nothing does when a directory cannot be read, or while a
// checkout is changing it.
func (c *Catalogue) Reload(ctx context.Context) (changed bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	before, settled := c.config.Settled()
	if c.loaded && !settled {
		return false, nil
	}
	next := map[place]*file{}
	for layer, fsys := range c.layers() {
		if err := c.scan(ctx, layer, fsys, next); err != nil {
			return false, fmt.Errorf("read the playbooks: %w", err)
		}
	}
	if after, settled := c.config.Settled(); c.loaded && (!settled || after != before) {
		return false, nil // what was read is part of one state and part of another
	}
	c.loaded = true
	if maps.Equal(next, c.files) {
		return false, nil
	}
	c.files = next
	c.publish()
	return true, nil
}

// ReloadFile reads one file anew in every layer, also while a checkout is changing: it
// is for who has just written the file as a whole. Whatever else changed waits for Reload.
func (c *Catalogue) ReloadFile(ctx context.Context, name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	next := maps.Clone(c.files)
	for layer, fsys := range c.layers() {
		at := place{layer, name}
		if _, err := fs.Stat(fsys, name); !IsRead(name) || errors.Is(err, fs.ErrNotExist) {
			delete(next, at)
			continue
		}
		next[at] = c.look(ctx, fsys, at)
	}
	if !maps.Equal(next, c.files) {
		c.files = next
		c.publish()
	}
}

// scan adds the Markdown files of one layer to next, those that changed read anew.
func (c *Catalogue) scan(ctx context.Context, layer Layer, fsys fs.FS, next map[place]*file) error {
	return walk(fsys, func(name string, err error) error {
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil && name != ".":
			c.config.Log.WarnContext(ctx, "a playbook folder cannot be read", "path", name, "err", err)
			c.keepBelow(layer, name+"/", next)
			return nil
		case err != nil:
			return err
		}
		next[place{layer, name}] = c.look(ctx, fsys, place{layer, name})
		return nil
	})
}

// walk calls f with every playbook file below fsys in the order of their names, and
// with every folder that cannot be read. Hidden files and those that begin with an
// underscore are left out.
func walk(fsys fs.FS, f func(name string, err error) error) error {
	return fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error { //nolint:wrapcheck // f's own errors
		switch {
		case err != nil:
			return f(name, err)
		case name != "." && isHidden(path.Base(name)):
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
func (c *Catalogue) keepBelow(layer Layer, prefix string, next map[place]*file) {
	for at, known := range c.files {
		if at.layer == layer && strings.HasPrefix(at.path, prefix) {
			next[at] = known
		}
	}
}

func isHidden(name string) bool { return strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") }

// IsRead reports whether a file at this path in a directory would be read: Markdown,
// nothing hidden, none of the files that explain a folder.
func IsRead(name string) bool {
	return fs.ValidPath(name) && isPlaybookFile(name) && !slices.ContainsFunc(strings.Split(name, "/"), isHidden)
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

// look reads one file when its size or time changed, and gives what is known of it.
func (c *Catalogue) look(ctx context.Context, fsys fs.FS, at place) *file {
	info, err := fs.Stat(fsys, at.path) // follows links: a ConfigMap's files are links
	known := c.files[at]
	if err == nil && known != nil && info.Size() == known.size && info.ModTime().Equal(known.modified) {
		return known
	}
	next := &file{}
	if err == nil {
		next.size, next.modified = info.Size(), info.ModTime()
		next.shown, err = read(fsys, at.path)
	}
	if err != nil {
		c.config.Log.WarnContext(ctx, "a playbook cannot be read", "path", at.path, "err", err)
		next.shown = []Playbook{unreadable(at.path, err)}
	}
	if known != nil && isBroken(next.shown) && !isBroken(known.shown) {
		c.config.Log.WarnContext(ctx, "an edit broke a playbook; its last valid revision stays", "path", at.path)
		next.shown = keep(known.shown, next.shown[0].Problems)
	}
	return next
}

func read(fsys fs.FS, name string) ([]Playbook, error) {
	source, err := readSource(fsys, name)
	if err != nil {
		return nil, err
	}
	return Parse(name, source)
}

func readSource(fsys fs.FS, name string) (string, error) {
	info, err := fs.Stat(fsys, name)
	switch {
	case err != nil:
		return "", err
	case !info.Mode().IsRegular():
		return "", errors.New("not a regular file")
	case info.Size() > MaxSource:
		return "", errors.New("larger than 512 KiB")
	}
	source, err := fs.ReadFile(fsys, name)
	return string(source), err
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
