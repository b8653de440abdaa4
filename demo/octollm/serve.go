package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strconv"

	"wardroom/demo/octollm/arm"
	"wardroom/demo/octollm/orchestrator"
	"wardroom/demo/octollm/service"
	"wardroom/demo/octollm/supervisor"
)

// serve is the supervisor.
func (o *operator) serve(ctx context.Context, args []string) error {
	flags := newFlags("serve", o.err)
	data := flags.String("data", filepath.Join(os.TempDir(), "octollm-"+strconv.Itoa(os.Getuid()), "data"), "folder for data and logs")
	free := flags.Bool("free-ports", false, "take free ports instead of the usual ones")
	if _, err := o.parse(flags, args, 0); err != nil {
		return err
	}
	program, err := os.Executable()
	if err != nil {
		return fmt.Errorf("path of this program: %w", err)
	}
	return supervisor.Run(ctx, supervisor.Options{
		Dir: *data, Control: o.socket, FreePorts: *free, Program: program, Log: slog.New(service.NewLineHandler(o.err)),
	})
}

// service is one of the services; the supervisor starts it and tells it what it must know through the environment and two files: standard input, which ends with the
// supervisor, and file descriptor 3, which wants to know the address.
func (o *operator) service(ctx context.Context, args []string) error {
	words, err := o.parse(newFlags("service", o.err), args, 1)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() { // ends with the process
		_, _ = io.Copy(io.Discard, os.Stdin)
		cancel()
	}()
	port, err := strconv.Atoi(o.getenv(supervisor.EnvPort))
	if err != nil {
		return fmt.Errorf("%s: a service is started by octollm serve: %w", supervisor.EnvPort, err)
	}
	l, err := service.Listen(ctx, port, o.getenv(supervisor.EnvPortMust) != "")
	if err != nil {
		return err
	}
	s := service.New(words[0], slog.New(service.NewLineHandler(o.err)))
	ready := os.NewFile(3, "ready")
	if words[0] == arm.Orchestrator {
		return o.orchestrate(ctx, s, l, ready)
	}
	kind, ok := arm.Find(words[0])
	if !ok {
		return fmt.Errorf("there is no service %q", words[0])
	}
	a := arm.New(kind, "http://"+l.Addr().String(), o.getenv(supervisor.EnvOrchestrator), s)
	return s.Serve(ctx, l, ready, a.Work)
}

func (o *operator) orchestrate(ctx context.Context, s *service.Service, l net.Listener, ready *os.File) error {
	core, err := orchestrator.New(ctx, o.getenv(supervisor.EnvDatabase), o.getenv(supervisor.EnvRedis), s)
	if err != nil {
		return err
	}
	defer core.Close() // ends with the process
	return s.Serve(ctx, l, ready, core.Work)
}
