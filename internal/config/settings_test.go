package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardroom/internal/config"
)

func TestSettings(t *testing.T) {
	t.Parallel()
	database := filepath.Join(t.TempDir(), "url")
	if err := os.WriteFile(database, []byte("postgres://db/wardroom\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		environ []string
		of      func(config.Settings) string
		want    string
	}{
		"listens on this machine alone": {nil, func(s config.Settings) string { return s.Listen }, "127.0.0.1:8080"},
		"PORT":                          {[]string{"PORT=9000"}, func(s config.Settings) string { return s.Listen }, "127.0.0.1:9000"},
		"WARDROOM_LISTEN beats PORT":    {[]string{"PORT=9000", "WARDROOM_LISTEN=:80"}, func(s config.Settings) string { return s.Listen }, ":80"},
		"no slash at the end":           {[]string{"WARDROOM_PUBLIC_URL=https://w.example.org/"}, func(s config.Settings) string { return s.PublicURL }, "https://w.example.org"},
		"secret in a file":              {[]string{"DATABASE_URL_FILE=" + database}, func(s config.Settings) string { return s.DatabaseURL }, "postgres://db/wardroom"},
		"the value beats its file":      {[]string{"DATABASE_URL=postgres://x", "DATABASE_URL_FILE=" + database}, func(s config.Settings) string { return s.DatabaseURL }, "postgres://x"},
		"other entries are ignored":     {[]string{"WARDROOM_SERVICE_HOST=10.0.0.1", "nonsense"}, func(s config.Settings) string { return s.Instance }, "wardroom"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := config.ReadSettings(append([]string{"WARDROOM_DATA=/data"}, c.environ...))
			if err != nil || c.of(s) != c.want {
				t.Errorf("%q, want %q (%v)", c.of(s), c.want, err)
			}
		})
	}
}

func TestMistakenSettings(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ environ, want string }{
		"port":       {"PORT=http", `settings: PORT "http" is not a number from 1 to 65535`},
		"high port":  {"PORT=70000", `settings: PORT "70000" is not a number from 1 to 65535`},
		"listen":     {"WARDROOM_LISTEN=localhost", `settings: WARDROOM_LISTEN "localhost" is not host:port`},
		"public URL": {"WARDROOM_PUBLIC_URL=w.example.org", `settings: WARDROOM_PUBLIC_URL "w.example.org" is not http(s)://host[:port]`},
		"path":       {"WARDROOM_PUBLIC_URL=https://example.org/w", `settings: WARDROOM_PUBLIC_URL "https://example.org/w" is not http(s)://host[:port]`},
		"data":       {"WARDROOM_DATA=data", `settings: WARDROOM_DATA "data" is not an absolute path`},
		"playbooks":  {"WARDROOM_PLAYBOOKS=/nowhere", `settings: WARDROOM_PLAYBOOKS: there is no folder /nowhere`},
		"write":      {"WARDROOM_PLAYBOOKS_WRITE=/nowhere", `settings: WARDROOM_PLAYBOOKS_WRITE: there is no folder /nowhere`},
		"write below": {
			"WARDROOM_PLAYBOOKS=/ WARDROOM_PLAYBOOKS_WRITE=/tmp",
			`settings: WARDROOM_PLAYBOOKS_WRITE: it must be WARDROOM_PLAYBOOKS itself or lie outside of it, not /tmp in /`,
		},
		"log":     {"WARDROOM_LOG=xml", `settings: WARDROOM_LOG "xml" is none of text, json`},
		"redis":   {"REDIS_URL=http://:secret@cache", `settings: REDIS_URL is not redis://host:port, rediss:// or unix://`},
		"mail":    {"WARDROOM_SMTP_URL=http://u:secret@mail WARDROOM_MAIL_FROM=w@example.org", `settings: WARDROOM_SMTP_URL is not smtp://host:port or smtps://host:port`},
		"sender":  {"WARDROOM_SMTP_URL=smtp://mail WARDROOM_MAIL_FROM=wardroom", `settings: WARDROOM_MAIL_FROM "wardroom" is not an address`},
		"proxies": {"WARDROOM_TRUSTED_PROXIES=10.0.0.0/8,10.0.0.1,::1,proxy", `settings: WARDROOM_TRUSTED_PROXIES: "proxy" is not an address like 10.0.0.1 or a network like 10.0.0.0/8`},
		"everything at once": {"PORT=0 WARDROOM_DATA= WARDROOM_SMTP_URL=smtp://mail DATABASE_URL_FILE=/nowhere", `settings: 4 mistakes:
  could not load content of file "/nowhere" from variable DATABASE_URL_FILE: open /nowhere: no such file or directory
  PORT "0" is not a number from 1 to 65535
  WARDROOM_DATA is empty
  WARDROOM_SMTP_URL is set, WARDROOM_MAIL_FROM is not`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := config.ReadSettings(append([]string{"WARDROOM_DATA=/data"}, strings.Fields(c.environ)...))
			if err == nil {
				t.Fatal("no mistake found")
			}
			if diff := cmp.Diff(c.want, err.Error()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A folder to write that holds the one to read would be read twice.
func TestPlaybooksAreNotWrittenAbove(t *testing.T) {
	t.Parallel()
	above := t.TempDir()
	below := filepath.Join(above, "runbooks")
	if err := os.Mkdir(below, 0o755); err != nil {
		t.Fatal(err)
	}
	_, err := config.ReadSettings([]string{"WARDROOM_DATA=/data", "WARDROOM_PLAYBOOKS=" + below, "WARDROOM_PLAYBOOKS_WRITE=" + above})
	want := "settings: WARDROOM_PLAYBOOKS_WRITE: it must be WARDROOM_PLAYBOOKS itself or lie outside of it, not " + below + " in " + above
	if err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}
