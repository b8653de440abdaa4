package shell

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// Variables lists, sorted, the variables of the shell that a text reads and that it has not
// certainly set itself before: what earlier commands may hand to it. Placeholders
// are not among them: they are bound into the text. When in doubt a variable is listed.
func Variables(text string) []string {
	if checkText(text) != nil {
		return nil
	}
	t, err := newTemplate(text)
	if err != nil {
		return nil // it never runs
	}
	r := reads{}
	r.list(t.file.Stmts, nil)
	return slices.Sorted(maps.Keys(r))
}

// ours are the variables that the interpreter itself sets.
var ours = regexp.MustCompile(`^(TMPDIR|PWD|OLDPWD|IFS|OPTIND|OPTARG|UID|EUID|GID|REPLY|_)$`)

// givable says whether a run may be given a variable of this name.
func givable(name string) bool {
	return syntax.ValidName(name) && !protected.MatchString(name) && !ours.MatchString(name)
}

const maxValue = 4096

var slug = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// CheckVariable says why a variable of an incident can't have this name or value. The
// name is a shell variable's, POD, or a placeholder's, pod-name.
func CheckVariable(name, value string) error {
	switch {
	case len(name) > 64 || !slug.MatchString(name) && !syntax.ValidName(name):
		return errors.New("a name has letters, digits and underscores, like POD, or is that of a placeholder, like pod-name")
	case syntax.ValidName(name) && !givable(name):
		return fmt.Errorf("%s may not be set: it steers the shell or its programs", name)
	case newParam(name).Secret:
		return fmt.Errorf("%s looks like the name of a secret, and secrets are never stored", name)
	case len(value) > maxValue:
		return fmt.Errorf("the value is longer than %d KiB", maxValue>>10)
	case strings.ContainsAny(value, "\n\t") || checkCharacters(value) != nil:
		return errors.New("the value holds a control or invisible character")
	}
	return nil
}

// reads collects names. The tree is walked in the order in which it runs; known are the
// names that have been set on every way to a node, and is never changed in place.
type reads map[string]bool

func (r reads) add(name string, known []string) {
	if givable(name) && !slices.Contains(known, name) {
		r[name] = true
	}
}

// list walks statements one after the other and gives what is known after them.
func (r reads) list(stmts []*syntax.Stmt, known []string) []string {
	for _, stmt := range stmts {
		r.node(stmt, known)
		known = slices.Concat(known, setBy(stmt))
	}
	return known
}

// setBy gives the names that a statement certainly sets.
func setBy(stmt *syntax.Stmt) (names []string) {
	if stmt.Background || stmt.Coprocess {
		return nil
	}
	var assigns []*syntax.Assign
	switch cmd := stmt.Cmd.(type) {
	case *syntax.CallExpr:
		if len(cmd.Args) > 0 {
			return setByCall(cmd)
		}
		assigns = cmd.Assigns
	case *syntax.DeclClause:
		assigns = cmd.Args
	}
	for _, a := range assigns {
		if a.Name != nil && !a.Naked && a.Index == nil {
			names = append(names, a.Name.Value)
		}
	}
	return names
}

func (r reads) node(node syntax.Node, known []string) {
	syntax.Walk(node, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Block:
			r.list(n.Stmts, known)
		case *syntax.Subshell:
			r.list(n.Stmts, known)
		case *syntax.CmdSubst:
			r.list(n.Stmts, known)
		case *syntax.CaseItem:
			for _, pattern := range n.Patterns {
				r.node(pattern, known)
			}
			r.list(n.Stmts, known)
		case *syntax.IfClause:
			after := r.list(n.Cond, known)
			r.list(n.Then, after)
			if n.Else != nil {
				r.node(n.Else, after)
			}
		case *syntax.WhileClause:
			r.list(n.Do, r.list(n.Cond, known))
		case *syntax.ForClause:
			r.node(n.Loop, known)
			if iter, ok := n.Loop.(*syntax.WordIter); ok {
				r.list(n.Do, slices.Concat(known, []string{iter.Name.Value}))
			} else {
				r.list(n.Do, known)
			}
		case *syntax.BinaryCmd:
			r.node(n.X, known)
			if n.Op == syntax.AndStmt {
				r.node(n.Y, slices.Concat(known, setBy(n.X)))
			} else {
				r.node(n.Y, known)
			}
		default:
			r.leaf(n, known)
			return true
		}
		return false
	})
}

// leaf adds what the node itself reads, not what the nodes below it do.
func (r reads) leaf(n syntax.Node, known []string) {
	switch n := n.(type) {
	case *syntax.ParamExp:
		if n.Param != nil {
			r.add(n.Param.Value, known)
		}
		r.calculation(n.Index, known)
		if n.Slice != nil {
			r.calculation(n.Slice.Offset, known)
			r.calculation(n.Slice.Length, known)
		}
	case *syntax.Assign:
		if n.Name != nil && (n.Append || n.Naked || n.Index != nil) {
			r.add(n.Name.Value, known)
		}
		r.calculation(n.Index, known)
	case *syntax.ArithmExp:
		r.calculation(n.X, known)
	case *syntax.ArithmCmd:
		r.calculation(n.X, known)
	case *syntax.LetClause:
		for _, x := range n.Exprs {
			r.calculation(x, known)
		}
	case *syntax.CStyleLoop:
		for _, x := range []syntax.ArithmExpr{n.Init, n.Cond, n.Post} {
			r.calculation(x, known)
		}
	case *syntax.UnaryTest:
		if n.Op == syntax.TsVarSet {
			r.words(n.X, known)
		}
	case *syntax.CallExpr:
		if len(n.Args) > 2 && slices.Contains([]string{"test", "["}, wordText(n.Args[0])) && wordText(n.Args[1]) == "-v" {
			r.words(n.Args[2], known)
		}
	}
}

// calculation adds every name in an arithmetic expression, where no dollar marks it.
func (r reads) calculation(x syntax.ArithmExpr, known []string) {
	if x != nil {
		r.words(x, known)
	}
}

var identifier = regexp.MustCompile(`[A-Za-z_][A-Za-z0-9_]*`)

func (r reads) words(node syntax.Node, known []string) {
	syntax.Walk(node, func(n syntax.Node) bool {
		text := ""
		switch n := n.(type) {
		case *syntax.Lit:
			text = n.Value
		case *syntax.SglQuoted:
			text = n.Value
		}
		for _, name := range identifier.FindAllString(text, -1) {
			r.add(name, known)
		}
		return true
	})
}
