package shell

import (
	"regexp"
	"strings"

	"wardroom/internal/errs"
)

// BindPromQL fills the placeholders of a query: only inside the quoted value of a label
// matcher, as PromQL escapes strings, and literally where the matcher takes a pattern.
func (p Policy) BindPromQL(text string, values map[string]string) (Bound, error) {
	if err := checkText(text); err != nil {
		return Bound{}, errs.Wrap(errs.Invalid, err.Error(), err)
	}
	t := template{}
	t.punch(text)
	var final strings.Builder
	for rest, before := t.punched, ""; rest != ""; {
		piece := promPiece(rest)
		rest = rest[len(piece):]
		if strings.Contains(piece, hole) && piece[0] != '#' {
			var err error
			if piece, err = p.bindMatcher(&t, piece, before, values); err != nil {
				return Bound{}, err
			}
		}
		final.WriteString(fill(piece, func(i int) string { return t.texts[i] }))
		if trimmed := strings.TrimSpace(piece); trimmed != "" && piece[0] != '#' {
			before = (before + trimmed)[max(0, len(before+trimmed)-2):]
		}
	}
	bound := Bound{Text: final.String(), Shown: final.String(), Analysis: Analysis{Risk: Read, Why: "asks Prometheus", Platform: Any}}
	bound.Analysis.conclude("")
	return bound, nil
}

// promPiece gives the string, the comment or the single byte at the head of text.
func promPiece(text string) string {
	switch quote := text[0]; quote {
	case '#':
		comment, _, _ := strings.Cut(text, "\n")
		return comment
	case '"', '\'', '`':
		for i := 1; i < len(text); i++ {
			switch {
			case text[i] == '\\' && quote != '`':
				i++
			case text[i] == quote:
				return text[:i+1]
			}
		}
		return text
	}
	if strings.HasPrefix(text, hole) {
		return text[:len(hole)+len(string(rune(holeIndex)))]
	}
	return text[:1]
}

func (p Policy) bindMatcher(t *template, piece, before string, values map[string]string) (string, error) {
	pattern := before == "=~" || before == "!~"
	matches := pattern || strings.HasSuffix(before, "=") && before != "=="
	if !matches || piece[0] != '"' && piece[0] != '\'' || len(piece) < 2 || piece[len(piece)-1] != piece[0] {
		author := fill(piece, func(i int) string { return t.texts[i] })
		return "", errs.Newf(errs.Invalid, "%s cannot be filled: only the quoted value of a label can be given", author)
	}
	quote := piece[:1]
	var failed error
	filled := fill(piece, func(i int) string {
		value, err := p.queryValue(t.texts[i], values)
		switch {
		case newParam(t.texts[i]).Secret:
			failed = errs.Newf(errs.Invalid, "%s is a secret, which has no place in a query", t.texts[i])
		case err != nil:
			failed = err
		}
		if pattern {
			value = regexp.QuoteMeta(value)
		}
		return strings.NewReplacer(`\`, `\\`, quote, `\`+quote).Replace(value)
	})
	return filled, failed
}
