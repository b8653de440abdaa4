package stack

import (
	"context"
	_ "embed"
	"fmt"
	"net"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"text/template"

	"wardroom/demo/octollm/arm"
	"wardroom/internal/config"
)

//go:embed environments.yml.tmpl
var environmentsText string

var environmentsTemplate = template.Must(template.New("environments").Funcs(template.FuncMap{"quote": strconv.Quote}).Parse(environmentsText))

// facts are what the template needs.
type facts struct {
	*Stack

	Program      string // octollm
	TokenFile    string
	DatabaseFile string
	RedisFile    string
	Hosts        map[string]string
	Services     []string
	Programs     map[string]string // of the host
}

// writeEnvironments says in a file where everything is; when Wardroom's environment names another, that one is used and this is only an example.
func (s *Stack) writeEnvironments(context.Context) error {
	s.Environments = filepath.Join(s.folders.base, "environments.yml")
	f := facts{
		Stack: s, Program: s.opts.Octollm, TokenFile: s.tokenFile(), Hosts: s.hosts(), Programs: hostPrograms(),
		DatabaseFile: filepath.Join(s.folders.base, "octollm-database-url"), RedisFile: filepath.Join(s.folders.base, "octollm-redis-url"),
	}
	for _, service := range s.Octollm.Services {
		f.Services = append(f.Services, service.Name)
	}
	var text strings.Builder
	if err := environmentsTemplate.Execute(&text, f); err != nil {
		return fmt.Errorf("environments file: %w", err)
	}
	for path, content := range map[string]string{
		f.DatabaseFile: s.Octollm.DatabaseURL, f.RedisFile: s.Octollm.RedisURL, s.Environments: text.String(),
	} {
		if err := write(path, content, ""); err != nil {
			return err
		}
	}
	if _, err := config.ParseFile([]byte(text.String())); err != nil {
		return fmt.Errorf("environments file %s: %w", s.Environments, err)
	}
	if s.settings.Environments != "" {
		s.Environments = s.settings.Environments
	}
	return nil
}

// hosts maps what playbooks write — the usual address on this machine, the name in a compose network — to where the services really are.
func (s *Stack) hosts() map[string]string {
	usual := map[string]int{arm.Orchestrator: arm.OrchestratorPort, "postgres": 5432, "redis": 6379}
	for _, kind := range arm.Kinds() {
		usual[kind.Name] = kind.Port
	}
	hosts := map[string]string{
		"localhost:9090": strings.TrimPrefix(s.Prometheus, "http://"), "localhost:9093": strings.TrimPrefix(s.Alertmanager, "http://"),
	}
	for _, service := range s.Octollm.Services {
		port := strconv.Itoa(usual[service.Name])
		for _, name := range []string{net.JoinHostPort("localhost", port), net.JoinHostPort(service.Name, port), service.Address} {
			hosts[name] = service.Address
		}
	}
	return hosts
}

// hostPrograms are the ones of this machine that the playbooks for a local environment use.
func hostPrograms() map[string]string {
	found := map[string]string{}
	for _, name := range []string{"df", "free", "ps"} {
		if path, err := exec.LookPath(name); err == nil {
			found[name] = path
		}
	}
	return found
}
