package programs

import (
	"cmp"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// selection is which files below a folder are searched, by their names.
type selection struct{ include, exclude, excludeFolders []string }

func (s *selection) add(o option) {
	list := map[string]*[]string{"U": &s.include, "D": &s.exclude, "N": &s.excludeFolders}[o.name]
	*list = append(*list, o.value)
}

func (s *selection) wants(name string, folder bool) bool {
	fits := func(pattern string) bool {
		match, err := path.Match(strings.TrimSuffix(pattern, "/"), name)
		return err == nil && match
	}
	if folder {
		return !slices.ContainsFunc(s.excludeFolders, fits)
	}
	return (len(s.include) == 0 || slices.ContainsFunc(s.include, fits)) && !slices.ContainsFunc(s.exclude, fits)
}

// below is what grep -r searches: the files that it is given, and those below the folders, which is the current one when nothing is given. Links are not followed: there is
// nothing behind them that has no name of its own.
func (g *grepper) below(names []string) []string {
	if len(names) == 0 {
		names = []string{""}
	}
	var files []string
	for _, name := range names {
		info, err := g.c.Files.Stat(cmp.Or(name, "."))
		if err != nil || !info.IsDir() || name == "-" {
			files = append(files, name) // one that cannot be opened is complained about there
			continue
		}
		files = append(files, g.folder(name)...)
	}
	if len(files) == 0 {
		return []string{"/dev/null"}
	}
	return files
}

func (g *grepper) folder(name string) (files []string) {
	entries, err := g.c.Files.ReadDir(cmp.Or(name, "."))
	if err != nil {
		g.c.fail(2, "%s: %v", name, cause(err))
	}
	for _, entry := range entries {
		below := entry.Name()
		if name != "" {
			below = strings.TrimSuffix(name, "/") + "/" + below
		}
		switch {
		case !g.only.wants(entry.Name(), entry.IsDir()):
		case entry.IsDir():
			files = append(files, g.folder(below)...)
		case entry.Type()&fs.ModeType == 0:
			files = append(files, below)
		}
	}
	return files
}
