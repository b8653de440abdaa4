package config

import (
	"os"
	"regexp"
	"strings"

	"github.com/goccy/go-yaml"
)

// group is what a group may be called that runs act in. It is narrow because the name
// travels in a header, where spaces at its ends are lost.
var group = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,252}$`)

func (k Kubernetes) validate(m *list) {
	m.file("kubernetes: kubeconfig", k.Kubeconfig)
	if k.Context != "" && k.Kubeconfig == "" {
		m.add("kubernetes: context: %q is in no kubeconfig; say in which", k.Context)
	}
	for _, name := range k.Groups {
		switch {
		case strings.HasPrefix(strings.TrimSpace(strings.ToLower(name)), "system:"):
			m.add("kubernetes: groups: %q begins with system:, which may not be impersonated", name)
		case !group.MatchString(name):
			m.add("kubernetes: groups: %q is not the name of a group", name)
		}
	}
	switch {
	case k.Impersonate && k.Kubeconfig == "":
		m.add("kubernetes: impersonate: there is no kubeconfig whose user could act as others")
	case k.Impersonate:
		m.impersonators(k.Kubeconfig)
	case len(k.Groups) > 0:
		m.add("kubernetes: groups mean nothing without impersonate: true")
	}
}

// impersonators wants a kubeconfig whose users act as nobody else: their groups and extras
// would join those that commands are given.
func (l *list) impersonators(path string) {
	raw, err := os.ReadFile(path) //nolint:gosec // the operator names the file
	if err != nil {
		return // reported already
	}
	var file struct {
		Users []struct {
			Name string         `yaml:"name"`
			User map[string]any `yaml:"user"`
		} `yaml:"users"`
	}
	if err := yaml.Unmarshal(raw, &file); err != nil {
		// Its text may hold a token, and the error quotes it.
		l.add("kubernetes: kubeconfig %s cannot be read as YAML", path)
		return
	}
	for _, u := range file.Users {
		for _, key := range []string{"as", "as-uid", "as-groups", "as-user-extra"} {
			if _, set := u.User[key]; set {
				l.add("kubernetes: impersonate: user %q of %s sets %s, and would act as somebody else already", u.Name, path, key)
			}
		}
	}
}
