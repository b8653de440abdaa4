package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"wardroom/demo/octollm/service"
	"wardroom/demo/stack"
)

const usage = `demo starts Wardroom with a small OctoLLM to watch; Ctrl-C ends both.

It reads what Wardroom reads (see README.md: PORT, WARDROOM_LISTEN, WARDROOM_DATA, DATABASE_URL, REDIS_URL, WARDROOM_ENVIRONMENTS, …) and
DEMO_SPEED, by which every duration in deploy/ is divided (default 6; 1 is as shipped).
`

// patience is how long everything may take to end.
const patience = 90 * time.Second

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends this process at once; the next start ends what is left
	err := run(ctx, os.Args[1:], os.Environ(), os.Stdout, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "wardroom:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args, environ []string, stdout, stderr io.Writer) error {
	if len(args) > 0 {
		_, err := io.WriteString(stdout, usage)
		return err
	}
	opts, err := options(environ, stdout, stderr)
	if err != nil {
		return err
	}
	s, err := stack.Start(ctx, opts)
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "\nWardroom     %s\nPrometheus   %s\nAlertmanager %s\n", local(s.URL), local(s.Prometheus), local(s.Alertmanager))
	fmt.Fprintf(stdout, "Break OctoLLM: OCTOLLM_CONTROL=%s %s fault arm-crash on\nCtrl-C ends everything.\n\n", s.Control, opts.Octollm)
	err = s.Watch(ctx)
	fmt.Fprintln(stderr, "\nstopping …")
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	return errors.Join(err, s.Stop(end))
}

// local writes an address of this machine the way people do; a session begun at one spelling is not known at the other.
func local(url string) string { return strings.Replace(url, "//127.0.0.1:", "//localhost:", 1) }

// options are what the environment says, with the programs that were built beside this one.
func options(environ []string, stdout, stderr io.Writer) (stack.Options, error) {
	opts := stack.Options{Environ: environ, Output: stdout, Log: slog.New(service.NewLineHandler(stderr))}
	program, err := os.Executable()
	if err != nil {
		return opts, fmt.Errorf("path of this program: %w", err)
	}
	opts.Web, opts.Octollm = filepath.Join(filepath.Dir(program), "web"), filepath.Join(filepath.Dir(program), "octollm")
	for _, path := range []string{opts.Web, opts.Octollm} {
		if _, err = os.Stat(path); err != nil {
			return opts, fmt.Errorf("%s is not built: run make build", path)
		}
	}
	if opts.Dir, err = dataFolder(); err != nil {
		return opts, err
	}
	if text := os.Getenv("DEMO_SPEED"); text != "" {
		if opts.Speed, err = strconv.ParseFloat(text, 64); err != nil || !(opts.Speed > 0) {
			return opts, fmt.Errorf("DEMO_SPEED=%s is not a number above 0", text)
		}
	}
	return opts, nil
}

// dataFolder is WARDROOM_DATA, or where such data usually lies.
func dataFolder() (string, error) {
	if dir := os.Getenv("WARDROOM_DATA"); dir != "" {
		return filepath.Abs(dir)
	}
	if os.Geteuid() == 0 {
		return "/var/lib/wardroom", nil
	}
	if dir := os.Getenv("XDG_DATA_HOME"); dir != "" {
		return filepath.Join(dir, "wardroom"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("no home folder: set WARDROOM_DATA: %w", err)
	}
	return filepath.Join(home, ".local", "share", "wardroom"), nil
}
