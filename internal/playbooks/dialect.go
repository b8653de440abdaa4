package playbooks

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// plainMarkdown rewrites, line by line, what sites add to Markdown and no parser of it
// knows: MkDocs' admonitions (!!! note, and text that is indented below) and the code
// blocks of Hugo and Jekyll. What stands in fences is left alone.
func plainMarkdown(lines []string) {
	fence := ""
	for i, line := range lines {
		text := strings.TrimLeft(line, " \t")
		margin := line[:len(line)-len(text)]
		switch {
		case fence != "":
			if strings.HasPrefix(text, fence) && strings.Trim(text, fence[:1]+" \t") == "" {
				fence = ""
			}
		case strings.HasPrefix(text, "```"), strings.HasPrefix(text, "~~~"):
			fence = text[:len(text)-len(strings.TrimLeft(text, text[:1]))]
		case strings.HasPrefix(text, "!!! "), strings.HasPrefix(text, "??? "), strings.HasPrefix(text, "???+ "):
			lines[i] = margin + admonition(text)
			unindent(lines[i+1:], len(margin)+4)
		case strings.HasPrefix(text, "{{< highlight "), strings.HasPrefix(text, "{% highlight "):
			lines[i] = margin + "```" + strings.Fields(text)[2]
		case isEndOf(text, "highlight"):
			lines[i] = margin + "```"
		}
	}
}

// admonition writes `!!! warning "Careful"` as "**Warning:** Careful".
func admonition(text string) string {
	_, rest, _ := strings.Cut(text, " ")
	kind, title, _ := strings.Cut(strings.TrimSpace(rest), " ")
	if kind == "" {
		return text
	}
	first, n := utf8.DecodeRuneInString(kind)
	return strings.TrimSpace("**" + string(unicode.ToUpper(first)) + kind[n:] + ":** " + strings.Trim(strings.TrimSpace(title), `"`))
}

// unindent takes four columns from the lines that are indented at least so deep.
func unindent(lines []string, depth int) {
	for i, line := range lines {
		text := strings.TrimLeft(line, " \t")
		if text == "" {
			continue
		}
		switch {
		case strings.HasPrefix(line, "\t") && depth == 4:
			lines[i] = line[1:]
		case len(line)-len(text) < depth:
			return
		default:
			lines[i] = line[4:]
		}
	}
}

func isEndOf(text, name string) bool {
	switch strings.Join(strings.Fields(text), " ") {
	case "{{< /" + name + " >}}", "{{< / " + name + " >}}", "{% end" + name + " %}":
		return true
	}
	return false
}
