package ansi

import (
	"encoding/json"
	"fmt"
	"html"
	"strings"
	"unicode/utf8"
)

// A Run is a stretch of text in one style. Text is valid UTF-8 without control
// characters; Class is empty or a list of these, separated by spaces:
//
//	f0…f255, b0…b255  foreground and background colour
//	b d i u s         bold, dim, italic, underlined, struck through
//	r                 the colours of the page are exchanged
type Run struct{ Class, Text string }

// A Line is what stands between two line breaks.
type Line []Run

// MarshalJSON writes ["f1 b","text"].
func (r Run) MarshalJSON() ([]byte, error) { return r.appendJSON(nil), nil }

// UnmarshalJSON reads what MarshalJSON wrote.
func (r *Run) UnmarshalJSON(data []byte) error {
	var pair [2]string
	if err := json.Unmarshal(data, &pair); err != nil {
		return fmt.Errorf("read a run of text: %w", err)
	}
	r.Class, r.Text = pair[0], pair[1]
	return nil
}

// MarshalJSON writes a list of runs, also for the nil line.
func (l Line) MarshalJSON() ([]byte, error) { return l.AppendJSON(nil), nil }

// AppendJSON appends the JSON form of the line to dst.
func (l Line) AppendJSON(dst []byte) []byte {
	dst = append(dst, '[')
	for i, r := range l {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = r.appendJSON(dst)
	}
	return append(dst, ']')
}

func (r Run) appendJSON(dst []byte) []byte {
	dst = append(dst, '[')
	dst = appendString(dst, r.Class)
	dst = append(dst, ',')
	dst = appendString(dst, r.Text)
	return append(dst, ']')
}

// appendString quotes text for JSON, and for JSON within HTML.
func appendString(dst []byte, text string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	start := 0
	for i := range len(text) {
		c := text[i]
		if c >= ' ' && c != '"' && c != '\\' && c != '<' && c != '>' && c != '&' {
			continue
		}
		dst = append(dst, text[start:i]...)
		if c == '"' || c == '\\' {
			dst = append(dst, '\\', c)
		} else {
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
		start = i + 1
	}
	dst = append(dst, text[start:]...)
	return append(dst, '"')
}

// HTML renders a line as text and spans with classes.
func HTML(l Line) string {
	var b strings.Builder
	for _, r := range l {
		if r.Class == "" {
			b.WriteString(html.EscapeString(r.Text))
			continue
		}
		b.WriteString(`<span class="`)
		b.WriteString(html.EscapeString(r.Class))
		b.WriteString(`">`)
		b.WriteString(html.EscapeString(r.Text))
		b.WriteString(`</span>`)
	}
	return b.String()
}

// Text gives the line without its styles.
func (l Line) Text() string {
	if len(l) == 1 {
		return l[0].Text
	}
	var b strings.Builder
	for _, r := range l {
		b.WriteString(r.Text)
	}
	return b.String()
}

// Truncate gives the first limit bytes of the line, cut between letters, and the
// number of bytes that are left out. The line itself stays whole.
func (l Line) Truncate(limit int) (short Line, omitted int) {
	for i, r := range l {
		if len(r.Text) <= limit {
			limit -= len(r.Text)
			continue
		}
		cut := max(0, limit)
		for cut > 0 && !utf8.RuneStart(r.Text[cut]) {
			cut--
		}
		short = append(short, l[:i]...)
		if cut > 0 {
			short = append(short, Run{r.Class, r.Text[:cut]})
		}
		for _, rest := range l[i:] {
			omitted += len(rest.Text)
		}
		return short, omitted - cut
	}
	return l, 0
}
