package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"sync"

	"wardroom/internal/app"
	"wardroom/internal/config"
	"wardroom/internal/ports"
	"wardroom/internal/process"
)

// serve looks at everything that can be wrong before it starts anything.
func serve(ctx context.Context, c cli) (err error) {
	s, err := settings(c)
	if err != nil {
		return err
	}
	file, err := environments(s)
	if err != nil {
		return err
	}
	executable, err := os.Executable()
	if err != nil {
		return fmt.Errorf("path of this program: %w", err)
	}
	release, err := takeFolder(s.Data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, release()) }()
	listener, err := ports.Listen(ctx, s.Listen)
	if err != nil {
		return err
	}
	defer func() { _ = listener.Close() }() // Serve has closed it when all went well
	// What runs leave behind when their process is killed comes to this one, dead or alive.
	collecting, stopCollecting := context.WithCancel(context.WithoutCancel(ctx))
	var collector sync.WaitGroup
	collector.Go(func() { process.CollectOrphans(collecting) })
	defer func() { stopCollecting(); collector.Wait() }()
	a, err := app.New(ctx, app.Config{
		Settings: s, Environments: file, Log: logger(c, s, slog.LevelInfo), Version: version, Executable: executable,
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close(context.WithoutCancel(ctx))) }()
	if err = announce(ctx, c, a, s); err != nil {
		return err
	}
	return a.Serve(ctx, listener)
}

// announce prints where to go; while nobody can sign in, with the link that lets the
// first administrator in.
func announce(ctx context.Context, c cli, a *app.App, s config.Settings) error {
	path, err := a.SetupLink(ctx)
	if err != nil {
		return err
	}
	if path != "" {
		_, err = fmt.Fprintf(c.stdout, "Create the first account (link works once, for 15 minutes): %s%s\n", base(s), path)
		return err
	}
	_, err = fmt.Fprintf(c.stdout, "Wardroom is at %s\n", base(s))
	return err
}

// base of the links that are printed here: where this machine reaches Wardroom, unless
// people use another address.
func base(s config.Settings) string {
	if s.PublicURL != "" {
		return s.PublicURL
	}
	host, port, err := net.SplitHostPort(s.Listen)
	if ip := net.ParseIP(host); err != nil || host == "" || host == "127.0.0.1" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, port)
}
