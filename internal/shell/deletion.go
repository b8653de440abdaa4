package shell

import (
	"regexp"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// Deletion is what one kubectl delete names, of the kinds that their owner makes again.
type Deletion struct {
	Kind      string   // pod or job; a lease is made again by whoever needs it next
	Namespace string   // "" when the text names none
	Names     []string // in any order
	Selector  string   // of labels, instead of names
	Later     bool     // which ones is known only when it runs
}

// Deletions lists what a text deletes, so that somebody can look whether its owners make
// it again. vars are the variables that the text is given. It says nothing of other kinds,
// which are never made again.
func (p Policy) Deletions(text string, vars map[string]string) []Deletion {
	file, err := parse(text)
	if err != nil {
		return nil
	}
	resolve(file, vars)
	var all []Deletion
	s := newScope(&p)
	s.start = func(s scope, argv []string) Class {
		if !s.remote && len(argv) > 0 && (argv[0] == "kubectl" || argv[0] == "oc") {
			all = append(all, deletions(argv[1:])...)
		}
		return start(s, argv)
	}
	newWalker(s).file(file)
	return all
}

// oneWord is a value that stays one word, wherever it stands.
var oneWord = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._/=,-]*$`)

// resolve puts the values of variables in their places, except of those that the text sets itself.
func resolve(file *syntax.File, vars map[string]string) {
	set := assignedNames(file)
	value := func(part syntax.WordPart) (syntax.WordPart, bool) {
		exp, ok := part.(*syntax.ParamExp)
		if !ok || exp.Param == nil {
			return nil, false
		}
		name := exp.Param.Value
		// Anything but $NAME and ${NAME} is longer.
		braces := uint(2)
		if exp.Short {
			braces = 0
		}
		plain := exp.End().Offset()-exp.Pos().Offset() == uint(len(name))+1+braces
		if _, own := set[name]; own || !plain || !oneWord.MatchString(vars[name]) {
			return nil, false
		}
		return &syntax.Lit{Value: vars[name]}, true
	}
	replace := func(parts []syntax.WordPart) {
		for i, part := range parts {
			if lit, ok := value(part); ok {
				parts[i] = lit
			}
		}
	}
	syntax.Walk(file, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Word:
			replace(n.Parts)
		case *syntax.DblQuoted:
			replace(n.Parts)
		}
		return true
	})
}

// deletions takes the words of a kubectl apart; none when they delete nothing.
func deletions(args []string) []Deletion {
	outer, unlisted := kubectl.flags.take(args, true)
	words := outer.words()
	if unlisted != "" || len(words) == 0 || words[0] != "delete" {
		return nil
	}
	inner, unlisted := kubeDelete.flags.take(words[1:], false)
	if unlisted != "" || dry(&inner, destroy("")).Risk == Read {
		return nil
	}
	var common Deletion
	namespaces := inner.values("-n", "--namespace")
	if len(namespaces) == 0 {
		namespaces = outer.values("-n", "--namespace")
	}
	if namespaces = slices.Compact(namespaces); len(namespaces) > 0 {
		common.Namespace, common.Later = namespaces[0], len(namespaces) > 1 || dynamic(namespaces[0])
	}
	selectors := inner.values("-l", "--selector")
	if common.Selector = strings.Join(selectors, ","); len(selectors) > 1 || dynamic(common.Selector) || inner.has("--field-selector") {
		common.Later = true
	}
	return common.of(inner.words())
}

// of gives a deletion for each kind that the words name: pod a b, pod,job a, pod/a job/b.
func (d Deletion) of(words []string) (all []Deletion) {
	add := func(kind string, names []string) {
		kind, made := reborn[strings.ToLower(kind)]
		if !made || kind == "lease" {
			return
		}
		one := d
		one.Kind, one.Names = kind, names
		one.Later = d.Later || slices.ContainsFunc(names, dynamic) || len(names) == 0 && d.Selector == ""
		all = append(all, one)
	}
	if len(words) > 0 && strings.Contains(words[0], "/") {
		for _, word := range words {
			kind, name, _ := strings.Cut(word, "/")
			add(kind, []string{name})
		}
		return all
	}
	if len(words) > 0 {
		for kind := range strings.SplitSeq(words[0], ",") {
			add(kind, words[1:])
		}
	}
	return all
}
