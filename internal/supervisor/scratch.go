package supervisor

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"mvdan.cc/sh/v3/interp"
)

var (
	errOutside = errors.New("not permitted in a playbook")
	errFull    = errors.New("the scratch folder is full")
	errRead    = errors.New("a file would be written, and only reading was confirmed")
)

// scratch is the one folder that a run may use. Every name is resolved below its root by the operating system, so neither dots nor symbolic links lead out of it.
type scratch struct {
	dir      string
	root     *os.Root
	most     int64 // bytes of all files together
	readOnly bool  // nothing is written, neither by a redirection nor by a program of this process

	// outside is told of every path outside that the text itself asks for, and how. Programs of this process say so themselves.
	outside func(how, path string)
}

func openScratch(dir string, most int64, readOnly bool) (*scratch, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open scratch folder: %w", err)
	}
	return &scratch{dir: filepath.Clean(dir), root: root, most: most, readOnly: readOnly}, nil
}

// local turns a path as the run knows it into one below the root.
func (s *scratch) local(op, cwd, path string) (string, error) {
	abs := path
	if !filepath.IsAbs(abs) {
		abs = filepath.Join(cwd, path)
	}
	rel, err := filepath.Rel(s.dir, abs)
	if err != nil || !filepath.IsLocal(rel) {
		return "", &fs.PathError{Op: op, Path: path, Err: errOutside}
	}
	return rel, nil
}

// open opens a file below the root. Only regular files: a pipe or a device that a program has left there could block or talk to somebody.
func (s *scratch) open(cwd, path string, flag int) (*os.File, error) {
	rel, err := s.local("open", cwd, path)
	if err != nil {
		return nil, err
	}
	info, err := s.root.Stat(rel)
	switch {
	case err == nil && !info.Mode().IsRegular():
		return nil, &fs.PathError{Op: "open", Path: path, Err: errOutside}
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return nil, &fs.PathError{Op: "open", Path: path, Err: errOutside} // it leads out of the folder
	}
	if flag&(os.O_WRONLY|os.O_RDWR) != 0 {
		if s.readOnly {
			return nil, &fs.PathError{Op: "open", Path: path, Err: errRead}
		}
		if s.size() >= s.most {
			return nil, &fs.PathError{Op: "open", Path: path, Err: errFull}
		}
	}
	file, err := s.root.OpenFile(rel, flag&(os.O_RDONLY|os.O_WRONLY|os.O_RDWR|os.O_CREATE|os.O_TRUNC|os.O_APPEND), 0o600)
	if err != nil {
		return nil, asPathError(err, path)
	}
	return file, nil
}

// size adds up what lies in the folder, as far as it can be seen.
func (s *scratch) size() int64 {
	var total int64
	_ = fs.WalkDir(s.root.FS(), ".", func(_ string, entry fs.DirEntry, err error) error {
		if err != nil {
			return nil //nolint:nilerr // what cannot be read is not counted
		}
		if info, err := entry.Info(); err == nil && info.Mode().IsRegular() {
			total += info.Size()
		}
		return nil
	})
	return total
}

// leadsOut says which link leads out of the folder, or "". The handlers do not follow it, but a program that is started here would.
func (s *scratch) leadsOut() (reason string) {
	_ = fs.WalkDir(s.root.FS(), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.Type()&fs.ModeSymlink == 0 {
			return nil //nolint:nilerr // what cannot be read is no way out
		}
		if _, err = s.root.Stat(path); err == nil || errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		reason = "not permitted: " + printable(path) + " in the scratch folder leads out of it"
		return fs.SkipAll
	})
	return reason
}

func (s *scratch) stat(cwd, path string, follow bool) (fs.FileInfo, error) {
	rel, err := s.local("stat", cwd, path)
	if err != nil {
		return nil, err
	}
	look := s.root.Lstat
	if follow {
		look = s.root.Stat
	}
	info, err := look(rel)
	if err != nil {
		return nil, asPathError(err, path)
	}
	return info, nil
}

func (s *scratch) readDir(cwd, path string) ([]fs.DirEntry, error) {
	rel, err := s.local("open", cwd, path)
	if err != nil {
		return nil, err
	}
	entries, err := fs.ReadDir(s.root.FS(), filepath.ToSlash(rel))
	if err != nil {
		return nil, asPathError(err, path)
	}
	return entries, nil
}

// asPathError gives the error the form that the interpreter prints instead of ending the run, and the path the run's own spelling.
func asPathError(err error, path string) error {
	if inner, ok := errors.AsType[*fs.PathError](err); ok {
		return &fs.PathError{Op: "open", Path: path, Err: inner.Err}
	}
	return &fs.PathError{Op: "open", Path: path, Err: err}
}

func (s *scratch) openHandler(ctx context.Context, path string, flag int, _ os.FileMode) (io.ReadWriteCloser, error) {
	hc := interp.HandlerCtx(ctx)
	switch path {
	case os.DevNull:
		return os.OpenFile(os.DevNull, flag&^(os.O_CREATE|os.O_TRUNC), 0) //nolint:wrapcheck // the interpreter wants a PathError
	case "/dev/stdout":
		return keptOpen{hc.Stdout}, nil
	case "/dev/stderr":
		return keptOpen{hc.Stderr}, nil
	}
	file, err := s.open(hc.Dir, path, flag)
	if err != nil {
		s.tell("open", hc.Dir, path)
		return nil, err
	}
	return file, nil
}

// above reports whether the folder lies somewhere below a path.
func (s *scratch) above(path string) bool {
	rel, err := filepath.Rel(path, s.dir)
	return filepath.IsAbs(path) && err == nil && rel != "." && filepath.IsLocal(rel)
}

// tell tells of a path that lies outside. The folder for temporary files is asked for by the interpreter alone.
func (s *scratch) tell(how, cwd, path string) {
	if _, err := s.local(how, cwd, path); err == nil || strings.HasPrefix(path, noTemp) {
		return
	}
	s.outside(how, path)
}

// keptOpen lends a stream of the run under a file's name.
type keptOpen struct{ io.Writer }

func (keptOpen) Read([]byte) (int, error) { return 0, io.EOF }
func (keptOpen) Close() error             { return nil }

func (s *scratch) readDirHandler(ctx context.Context, path string) ([]fs.DirEntry, error) {
	cwd := interp.HandlerCtx(ctx).Dir
	if s.above(path) { // a pattern that begins with the folder's own path goes through those above it; they hold nothing else for a run
		return nil, nil
	}
	s.tell("list", cwd, path)
	return s.readDir(cwd, path)
}

func (s *scratch) statHandler(ctx context.Context, path string, follow bool) (fs.FileInfo, error) {
	if path == os.DevNull {
		return os.Stat(path) //nolint:wrapcheck // as the interpreter's own
	}
	cwd := interp.HandlerCtx(ctx).Dir
	s.tell("look", cwd, path)
	return s.stat(cwd, path, follow)
}

func (s *scratch) accessHandler(ctx context.Context, path string, mode interp.AccessMode) error {
	cwd := interp.HandlerCtx(ctx).Dir
	s.tell("look", cwd, path)
	info, err := s.stat(cwd, path, true)
	if err != nil {
		return err
	}
	if uint32(info.Mode().Perm())>>6&uint32(mode) != uint32(mode) {
		return &fs.PathError{Op: "access", Path: path, Err: fs.ErrPermission}
	}
	return nil
}

// files is the scratch folder as a program sees it from its working directory.
type files struct {
	scratch *scratch
	cwd     string
}

func (f files) Open(name string) (io.ReadCloser, error) {
	if name == os.DevNull {
		return io.NopCloser(strings.NewReader("")), nil
	}
	return f.scratch.open(f.cwd, name, os.O_RDONLY)
}

func (f files) Create(name string, appending bool) (io.WriteCloser, error) {
	if name == os.DevNull {
		return keptOpen{io.Discard}, nil
	}
	flag := os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	if appending {
		flag = os.O_WRONLY | os.O_CREATE | os.O_APPEND
	}
	return f.scratch.open(f.cwd, name, flag)
}

// Remove removes a file or an empty folder.
func (f files) Remove(name string) error {
	rel, err := f.scratch.local("remove", f.cwd, name)
	switch {
	case err != nil:
		return err
	case f.scratch.readOnly:
		return &fs.PathError{Op: "remove", Path: name, Err: errRead}
	}
	if err = f.scratch.root.Remove(rel); err != nil {
		return asPathError(err, name)
	}
	return nil
}

func (f files) Stat(name string) (fs.FileInfo, error) { return f.scratch.stat(f.cwd, name, true) }

func (f files) ReadDir(name string) ([]fs.DirEntry, error) { return f.scratch.readDir(f.cwd, name) }
