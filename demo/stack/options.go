package stack

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/user"
	"time"

	"wardroom/internal/config"
)

// Options of a stack. Dir, Octollm and Log are required.
type Options struct {
	// Dir is Wardroom's data folder; the stack's own things lie in Dir/demo.
	Dir string
	// Octollm and Web are the built programs. Without Web the stack is only what is watched.
	Octollm, Web string
	// Environ is Wardroom's environment, as os.Environ gives it. What the stack knows better is replaced; a WARDROOM_ENVIRONMENTS or REDIS_URL in it is respected.
	Environ []string
	// FreePorts takes free ports for everything instead of the usual ones, of which only those that strangers hold are replaced. With it Wardroom listens on a free
	// port too, unless Environ names one.
	FreePorts bool
	// Speed divides every duration in the files of deploy/: 1 is as shipped, 0 means 6.
	Speed float64
	// User runs everything but Wardroom when this process is root; empty means wardroom, or nobody when there is no such user.
	User string
	// Output takes what Wardroom prints. An *os.File is handed over as it is.
	Output io.Writer
	Log    *slog.Logger
}

// The ports that are taken when they are free.
const (
	prometheusPort   = 9090
	alertmanagerPort = 9093
	webPort          = 8080
)

const defaultSpeed = 6

// patience is how long a part may take to answer; the first start makes two databases.
const patience = time.Minute

func (o *Options) complete() error {
	if o.Dir == "" || o.Octollm == "" || o.Log == nil {
		return errors.New("a stack needs a folder, the program octollm and a log")
	}
	o.Speed = cmp.Or(o.Speed, defaultSpeed)
	if os.Geteuid() == 0 && o.User == "" {
		o.User = "nobody"
		if _, err := user.Lookup("wardroom"); err == nil {
			o.User = "wardroom"
		}
	}
	return nil
}

// settings are what Wardroom will read from its environment; wrong ones, and a wrong environments file, are found before anything is started.
func (o *Options) settings() (config.Settings, error) {
	settings, err := config.ReadSettings(append([]string{"WARDROOM_DATA=" + o.Dir}, o.Environ...))
	if err != nil {
		return settings, err
	}
	if settings.Environments == "" {
		return settings, nil
	}
	raw, err := os.ReadFile(settings.Environments)
	if err != nil {
		return settings, fmt.Errorf("environments file: %w", err)
	}
	if _, err := config.ParseFile(raw); err != nil {
		return settings, fmt.Errorf("environments file %s: %w", settings.Environments, err)
	}
	return settings, nil
}

// reach is the address at which this machine reaches what listens on the address.
func reach(listen string) (string, error) {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return "", fmt.Errorf("address %q: %w", listen, err)
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port), nil
}
