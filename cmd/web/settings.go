package main

import (
	"fmt"
	"log/slog"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"wardroom/internal/config"
)

// settings reads the environment and fills in what depends on the machine.
func settings(c cli) (config.Settings, error) {
	environ := c.environ
	if value(environ, "WARDROOM_DATA") == "" {
		data, err := defaultData(environ)
		if err != nil {
			return config.Settings{}, err
		}
		environ = append(slices.Clone(environ), "WARDROOM_DATA="+data)
	}
	return config.ReadSettings(environ)
}

// value of the variable; the last entry counts, as it does for exec.
func value(environ []string, name string) string {
	for _, entry := range slices.Backward(environ) {
		if text, ok := strings.CutPrefix(entry, name+"="); ok {
			return text
		}
	}
	return ""
}

func defaultData(environ []string) (string, error) {
	if os.Geteuid() == 0 {
		return "/var/lib/wardroom", nil
	}
	if dir := value(environ, "XDG_DATA_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "wardroom"), nil
	}
	me, err := user.LookupId(strconv.Itoa(os.Geteuid()))
	if err != nil {
		return "", fmt.Errorf("this user has no home folder: set WARDROOM_DATA: %w", err)
	}
	return filepath.Join(me.HomeDir, ".local", "share", "wardroom"), nil
}

// environments reads the environments file; without one there is nothing to watch or to
// run, which is allowed: incidents can still be declared and led.
func environments(s config.Settings) (config.File, error) {
	if s.Environments == "" {
		return config.File{}, nil
	}
	return config.ReadFile(s.Environments)
}

func logger(c cli, s config.Settings, level slog.Level) *slog.Logger {
	options := &slog.HandlerOptions{Level: level}
	if s.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(c.stderr, options))
	}
	return slog.New(slog.NewTextHandler(c.stderr, options))
}
