package redact

import (
	"encoding/base64"
	"encoding/json"
	"html"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

var escape = regexp.MustCompile(`%[0-9A-F]{2}`)

// forms lists how programs write a value: as it is, in JSON, in HTML, in a URL, in base64, whether
// it stands alone there or behind something else (user:password).
func forms(value string) []string {
	if len(value) < MinLength {
		return nil
	}
	all := []string{value, html.EscapeString(value)}
	for _, escaped := range []string{url.QueryEscape(value), url.PathEscape(value)} {
		all = append(all, escaped, escape.ReplaceAllStringFunc(escaped, strings.ToLower))
	}
	for _, html := range []bool{true, false} { // Go's encoder writes <, > and & as \u003c and so on, others do not
		var quoted strings.Builder
		encoder := json.NewEncoder(&quoted)
		encoder.SetEscapeHTML(html)
		if err := encoder.Encode(value); err == nil {
			all = append(all, strings.Trim(quoted.String(), "\"\n"))
		}
	}
	// A shell's trace (set -x), and printf %q.
	all = append(all, escapeIn(value, "$`\"\\"), strings.ReplaceAll(value, "'", `'\''`), escapeIn(value, specials))
	for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		for behind := range 3 {
			all = append(all, encoded(encoding, value, behind))
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// encoded is what a value always looks like in base64 when so many bytes stand before it:
// without the letters that also hold bits of its neighbours.
func encoded(encoding *base64.Encoding, value string, behind int) string {
	text := encoding.EncodeToString([]byte(strings.Repeat("\x00", behind) + value))
	from := (behind*8 + 5) / 6
	to := (behind + len(value)) * 8 / 6
	return text[from:to]
}

// specials are what a shell reads as something else than itself.
const specials = " \t!\"#$&'()*,;<>?[\\]^`{|}~"

// escapeIn puts a backslash before each of the bytes.
func escapeIn(value, special string) string {
	var b strings.Builder
	for _, r := range value {
		if strings.ContainsRune(special, r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}
