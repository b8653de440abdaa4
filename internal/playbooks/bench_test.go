package playbooks_test

import (
	"fmt"
	"io/fs"
	"log/slog"
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"

	"wardroom/internal/playbooks"
	shipped "wardroom/playbooks"
)

// runbooks is a folder of 400 files: the shipped ones over and over.
func runbooks(b *testing.B) fstest.MapFS {
	b.Helper()
	names, err := fs.Glob(shipped.Files, "*.md")
	if err != nil || len(names) < 10 {
		b.Fatal(names, err)
	}
	names = slices.DeleteFunc(names, func(name string) bool { return name == "README.md" }) // it holds no playbook
	files := fstest.MapFS{}
	for i := range 400 {
		source, err := fs.ReadFile(shipped.Files, names[i%len(names)])
		if err != nil {
			b.Fatal(err)
		}
		files[fmt.Sprintf("team-%d/%s", i/len(names), names[i%len(names)])] = &fstest.MapFile{Data: source, ModTime: time.Unix(1, 0)}
	}
	return files
}

// BenchmarkLoad reads a folder of 400 runbooks. The promise is below two seconds.
func BenchmarkLoad(b *testing.B) {
	files := runbooks(b)
	for b.Loop() {
		catalogue := playbooks.NewCatalogue(playbooks.Config{Files: files, Log: slog.New(slog.DiscardHandler)})
		if err := catalogue.Load(b.Context()); err != nil || len(catalogue.All()) < len(files) {
			b.Fatal(len(catalogue.All()), err)
		}
	}
}

// BenchmarkLoadYardstick only parses the same files, with the same parser.
func BenchmarkLoadYardstick(b *testing.B) {
	files := runbooks(b)
	parser := goldmark.New(goldmark.WithExtensions(extension.GFM)).Parser()
	for b.Loop() {
		for _, file := range files {
			parser.Parse(text.NewReader(file.Data))
		}
	}
}
