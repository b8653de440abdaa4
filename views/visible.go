package views

import (
	"fmt"
	"strings"
	"unicode"
)

// Visible shows foreign text as it is: characters that act on a page instead of standing
// on it (control, bidi, zero-width) are written out, EXECUTION.md 8.
func Visible(text string) string {
	if !strings.ContainsFunc(text, acts) {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if acts(r) {
			fmt.Fprintf(&b, "<U+%04X>", r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func acts(r rune) bool {
	return r != '\n' && r != '\t' && unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp)
}
