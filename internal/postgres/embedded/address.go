package embedded

import (
	"fmt"
	"os"
	"strings"
)

// Address is the DSN of the server that another process has started in Options.Dir; an error when none runs there.
func Address(opts Options, database, role string) (string, error) {
	f, err := layout(opts.Dir)
	if err != nil {
		return "", err
	}
	c := &cluster{folders: f, opts: opts}
	raw, err := os.ReadFile(c.mark())
	if err != nil || c.postmaster() == 0 {
		return "", fmt.Errorf("no database runs in %s", f.base)
	}
	const port, socket = 3, 4 // lines of postmaster.pid
	lines := strings.Split(string(raw), "\n")
	if len(lines) <= socket || lines[socket] == "" {
		return "", fmt.Errorf("the database in %s is only starting", f.base)
	}
	return address(lines[socket], lines[port], database, role), nil
}
