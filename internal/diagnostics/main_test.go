package diagnostics_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

	"wardroom/internal/postgres/pgtest"
	"wardroom/internal/supervisor"
)

// bin is a folder that every user may enter; in it lie copies of this test binary, as web and as kubectl.
var bin string

// TestMain makes this binary also what the tests start: the supervisor of a run, the host
// program of a playbook, and a server that will be killed.
func TestMain(m *testing.M) {
	if code, ok := program(); ok {
		unix.Exit(code) // os.Exit waits for a second with the race detector, whose reports of a program nobody reads
	}
	code, err := withBinary(func() int { return pgtest.Run(m) })
	if err == nil && code == 0 {
		err = goleak.Find()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func program() (code int, ok bool) {
	if len(os.Args) < 2 {
		return 0, false
	}
	if os.Args[1] == "run-child" {
		return supervisor.Main(), true
	}
	if os.Args[0] == "kubectl" {
		fmt.Fprintln(os.Stdout, strings.Join(os.Args, " "))
		return 0, true
	}
	if do, found := helpers[os.Args[1]]; found {
		return do(os.Args[2:]), true
	}
	return 0, false
}

func withBinary(run func() int) (code int, err error) {
	if bin, err = os.MkdirTemp("", "diagnostics-test-"); err != nil {
		return 1, err
	}
	defer os.RemoveAll(bin)
	if err = os.Chmod(bin, 0o755); err != nil {
		return 1, err
	}
	self, err := os.Executable()
	if err != nil {
		return 1, err
	}
	raw, err := os.ReadFile(self)
	if err != nil {
		return 1, err
	}
	for _, name := range []string{"web", "kubectl"} {
		if err = os.WriteFile(filepath.Join(bin, name), raw, 0o755); err != nil {
			return 1, err
		}
	}
	return run(), nil
}

// helpers are what this binary does as a host program: `helper NAME …` in a playbook.
var helpers = map[string]func(args []string) int{
	"say": func(args []string) int {
		fmt.Fprintln(os.Stdout, strings.Join(args, " "))
		return 0
	},
	"change":  func([]string) int { fmt.Fprintln(os.Stdout, "changed"); return 0 },
	"destroy": func([]string) int { fmt.Fprintln(os.Stdout, "destroyed"); return 0 },
	"fail": func(args []string) int {
		code, _ := strconv.Atoi(args[0])
		return code
	},
	"bytes": func(args []string) int { // writes exactly these
		raw, _ := base64.StdEncoding.DecodeString(args[0])
		_, _ = os.Stdout.Write(raw)
		return 0
	},
	"long": func(args []string) int {
		n, _ := strconv.Atoi(args[0])
		_, _ = os.Stdout.Write(append(bytes.Repeat([]byte("x"), n), '\n'))
		return 0
	},
	"count": func(args []string) int {
		n, _ := strconv.Atoi(args[0])
		for i := range n {
			fmt.Fprintf(os.Stdout, "line %d\n", i+1)
		}
		return 0
	},
	// tree says its numbers and hangs, together with a child in a session of its own that
	// ignores SIGTERM.
	"tree": func([]string) int {
		sh := exec.Command("/bin/sh", "-c", `(setsid /bin/sh -c 'trap "" TERM; echo $$; while :; do /bin/sleep 1; done' &); sleep 1000 & echo $!; wait`)
		sh.Stdout, sh.Env = os.Stdout, append(os.Environ(), "PATH=/usr/bin:/bin")
		_ = sh.Run()
		return 0
	},
	"hang": func([]string) int {
		fmt.Fprintln(os.Stdout, os.Getpid())
		select {}
	},
	"ignore": func([]string) int {
		signal.Ignore(unix.SIGTERM)
		fmt.Fprintln(os.Stdout, os.Getpid())
		select {}
	},
	"where": func([]string) int {
		dir, _ := os.Getwd()
		fmt.Fprintln(os.Stdout, dir, os.Getuid())
		return 0
	},
}

func init() { helpers["serve"] = serve } // not in the literal, because serve looks at the table too
