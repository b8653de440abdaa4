package main

import (
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"wardroom/internal/ports"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"web": main})
}

// The scripts in testdata say what an operator sees: every word on stderr, every exit
// code, and that nothing is left half started.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir: "testdata", Setup: setup,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"code": code, "healthy": healthy, "left": left, "expand": expand},
	})
}

// setup gives each script a port and a data folder that the database's user can enter.
func setup(env *testscript.Env) error {
	port, err := ports.Free()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "wardroom-web")
	if err != nil {
		return err
	}
	env.Defer(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		return err
	}
	env.Setenv("PORT", strconv.Itoa(port))
	env.Setenv("BASE", dir)
	env.Setenv("WARDROOM_DATA", dir+"/data")
	return nil
}

// code N COMMAND… runs a command that must exit with N.
func code(ts *testscript.TestScript, _ bool, args []string) {
	err := ts.Exec(args[1], args[2:]...)
	exit, failed := err.(interface{ ExitCode() int })
	if !failed || strconv.Itoa(exit.ExitCode()) != args[0] {
		ts.Fatalf("%v: %v, want exit code %s", args[1:], err, args[0])
	}
}

// healthy waits until the server answers.
func healthy(ts *testscript.TestScript, _ bool, _ []string) {
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); <-ticker.C {
		if ts.Exec("web", "healthcheck") == nil {
			return
		}
	}
	ts.Fatalf("the server does not answer")
}

// expand FILE replaces $VARIABLES in the file.
func expand(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(os.WriteFile(args[0], []byte(os.Expand(ts.ReadFile(args[0]), ts.Getenv)), 0o600))
}

// left COUNT FOLDER fails unless so many things are in the folder.
func left(ts *testscript.TestScript, _ bool, args []string) {
	entries, err := os.ReadDir(args[1])
	if err != nil && !os.IsNotExist(err) {
		ts.Check(err)
	}
	if strconv.Itoa(len(entries)) != args[0] {
		ts.Fatalf("%s holds %v", args[1], entries)
	}
}
