package playbooks

import (
	"strings"

	"wardroom/internal/shell"
)

// checkBlanks tells a placeholder whose name is nearly that of a label from one that the responder is asked for.
func (d *document) checkBlanks(c *Command) {
	if !hasSlip(c.Text) {
		return
	}
	for _, p := range blanks(c) {
		name := strings.TrimSuffix(strings.TrimSuffix(p.Name, "name"), "-")
		if word := surely(name, shell.Labels()); p.Label == "" && word != "" && !d.slips[p.Name] {
			d.slips[p.Name] = true
			d.problem(c.Line, false, "no label fills "+p.Text+orMeant(word))
		}
	}
}

func blanks(c *Command) []shell.Param {
	switch c.Kind {
	case Shell:
		return shell.Params(c.Text)
	case SQL:
		return shell.AnalyseSQL(c.Text).Params
	case PromQL:
		return shell.AnalysePromQL(c.Text).Params
	}
	return nil
}

// hasSlip reports whether a word that may begin a placeholder is nearly a label. It spares most commands
// a second parse.
func hasSlip(text string) bool {
	for {
		open := strings.IndexAny(text, "<[{$")
		if open < 0 {
			return false
		}
		text = strings.TrimPrefix(strings.TrimLeft(text[open+1:], "{$ "), "labels.")
		end := 0
		for end < len(text) && (text[end]|0x20 >= 'a' && text[end]|0x20 <= 'z') {
			end++
		}
		if surely(strings.TrimSuffix(strings.ToLower(text[:end]), "name"), shell.Labels()) != "" {
			return true
		}
		text = text[end:]
	}
}
