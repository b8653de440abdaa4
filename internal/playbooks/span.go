package playbooks

import (
	"path"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"

	"wardroom/internal/shell"
)

// inline makes commands of the code spans below n that are some.
func (r *reader) inline(n ast.Node) []Block {
	var blocks []Block
	for _, s := range r.spans(n) {
		b := r.command(fenceInfo{}, s.kind, s.text, "", s.line)
		b.Command.Undo = s.undo
		blocks = append(blocks, b)
	}
	return blocks
}

// A span is inline code and where it stands.
type span struct {
	text, kind string
	line       int
	undo       bool // it stands on an undo line
}

// spans collects what is a command below n: inline code, and bare lines.
func (r *reader) spans(n ast.Node) []span {
	if !r.inlineCommands || r.doc.commands.told {
		return nil
	}
	var all []span
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if kind := n.Kind(); entering && (kind == ast.KindParagraph || kind == ast.KindTextBlock) {
			if lines := r.bareLines(n); len(lines) > 0 && !r.full(n) {
				all = append(all, lines...)
			}
		}
		code, isCode := n.(*ast.CodeSpan)
		if !entering || !isCode {
			return ast.WalkContinue, nil
		}
		if text, kind := spanCommand(r.doc.plain(code)); kind != "" && !r.toldOf(code) && !r.full(code) {
			all = append(all, span{text, kind, r.doc.line(code.Pos()), r.onUndoLine(code)})
		}
		return ast.WalkSkipChildren, nil
	})
	return all
}

// spanCommand judges inline code: a known program with at least one argument, with
// or without a prompt before it, or a whole SQL statement. An ellipsis stands for
// more, and a verb without its object is only mentioned.
func spanCommand(text string) (command, kind string) {
	for _, prompt := range []string{"$ ", "# ", "% "} {
		if rest, found := strings.CutPrefix(text, prompt); found {
			text = strings.TrimSpace(rest)
		}
	}
	words := strings.Fields(text)
	switch {
	case len(words) < 2, strings.Contains(text, "..."), strings.Contains(text, "…"):
		return "", ""
	case isSQL(text) && strings.HasSuffix(text, ";"):
		return text, SQL
	case (shell.Known(path.Base(words[0])) || words[0] == "cd" && strings.Contains(text, " && ")) && shell.StartsCommand(text) && !mentioned[strings.Join(words, " ")]:
		return text, Shell
	}
	return "", ""
}

// What stands around inline code in a sentence that tells of a command rather than to run it.
var (
	toldBefore = regexp.MustCompile(`(?i)\b(?:last|previous|preceding|failed|failing|above)\s+commands?\s+(?:is|was|being)\W*$`)
	toldBehind = regexp.MustCompile(`(?i)^\W*(?:commands?\s+)?(?:would|may|might|could)\s+(?:just\s+|also\s+|then\s+|simply\s+)?(?:return|hang|fail|block|stall|freeze|crash|not|never|time\s+out)\b`)
)

// toldOf reports inline code that only speaks of a command: what happens to one that was run,
// or a part of one in a list that explains its flags.
func (r *reader) toldOf(code ast.Node) bool {
	inner, isText := code.FirstChild().(*ast.Text)
	around := code.Parent()
	for around != nil && around.Type() == ast.TypeInline {
		around = around.Parent()
	}
	if !isText || around == nil || around.Lines() == nil || around.Lines().Len() == 0 {
		return false
	}
	const near = 80
	start, end := around.Lines().At(0).Start, around.Lines().At(around.Lines().Len()-1).Stop
	from, to := inner.Segment.Start, code.LastChild().(*ast.Text).Segment.Stop
	if start > from || to > end {
		return false
	}
	before, behind := r.doc.source[max(start, from-near):from], r.doc.source[to:min(end, to+near)]
	return toldBefore.Match(before) || toldBehind.Match(behind) || around.Parent().Kind() == ast.KindListItem && r.explainsFlags(around.Parent().Parent())
}

// explainsFlags reports a list of which one item begins with a flag.
func (r *reader) explainsFlags(list ast.Node) bool {
	explains, known := r.flagLists[list]
	if known {
		return explains
	}
	for item := list.FirstChild(); item != nil && !explains; item = item.NextSibling() {
		if first := item.FirstChild(); first != nil && first.FirstChild() != nil && first.FirstChild().Kind() == ast.KindCodeSpan {
			explains = strings.HasPrefix(r.doc.plain(first.FirstChild()), "-")
		}
	}
	if r.flagLists == nil {
		r.flagLists = map[ast.Node]bool{}
	}
	r.flagLists[list] = explains
	return explains
}

// mentioned are programs with verbs that do nothing without an object: prose speaks
// of them.
var mentioned = func() map[string]bool {
	all := map[string]bool{}
	for programs, verbs := range map[string]string{
		"kubectl oc": "logs exec describe delete edit scale patch cp label annotate rollout apply get set drain cordon uncordon taint top port-forward attach " +
			"debug expose run create explain wait replace rsh adm",
		"kubectl rollout,oc rollout": "restart undo status history pause resume",
		"docker podman":              "exec inspect stop start restart rm rmi kill run build pull push cp logs top attach tag",
		"docker compose":             "exec run",
		"helm":                       "upgrade rollback uninstall install history get template",
		"systemctl":                  "start stop restart reload enable disable mask",
	} {
		split := strings.Fields(programs)
		if strings.Contains(programs, ",") || programs == "docker compose" {
			split = strings.Split(programs, ",")
		}
		for _, program := range split {
			for verb := range strings.FieldsSeq(verbs) {
				all[program+" "+verb] = true
			}
		}
	}
	return all
}()
