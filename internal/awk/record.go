package awk

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxField keeps a field's number from becoming an allocation.
const maxField = 100_000

// record is $0 and its fields. Each is made from the other when it is asked for.
type record struct {
	text      string
	fields    []string
	separator string // FS as it was when the record was read
	paragraph bool
	split     bool // fields are those of text
	stale     bool // text is not the one of fields
}

func (d *record) set(text, separator string, paragraph bool) {
	*d = record{text: text, separator: separator, paragraph: paragraph}
}

func (d *record) all(r *run) []string {
	if !d.split {
		d.fields, d.split = r.splitText(d.text, d.separator, d.paragraph), true
	}
	return d.fields
}

func (d *record) whole(r *run) string {
	if d.stale {
		d.text, d.stale = strings.Join(d.fields, r.special("OFS")), false
	}
	return d.text
}

func (d *record) get(r *run, i int) value {
	if i == 0 {
		return value{kind: outside, s: d.whole(r)}
	}
	if fields := d.all(r); i <= len(fields) {
		return value{kind: outside, s: fields[i-1]}
	}
	return value{}
}

func (d *record) put(r *run, i int, text string) {
	if i == 0 {
		d.set(text, r.special("FS"), r.special("RS") == "")
		return
	}
	if len(d.all(r)) < i {
		d.resize(r, i)
	}
	d.fields[i-1], d.stale = text, true
}

// resize is an assignment to NF.
func (d *record) resize(r *run, n int) {
	if n < 0 || n > maxField {
		r.fail("a record cannot have %d fields", n)
	}
	fields := slices.Clip(d.all(r))
	for len(fields) < n {
		fields = append(fields, "")
	}
	d.fields, d.stale = fields[:n], true
}

// splitText takes a text apart as FS says: at blanks, at one character, or at an expression.
func (r *run) splitText(text, separator string, paragraph bool) []string {
	switch {
	case separator == " ":
		return strings.FieldsFunc(text, func(c rune) bool { return c == ' ' || c == '\t' || c == '\n' })
	case text == "":
		return nil
	case separator == "":
		return strings.Split(text, "")
	case paragraph:
		return r.regexp("("+quoteSeparator(separator)+")|\n").Split(text, -1)
	case utf8.RuneCountInString(separator) == 1 && separator != `\`:
		return strings.Split(text, separator)
	}
	return splitAt(r.regexp(separator), text)
}

func quoteSeparator(s string) string {
	if len(s) == 1 {
		return "[" + strings.ReplaceAll(s, `\`, `\\`) + "]"
	}
	return s
}

// splitAt splits at matches that are not empty.
func splitAt(re *regexp.Regexp, text string) []string {
	var fields []string
	start := 0
	for _, m := range re.FindAllStringIndex(text, -1) {
		if m[0] < m[1] {
			fields, start = append(fields, text[start:m[0]]), m[1]
		}
	}
	return append(fields, text[start:])
}

// regexp compiles an expression that is known only now.
func (r *run) regexp(text string) *regexp.Regexp {
	if re, known := r.regexps[text]; known {
		return re
	}
	re, err := compile(text)
	if err != nil {
		r.fail("%w", err)
	}
	if len(r.regexps) > 200 {
		clear(r.regexps)
	}
	r.regexps[text] = re
	return re
}
