package config

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/caarlos0/env/v11"
	"golang.org/x/sys/unix"
)

// Settings are the process's settings, read once at start.
type Settings struct {
	Port           string `env:"PORT" envDefault:"8080"`
	Listen         string `env:"WARDROOM_LISTEN"`                         // host:port; default 127.0.0.1:PORT
	PublicURL      string `env:"WARDROOM_PUBLIC_URL"`                     // base of absolute links, e.g. https://wardroom.example.org
	Data           string `env:"WARDROOM_DATA"`                           // data directory
	DatabaseURL    string `env:"DATABASE_URL,unset"`                      // empty: a private PostgreSQL in Data
	DatabaseFile   string `env:"DATABASE_URL_FILE,file"`                  // content of the file, for container secrets
	RedisURL       string `env:"REDIS_URL,unset"`                         // empty: one process serves everybody
	RedisFile      string `env:"REDIS_URL_FILE,file"`                     //
	Environments   string `env:"WARDROOM_ENVIRONMENTS"`                   // path of the environments file
	Playbooks      string `env:"WARDROOM_PLAYBOOKS"`                      // directory with the team's own runbooks
	PlaybooksWrite string `env:"WARDROOM_PLAYBOOKS_WRITE"`                // directory that authors publish into; empty: nothing is saved
	Instance       string `env:"WARDROOM_INSTANCE" envDefault:"wardroom"` // name shown at sign-in
	User           string `env:"WARDROOM_USER"`                           // unprivileged user for children when started as root
	RunUser        string `env:"WARDROOM_RUN_USER" envDefault:"nobody"`   // unprivileged user that runs commands when started as root
	SMTPURL        string `env:"WARDROOM_SMTP_URL,unset"`                 // smtp://user:password@host:587; empty: no mail
	MailFrom       string `env:"WARDROOM_MAIL_FROM"`                      //
	LogFormat      string `env:"WARDROOM_LOG" envDefault:"text"`          // text or json
	TrustedProxies string `env:"WARDROOM_TRUSTED_PROXIES"`                // addresses and CIDRs whose X-Forwarded-For is believed
}

// ReadSettings reads the settings from entries like os.Environ's and reports every mistake
// in one error.
func ReadSettings(environ []string) (Settings, error) {
	var s Settings
	var all list
	err := env.ParseWithOptions(&s, env.Options{Environment: env.ToMap(environ)})
	if several, ok := errors.AsType[env.AggregateError](err); ok {
		for _, each := range several.Errors {
			all.add("%v", each)
		}
	} else if err != nil {
		all.add("%v", err)
	}
	s.DatabaseURL = cmp.Or(s.DatabaseURL, strings.TrimSpace(s.DatabaseFile))
	s.RedisURL = cmp.Or(s.RedisURL, strings.TrimSpace(s.RedisFile))
	s.PublicURL = strings.TrimRight(s.PublicURL, "/")
	s.validate(&all)
	if s.Listen == "" {
		s.Listen = net.JoinHostPort("127.0.0.1", s.Port)
	}
	if err := all.err(); err != nil {
		return Settings{}, fmt.Errorf("settings: %w", err)
	}
	return s, nil
}

func (s *Settings) validate(m *list) {
	if s.Listen != "" {
		if _, port, err := net.SplitHostPort(s.Listen); err != nil || !isPort(port) {
			m.add("WARDROOM_LISTEN %q is not host:port", s.Listen)
		}
	} else if !isPort(s.Port) {
		m.add("PORT %q is not a number from 1 to 65535", s.Port)
	}
	if s.PublicURL != "" {
		if u, err := url.Parse(s.PublicURL); err != nil || !isHTTP(s.PublicURL) || u.Path+u.RawQuery+u.Fragment != "" {
			m.add("WARDROOM_PUBLIC_URL %q is not http(s)://host[:port]", s.PublicURL)
		}
	}
	if s.Data == "" {
		m.add("WARDROOM_DATA is empty")
	}
	m.absolute("WARDROOM_DATA", s.Data)
	m.folder("WARDROOM_PLAYBOOKS", s.Playbooks)
	if m.folder("WARDROOM_PLAYBOOKS_WRITE", s.PlaybooksWrite) {
		s.validateWritable(m)
	}
	m.oneOf("WARDROOM_LOG", s.LogFormat, "text", "json")
	s.validateNetwork(m)
	if os.Geteuid() == 0 { // others cannot be anybody else
		m.user("WARDROOM_USER", s.User)
		m.user("WARDROOM_RUN_USER", s.RunUser)
	}
}

// validateWritable wants a folder of its own, or the very one with the team's runbooks: of
// two that lie in each other one would be read twice.
func (s *Settings) validateWritable(m *list) {
	if err := unix.Access(s.PlaybooksWrite, unix.W_OK|unix.X_OK); err != nil {
		m.add("WARDROOM_PLAYBOOKS_WRITE: the folder %s cannot be written: %v", s.PlaybooksWrite, err)
	}
	if s.Playbooks == "" {
		return
	}
	read, readErr := filepath.EvalSymlinks(s.Playbooks)
	write, writeErr := filepath.EvalSymlinks(s.PlaybooksWrite)
	if readErr != nil || writeErr != nil || read == write {
		return
	}
	for outer, inner := range map[string]string{read: write, write: read} {
		if rest, err := filepath.Rel(outer, inner); err == nil && filepath.IsLocal(rest) {
			m.add("WARDROOM_PLAYBOOKS_WRITE: it must be WARDROOM_PLAYBOOKS itself or lie outside of it, not %s in %s", inner, outer)
		}
	}
}

// validateNetwork never repeats an address that may hold a password.
func (s *Settings) validateNetwork(m *list) {
	if s.RedisURL != "" {
		if u, err := url.Parse(s.RedisURL); err != nil || !slices.Contains([]string{"redis", "rediss", "unix"}, u.Scheme) {
			m.add("REDIS_URL is not redis://host:port, rediss:// or unix://")
		}
	}
	if s.SMTPURL != "" {
		if u, err := url.Parse(s.SMTPURL); err != nil || u.Hostname() == "" || u.Scheme != "smtp" && u.Scheme != "smtps" {
			m.add("WARDROOM_SMTP_URL is not smtp://host:port or smtps://host:port")
		}
		if s.MailFrom == "" {
			m.add("WARDROOM_SMTP_URL is set, WARDROOM_MAIL_FROM is not")
		} else if _, err := mail.ParseAddress(s.MailFrom); err != nil {
			m.add("WARDROOM_MAIL_FROM %q is not an address", s.MailFrom)
		}
	}
	for _, network := range strings.FieldsFunc(s.TrustedProxies, func(r rune) bool { return r == ',' || r == ' ' }) {
		_, prefixErr := netip.ParsePrefix(network)
		if _, err := netip.ParseAddr(network); err != nil && prefixErr != nil {
			m.add("WARDROOM_TRUSTED_PROXIES: %q is not an address like 10.0.0.1 or a network like 10.0.0.0/8", network)
		}
	}
}

// folder wants an empty string or a folder that is there, and says whether it got one.
func (l *list) folder(key, dir string) bool {
	if dir == "" {
		return false
	}
	info, err := os.Stat(dir)
	if err != nil || !info.IsDir() {
		l.add("%s: there is no folder %s", key, dir)
		return false
	}
	return true
}

// user wants an empty string or somebody whom this machine knows.
func (l *list) user(key, who string) {
	if who == "" {
		return
	}
	if _, err := user.Lookup(who); err != nil {
		l.add("%s: there is no user %q", key, who)
	}
}

func isPort(text string) bool {
	port, err := strconv.Atoi(text)
	return err == nil && port > 0 && port < 1<<16
}
