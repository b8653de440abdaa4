// Command web is Wardroom: the server, its maintenance commands, and the supervisor of
// one run (run-child), which the server starts from this same binary.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"wardroom/internal/supervisor"
)

// version is set when a release is built.
var version = "0.1.0-dev"

func main() {
	if len(os.Args) == 2 && os.Args[1] == "run-child" {
		os.Exit(supervisor.Main())
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Environ(), os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "wardroom:", err)
		stop()
		os.Exit(1)
	}
}

type command struct {
	name, args, help string
	run              func(ctx context.Context, c cli) error
}

// cli is what a command gets to work with.
type cli struct {
	args           []string
	environ        []string
	stdout, stderr io.Writer
}

func commands() []command {
	return []command{
		{"serve", "", "start Wardroom", serve},
		{"migrate", "", "bring the database to the newest schema and stop", migrate},
		{"user", "link NAME", "print a link with which NAME sets a new password", userLink},
		{"check-config", "", "check settings and environments file, print what each class of command may do", checkConfig},
		{"version", "", "print the version", func(_ context.Context, c cli) error {
			_, err := fmt.Fprintln(c.stdout, "wardroom", version)
			return err
		}},
	}
}

func run(ctx context.Context, args, environ []string, stdout, stderr io.Writer) error {
	name := "help"
	if len(args) > 0 {
		name, args = args[0], args[1:]
	}
	for _, command := range commands() {
		if command.name == name {
			return command.run(ctx, cli{args: args, environ: environ, stdout: stdout, stderr: stderr})
		}
	}
	switch name {
	case "help", "-h", "--help":
		return usage(stdout)
	}
	if err := usage(stderr); err != nil {
		return err
	}
	return fmt.Errorf("there is no command %q", name)
}

func usage(w io.Writer) error {
	text := "Wardroom, an incident war room.\n\nUsage: web COMMAND\n\n"
	for _, command := range commands() {
		text += fmt.Sprintf("  %-18s %s\n", command.name+" "+command.args, command.help)
	}
	text += `
Settings come from the environment; the README lists them. The important ones:

  WARDROOM_DATA          data folder (default /var/lib/wardroom as root, else ~/.local/share/wardroom)
  WARDROOM_ENVIRONMENTS  environments file: where commands may run and what reports symptoms
  WARDROOM_PLAYBOOKS     folder with your own runbooks
  WARDROOM_LISTEN, PORT  where to listen (default 127.0.0.1:8080)
  WARDROOM_PUBLIC_URL    address that people use, for links and cookies
  DATABASE_URL           PostgreSQL to use; without it a private one is started
`
	_, err := io.WriteString(w, text)
	return err
}
