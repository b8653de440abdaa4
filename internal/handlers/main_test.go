package handlers_test

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

	"wardroom/internal/postgres/pgtest"
	"wardroom/internal/supervisor"
)

// program is a copy of this test binary that every user may start: it is the supervisor
// of runs and, as `teller`, a program that they start.
var program string

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "run-child" {
		unix.Exit(supervisor.Main()) // os.Exit waits for a second with the race detector; internal/supervisor watches over this code
	}
	if filepath.Base(os.Args[0]) == "teller" {
		tell()
	}
	os.Exit(run(m))
}

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "handlers-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	if err = install(dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	code := pgtest.Run(m)
	if err = goleak.Find(); code == 0 && err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	return code
}

func install(dir string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	binary, err := os.ReadFile(self)
	if err != nil {
		return err
	}
	if err = os.Chmod(dir, 0o755); err != nil {
		return err
	}
	program = filepath.Join(dir, "teller")
	return os.WriteFile(program, binary, 0o755)
}

// tell writes numbered lines until somebody stops it.
func tell() {
	out := bufio.NewWriter(os.Stdout)
	for n := 1; ; n++ {
		fmt.Fprintf(out, "line %d\n", n)
		if n%10 == 0 {
			out.Flush()
			<-time.After(5 * time.Millisecond)
		}
	}
}
