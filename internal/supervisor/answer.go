package supervisor

import (
	"slices"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
	"mvdan.cc/sh/v3/syntax"

	"wardroom/internal/shell"
)

// answers tells a no from a failure: grep that finds nothing ends with 1, and nothing has gone wrong. It believes
// only what cannot be anything else: the text is one pipeline, the program at its end said no, and no other one failed.
type answers struct {
	program string // at the end of the pipeline; "" when the text is anything more

	mu     sync.Mutex
	code   int    // with which that program said no
	says   string // what it said by that
	failed bool   // another program failed, or was refused
}

// watch looks at the text before it runs.
func (a *answers) watch(text string, file *syntax.File, vars map[string]string) {
	for _, name := range shell.Variables(text) {
		if _, given := vars[name]; !given {
			return // it may end at a variable that nothing has set, beside its last command
		}
	}
	if len(file.Stmts) == 1 {
		a.program = lastOf(file.Stmts[0])
	}
}

// lastOf is the program at the end of a pipeline; "" for any other statement.
func lastOf(stmt *syntax.Stmt) string {
	if stmt.Negated || stmt.Background || stmt.Coprocess || len(stmt.Redirs) > 0 {
		return ""
	}
	switch cmd := stmt.Cmd.(type) {
	case *syntax.BinaryCmd:
		if cmd.Op == syntax.Pipe || cmd.Op == syntax.PipeAll {
			return lastOf(cmd.Y)
		}
	case *syntax.CallExpr:
		if len(cmd.Args) > 0 {
			return cmd.Args[0].Lit()
		}
	}
	return ""
}

// note takes how a program ended.
func (a *answers) note(argv []string, code int) {
	if code == 0 || code == brokenPipe {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if says := meaning(argv, code); says != "" && argv[0] == a.program && a.says == "" {
		a.code, a.says = code, says
		return
	}
	a.failed = true
}

// of is what the exit status of the run says; "" when it is the status of a failure.
func (a *answers) of(code int) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.failed || code != a.code {
		return ""
	}
	return a.says
}

// brokenPipe is the status of a program whose reader has had enough.
const brokenPipe = 128 + int(unix.SIGPIPE)

// meaning is what a program says by its exit status, as its manual has it; "" for a failure.
func meaning(argv []string, code int) string {
	switch argv[0] {
	case "grep", "egrep", "fgrep":
		if code == 1 {
			return argv[0] + " found nothing."
		}
	case "kubectl", "oc":
		if code == 1 && verbOf(argv) == "diff" {
			return "There are differences."
		}
	case "systemctl":
		if (code == 1 || code == 3) && len(argv) > 1 && slices.Contains([]string{"is-active", "is-enabled", "is-failed"}, argv[1]) {
			return "systemctl says no."
		}
	}
	return ""
}

// verbOf is the verb of kubectl, which may stand behind a namespace.
func verbOf(argv []string) string {
	for i := 1; i < len(argv); i++ {
		switch {
		case argv[i] == "-n", argv[i] == "--namespace":
			i++
		case !strings.HasPrefix(argv[i], "-"):
			return argv[i]
		}
	}
	return ""
}
