package config

import (
	"errors"
	"fmt"
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

var name = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$`)

// Validate reports every mistake of the file at once.
func (f File) Validate() error {
	var mistakes []error
	seen := map[string]bool{}
	for i, e := range f.Environments {
		if !name.MatchString(e.Name) {
			mistakes = append(mistakes, fmt.Errorf("environments[%d]: name %q is not a name of letters, digits, dots and dashes", i, e.Name))
		}
		if seen[e.Name] {
			mistakes = append(mistakes, fmt.Errorf("environment %q stands twice", e.Name))
		}
		seen[e.Name] = true
		for _, err := range e.mistakes(f) {
			mistakes = append(mistakes, fmt.Errorf("environment %q: %w", e.Name, err))
		}
	}
	sources := map[string]bool{}
	for i, s := range f.Sources {
		if sources[s.Name] {
			mistakes = append(mistakes, fmt.Errorf("source %q stands twice", s.Name))
		}
		sources[s.Name] = true
		for _, err := range s.mistakes() {
			mistakes = append(mistakes, fmt.Errorf("sources[%d] %q: %w", i, s.Name, err))
		}
	}
	return errors.Join(mistakes...)
}

func (e Environment) mistakes(f File) []error {
	var mistakes []error
	add := func(format string, args ...any) { mistakes = append(mistakes, fmt.Errorf(format, args...)) }
	oneOf := func(key, value string, allowed ...string) {
		if !slices.Contains(allowed, value) {
			add("%s %q is none of %s", key, value, strings.Join(allowed, ", "))
		}
	}
	oneOf("platform", e.Platform, "docker", "kubernetes", "local")
	oneOf("approvals", e.Approvals, "second-person", "none")
	oneOf("adhoc", e.Adhoc, "off", "read", "change")
	for _, p := range e.Programs {
		if !name.MatchString(p.Name) {
			add("program name %q is not a name", p.Name)
		}
		if !filepath.IsAbs(p.Path) {
			add("program %s: path %q is not absolute", p.Name, p.Path)
		} else if info, err := os.Stat(p.Path); err != nil || info.IsDir() {
			add("program %s: there is no program %s", p.Name, p.Path)
		}
		for verb, class := range p.Verbs {
			if !slices.Contains([]string{"read", "change", "destroy"}, class) {
				add("program %s: verb %s: class %q is none of read, change, destroy", p.Name, verb, class)
			}
		}
	}
	for _, s := range e.Sources {
		if !slices.ContainsFunc(f.Sources, func(x Source) bool { return x.Name == s }) {
			add("sources: there is no source %q", s)
		}
	}
	return mistakes
}

func (s Source) mistakes() []error {
	var mistakes []error
	if !name.MatchString(s.Name) {
		mistakes = append(mistakes, errors.New("name is not a name of letters, digits, dots and dashes"))
	}
	if s.Kind != "alertmanager" {
		mistakes = append(mistakes, fmt.Errorf("kind %q is not alertmanager", s.Kind))
	}
	if s.URL == "" && s.TokenFile == "" {
		mistakes = append(mistakes, errors.New("neither url (polled) nor token_file (webhook) is given"))
	}
	if u, err := url.Parse(s.URL); s.URL != "" && (err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https")) {
		mistakes = append(mistakes, fmt.Errorf("url %q is not http(s)://host", s.URL))
	}
	if s.TokenFile != "" {
		if token, err := os.ReadFile(s.TokenFile); err != nil {
			mistakes = append(mistakes, fmt.Errorf("token_file: %w", err))
		} else if len(strings.TrimSpace(string(token))) < MinToken {
			mistakes = append(mistakes, fmt.Errorf("token_file: the token is shorter than %d characters", MinToken))
		}
	}
	return mistakes
}

// MinToken is the least length of a webhook's token: 128 bits in hexadecimal.
const MinToken = 32
