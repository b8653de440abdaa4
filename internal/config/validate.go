package config

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// DefaultSilent is how long a polled source may say nothing (four polls of 15 s).
const DefaultSilent = Duration(time.Minute)

// MinToken is the least length of a webhook's token: 128 bits in hexadecimal.
const MinToken = 32

// Duration is a time.Duration written as "90s" in YAML.
type Duration time.Duration

// UnmarshalText reads the form of time.ParseDuration.
func (d *Duration) UnmarshalText(text []byte) error {
	v, err := time.ParseDuration(string(text))
	if err != nil {
		return fmt.Errorf("%q is not a duration like 90s or 5m", text)
	}
	*d = Duration(v)
	return nil
}

// String is the form of time.Duration.
func (d Duration) String() string { return time.Duration(d).String() }

var (
	name    = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$`)
	envName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
)

const notAName = "is not a name of letters, digits, dots, dashes and underscores"

// Validate reports every mistake of the file at once.
func (f File) Validate() error {
	var all list
	var environments, sources []string
	for i, e := range f.Environments {
		place := fmt.Sprintf("environment %q: ", e.Name)
		if !name.MatchString(e.Name) {
			place = fmt.Sprintf("environments[%d]: ", i)
			all.add("%sname %q %s", place, e.Name, notAName)
		}
		environments = append(environments, e.Name)
		all.take(place, e.validate(f))
	}
	tokens := map[[sha256.Size]byte]string{}
	for i, s := range f.Sources {
		place := fmt.Sprintf("source %q: ", s.Name)
		if !name.MatchString(s.Name) {
			place = fmt.Sprintf("sources[%d]: ", i)
			all.add("%sname %q %s", place, s.Name, notAName)
		}
		sources = append(sources, s.Name)
		all.take(place, s.validate(tokens))
	}
	all.twice("environment", environments)
	all.twice("source", sources)
	return all.err()
}

func (e Environment) validate(f File) error {
	var m list
	m.oneOf("platform", e.Platform, "docker", "kubernetes", "local")
	m.oneOf("approvals", e.Approvals, "second-person", "none")
	m.oneOf("adhoc", e.Adhoc, "off", "read", "change")
	m.address("prometheus", e.Prometheus)
	for _, u := range e.Alertmanager {
		m.address("alertmanager", u)
	}
	if e.Kubernetes != nil {
		e.Kubernetes.validate(&m)
	}
	e.validateConnections(&m)
	for key, target := range e.Hosts {
		if key == "" || strings.ContainsAny(key+target, " \t\n") || !isHost(target) {
			m.add("hosts: %q: %q is not host:port, a host or http(s)://host", key, target)
		}
	}
	for key, v := range e.Variables {
		if v.Fixed && v.Value == "" {
			m.add("variables: %s is fixed but has no value", key)
		}
		if v.Value != "" && len(v.Allow) > 0 && !slices.Contains(v.Allow, v.Value) {
			m.add("variables: %s: its value %q is not in its allow list", key, v.Value)
		}
	}
	var programs []string
	for i, p := range e.Programs {
		place := fmt.Sprintf("program %s: ", p.Name)
		if !name.MatchString(p.Name) {
			place = fmt.Sprintf("programs[%d]: ", i)
			m.add("%sname %q %s", place, p.Name, notAName)
		}
		programs = append(programs, p.Name)
		m.take(place, p.validate())
	}
	m.twice("program", programs)
	for _, s := range e.Sources {
		if !slices.ContainsFunc(f.Sources, func(x Source) bool { return x.Name == s }) {
			m.add("sources: there is no source %q", s)
		}
	}
	slices.Sort(m) // maps have no order
	return m.err()
}

func (e Environment) validateConnections(m *list) {
	if d := e.Docker; d != nil {
		m.file("docker: path", d.Path)
		m.file("docker: compose", d.Compose)
		m.absolute("docker: directory", d.Directory)
		m.engine("docker: host", d.Host)
		if d.Directory == "" && slices.ContainsFunc(d.Files, func(file string) bool { return !filepath.IsAbs(file) }) {
			m.add("docker: files: a relative file lies in directory, which is not given")
		}
	}
	var databases, caches []string
	for i, p := range e.Postgres {
		place := fmt.Sprintf("postgres[%d]", i)
		databases = append(databases, p.Alias)
		if strings.EqualFold(p.Role, "none") { // SET ROLE none would take the role back
			m.add("%s: role %q is no role", place, p.Role)
		}
		m.secret(place, "dsn", p.Alias, p.DSN, p.DSNFile, "postgres", "postgresql")
	}
	for i, r := range e.Redis {
		place := fmt.Sprintf("redis[%d]", i)
		caches = append(caches, r.Alias)
		m.secret(place, "url", r.Alias, r.URL, r.URLFile, "redis", "rediss", "unix")
	}
	m.twice("postgres alias", databases)
	m.twice("redis alias", caches)
}

func (p Program) validate() error {
	var m list
	if p.Path == "" {
		m.add("path is missing")
	} else if m.absolute("path", p.Path) {
		if info, err := os.Stat(p.Path); err != nil || info.IsDir() || info.Mode()&0o111 == 0 {
			m.add("there is no program %s", p.Path)
		}
	}
	for verb, class := range p.Verbs {
		if !slices.Contains([]string{"read", "change", "destroy"}, class) {
			m.add("verb %s: class %q is none of read, change, destroy", verb, class)
		}
	}
	for key := range p.Env {
		if !envName.MatchString(key) {
			m.add("env: %q is not the name of a variable", key)
		}
	}
	slices.Sort(m)
	return m.err()
}

func (s Source) validate(tokens map[[sha256.Size]byte]string) error {
	var m list
	m.oneOf("kind", s.Kind, "alertmanager")
	if s.URL == "" && s.TokenFile == "" {
		m.add("neither url (polled) nor token_file (webhook) is given")
	}
	m.address("url", s.URL)
	if s.Silent < 0 {
		m.add("silent %s is not a time", s.Silent)
	}
	if s.TokenFile == "" {
		return m.err()
	}
	raw, err := os.ReadFile(s.TokenFile)
	token := strings.TrimSpace(string(raw))
	sum := sha256.Sum256([]byte(token))
	switch {
	case err != nil:
		m.add("token_file %s: %v", s.TokenFile, reason(err))
	case len(token) < MinToken:
		m.add("token_file: the token is shorter than %d characters", MinToken)
	case tokens[sum] != "":
		m.add("token_file: the token is also that of source %q", tokens[sum])
	}
	tokens[sum] = s.Name
	return m.err()
}

// oneOf wants the value to be one of the allowed words.
func (l *list) oneOf(key, value string, allowed ...string) {
	if slices.Contains(allowed, value) {
		return
	}
	if len(allowed) == 1 {
		l.add("%s %q is not %s", key, value, allowed[0])
		return
	}
	l.add("%s %q is none of %s", key, value, strings.Join(allowed, ", "))
}

// twice wants each name once.
func (l *list) twice(what string, names []string) {
	slices.Sort(names)
	for i := 1; i < len(names); i++ {
		if names[i] == names[i-1] && names[i] != "" && (i == 1 || names[i-2] != names[i]) {
			l.add("%s %q stands twice", what, names[i])
		}
	}
}

// address wants an empty string or the address of an HTTP service.
func (l *list) address(key, value string) {
	if value != "" && !isHTTP(value) {
		l.add("%s %q is not http(s)://host", key, value)
	}
}

// absolute wants an empty string or an absolute path.
// engine wants an address of a container engine that needs no program beside docker, as ssh:// would.
func (l *list) engine(key, value string) {
	path, isSocket := strings.CutPrefix(value, "unix://")
	address, isTCP := strings.CutPrefix(value, "tcp://")
	switch {
	case value == "", isSocket && filepath.IsAbs(path), isTCP && isHost(address):
	default:
		l.add("%s: %q is not unix:///path or tcp://host:port", key, value)
	}
}

func (l *list) absolute(key, path string) bool {
	if path != "" && !filepath.IsAbs(path) {
		l.add("%s %q is not an absolute path", key, path)
		return false
	}
	return path != ""
}

// file wants an empty string or the absolute path of a file.
func (l *list) file(key, path string) {
	if l.absolute(key, path) {
		if info, err := os.Stat(path); err != nil || info.IsDir() {
			l.add("%s: there is no file %s", key, path)
		}
	}
}

// secret wants a named address that stands here or in a file. It never repeats the
// address: it holds a password.
func (l *list) secret(place, key, alias, value, file string, schemes ...string) {
	if !name.MatchString(alias) {
		l.add("%s: alias %q %s", place, alias, notAName)
	}
	switch {
	case (value == "") == (file == ""):
		l.add("%s: one of %s and %s_file must be given", place, key, key)
		return
	case file != "":
		raw, err := os.ReadFile(file) //nolint:gosec // the operator names the file
		if err != nil {
			l.add("%s: %s_file %s: %v", place, key, file, reason(err))
			return
		}
		value = strings.TrimSpace(string(raw))
	}
	if u, err := url.Parse(value); err != nil || !slices.Contains(schemes, u.Scheme) {
		l.add("%s: %s is not an address of the form %s://…", place, key, schemes[0])
	}
}

func isHTTP(value string) bool {
	u, err := url.Parse(value)
	return err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https")
}

// isHost accepts what a playbook's host name may be mapped to.
func isHost(value string) bool {
	if strings.Contains(value, "://") {
		return isHTTP(value)
	}
	if host, port, err := net.SplitHostPort(value); err == nil {
		return host != "" && port != ""
	}
	return value != "" && !strings.ContainsAny(value, "/:")
}

// reason is the system's word for what went wrong, without the path, which stands beside it.
func reason(err error) error {
	if at, ok := errors.AsType[*fs.PathError](err); ok {
		return at.Err
	}
	return err
}
