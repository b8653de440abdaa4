package shell

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"wardroom/internal/errs"
)

// Bound is a command whose placeholders were filled: the exact text that is
// shown, recorded and run, classed again.
type Bound struct {
	Text      string
	Shown     string   // the text as people see it and as it is recorded: secrets are masked
	Params    []string // of SQL: the values of $1, $2, …
	SecretsTo []string // the programs that have a secret among their words
	Analysis  Analysis
}

// standIn takes the place of the secret i that is not given yet, so that the command can be
// classed and shown. It is like any other value, no table knows it, and nothing runs with it.
func standIn(i int) string { return fmt.Sprintf("v%dvalue", i) }

// Mask is what is shown and recorded of a secret parameter (EXECUTION.md 7).
func (p Param) Mask() string { return "‹" + p.Name + "›" }

// Bind fills the placeholders of a command. A value takes the place of a literal
// node of the tree: the final text is quoted for where it stands, parsed again,
// and must have the tree that the template had with the value in it. Variables
// that the policy fixes beat the given values. Mistakes are errs.Invalid and name
// the placeholder. A secret may be missing: then the text is good for showing only.
func (p Policy) Bind(text string, values map[string]string) (Bound, error) {
	if err := checkText(text); err != nil {
		return Bound{}, errs.Wrap(errs.Invalid, err.Error(), err)
	}
	t, err := newTemplate(text)
	if err != nil {
		return Bound{}, errs.Wrap(errs.Invalid, err.Error(), err)
	}
	before := p.analyse(&t)
	bound, masks := make([]string, len(t.texts)), make([]string, len(t.texts))
	spots := t.spots()
	b := Bound{}
	for i, author := range t.texts {
		spot, ok := spots[i]
		if !ok {
			continue // it stands in a comment
		}
		param := newParam(author)
		value, given := p.value(param, values)
		switch {
		case param.Secret:
			masks[i] = param.Mask()
			if value = cmp.Or(value, standIn(i)); spot.program != "" && !slices.Contains(b.SecretsTo, spot.program) {
				b.SecretsTo = append(b.SecretsTo, spot.program)
			}
		case !given:
			return Bound{}, errs.Newf(errs.Invalid, "give a value for %s", author)
		}
		if fault := spot.fault(value); fault != "" {
			return Bound{}, errs.Newf(errs.Invalid, "the value of %s %s", author, fault)
		}
		bound[i] = value
	}
	word := func(i int) string {
		if spot, ok := spots[i]; ok {
			return spot.quote(bound[i])
		}
		return t.texts[i]
	}
	b.Text = fill(t.punched, word)
	b.Shown = fill(t.punched, func(i int) string { return cmp.Or(masks[i], word(i)) })
	after, err := t.prove(b.Text, func(i int) string { return bound[i] })
	if err != nil {
		return Bound{}, err
	}
	p.Secrets = slices.ContainsFunc(masks, func(mask string) bool { return mask != "" })
	b.Analysis = p.analyse(&after)
	if before.Risk == Unknown && b.Analysis.Risk != Unknown {
		// A placeholder where a verb, a type or a flag stands is unknown whatever fills it.
		b.Analysis.Risk, b.Analysis.Why, b.Analysis.Runnable = Unknown, before.Why, false
		b.Analysis.Problems = append(b.Analysis.Problems, before.Why)
	}
	b.Analysis.mask(masks, bound)
	return b, nil
}

// mask hides the secrets, or what stands for them, in what the analysis says of the text.
func (a *Analysis) mask(masks, values []string) {
	var pairs []string
	for i, mask := range masks {
		if mask != "" { // some programs' words are named in capitals
			pairs = append(pairs, values[i], mask, strings.ToUpper(values[i]), mask)
		}
	}
	hide := strings.NewReplacer(pairs...)
	a.Why, a.Refused = hide.Replace(a.Why), hide.Replace(a.Refused)
	for _, list := range [][]string{a.Programs, a.Problems} {
		for i := range list {
			list[i] = hide.Replace(list[i])
		}
	}
}

// value finds what fills a parameter; a fixed variable of the policy wins.
func (p Policy) value(param Param, values map[string]string) (string, bool) {
	for _, same := range []func(Param) bool{
		func(fixed Param) bool { return fixed.Name == param.Name },
		func(fixed Param) bool { return fixed.Label != "" && fixed.Label == param.Label },
	} {
		for _, name := range slices.Sorted(maps.Keys(p.Fixed)) {
			if same(newParam(name)) {
				return p.Fixed[name], true
			}
		}
	}
	value, ok := values[param.Name]
	return value, ok
}

// prove parses the final text and compares its tree with the template's.
func (t *template) prove(final string, value func(int) string) (template, error) {
	if err := checkText(final); err != nil {
		return template{}, errs.Wrap(errs.Invalid, err.Error(), err)
	}
	after, err := newTemplate(final)
	if err != nil {
		return template{}, errs.Wrap(errs.Invalid, "with these values the command is no longer valid shell", err)
	}
	if len(after.used()) > 0 {
		return template{}, errs.New(errs.Invalid, "a value looks like a placeholder itself")
	}
	if shape(t.file, value) != shape(after.file, nil) {
		return template{}, errs.New(errs.Invalid, "a value would change the meaning of the command")
	}
	return after, nil
}

// A spot is where a placeholder stands.
type spot struct {
	quoting quoting
	plain   bool   // a whole argument of a program that takes it as data
	program string // whose argument it is, if it is one's
}

type quoting uint8

const (
	bare   quoting = iota // outside quotes
	braced                // outside quotes, in a word with braces
	single                // in '…'
	double                // in "…"
	raw                   // elsewhere: nothing may need quoting there
	number                // in arithmetic
)

var (
	strictValue = regexp.MustCompile(`^[A-Za-z0-9._-]{1,253}$`)
	bareValue   = regexp.MustCompile(`^[A-Za-z0-9._/:@%+-]+$`)
	digits      = regexp.MustCompile(`^[0-9]{1,18}$`)
)

// fault says what is wrong with a value for this spot, or "".
func (s spot) fault(value string) string {
	switch {
	case value == "":
		return "is empty"
	case strings.HasPrefix(value, "-"):
		return "starts with a dash, which a program would take for a flag"
	case len(value) > 4096:
		return "is too long"
	case strings.ContainsAny(value, "\n\t") || checkCharacters(value) != nil:
		return "holds a control or invisible character"
	case s.quoting == number && !digits.MatchString(value):
		return "must be a number here"
	case (!s.plain || s.quoting == raw) && !strictValue.MatchString(value):
		return "may hold only letters, digits, dots, underscores and dashes here"
	}
	return ""
}

// quote writes a checked value so that the shell reads it as these very characters.
func (s spot) quote(value string) string {
	switch {
	case s.quoting == single:
		return strings.ReplaceAll(value, "'", `'\''`)
	case s.quoting == double:
		return doubleEscaper.Replace(value)
	case s.quoting == bare && !bareValue.MatchString(value), s.quoting == braced:
		return "'" + strings.ReplaceAll(value, "'", `'\''`) + "'"
	}
	return value
}

var doubleEscaper = strings.NewReplacer(`\`, `\\`, `"`, `\"`, `$`, `\$`, "`", "\\`")

// plainPrograms take their words as data: no language hides in them. Everywhere
// else a value must match strictValue.
var plainPrograms = map[string]bool{
	"base64": true, "cat": true, "column": true, "comm": true, "cut": true, "date": true, "df": true, "dig": true, "echo": true, "free": true,
	"grep": true, "head": true, "journalctl": true, "ls": true, "nc": true, "nslookup": true, "paste": true, "ping": true, "printf": true,
	"ps": true, "sort": true, "systemctl": true, "tac": true, "tail": true, "tr": true, "uniq": true, "wc": true,
}

// spots finds where each hole of the tree stands.
func (t *template) spots() map[int]spot {
	spots := map[int]spot{}
	var stack []syntax.Node
	syntax.Walk(t.file, func(n syntax.Node) bool {
		if n == nil {
			stack = stack[:len(stack)-1]
			return true
		}
		switch n := n.(type) {
		case *syntax.Lit:
			holesIn(n.Value, func(i int) { spots[i] = spotOf(stack, double) })
		case *syntax.SglQuoted:
			q := single
			if n.Dollar {
				q = raw
			}
			holesIn(n.Value, func(i int) { spots[i] = spotOf(stack, q) })
		}
		stack = append(stack, n)
		return true
	})
	return spots
}

// spotOf tells a spot from the nodes around it, innermost last; inner is the
// quoting of the innermost quotes if there are any.
func spotOf(stack []syntax.Node, inner quoting) spot {
	s := spot{quoting: bare}
	if inner != double {
		s.quoting = inner
	}
	for depth, n := range stack {
		switch n := n.(type) {
		case *syntax.ArithmExp, *syntax.ArithmCmd, *syntax.LetClause, *syntax.CStyleLoop:
			return spot{quoting: number}
		case *syntax.ParamExp, *syntax.ExtGlob, *syntax.TestClause, *syntax.CaseItem:
			s.quoting = raw
		case *syntax.CmdSubst:
			if n.Backquotes {
				s.quoting = raw
			}
		case *syntax.Redirect:
			if n.Hdoc != nil && len(stack) > depth+1 && stack[depth+1] == syntax.Node(n.Hdoc) {
				s.quoting = raw
			}
		case *syntax.Assign:
			s.plain = false
			if n.Index != nil {
				return spot{quoting: number}
			}
		case *syntax.CallExpr:
			s.program = ""
			if len(n.Args) > 0 {
				s.program = wordText(n.Args[0])
			}
			s.plain = plainPrograms[s.program] || s.program == "curl" && curlPlain(n.Args, stack[depth+1:])
		case *syntax.Word:
			if s.quoting == bare && strings.ContainsAny(unquotedText(n), "{}") {
				s.quoting = braced
			}
		}
	}
	if len(stack) > 0 && s.quoting != raw {
		if q, ok := stack[len(stack)-1].(*syntax.DblQuoted); ok {
			s.quoting = double
			if q.Dollar {
				s.quoting = raw
			}
		}
	}
	return s
}

var headerName = regexp.MustCompile(`^[A-Za-z0-9-]+:`)

// curlPlain reports whether what lies below these nodes is a header of curl or who it signs
// in as: one line of text, whatever its letters.
func curlPlain(words []*syntax.Word, below []syntax.Node) bool {
	if len(below) == 0 {
		return false
	}
	i := slices.IndexFunc(words, func(w *syntax.Word) bool { return syntax.Node(w) == below[0] })
	if i < 2 {
		return false
	}
	switch flag := wordText(words[i-1]); {
	case flag == "-H", flag == "--header":
		return headerName.MatchString(wordText(words[i]))
	case flag == "--user", len(flag) > 1 && flag[0] == '-' && flag[1] != '-' && strings.HasSuffix(flag, "u"): // -u, -su
		return strings.Contains(wordText(words[i]), ":")
	}
	return false
}

func unquotedText(w *syntax.Word) string {
	var b strings.Builder
	for _, part := range w.Parts {
		if lit, ok := part.(*syntax.Lit); ok {
			b.WriteString(lit.Value)
		}
	}
	return b.String()
}
