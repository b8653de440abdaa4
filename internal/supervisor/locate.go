package supervisor

import (
	"errors"
	"os"
	"path/filepath"
	"strings"

	"wardroom/internal/shell"
)

var errNotPermitted = errors.New(notPermitted)

// hostPrograms look at this machine, so they make sense only where the environment names this machine.
var hostPrograms = []string{"df", "free", "ps", "top", "systemctl", "journalctl", "ping", "uptime"}

// resolveHostPrograms finds them once, in the system's own folders, never in the scratch folder.
func resolveHostPrograms(policy shell.Policy) map[string]string {
	found := map[string]string{}
	if policy.Platform != shell.Local {
		return found
	}
	for _, name := range hostPrograms {
		for _, dir := range []string{"/usr/bin", "/bin"} {
			path := filepath.Join(dir, name)
			if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
				found[name] = path
				break
			}
		}
	}
	return found
}

// locate returns an external program with its absolute path, and what else configuration gives it.
func (c *child) locate(name string) (shell.HostProgram, error) {
	configured, listed := c.listed(name)
	switch {
	case name == "kubectl", name == "oc":
		// Only the binary that is shipped beside this one: any other could have plugins, another kuberc or another idea of its flags.
		self, err := os.Executable()
		if err != nil {
			return shell.HostProgram{}, errNotPermitted
		}
		if !listed {
			configured, _ = c.listed("kubectl")
		}
		configured.Path = filepath.Join(filepath.Dir(self), "kubectl")
		return configured, nil
	case listed && configured.Path != "":
		if !filepath.IsAbs(configured.Path) || c.inScratch(configured.Path) {
			return shell.HostProgram{}, errNotPermitted
		}
		return configured, nil
	case c.hosts[name] != "":
		configured.Path = c.hosts[name]
		return configured, nil
	}
	return shell.HostProgram{}, errNotPermitted
}

func (c *child) listed(name string) (shell.HostProgram, bool) {
	for _, p := range c.spec.Policy.Programs {
		if p.Name == name && !strings.Contains(name, "/") {
			return p, true
		}
	}
	return shell.HostProgram{}, false
}

func (c *child) inScratch(path string) bool {
	rel, err := filepath.Rel(c.scratch.dir, path)
	return err != nil || filepath.IsLocal(rel)
}
