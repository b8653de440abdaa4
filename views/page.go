package views

import (
	"context"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Page is what the frame around every page needs.
type Page struct {
	Title   string    // without the product's name
	Nav     string    // dashboard, incidents, playbooks, reviews, settings, or "" when none is current
	Viewer  *Viewer   // nil on pages for people who have not signed in
	Theme   string    // auto, light or dark
	Active  int       // incidents that are not closed, shown beside "Incidents"; 0 shows nothing
	Worst   int       // the gravest severity among them
	Socket  string    // query of this page's websocket ("page=dashboard"); "" keeps the page still
	Now     time.Time // the server's clock at the time of rendering
	Path    string    // this page's own path and query
	Notice  string    // one sentence about what the last action did
	Version string
	Extra   string // "author" on pages that stand still and have a script and a sheet of their own, instead of those for logs
}

// modules are what the page's script imports, to be fetched beside it.
func (p Page) modules() []string {
	common := []string{"clock.js", "forms.js", "idiomorph.js", "keys.js", "page.js", "palette.js"}
	if p.Extra != "" {
		return common
	}
	return append(common, "command.js", "live.js", "log-view.js", "password.js")
}

// Viewer is the signed-in person.
type Viewer struct {
	ID, Name, Role string
	Admin          bool // sees the page of users
}

// Person is somebody shown by name and initial.
type Person struct {
	ID, Name string
	Where    string // "step 6", "timeline"; may be empty
}

// Initial is the letter in a person's avatar.
func (p Person) Initial() string { return initial(p.Name) }

func initial(name string) string {
	r, _ := utf8.DecodeRuneInString(strings.TrimSpace(name))
	if r == utf8.RuneError {
		return "?"
	}
	return string(unicode.ToUpper(r))
}

// Link is text that leads somewhere.
type Link struct{ Text, Path string }

// Option is one choice of a select.
type Option struct {
	Value, Text string
	Selected    bool
}

// Pair is one label, annotation or hidden form field.
type Pair struct{ Name, Value string }

// Problem is one mistake in a submitted form. Field is the name of the input, "" when it concerns the whole form.
type Problem struct{ Field, Message string }

// HTML is markup that the server has made safe (goldmark without raw HTML, internal/ansi). It is written as it is.
type HTML string

// Part is a piece of a sentence: plain, emphasised or a link.
type Part struct {
	Text string
	Bold bool
	Path string
}

// T is plain text in a sentence.
func T(text string) Part { return Part{Text: text} }

// B is emphasised text in a sentence: a person, a symptom, a verdict.
func B(text string) Part { return Part{Text: text, Bold: true} }

// L is a link in a sentence.
func L(text, path string) Part { return Part{Text: text, Path: path} }

// Segment is a piece of a command: literal text, or a value that came from a variable and is underlined.
type Segment struct {
	Text  string
	Value bool   // came from a variable
	From  string // alert, environment, typed; "" for literal text
	Open  bool   // a placeholder without a value yet
}

type assetsKey struct{}

// WithAssets tells components how to turn an asset's name ("app.css") into its content-hashed path. Without it names resolve to
// /static/NAME, which is served too, uncached.
func WithAssets(ctx context.Context, path func(name string) string) context.Context {
	return context.WithValue(ctx, assetsKey{}, path)
}

func asset(ctx context.Context, name string) string {
	if path, ok := ctx.Value(assetsKey{}).(func(string) string); ok {
		return path(name)
	}
	return "/static/" + name
}

// IncidentPath is the path of an incident's room.
func IncidentPath(number int) string { return "/incidents/" + strconv.Itoa(number) }

// IncidentName is how people call an incident.
func IncidentName(number int) string { return "INC-" + strconv.Itoa(number) }

func (p Page) name() string {
	if p.Viewer == nil {
		return ""
	}
	return p.Viewer.Name
}
