package shell

import (
	"maps"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"
)

// Outline is an oracle of its own for Bind: the kinds of the nodes of a text in
// order, and what the interpreter's expansion makes of the words that need
// nothing from outside. value stands where the text has the placeholder v-v.
func Outline(text, value string) []string {
	t := template{}
	t.punch(strings.NewReplacer("${V_V}", "<v-v>", "$V_V", "<v-v>").Replace(text))
	file, err := parse(t.punched)
	if err != nil {
		return []string{err.Error()}
	}
	var out []string
	syntax.Walk(file, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Word:
			out = append(out, "word: "+literal(n, value))
		case *syntax.BinaryCmd:
			out = append(out, n.Op.String())
		case *syntax.Redirect:
			out = append(out, n.Op.String())
		case *syntax.Stmt:
			out = append(out, "stmt")
		case *syntax.CmdSubst, *syntax.Subshell, *syntax.ForClause, *syntax.IfClause, *syntax.CaseClause, *syntax.FuncDecl, *syntax.CallExpr:
			out = append(out, "node")
		}
		return true
	})
	return out
}

// literal expands a word in an empty environment.
func literal(w *syntax.Word, value string) string {
	plain := !slices.ContainsFunc(w.Parts, func(p syntax.WordPart) bool {
		switch p := p.(type) {
		case *syntax.CmdSubst:
			return true
		case *syntax.DblQuoted:
			return slices.ContainsFunc(p.Parts, func(p syntax.WordPart) bool { _, sub := p.(*syntax.CmdSubst); return sub })
		}
		return false
	})
	if !plain {
		return "…"
	}
	fields, err := expand.Fields(&expand.Config{}, w)
	if err != nil {
		return err.Error()
	}
	s := strings.Join(fields, " | ")
	if !strings.Contains(s, hole) {
		return s
	}
	return fill(s, func(int) string { return value })
}

// KubectlFlags is what the tables say of each verb's flags: "" for one that stands alone, "=" for one that takes a value, "?" for one that may.
func KubectlFlags() map[string]map[string]string {
	kinds := map[flagKind]string{alone: "", valued: "=", optional: "?", paired: "=="}
	all := map[string]map[string]string{}
	var visit func(path string, p *program)
	visit = func(path string, p *program) {
		own := map[string]string{}
		for name, kind := range p.flags {
			own[name] = kinds[kind]
		}
		for written := range p.refused { // they start nothing, however they are read
			for name := range flags(written) {
				delete(own, name)
			}
		}
		if !p.any {
			all[path] = own
		}
		for name, verb := range p.verbs {
			visit(strings.TrimSpace(path+" "+name), verb)
		}
	}
	visit("", kubectl)
	return all
}

// KubectlGroup reports whether the tables have entries below a verb.
func KubectlGroup(verb string) bool {
	p := kubectl
	for word := range strings.FieldsSeq(verb) {
		p = p.verbs[word]
	}
	return p.verbs != nil
}

// Tables are the names of all programs that people copy.
func Tables() []string { return slices.Sorted(maps.Keys(outsiders())) }

// Outside gives the words of a plain start of a program that Wardroom never starts by itself, or nil.
func Outside(command string) []string {
	file, err := parse(command)
	if err != nil || len(file.Stmts) != 1 {
		return nil
	}
	call, ok := file.Stmts[0].Cmd.(*syntax.CallExpr)
	if !ok || len(call.Assigns) > 0 {
		return nil
	}
	words, err := expand.Fields(&expand.Config{}, call.Args...)
	if err != nil || len(words) == 0 || outsiders()[words[0]] == nil {
		return nil
	}
	if o := outsiders()[words[0]](); o.known == nil || len(words) > 1 && o.starts[words[1]] != "" {
		return nil // they are another program's
	}
	return words
}

// TakesNames reports that the table of a program lets any words follow, or lists a place for all of these.
func TakesNames(argv []string) bool {
	o := outsiders()[argv[0]]()
	if o.verbless || o.always || o.search || o.several {
		return true
	}
	words, _ := o.lead(argv[1:])
	_, fits, _ := o.find(words, false, false)
	return fits.more || len(fits.words) == len(words)
}

// FlagsOf gives the flags that a program's table lists, and whether they take a value.
func FlagsOf(name string) map[string]bool {
	all := map[string]bool{}
	p := table(name)
	if name == "find" {
		p = findTable
	}
	if p != nil {
		for flag, kind := range p.flags {
			all[flag] = kind == valued
		}
	}
	return all
}
