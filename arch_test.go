// Package wardroom holds the test of the import rules; the program is in cmd/web.
package wardroom

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// layers says which of our packages a package may import; a package that is missing here
// fails the test, so that a new room gets its place on purpose. "…/" stands for
// everything below. The rules are explained in docs/adr/0001-the-house.md.
var layers = map[string][]string{
	"cmd/web":                    {"internal/", "playbooks"},
	"db":                         {},
	"deploy":                     {},
	"static":                     {},
	"views":                      {},
	"playbooks":                  {},
	"internal/errs":              {},
	"internal/process":           {},
	"internal/live":              {},
	"internal/live/redisbroker":  {"internal/live"},
	"internal/live/livetest":     {"internal/live"},
	"internal/live/":             {"internal/live/"},
	"internal/ansi":              {},
	"internal/redact":            {},
	"internal/authz":             {"internal/errs"},
	"internal/config":            {},
	"internal/ports":             {},
	"internal/posix":             {},
	"internal/awk":               {"internal/posix"},
	"internal/sed":               {"internal/posix"},
	"internal/shell":             {"internal/errs", "internal/awk", "internal/sed"},
	"internal/supervisor/":       {"internal/supervisor/", "internal/shell", "internal/process", "internal/posix", "internal/awk", "internal/sed"},
	"internal/playbooks":         {"internal/shell", "internal/errs", "playbooks"},
	"internal/postgres":          {"internal/errs", "internal/postgres/dbgen", "db"},
	"internal/postgres/dbgen":    {},
	"internal/postgres/embedded": {"internal/process"},
	"internal/postgres/pgtest":   {"internal/postgres", "internal/postgres/embedded"},
	"internal/timeline":          {"internal/postgres", "internal/postgres/dbgen", "internal/authz", "internal/errs"},
	"internal/auth":              service(),
	"internal/notify":            service(),
	"internal/notify/notifytest": {},
	"internal/symptoms":          service("internal/config", "internal/playbooks"),
	"internal/incidents":         service("internal/playbooks"),
	"internal/escalation":        service(),
	"internal/authoring":         service("internal/playbooks"),
	"internal/reviews":           service("internal/incidents", "internal/diagnostics"),
	"internal/inventory":         {"internal/config", "internal/errs"},
	"internal/diagnostics":       service("internal/config", "internal/playbooks", "internal/shell", "internal/supervisor", "internal/process", "internal/ansi", "internal/redact"),
	"internal/jobs":              {"internal/postgres", "internal/authz", "internal/auth", "internal/notify"},
	"internal/handlers":          {"internal/", "views", "static"},
	"internal/app":               {"internal/", "playbooks"},
	"demo/":                      {"demo/", "deploy", "internal/postgres/embedded", "internal/process", "internal/config", "internal/ports"},
	"e2e":                        {"demo/", "internal/", "static"},
	"e2e/docker":                 {},
	"e2e/docker/service":         {},
	"e2e/kubernetes":             {"internal/"},
	"views/internal/":            {"views", "views/internal/", "static"},
	"static/internal/":           {},
}

func service(more ...string) []string {
	return append([]string{
		"internal/postgres", "internal/postgres/dbgen", "internal/live", "internal/authz", "internal/errs", "internal/timeline",
	}, more...)
}

// only says which of our packages may import a library.
var only = map[string][]string{
	"github.com/labstack/echo/":    {"internal/handlers"},
	"github.com/gorilla/websocket": {"internal/handlers"},
	"github.com/riverqueue/river":  {"internal/jobs", "internal/postgres"},
	"github.com/redis/go-redis/":   {"internal/live/redisbroker", "internal/supervisor/", "demo/"},
	// Services use the driver's types for rows and errors; psql, which is built into a run's process, uses its connection alone, because a client that it started would
	// take hosts and credentials from the command.
	"github.com/jackc/pgx/":                {"internal/postgres", "internal/postgres/", "internal/app", "internal/auth", "internal/escalation", "internal/jobs", "internal/notify", "internal/supervisor/programs", "demo/octollm/"},
	"k8s.io/client-go/":                    {"internal/inventory", "internal/symptoms/kubernetes"},
	"k8s.io/apimachinery/":                 {"internal/inventory", "internal/symptoms/kubernetes"},
	"github.com/itchyny/gojq":              {"internal/supervisor/programs"},
	"mvdan.cc/sh/":                         {"internal/shell", "internal/supervisor/"},
	"github.com/yuin/goldmark":             {"internal/playbooks"},
	"github.com/chromedp/chromedp":         {"e2e", "views"},
	"github.com/caarlos0/env/":             {"internal/config"},
	"github.com/pressly/goose/":            {"internal/postgres"},
	"github.com/wneessen/go-mail":          {"internal/notify"},
	"github.com/a-h/templ":                 {"views", "views/internal/", "internal/handlers"},
	"golang.org/x/crypto/argon2":           {"internal/auth"},
	"github.com/prometheus/client_golang/": {"internal/app", "demo/"},
}

// below is what nobody but these may import.
var reserved = map[string][]string{
	"internal/handlers": {"internal/app"},
	"internal/app":      {"cmd/web", "e2e"},
}

type goPackage struct {
	ImportPath string
	Imports    []string
}

func TestImportRules(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, "wardroom/")
		if name == "wardroom" {
			continue
		}
		allowed, known := layer(name)
		if !known {
			t.Errorf("%s has no place in the layers: add it to arch_test.go", name)
		}
		for _, imported := range p.Imports {
			ours, isOurs := strings.CutPrefix(imported, "wardroom/")
			switch {
			case !isOurs:
				for library, users := range only {
					if strings.HasPrefix(imported, library) && !matches(users, name) {
						t.Errorf("%s imports %s, which only %v may", name, imported, users)
					}
				}
			case !matches(allowed, ours):
				t.Errorf("%s imports %s", name, ours)
			}
			if users, is := reserved[ours]; is && !matches(users, name) {
				t.Errorf("%s imports %s, which only %v may", name, ours, users)
			}
		}
	}
}

func packages(t *testing.T) []goPackage {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports", "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []goPackage
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p goPackage
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

func layer(name string) ([]string, bool) {
	if allowed, ok := layers[name]; ok {
		return allowed, true
	}
	for prefix, allowed := range layers {
		if strings.HasSuffix(prefix, "/") && strings.HasPrefix(name+"/", prefix) {
			return allowed, true
		}
	}
	return nil, false
}

func matches(rules []string, name string) bool {
	return slices.ContainsFunc(rules, func(rule string) bool {
		return rule == name || strings.HasSuffix(rule, "/") && strings.HasPrefix(name+"/", rule)
	})
}
