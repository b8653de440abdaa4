package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"wardroom/demo/octollm/control"
)

// operator is a person at the terminal, or a playbook.
type operator struct {
	client *control.Client
	socket string
	getenv func(string) string
	out    io.Writer
	err    io.Writer
}

func (o *operator) do(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("no command: %w", errUsage)
	}
	command, rest := args[0], args[1:]
	switch command {
	case "help":
		return flag.ErrHelp
	case "ps":
		return o.ps(ctx, rest)
	case "logs":
		return o.logs(ctx, rest)
	case "restart":
		return o.restart(ctx, rest)
	case "fault":
		return o.fault(ctx, rest)
	case "serve":
		return o.serve(ctx, rest)
	case "service":
		return o.service(ctx, rest)
	default:
		return fmt.Errorf("there is no command %q: %w", command, errUsage)
	}
}

// parse reads flags before and behind the arguments, as people write them, and returns the arguments.
func (o *operator) parse(flags *flag.FlagSet, args []string, want int) ([]string, error) {
	var words []string
	for {
		if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
			return nil, err
		} else if err != nil {
			return nil, errUsage
		}
		if flags.NArg() == 0 {
			break
		}
		words, args = append(words, flags.Arg(0)), flags.Args()[1:]
	}
	if len(words) != want {
		return nil, fmt.Errorf("%s takes %d argument(s), not %d: %w", flags.Name(), want, len(words), errUsage)
	}
	return words, nil
}

func (o *operator) ps(ctx context.Context, args []string) error {
	if _, err := o.parse(newFlags("ps", o.err), args, 0); err != nil {
		return err
	}
	services, err := o.client.Services(ctx)
	if err != nil {
		return err
	}
	t := table{colour: o.colour()}
	t.row("SERVICE", "ADDRESS", "PID", "STATE", "SINCE", "RESTARTS", "LAST EXIT")
	for _, s := range services {
		pid, last := "-", "-"
		if s.PID != 0 {
			pid = strconv.Itoa(s.PID)
		}
		if s.LastExit != "" {
			last = s.LastExit
		}
		t.row(s.Name, s.Address, pid, s.State, time.Since(s.Since).Round(time.Second).String(), strconv.Itoa(s.Restarts), last)
	}
	return t.print(o.out)
}

func (o *operator) logs(ctx context.Context, args []string) error {
	flags := newFlags("logs", o.err)
	tail := flags.String("tail", "100", "lines")
	flags.StringVar(tail, "n", "100", "lines")
	follow := flags.Bool("follow", false, "wait for more")
	flags.BoolVar(follow, "f", false, "wait for more")
	words, err := o.parse(flags, args, 1)
	if err != nil {
		return err
	}
	lines := -1
	if *tail != "all" {
		if lines, err = strconv.Atoi(*tail); err != nil || lines < 0 {
			return fmt.Errorf("--tail=%s is neither a number nor all: %w", *tail, errUsage)
		}
	}
	log, err := o.client.Logs(ctx, words[0], lines, *follow)
	if err != nil {
		return o.namingServices(ctx, err)
	}
	defer log.Close()
	return o.copyLog(log)
}

// copyLog writes the lines as they come, with the level in its colour.
func (o *operator) copyLog(log io.Reader) error {
	paint := o.colour()
	scanner := bufio.NewScanner(log)
	scanner.Buffer(nil, 1<<20)
	for scanner.Scan() {
		line := scanner.Text()
		if paint {
			line = paintLine(line)
		}
		if _, err := fmt.Fprintln(o.out, line); err != nil {
			return err
		}
	}
	return scanner.Err()
}

func (o *operator) restart(ctx context.Context, args []string) error {
	words, err := o.parse(newFlags("restart", o.err), args, 1)
	if err != nil {
		return err
	}
	fmt.Fprintf(o.out, "restarting %s …\n", words[0])
	s, err := o.client.Restart(ctx, words[0])
	if err != nil {
		return o.namingServices(ctx, err)
	}
	fmt.Fprintf(o.out, "%s is %s at %s (pid %d)\n", s.Name, s.State, s.Address, s.PID)
	return nil
}

// namingServices adds what services there are to the complaint that one is not.
func (o *operator) namingServices(ctx context.Context, cause error) error {
	services, err := o.client.Services(ctx)
	if err != nil || !strings.HasPrefix(cause.Error(), "there is no service") {
		return cause
	}
	names := make([]string, 0, len(services))
	for _, s := range services {
		names = append(names, s.Name)
	}
	return fmt.Errorf("%w; there are %s", cause, strings.Join(names, ", "))
}

func (o *operator) fault(ctx context.Context, args []string) error {
	if len(args) == 1 && args[0] == "list" {
		return o.faults(ctx)
	}
	words, err := o.parse(newFlags("fault", o.err), args, 2)
	if err != nil {
		return err
	}
	if words[1] != "on" && words[1] != "off" {
		return fmt.Errorf("a fault is on or off, not %q: %w", words[1], errUsage)
	}
	f, err := o.client.SetFault(ctx, words[0], words[1] == "on")
	if err != nil {
		return err
	}
	fmt.Fprintf(o.out, "%s is %s: %s; cure: %s\n", f.Name, words[1], f.Effect, f.Cure)
	return nil
}

func (o *operator) faults(ctx context.Context) error {
	faults, err := o.client.Faults(ctx)
	if err != nil {
		return err
	}
	t := table{colour: o.colour()}
	t.row("FAULT", "STATE", "EFFECT", "CURE")
	for _, f := range faults {
		state := "off"
		if f.On {
			state = "on"
		}
		t.row(f.Name, state, f.Effect, f.Cure)
	}
	return t.print(o.out)
}
