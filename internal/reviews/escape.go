package reviews

import (
	"fmt"
	"strings"
	"unicode"
)

// document writes GitHub-flavoured Markdown in which foreign text can only ever be text.
type document struct{ out strings.Builder }

func (d *document) heading(level int, text string) {
	d.out.WriteString(strings.Repeat("#", level) + " " + inline(text, " ") + "\n\n")
}

func (d *document) quote(text string) {
	d.out.WriteString("> " + inline(strings.TrimSpace(text), "<br>") + "\n\n")
}

func (d *document) table(header []string, rows [][]string) {
	d.row(header)
	d.out.WriteString(strings.Repeat("|---", len(header)) + "|\n")
	for _, row := range rows {
		d.row(row)
	}
	d.out.WriteString("\n")
}

func (d *document) row(cells []string) {
	for _, cell := range cells {
		d.out.WriteString("| " + inline(strings.TrimSpace(cell), "<br>") + " ")
	}
	d.out.WriteString("|\n")
}

// fence is longer than any run of backticks in the text, so that none of them closes it.
func (d *document) fence(language, text string) {
	text = visible(text)
	longest, run := 2, 0
	for _, r := range text {
		if run++; r != '`' {
			run = 0
		}
		longest = max(longest, run)
	}
	ticks := strings.Repeat("`", longest+1)
	d.out.WriteString(ticks + language + "\n" + text + "\n" + ticks + "\n\n")
}

// markup has what Markdown could take for its own: every character that can begin or end
// emphasis, code, a link, HTML, an entity or a cell, and what would become a link by itself.
var markup = strings.NewReplacer(
	`\`, `\\`, "`", "\\`", `*`, `\*`, `_`, `\_`, `[`, `\[`, `]`, `\]`, `<`, `\<`, `>`, `\>`,
	`|`, `\|`, `~`, `\~`, `&`, `\&`, `#`, `\#`, `!`, `\!`, `$`, `\$`, `@`, `\@`,
	`://`, `\://`, `www.`, `www\.`, `WWW.`, `WWW\.`,
)

// inline makes one line of the text. A heading, a cell or a quote begins with it, so that
// what begins a block is escaped as well.
func inline(text, newline string) string {
	lines := strings.Split(visible(text), "\n")
	for i, line := range lines {
		lines[i] = markup.Replace(strings.Join(strings.Fields(line), " "))
	}
	joined := strings.Join(lines, newline)
	digits := len(joined) - len(strings.TrimLeft(joined, "0123456789"))
	switch {
	case joined == "":
		return ""
	case strings.ContainsRune("+-=", rune(joined[0])):
		return `\` + joined
	case digits > 0 && digits < len(joined) && strings.ContainsRune(".)", rune(joined[digits])):
		return joined[:digits] + `\` + joined[digits:]
	}
	return joined
}

// visible shows what would otherwise act on the reader's terminal or turn the direction of
// text. Line ends are made one kind, because Markdown knows three.
func visible(text string) string {
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.ToValidUTF8(text, "\uFFFD"))
	var b strings.Builder
	for _, r := range text {
		if r != '\n' && r != '\t' && unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) {
			fmt.Fprintf(&b, `\u%04x`, r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}
