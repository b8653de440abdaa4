package views

import (
	"context"
	"io"
	"strings"

	"github.com/a-h/templ"
)

// segments writes a command with its values underlined. It is written by hand because in a command every space counts, and a
// template may add some.
func segments(all []Segment) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		var b strings.Builder
		b.WriteString("<code>")
		for _, s := range all {
			text := templ.EscapeString(Visible(s.Text))
			switch {
			case s.Open:
				b.WriteString(`<mark class="open">` + text + `</mark>`)
			case s.Value:
				b.WriteString(`<var title="` + templ.EscapeString(valueTitle(s.From)) + `">` + text + `</var>`)
			default:
				b.WriteString(text)
			}
		}
		b.WriteString("</code>")
		_, err := io.WriteString(w, b.String())
		return err
	})
}
