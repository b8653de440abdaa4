package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"mime"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
)

//go:embed css js img
var files embed.FS

const prefix = "/static/"

// A file is one download, ready to be written.
type file struct {
	hashed      string // name with the hash: app.3f9c2ab1.css
	contentType string
	body, zip   []byte
	etag        string
}

// importName finds the relative imports between our modules, which must name the hashed file too.
var importName = regexp.MustCompile(`(from |import )"\./([a-z-]+\.js)"`)

// Comments and spaces are for whoever reads the source; a page on a bad line does not pay for them. In scripts the comments that fill a line and the
// indentation go: no string goes over several lines.
var (
	sheetComment  = regexp.MustCompile(`(?s)/\*.*?\*/\s*`)
	sheetSpace    = regexp.MustCompile(`[ \t]*([{};,])\s+`)
	sheetColon    = regexp.MustCompile(`: +`)
	lastSemicolon = regexp.MustCompile(`;\s*}`)
	scriptComment = regexp.MustCompile(`(?m)^[ \t]*//.*\n`)
	scriptIndent  = regexp.MustCompile(`(?m)^[ \t]+`)
)

// assets are all files by plain name and by URL path, and what changes whenever one of them does.
type assets struct {
	byName, byPath map[string]*file
	version        string
}

// all prepares the files when the first one is asked for: the processes of runs start this program too and show no page.
var all = sync.OnceValue(load)

// load joins the sheets of css/app, in order, to app.css; modules import each other by hashed name.
func load() assets {
	names, paths := map[string]*file{}, map[string]*file{}
	raw := map[string][]byte{}
	must(fs.WalkDir(files, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := files.ReadFile(p)
		name := path.Base(p)
		if path.Dir(p) == "css/app" {
			name = "app.css"
		}
		raw[name] = append(raw[name], b...)
		return err
	}))
	var add func(name string) *file
	add = func(name string) *file {
		if f, ok := names[name]; ok {
			return f
		}
		body := importName.ReplaceAllFunc(lean(name, raw[name]), func(match []byte) []byte {
			m := importName.FindSubmatch(match)
			return fmt.Appendf(nil, `%s"./%s"`, m[1], add(string(m[2])).hashed)
		})
		f := prepare(name, body)
		names[name] = f
		paths[prefix+f.hashed] = f
		return f
	}
	for name := range raw {
		add(name)
	}
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(names)) {
		h.Write([]byte(names[name].etag))
	}
	return assets{byName: names, byPath: paths, version: hex.EncodeToString(h.Sum(nil)[:5])}
}

func lean(name string, body []byte) []byte {
	switch path.Ext(name) {
	case ".css":
		body = sheetSpace.ReplaceAll(sheetComment.ReplaceAll(body, nil), []byte("$1"))
		return lastSemicolon.ReplaceAll(sheetColon.ReplaceAll(body, []byte(":")), []byte("}"))
	case ".js":
		return scriptIndent.ReplaceAll(scriptComment.ReplaceAll(body, nil), nil)
	default:
		return body
	}
}

func prepare(name string, body []byte) *file {
	sum := sha256.Sum256(body)
	hash := hex.EncodeToString(sum[:5])
	ext := path.Ext(name)
	kind := mime.TypeByExtension(ext)
	switch ext {
	case ".js": // the machine's table of types is not to be trusted with what a browser insists on
		kind = "text/javascript; charset=utf-8"
	case ".css":
		kind = "text/css; charset=utf-8"
	case ".svg":
		kind = "image/svg+xml"
	case ".lucide", ".idiomorph":
		kind = "text/plain; charset=utf-8"
	}
	var zipped bytes.Buffer
	w, err := gzip.NewWriterLevel(&zipped, gzip.BestCompression)
	must(err)
	_, err = w.Write(body)
	must(err)
	must(w.Close())
	return &file{
		hashed:      strings.TrimSuffix(name, ext) + "." + hash + ext,
		contentType: kind,
		body:        body,
		zip:         zipped.Bytes(),
		etag:        `"` + hash + `"`,
	}
}

// must is for what the embedded files cannot make fail once the tests have passed.
func must(err error) {
	if err != nil {
		panic(fmt.Sprintf("static: %v", err))
	}
}

// Path is the URL path of an asset by its plain name: Path("app.css") is /static/app.3f9c2ab1.css. It panics when there is none:
// that is a misspelt name in a component.
func Path(name string) string {
	f, ok := all().byName[name]
	if !ok {
		panic("static: no asset named " + name)
	}
	return prefix + f.hashed
}

// Version changes whenever any asset does; a page that was made by another version should be loaded again.
func Version() string { return all().version }
