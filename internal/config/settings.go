package config

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/caarlos0/env/v11"
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
	Instance       string `env:"WARDROOM_INSTANCE" envDefault:"wardroom"` // name shown at sign-in
	User           string `env:"WARDROOM_USER"`                           // unprivileged user for children when started as root
	RunUser        string `env:"WARDROOM_RUN_USER" envDefault:"nobody"`   // unprivileged user that runs commands when started as root
	SMTPURL        string `env:"WARDROOM_SMTP_URL,unset"`                 // smtp://user:password@host:587; empty: no mail
	MailFrom       string `env:"WARDROOM_MAIL_FROM"`                      //
	LogFormat      string `env:"WARDROOM_LOG" envDefault:"text"`          // text or json
	TrustedProxies string `env:"WARDROOM_TRUSTED_PROXIES"`                // CIDRs whose X-Forwarded-For is believed
}

// ReadSettings reads the settings through getenv and reports every mistake in one error.
func ReadSettings(environ []string) (Settings, error) {
	var s Settings
	if err := env.ParseWithOptions(&s, env.Options{Environment: env.ToMap(environ)}); err != nil {
		return Settings{}, fmt.Errorf("settings: %w", err)
	}
	if s.DatabaseURL == "" {
		s.DatabaseURL = strings.TrimSpace(s.DatabaseFile)
	}
	if s.RedisURL == "" {
		s.RedisURL = strings.TrimSpace(s.RedisFile)
	}
	if s.Listen == "" {
		s.Listen = net.JoinHostPort("127.0.0.1", s.Port)
	}
	return s, s.validate()
}

func (s *Settings) validate() error {
	var mistakes []error
	if _, port, err := net.SplitHostPort(s.Listen); err != nil {
		mistakes = append(mistakes, fmt.Errorf("WARDROOM_LISTEN %q is not host:port", s.Listen))
	} else if _, err := net.LookupPort("tcp", port); err != nil {
		mistakes = append(mistakes, fmt.Errorf("port %q is not a port", port))
	}
	if s.PublicURL != "" {
		u, err := url.Parse(s.PublicURL)
		if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") || strings.Trim(u.Path, "/") != "" {
			mistakes = append(mistakes, fmt.Errorf("WARDROOM_PUBLIC_URL %q is not http(s)://host[:port]", s.PublicURL))
		}
		s.PublicURL = strings.TrimRight(s.PublicURL, "/")
	}
	if s.Data == "" {
		mistakes = append(mistakes, errors.New("WARDROOM_DATA is empty"))
	} else if !filepath.IsAbs(s.Data) {
		mistakes = append(mistakes, fmt.Errorf("WARDROOM_DATA %q is not an absolute path", s.Data))
	}
	if s.LogFormat != "text" && s.LogFormat != "json" {
		mistakes = append(mistakes, fmt.Errorf("WARDROOM_LOG %q is neither text nor json", s.LogFormat))
	}
	if s.SMTPURL != "" && s.MailFrom == "" {
		mistakes = append(mistakes, errors.New("WARDROOM_SMTP_URL is set, WARDROOM_MAIL_FROM is not"))
	}
	return errors.Join(mistakes...)
}
