package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/user"
	"path/filepath"
	"strings"

	"wardroom/internal/app"
	"wardroom/internal/config"
)

// settings reads the environment and fills in what depends on the machine.
func settings(c cli) (config.Settings, error) {
	environ := c.environ
	if !given(environ, "WARDROOM_DATA") {
		data, err := defaultData()
		if err != nil {
			return config.Settings{}, err
		}
		environ = append([]string{"WARDROOM_DATA=" + data}, environ...)
	}
	return config.ReadSettings(environ)
}

func given(environ []string, name string) bool {
	for _, entry := range environ {
		if value, ok := strings.CutPrefix(entry, name+"="); ok && value != "" {
			return true
		}
	}
	return false
}

func defaultData() (string, error) {
	if os.Geteuid() == 0 {
		return "/var/lib/wardroom", nil
	}
	if dir := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "wardroom"), nil
	}
	me, err := user.Current()
	if err != nil {
		return "", fmt.Errorf("no WARDROOM_DATA, and no home folder: %w", err)
	}
	return filepath.Join(me.HomeDir, ".local", "share", "wardroom"), nil
}

// environments reads the environments file; without one there is nothing to watch or to
// run, which is allowed: incidents can still be declared and led.
func environments(path string) (config.File, error) {
	if path == "" {
		return config.File{}, nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return config.File{}, fmt.Errorf("environments file: %w", err)
	}
	file, err := config.ParseFile(data)
	if err != nil {
		return config.File{}, fmt.Errorf("environments file %s: %w", path, err)
	}
	return file, nil
}

func logger(c cli, s config.Settings) *slog.Logger {
	options := &slog.HandlerOptions{Level: slog.LevelInfo}
	if s.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(c.stderr, options))
	}
	return slog.New(slog.NewTextHandler(c.stderr, options))
}

func serve(ctx context.Context, c cli) (err error) {
	s, err := settings(c)
	if err != nil {
		return err
	}
	file, err := environments(s.Environments)
	if err != nil {
		return err
	}
	// The port is taken first: nothing is half started when somebody holds it.
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.Listen)
	if err != nil {
		return fmt.Errorf("cannot listen on %s: %w", s.Listen, err)
	}
	defer func() { _ = listener.Close() }() // Serve has closed it when all went well
	if err = os.MkdirAll(s.Data, 0o755); err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	executable, err := os.Executable()
	if err != nil {
		return err
	}
	a, err := app.New(ctx, app.Config{
		Settings: s, Environments: file, Log: logger(c, s), Version: version, Executable: executable,
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
	base := s.PublicURL
	if base == "" {
		base = "http://" + strings.Replace(s.Listen, "127.0.0.1", "localhost", 1)
	}
	path, err := a.SetupLink(ctx)
	if err != nil {
		return err
	}
	if path != "" {
		_, err = fmt.Fprintf(c.stdout, "Create the first account (link works once, for 15 minutes): %s%s\n", base, path)
		return err
	}
	_, err = fmt.Fprintf(c.stdout, "Wardroom is at %s\n", base)
	return err
}

func migrate(ctx context.Context, c cli) error {
	s, err := settings(c)
	if err != nil {
		return err
	}
	db, err := app.OpenDatabase(ctx, s, logger(c, s))
	if err != nil {
		return err
	}
	return db.Close(ctx)
}
