package supervisor

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/interp"
	"mvdan.cc/sh/v3/syntax"
)

// outcome is how a text ended by itself.
type outcome struct {
	code int
	vars map[string]string
	err  error
}

const codeRefused = 126

// noTemp is the interpreter's folder for temporary files. It opens what seems to be one of its own pipes there without asking the open handler, so the folder must be one
// that nobody can ever make; process substitution, the only use, fails with it.
const noTemp = "/proc/none"

func (c *child) interpret(ctx context.Context) outcome {
	stderr := c.frames.stream(frameStderr)
	if len(c.spec.Argv) > 0 {
		code := c.start(ctx, start{
			argv: c.spec.Argv, params: c.spec.Params, dir: c.spec.Scratch, env: expand.ListEnviron(), stdout: c.frames.stream(frameStdout), stderr: stderr,
		})
		return outcome{code: code, err: ctx.Err()}
	}
	file, err := parse(c.spec.Text)
	if err != nil {
		fmt.Fprintln(stderr, err)
		return outcome{code: 2}
	}
	if argv, reason := inadmissible(file); reason != "" {
		c.refuse(stderr, argv, reason)
		return outcome{code: codeRefused}
	}
	spellOut(file)
	c.answers.watch(c.spec.Text, file, c.spec.Vars)
	runner, err := interp.New(c.options(c.call)...)
	if err != nil {
		fmt.Fprintln(stderr, err)
		return outcome{code: 1}
	}
	err = runFile(ctx, runner, file)
	var status interp.ExitStatus
	switch {
	case err == nil && c.beyond.Load():
		return outcome{code: codeRefused}
	case err == nil:
		return outcome{vars: c.assigned(runner.Vars)}
	case errors.As(err, &status):
		return outcome{code: int(status), err: err}
	case ctx.Err() == nil:
		fmt.Fprintln(stderr, err)
	}
	return outcome{code: 1, err: err}
}

// nested interprets a text that a program of the run was given, with the streams and variables of that program. Whatever it starts is classed like everything else.
func (c *child) nested(ctx context.Context, s start, text string) int {
	file, err := parse(text)
	if err != nil {
		fmt.Fprintln(s.stderr, err)
		return 2
	}
	if argv, reason := inadmissible(file); reason != "" {
		return c.refuse(s.stderr, argv, reason)
	}
	spellOut(file)
	runner, err := interp.New(append(c.options(c.call), interp.Env(homeless{s.env}), interp.Dir(s.dir), interp.StdIO(nil, s.stdout, s.stderr))...)
	if err != nil {
		fmt.Fprintln(s.stderr, err)
		return 1
	}
	err = runFile(ctx, runner, file)
	var status interp.ExitStatus
	switch {
	case err == nil:
		return 0
	case errors.As(err, &status):
		return int(status)
	case ctx.Err() == nil:
		fmt.Fprintln(s.stderr, err)
	}
	return 1
}

// runFile makes a defect of the interpreter an error about the text, unless it shows in a pipe or in the background, where it ends the run's process.
func runFile(ctx context.Context, runner *interp.Runner, file *syntax.File) (err error) {
	defer func() {
		if defect := recover(); defect != nil {
			err = fmt.Errorf("the command cannot be interpreted: %v", defect)
		}
	}()
	return runner.Run(ctx, file) //nolint:wrapcheck // an exit status is told by its type
}

// options set every handler of the interpreter: a missing one would fall back to the real file system.
func (c *child) options(call interp.CallHandlerFunc) []interp.RunnerOption {
	return []interp.RunnerOption{
		interp.Env(homeless{expand.ListEnviron(c.environ()...)}),
		interp.Dir(c.spec.Scratch),
		interp.Params("-u"), // a variable that nothing has set ends the run, instead of making "rm -r $dir/data" another command
		interp.StdIO(nil, c.frames.stream(frameStdout), c.frames.stream(frameStderr)),
		interp.CallHandler(call),
		interp.ExecHandlers(func(interp.ExecHandlerFunc) interp.ExecHandlerFunc { return c.exec }),
		interp.OpenHandler(c.scratch.openHandler),
		interp.ReadDirHandler2(c.scratch.readDirHandler),
		interp.StatHandler(c.scratch.statHandler),
		interp.AccessHandler(c.scratch.accessHandler),
	}
}

// homeless keeps the interpreter from asking the machine where other users live: ~root stays as it is written.
type homeless struct{ expand.Environ }

func (h homeless) Get(name string) expand.Variable {
	if user, isHome := strings.CutPrefix(name, "HOME "); isHome {
		return expand.Variable{Set: true, Kind: expand.String, Str: "~" + user}
	}
	return h.Environ.Get(name)
}

// parse checks the text's size and nesting before it lets the parser see it.
func parse(text string) (*syntax.File, error) {
	if len(text) > maxText {
		return nil, fmt.Errorf("the command is longer than %d bytes", maxText)
	}
	if strings.ContainsRune(text, 0) {
		return nil, errors.New("the command holds a NUL byte")
	}
	depth := 0
	for i := range len(text) {
		switch text[i] {
		case '(', '{', '[':
			depth++
		case ')', '}', ']':
			depth = max(0, depth-1)
		}
		if depth > maxNesting {
			return nil, fmt.Errorf("the command is nested deeper than %d levels", maxNesting)
		}
	}
	file, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(text), "")
	if err != nil {
		return nil, fmt.Errorf("the command cannot be read: %w", err)
	}
	return file, nil
}

// inadmissible finds what no class permits, before anything has run: process substitution, coprocesses and variables that would steer programs. What a text builds only
// while it runs is caught by the call handler.
func inadmissible(file *syntax.File) (argv []string, reason string) {
	syntax.Walk(file, func(node syntax.Node) bool {
		switch node := node.(type) {
		case *syntax.ProcSubst:
			argv, reason = []string{node.Op.String()}, "process substitution is not permitted in a playbook"
		case *syntax.CoprocClause:
			argv, reason = []string{"coproc"}, "not permitted in a playbook"
		case *syntax.Stmt:
			if node.Coprocess {
				argv, reason = []string{"|&"}, "not permitted in a playbook"
			}
		case *syntax.Assign:
			if node.Name != nil && forbidden(node.Name.Value) {
				argv, reason = []string{node.Name.Value}, "this variable may not be set in a playbook"
			}
		}
		return reason == ""
	})
	return argv, reason
}

// spellOut makes $(cat <FILE) of $(<FILE): the interpreter would say twice that it cannot open the file.
func spellOut(file *syntax.File) {
	syntax.Walk(file, func(node syntax.Node) bool {
		subst, is := node.(*syntax.CmdSubst)
		if !is || len(subst.Stmts) != 1 {
			return true
		}
		if stmt := subst.Stmts[0]; stmt.Cmd == nil && len(stmt.Redirs) == 1 && stmt.Redirs[0].Op == syntax.RdrIn && !stmt.Negated && !stmt.Background && !stmt.Coprocess {
			stmt.Cmd = &syntax.CallExpr{Args: []*syntax.Word{{Parts: []syntax.WordPart{&syntax.Lit{Value: "cat"}}}}}
		}
		return true
	})
}

// environ is all that the interpreter starts with. Programs get none of it.
func (c *child) environ() []string {
	env := []string{"HOME=" + c.spec.Scratch, "TMPDIR=" + noTemp}
	for name, value := range c.spec.Vars {
		env = append(env, name+"="+value)
	}
	return env
}

// own reports whether a variable belongs to the run and not to the interpreter.
func own(name string) bool {
	switch name {
	case "HOME", "TMPDIR", "PWD", "OLDPWD", "IFS", "OPTIND", "OPTARG", "UID", "EUID", "GID", "_", "REPLY":
		return false
	}
	return true
}

// assigned returns the variables that the text has set at its top level.
func (c *child) assigned(vars map[string]expand.Variable) map[string]string {
	set := map[string]string{}
	for name, v := range vars {
		before, had := c.spec.Vars[name]
		if !own(name) || forbidden(name) || !v.IsSet() || v.Kind != expand.String || len(v.Str) > maxVar || had && before == v.Str {
			continue
		}
		set[name] = v.Str
	}
	if len(set) > maxVars {
		return maps.Collect(firstByName(set, maxVars))
	}
	return set
}
