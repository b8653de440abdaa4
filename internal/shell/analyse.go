package shell

import (
	"regexp"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// Analyse classes any text: the worst class of everything its tree contains. It
// never fails; what cannot be followed is Unknown, with the reason in Why and Problems.
func (p Policy) Analyse(text string) Analysis {
	if err := checkText(text); err != nil {
		return unreadable(err, nil)
	}
	t, err := newTemplate(text)
	if err != nil {
		return unreadable(err, t.params())
	}
	return p.analyse(&t)
}

func unreadable(err error, params []Param) Analysis {
	return Analysis{Risk: Unknown, Why: err.Error(), Refused: err.Error(), Platform: Any, Params: params, Problems: []string{err.Error()}}
}

func (p Policy) analyse(t *template) Analysis {
	a := Analysis{Platform: Any, Params: t.params()}
	s := newScope(&p)
	s.told = true
	s.saw = func(name string) { p.note(&a, name) }
	w := newWalker(s)
	w.file(t.file)
	if len(t.file.Stmts) == 0 {
		w.class = unknown("there is no command in this text")
	}
	a.Risk, a.Why, a.Discloses, a.Stream = w.class.Risk, w.class.Why, w.class.Discloses, w.class.Stream
	a.conclude(w.class.Refused)
	return a
}

// conclude says whether what was found can run.
func (a *Analysis) conclude(refused string) {
	a.Refused = refused
	if a.Risk == Unknown {
		a.Problems = append(a.Problems, a.Why)
	}
	a.Runnable = a.Risk < Interactive && a.Refused == ""
}

// note records a program that this machine would start.
func (p Policy) note(a *Analysis, name string) {
	if shellBuiltins[name] != nil {
		return
	}
	if !slices.Contains(a.Programs, name) {
		a.Programs = append(a.Programs, name)
	}
	platform := platformOf(name)
	if _, listed := p.host(name); listed && platform == Any && table(name) == nil {
		platform = Local
	}
	if a.Platform == Any {
		a.Platform = platform
	}
}

// A walker classes one tree.
type walker struct {
	s      scope
	class  Class
	funcs  map[string]bool
	flags  map[string]bool // the variables that may hold one
	fed    map[syntax.Command]bool
	inputs map[syntax.Command]string
}

func newWalker(s scope) *walker {
	return &walker{s: s, class: Class{}, funcs: map[string]bool{}, flags: map[string]bool{}, fed: map[syntax.Command]bool{}, inputs: map[syntax.Command]string{}}
}

func (w *walker) add(c Class) { w.class = w.class.worst(c) }

func (w *walker) file(file *syntax.File) {
	for name, values := range assignedNames(file) {
		w.flags[name] = flaggy(values)
	}
	syntax.Walk(file, func(n syntax.Node) bool {
		if f, ok := n.(*syntax.FuncDecl); ok {
			w.function(f)
		}
		return true
	})
	syntax.Walk(file, w.visit)
	if w.class.Why == "" {
		w.class.Why = "it only sets variables of its own"
	}
}

func (w *walker) function(f *syntax.FuncDecl) {
	if f.Name == nil {
		w.add(unknown("a function without a name"))
		return
	}
	name := f.Name.Value
	_, listed := w.s.policy.host(name)
	if table(name) != nil || shellBuiltins[name] != nil || listed {
		w.add(unknown("a function takes the name of the program " + name))
	}
	w.funcs[name] = true
}

func (w *walker) visit(n syntax.Node) bool {
	switch n := n.(type) {
	case *syntax.Comment:
		return false
	case *syntax.Stmt:
		w.stmt(n)
	case *syntax.BinaryCmd:
		if n.Op == syntax.Pipe || n.Op == syntax.PipeAll {
			w.fed[n.Y.Cmd] = true
			if text, known := feeds(n.X); known {
				w.inputs[n.Y.Cmd] = text
			}
		}
	case *syntax.CallExpr:
		w.call(n)
	case *syntax.ProcSubst:
		w.add(Class{Refused: "process substitution is not permitted in a playbook"})
	case *syntax.CoprocClause:
		w.add(refuse("a coprocess is not permitted in a playbook"))
	case *syntax.TestDecl:
		w.add(unknown("a test declaration is no command"))
	case *syntax.DeclClause:
		w.declaration(n)
	case *syntax.ForClause:
		if n.Select {
			w.add(interactive("select asks at the keyboard"))
		}
	case *syntax.Assign, *syntax.WordIter, *syntax.BinaryArithm, *syntax.UnaryArithm, *syntax.ParamExp:
		w.sets(n)
	}
	if w.s.blind {
		w.blind(n)
	}
	return true
}

func (w *walker) stmt(s *syntax.Stmt) {
	for _, r := range s.Redirs {
		class, input := redirection(r, s.Cmd)
		w.add(class.worst(w.s.outsideTarget(r)))
		if input && s.Cmd != nil {
			w.fed[s.Cmd] = true
			delete(w.inputs, s.Cmd)
			if text, known := hereText(r); known {
				w.inputs[s.Cmd] = text
			}
		}
	}
}

func (w *walker) call(c *syntax.CallExpr) {
	if len(c.Args) == 0 {
		return
	}
	for _, name := range setByCall(c) {
		w.name(name)
	}
	for _, assign := range c.Assigns {
		w.add(w.s.sets(assign.Name.Value))
	}
	var argv []string
	for _, word := range c.Args {
		for _, one := range spread(word) {
			argv = append(argv, wordText(one))
			if argv[0] != "echo" && argv[0] != "printf" && w.hidesFlags(one) {
				w.add(unknown("a word of " + shown(argv[0]) + " may become a flag at run time"))
			}
		}
	}
	if w.funcs[argv[0]] {
		w.add(read("calls a function of its own"))
		return
	}
	s := w.s
	s.fed, s.input = w.fed[c], nil
	if text, known := w.inputs[c]; known {
		s.input = &text
	}
	w.add(s.start(s, argv))
}

// hidesFlags reports whether a word may turn into a flag that the text does not
// show where it stands: by brace expansion, or by a variable that holds one.
func (w *walker) hidesFlags(word *syntax.Word) bool {
	var bare strings.Builder
	for i, part := range word.Parts {
		switch part := part.(type) {
		case *syntax.Lit:
			bare.WriteString(part.Value)
		case *syntax.ParamExp:
			if part.Param != nil && w.flags[part.Param.Value] {
				return true
			}
		case *syntax.DblQuoted:
			if i > 0 || len(part.Parts) == 0 {
				continue
			}
			exp, ok := part.Parts[0].(*syntax.ParamExp)
			if ok && exp.Param != nil && w.flags[exp.Param.Value] {
				return true
			}
		}
	}
	return braces(bare.String())
}

// declaration judges export, local, declare and the like.
func (w *walker) declaration(d *syntax.DeclClause) {
	for _, arg := range d.Args {
		if arg.Name != nil {
			w.name(arg.Name.Value)
			if !arg.Naked && d.Variant.Value != "local" {
				w.add(w.s.sets(arg.Name.Value))
			}
			continue
		}
		option := wordText(arg.Value)
		if dynamic(option) || strings.Trim(option, "-+xragAplu") != "" || !strings.HasPrefix(option, "-") && !strings.HasPrefix(option, "+") {
			w.add(unknown("what " + d.Variant.Value + " sets is known only at run time"))
		}
	}
	class := read("sets variables of its own")
	if len(d.Args) == 0 || wordText(d.Args[0].Value) == "-p" {
		class = discloses("prints the variables, which may hold passwords")
	}
	w.add(class)
}

var secretVariable = regexp.MustCompile(`(?i)pass|secret|token|key|cred|auth|pwd|dsn|url`)

// blind judges what only a real shell in a container does: bash evaluates
// arithmetic and subscripts, and may run a command hidden in their text.
func (w *walker) blind(n syntax.Node) {
	switch n := n.(type) {
	case *syntax.ArithmExp, *syntax.ArithmCmd, *syntax.LetClause, *syntax.TestClause, *syntax.CStyleLoop:
		w.add(unknown("a shell in a container may run what it calculates with"))
	case *syntax.ParamExp:
		if n.Index != nil || n.Slice != nil {
			w.add(unknown("a shell in a container may run what stands in a subscript"))
		}
		if n.Excl || n.Param != nil && secretVariable.MatchString(n.Param.Value) {
			w.add(discloses("uses a variable that may hold a secret"))
		}
	case *syntax.Assign:
		if n.Index != nil || n.Array != nil {
			w.add(unknown("a shell in a container may run what stands in a subscript"))
		}
	case *syntax.CallExpr:
		for i, word := range n.Args {
			lit, ok := word.Parts[0].(*syntax.Lit)
			text := wordText(word)
			switch {
			case i > 0 && ok && strings.IndexAny(lit.Value, "*?[") == 0:
				w.add(unknown("a file's name may become a flag"))
			case i > 0 && strings.Contains(text, "[") && strings.ContainsAny(text, "$`"):
				w.add(unknown("a shell in a container may run what stands in a subscript"))
			}
		}
	}
}

// sets judges every other way to give a variable a value.
func (w *walker) sets(n syntax.Node) {
	switch n := n.(type) {
	case *syntax.Assign:
		if n.Name != nil && !n.Naked {
			w.name(n.Name.Value)
		}
	case *syntax.WordIter:
		w.name(n.Name.Value)
	case *syntax.BinaryArithm:
		if word, ok := n.X.(*syntax.Word); ok {
			w.name(wordText(word))
		}
	case *syntax.UnaryArithm:
		if word, ok := n.X.(*syntax.Word); ok {
			w.name(wordText(word))
		}
	case *syntax.ParamExp:
		if n.Excl && n.Index == nil {
			w.add(unknown("which variable ${!…} reads is known only at run time"))
		}
		if n.Exp == nil || n.Param == nil {
			return
		}
		if op := n.Exp.Op; op == syntax.AssignUnset || op == syntax.AssignUnsetOrNull {
			w.name(n.Param.Value)
		} else if op == syntax.OtherParamOps {
			w.add(unknown("a ${…@…} expansion may evaluate text"))
		}
	}
}

// name judges the name of a variable that is set.
func (w *walker) name(name string) {
	name, _, _ = strings.Cut(name, "[")
	switch {
	case connects.MatchString(name):
		w.add(Class{Refused: "a playbook may not set " + name})
	case protected.MatchString(name):
		w.add(refuse("a playbook may not set %s", shown(name)))
	case strings.Contains(name, hole):
		w.add(unknown("a placeholder names a variable"))
	}
}
