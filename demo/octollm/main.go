package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"

	"wardroom/demo/octollm/control"
)

const usage = `octollm keeps a small OctoLLM: an orchestrator, six arms, a database and a Redis.

Usage:
  octollm ps                                     what runs, where, and how it ended the last time
  octollm logs [-f] [--tail=N] SERVICE           its log, the last N lines (default 100, "all"); -f, --follow waits for more
  octollm restart SERVICE                        end it if it runs, start it, wait until it answers
  octollm fault list                             what can be broken on purpose
  octollm fault NAME on|off                      break it, mend it
  octollm serve [--data=DIR] [--free-ports]      run everything until Ctrl-C

The supervisor is found through the socket in OCTOLLM_CONTROL (or --control=PATH before the command).
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// errUsage says that the command was not understood.
var errUsage = errors.New("see octollm --help")

// run is the program: 0 when it worked, 1 when it did not, 2 when the command was not understood.
func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	flags := newFlags("octollm", stderr)
	socket := flags.String("control", getenv("OCTOLLM_CONTROL"), "socket of the supervisor")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(stdout, usage)
		return 0
	case err != nil:
		return 2
	}
	if *socket == "" {
		*socket = filepath.Join(os.TempDir(), "octollm-"+strconv.Itoa(os.Getuid()), "control")
	}
	o := operator{client: control.NewClient(*socket), socket: *socket, getenv: getenv, out: stdout, err: stderr}
	err := o.do(ctx, flags.Args())
	switch {
	case err == nil, errors.Is(err, context.Canceled) && ctx.Err() != nil:
		return 0
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(stdout, usage)
		return 0
	case errors.Is(err, errUsage):
		fmt.Fprintln(stderr, "octollm:", err)
		return 2
	default:
		fmt.Fprintln(stderr, "octollm:", err)
		return 1
	}
}

// newFlags returns a set that reports and does not exit.
func newFlags(name string, stderr io.Writer) *flag.FlagSet {
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {}
	return flags
}
