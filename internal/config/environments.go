package config

import (
	"cmp"
	"fmt"
	"os"
	"slices"
)

// File is the environments file: where commands may run and which sources report
// symptoms. Its schema is in docs/environments.md.
type File struct {
	Environments []Environment `yaml:"environments"`
	Sources      []Source      `yaml:"sources"`
}

// Environment is one place where commands run and what they may do there.
type Environment struct {
	Name         string              `yaml:"name"`
	Platform     string              `yaml:"platform"` // docker, kubernetes or local
	Kubernetes   *Kubernetes         `yaml:"kubernetes"`
	Docker       *Docker             `yaml:"docker"`
	Postgres     []Postgres          `yaml:"postgres"`
	Redis        []Redis             `yaml:"redis"`
	Prometheus   string              `yaml:"prometheus"`
	Alertmanager []string            `yaml:"alertmanager"`
	Hosts        map[string]string   `yaml:"hosts"`     // name in a playbook → real address
	Variables    map[string]Variable `yaml:"variables"` // placeholder → value
	Programs     []Program           `yaml:"programs"`
	Approvals    string              `yaml:"approvals"` // second-person (default) or none
	Adhoc        string              `yaml:"adhoc"`     // off (default), read or change
	Unattended   []string            `yaml:"unattended"`
	AutoOpen     []string            `yaml:"auto_open"`
	Sources      []string            `yaml:"sources"` // which sources may name this environment
}

// Kubernetes says how kubectl reaches the cluster.
type Kubernetes struct {
	Kubeconfig  string   `yaml:"kubeconfig"`
	Context     string   `yaml:"context"`
	Namespaces  []string `yaml:"namespaces"`
	Impersonate bool     `yaml:"impersonate"`
	Groups      []string `yaml:"groups"`
}

// Docker says which engine and which Compose project commands may touch.
type Docker struct {
	Path      string   `yaml:"path"`
	Compose   string   `yaml:"compose"` // docker-compose; empty: the plugin of docker, else the one beside it
	Host      string   `yaml:"host"`    // unix:///path or tcp://host:port of the engine; empty: docker's own default
	Project   string   `yaml:"project"`
	Directory string   `yaml:"directory"`
	Files     []string `yaml:"files"`
}

// Postgres is a database that the psql program may reach.
type Postgres struct {
	Alias   string `yaml:"alias"`
	DSN     string `yaml:"dsn"`
	DSNFile string `yaml:"dsn_file"`
	Role    string `yaml:"role"`
}

// Redis is a server that the redis-cli program may reach.
type Redis struct {
	Alias   string `yaml:"alias"`
	URL     string `yaml:"url"`
	URLFile string `yaml:"url_file"`
}

// Variable fills a placeholder. A fixed one beats an alert's label and what a person types.
type Variable struct {
	Value string   `yaml:"value"`
	Fixed bool     `yaml:"fixed"`
	Allow []string `yaml:"allow"` // values that a change may use; empty: no list
}

// Program is a host program that commands may start.
type Program struct {
	Name  string            `yaml:"name"`
	Path  string            `yaml:"path"`
	Verbs map[string]string `yaml:"verbs"` // verb → read, change or destroy
	Env   map[string]string `yaml:"env"`
}

// Source is something that reports symptoms.
type Source struct {
	Name      string   `yaml:"name"`
	Kind      string   `yaml:"kind"`       // alertmanager
	Group     string   `yaml:"group"`      // sources of one group report the same alerts; default: the name
	URL       string   `yaml:"url"`        // polled; empty: webhook only
	TokenFile string   `yaml:"token_file"` // file with the webhook's token; empty: polled only
	Silent    Duration `yaml:"silent"`     // without word for so long its symptoms become unknown; default 1m
}

// ReadFile reads and checks the environments file at path. Its error is what an operator
// has to correct, all of it.
func ReadFile(path string) (File, error) {
	data, err := os.ReadFile(path) //nolint:gosec // the operator names the file
	if err != nil {
		return File{}, fmt.Errorf("environments file %s: %w", path, reason(err))
	}
	f, err := ParseFile(data)
	if err != nil {
		return File{}, fmt.Errorf("environments file %s: %w", path, err)
	}
	return f, nil
}

// ParseFile reads and checks an environments file. Unknown keys are errors, because a
// restriction with a misspelt name would be none.
func ParseFile(data []byte) (File, error) {
	var f File
	mistakes, complete := decode(data, &f)
	if !complete {
		return File{}, mistakes.err()
	}
	f = withDefaults(f)
	mistakes.take("", f.Validate())
	return f, mistakes.err()
}

// withDefaults fills in what may be left out.
func withDefaults(f File) File {
	for i := range f.Sources {
		s := &f.Sources[i]
		s.Group = cmp.Or(s.Group, s.Name)
		s.Silent = cmp.Or(s.Silent, DefaultSilent)
	}
	for i := range f.Environments {
		e := &f.Environments[i]
		e.Approvals = cmp.Or(e.Approvals, "second-person")
		e.Adhoc = cmp.Or(e.Adhoc, "off")
	}
	return f
}

// Environment gives the environment of that name.
func (f File) Environment(name string) (Environment, bool) {
	for _, e := range f.Environments {
		if e.Name == name {
			return e, true
		}
	}
	return Environment{}, false
}

// ForSource names the environments that a source's alerts may choose from.
func (f File) ForSource(source string) []string {
	var names []string
	for _, e := range f.Environments {
		if slices.Contains(e.Sources, source) {
			names = append(names, e.Name)
		}
	}
	return names
}
