package supervisor

import (
	"slices"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
)

// answers watches the exit statuses of a run: some programs say no by one, and nothing has gone wrong.
type answers struct {
	mu     sync.Mutex
	code   int    // of the last program that said no
	says   string // what it said by that
	failed bool   // another program failed, or the text judges by itself
}

// note takes how a program ended.
func (a *answers) note(argv []string, code int) {
	if code == 0 || code == brokenPipe {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if says := meaning(argv, code); says != "" {
		a.code, a.says = code, says
		return
	}
	a.failed = true
}

// judged says that the text gives its exit status itself.
func (a *answers) judged() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.failed = true
}

// of is what the exit status of the run says; "" when it is the status of a failure.
func (a *answers) of(code int) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	if code == 0 || a.failed || code != a.code {
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
