package supervisor

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"wardroom/internal/shell"
)

var errNotPermitted = errors.New(notPermitted)

// prepare answers which external program starts for these words, and what it is given.
func (c *child) prepare(argv []string) (shell.HostProgram, []string, error) {
	if words, is := composeWords(argv); is {
		return c.compose(words)
	}
	program, err := c.locate(argv[0])
	return program, slices.Concat(program.Args, argv[1:]), err
}

// composeWords gives what stands behind either spelling of Compose. No flag of docker may stand before it.
func composeWords(argv []string) (words []string, is bool) {
	switch {
	case argv[0] == "docker-compose":
		return argv[1:], true
	case argv[0] == "docker" && len(argv) > 1 && argv[1] == "compose":
		return argv[2:], true
	}
	return nil, false
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
