package main

import (
	"context"
	"fmt"
	"io"
	"strings"
)

type command struct {
	name, args string
	short      string // in the list
	long       string // behind the short one
	run        func(ctx context.Context, c cli) error
}

func commands() []command {
	return []command{
		{"serve", "", "start Wardroom", `
Starts what it needs itself: without DATABASE_URL a private PostgreSQL in the data
folder. While there is no administrator it prints a link that makes one. Ctrl-C or
SIGTERM ends it in order, running commands first; a second Ctrl-C at once.
One data folder serves one Wardroom.
`, serve},
		{"check-config", "", "check settings and environments file, print what may run", `
Reports every mistake of both at once. When there is none it prints, for each
environment, what commands of each class may do there. Nothing is started.
`, checkConfig},
		{"playbook", "check|show|risk|match …", "read runbooks the way Wardroom does, also in your CI", `
  web playbook check PATH…         problems, one a line; exit code 1 when one is an error
  web playbook show --json PATH…   files, playbooks, steps and commands as they were read
  web playbook risk --json         {"command": "…", "kind": "shell|sql|promql"} a line on
                                   standard input; what each does, one answer a line
  web playbook match --json [PATH…]
                                   {"labels": {}, "annotations": {}} a line on standard
                                   input; the playbooks that fit, best first

A PATH is a Markdown file or a folder. Without one, match asks the shipped playbooks.
Nothing is started and no server is needed.
`, playbook},
		{"user", "link NAME", "print a link with which NAME sets a new password", `
For somebody who cannot sign in any more. The link works once. Works beside a running
server, and without one; needs the server's settings and user.
`, userLink},
		{"migrate", "", "bring the database to the newest schema and stop", `
Serve does it by itself. For those who want it as a step of its own, before a new
version starts.
`, migrate},
		{"healthcheck", "", "exit with 0 when the server of these settings answers", `
Asks /healthz at WARDROOM_LISTEN (or PORT). For containers, which have no curl.
`, healthcheck},
		{"version", "", "print the version", "\n", func(_ context.Context, c cli) error {
			_, err := fmt.Fprintln(c.stdout, "wardroom", version)
			return err
		}},
	}
}

func find(name string) (command, bool) {
	for _, c := range commands() {
		if c.name == name {
			return c, true
		}
	}
	return command{}, false
}

const settingsHelp = `
Settings come from the environment; docs/operating.md lists all of them:

  WARDROOM_DATA          data folder (default: /var/lib/wardroom as root, else
                         ~/.local/share/wardroom)
  WARDROOM_ENVIRONMENTS  environments file: where commands may run, what reports symptoms
  WARDROOM_PLAYBOOKS     folder with your own runbooks
  WARDROOM_PLAYBOOKS_WRITE  folder that authors publish playbooks into
  WARDROOM_LISTEN, PORT  where to listen (default 127.0.0.1:8080)
  WARDROOM_PUBLIC_URL    address that people use, for links and cookies
  DATABASE_URL           PostgreSQL to use; without it a private one is started

Exit codes: 0 done, 1 failed (one sentence on stderr says why), 2 called wrongly.
`

// help explains one command, or lists all.
func help(c cli) error {
	if len(c.args) == 0 {
		var b strings.Builder
		b.WriteString("Wardroom, an incident war room.\n\nUsage: web COMMAND\n\n")
		for _, command := range commands() {
			fmt.Fprintf(&b, "  %-16s %s\n", strings.TrimSpace(command.name+" "+command.args), command.short)
		}
		_, err := io.WriteString(c.stdout, b.String()+settingsHelp)
		return err
	}
	command, ok := find(c.args[0])
	if !ok {
		return usageError(fmt.Sprintf("there is no command %q; web help lists them", c.args[0]))
	}
	_, err := fmt.Fprintf(c.stdout, "Usage: web %s\n\n%s%s.\n%s", strings.TrimSpace(command.name+" "+command.args),
		strings.ToUpper(command.short[:1]), command.short[1:], command.long)
	return err
}
