package views

import (
	"context"
	"io"

	"github.com/a-h/templ"
)

// area is the text field of the editor. It is written by hand: a template may add spaces, and the first line's end in a text field
// is left out by browsers, so that there is always one more.
func area(source string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, `<textarea id="source" name="source" wrap="off" spellcheck="false" autocapitalize="none" autocomplete="off" aria-describedby="tab-hint">`+
			"\n"+templ.EscapeString(source)+"</textarea>")
		return err
	})
}

// text is the line of a difference, in which every space counts.
func (r DiffRow) text() templ.Component {
	tag := map[string]string{"added": "ins", "removed": "del"}[r.Kind]
	if tag == "" {
		tag = "span"
	}
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, "<"+tag+">"+templ.EscapeString(r.Text)+"</"+tag+">")
		return err
	})
}

// shortHash is how people name a revision.
func shortHash(revision string) string { return revision[:min(len(revision), 8)] }
