package shell

import (
	"slices"
	"strings"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"
)

// wordText gives what a word will be, as far as its text tells: quotes and
// escapes undone, a run-time part replaced by laterRune. Placeholder runes stay.
func wordText(w *syntax.Word) string {
	if w == nil {
		return ""
	}
	if len(w.Parts) == 1 {
		if lit, ok := w.Parts[0].(*syntax.Lit); ok && !strings.ContainsAny(lit.Value, `\{`) {
			return lit.Value
		}
	}
	var b strings.Builder
	for _, part := range w.Parts {
		partText(&b, part, false)
	}
	return b.String()
}

func partText(b *strings.Builder, part syntax.WordPart, quoted bool) {
	switch part := part.(type) {
	case *syntax.Lit:
		if !quoted && braces(part.Value) {
			b.WriteRune(laterRune)
			return
		}
		b.WriteString(unescape(part.Value, quoted))
	case *syntax.SglQuoted:
		if part.Dollar && strings.Contains(part.Value, `\`) {
			b.WriteRune(laterRune)
			return
		}
		b.WriteString(part.Value)
	case *syntax.DblQuoted:
		for _, inner := range part.Parts {
			partText(b, inner, true)
		}
	default:
		b.WriteRune(laterRune)
	}
}

// braces reports what brace expansion may turn into several words.
func braces(lit string) bool {
	open := strings.IndexByte(lit, '{')
	return open >= 0 && (strings.Contains(lit[open:], ",") || strings.Contains(lit[open:], ".."))
}

// unescape undoes backslashes the way the shell does outside (or inside double) quotes.
func unescape(lit string, quoted bool) string {
	if !strings.Contains(lit, `\`) {
		return lit
	}
	var b strings.Builder
	for i := 0; i < len(lit); i++ {
		if lit[i] != '\\' || i+1 == len(lit) {
			b.WriteByte(lit[i])
			continue
		}
		next := lit[i+1]
		switch {
		case next == '\n':
			i++
		case !quoted || strings.IndexByte("$`\"\\", next) >= 0:
			b.WriteByte(next)
			i++
		default:
			b.WriteByte('\\')
		}
	}
	return b.String()
}

// spread gives the words that {a,b} makes of one that is otherwise written out; any other word is
// left as it is, and one that would become many too.
func spread(w *syntax.Word) []*syntax.Word {
	const most = 64
	whole := []*syntax.Word{w}
	if len(w.Parts) != 1 {
		return whole
	}
	lit, ok := w.Parts[0].(*syntax.Lit)
	if !ok || !strings.Contains(lit.Value, "{") || strings.Contains(lit.Value, `\`) {
		return whole
	}
	split := &syntax.Word{Parts: slices.Clone(w.Parts)}
	if !syntax.SplitBraces(split) {
		return whole
	}
	var all []*syntax.Word
	for one, err := range expand.BracesSeq(&expand.Config{}, split) {
		if err != nil || len(all) == most {
			return whole
		}
		all = append(all, one)
	}
	return all
}
