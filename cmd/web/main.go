// Command web is Wardroom: the server, its maintenance commands, and the supervisor of
// one run (run-child), which the server starts from this same binary.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"wardroom/internal/supervisor"
)

// version is set when a release is built.
var version = "0.1.0-dev"

// How the program ends.
const (
	done   = 0
	failed = 1
	misuse = 2 // there is no such command, or it takes other arguments
)

func main() {
	if len(os.Args) == 2 && os.Args[1] == "run-child" {
		os.Exit(supervisor.Main())
	}
	os.Exit(runMain())
}

func runMain() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program at once
	err := run(ctx, os.Args[1:], os.Environ(), os.Stdin, os.Stdout, os.Stderr)
	if err == nil {
		return done
	}
	fmt.Fprintln(os.Stderr, "wardroom:", err)
	if _, wrong := errors.AsType[usageError](err); wrong {
		return misuse
	}
	return failed
}

// usageError says that the program was called wrongly.
type usageError string

// Error is the sentence.
func (e usageError) Error() string { return string(e) }

// cli is what a command gets to work with.
type cli struct {
	args           []string
	environ        []string
	stdin          io.Reader
	stdout, stderr io.Writer
}

func run(ctx context.Context, args, environ []string, stdin io.Reader, stdout, stderr io.Writer) error {
	if len(args) == 0 {
		args = []string{"help"}
	}
	c := cli{args: args[1:], environ: environ, stdin: stdin, stdout: stdout, stderr: stderr}
	switch args[0] {
	case "help", "-h", "-help", "--help":
		return help(c)
	}
	command, ok := find(args[0])
	if !ok {
		return usageError(fmt.Sprintf("there is no command %q; web help lists them", args[0]))
	}
	if asksForHelp(c.args) {
		c.args = args[:1]
		return help(c)
	}
	if !strings.Contains(command.args, "…") && len(c.args) != len(strings.Fields(command.args)) {
		return usageError("usage: web " + strings.TrimSpace(command.name+" "+command.args))
	}
	return command.run(ctx, c)
}

func asksForHelp(args []string) bool {
	return slices.ContainsFunc(args, func(arg string) bool { return arg == "-h" || arg == "-help" || arg == "--help" })
}
