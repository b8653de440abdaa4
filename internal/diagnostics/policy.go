package diagnostics

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"

	"wardroom/internal/config"
	"wardroom/internal/shell"
	"wardroom/internal/supervisor"
)

// PolicyOf is what the environments file permits in this environment.
func PolicyOf(env config.Environment) shell.Policy {
	p := shell.Policy{Platform: shell.Platform(env.Platform), Fixed: map[string]string{}}
	for name, v := range env.Variables {
		if v.Fixed {
			p.Fixed[name] = v.Value
		}
	}
	for _, program := range env.Programs {
		host := shell.HostProgram{Name: program.Name, Path: program.Path, Env: program.Env, Verbs: map[string]shell.Risk{}}
		for verb, class := range program.Verbs {
			// config.Validate has refused other words; should one slip through it is Unknown.
			host.Verbs[verb], _ = shell.ParseRisk(class)
		}
		if k := env.Kubernetes; k != nil && (program.Name == "kubectl" || program.Name == "oc") {
			host.Args = inNamespace(*k)
		}
		if d := env.Docker; d != nil && d.Host != "" && program.Name == "docker" {
			host.Env = map[string]string{"DOCKER_HOST": d.Host}
			maps.Copy(host.Env, program.Env)
		}
		p.Programs = append(p.Programs, host)
	}
	// What programs lists comes first and wins.
	p.Hosts, p.Servers = hostsOf(env)
	if k := env.Kubernetes; k != nil {
		p.Namespaces = k.Namespaces
		p.Programs = append(p.Programs, kubectlOf(*k))
	}
	if env.Docker != nil {
		p.Programs = append(p.Programs, dockerOf(*env.Docker)...)
	}
	return p
}

// hostsOf gives the names of the hosts that the environment lists, and those of its databases and caches: nil when a file of its own says where one is.
func hostsOf(env config.Environment) (hosts, servers []string) {
	hosts, servers = []string{}, []string{}
	for name, address := range env.Hosts {
		hosts = append(hosts, shell.HostName(name), shell.HostName(address))
	}
	for _, db := range env.Postgres {
		if !strings.Contains(db.DSN, "://") {
			return hosts, nil
		}
		servers = append(servers, db.Alias, shell.HostName(db.DSN))
	}
	for _, cache := range env.Redis {
		if !strings.Contains(cache.URL, "://") {
			return hosts, nil
		}
		servers = append(servers, cache.Alias, shell.HostName(cache.URL))
	}
	return hosts, servers
}

// kubectlOf ties kubectl to the environment's cluster, which no command can change.
func kubectlOf(k config.Kubernetes) shell.HostProgram {
	kubectl := shell.HostProgram{Name: "kubectl", Env: map[string]string{"KUBECONFIG": k.Kubeconfig}}
	if k.Context != "" {
		kubectl.Args = []string{"--context=" + k.Context}
	}
	kubectl.Args = append(kubectl.Args, inNamespace(k)...)
	return kubectl
}

// inNamespace is where a command goes that names no namespace: the kubeconfig's own would
// be any. One that a command names stands after it and counts.
func inNamespace(k config.Kubernetes) []string {
	if len(k.Namespaces) == 0 {
		return nil
	}
	return []string{"--namespace=" + k.Namespaces[0]}
}

// dockerOf ties docker to the environment's engine and Compose to its project, which no command can change.
func dockerOf(d config.Docker) []shell.HostProgram {
	files := make([]string, len(d.Files))
	for i, file := range d.Files {
		if files[i] = file; !filepath.IsAbs(file) {
			files[i] = filepath.Join(d.Directory, file)
		}
	}
	docker := shell.HostProgram{Name: "docker", Path: d.Path, Env: map[string]string{}}
	compose := shell.HostProgram{Name: "docker-compose", Path: d.Compose, Env: map[string]string{
		"COMPOSE_FILE": strings.Join(files, ":"), "COMPOSE_PROJECT_NAME": d.Project,
	}}
	if d.Directory != "" {
		compose.Args = []string{"--project-directory=" + d.Directory}
	}
	if d.Host != "" {
		docker.Env["DOCKER_HOST"], compose.Env["DOCKER_HOST"] = d.Host, d.Host
	}
	return []shell.HostProgram{docker, compose}
}

// spec is what the run's process may know.
func (s *Service) spec(p Plan, run Run) (supervisor.Spec, error) {
	spec := supervisor.Spec{
		RunID: run.ID.String(), Text: p.bound.Text, Secrets: p.secretValues(), Scratch: s.scratch(run.IncidentID),
		Confirmed: min(p.Risk, shell.Destroy), Discloses: p.Analysis.Discloses,
		Policy: p.policy(), Hosts: maps.Clone(p.Environment.Hosts), Own: s.opts.Own,
		Vars: maps.Collect(p.variables()), Timeout: p.Timeout, Grace: s.opts.Grace, RunAs: s.opts.RunUser,
		Metrics: p.Environment.Prometheus,
	}
	spec.Policy.Secrets = len(p.Secrets) > 0
	p.direct(&spec)
	for _, c := range p.Environment.Postgres {
		dsn, err := secret(c.DSN, c.DSNFile)
		if err != nil {
			return spec, fmt.Errorf("diagnostics: postgres %s: %w", c.Alias, err)
		}
		spec.Postgres = append(spec.Postgres, supervisor.Conn{Alias: c.Alias, URL: dsn, Role: c.Role})
	}
	for _, c := range p.Environment.Redis {
		url, err := secret(c.URL, c.URLFile)
		if err != nil {
			return spec, fmt.Errorf("diagnostics: redis %s: %w", c.Alias, err)
		}
		spec.Redis = append(spec.Redis, supervisor.Conn{Alias: c.Alias, URL: url})
	}
	return spec, nil
}

// secret reads a value that may stand in a file of its own.
func secret(value, file string) (string, error) {
	if value != "" || file == "" {
		return value, nil
	}
	data, err := os.ReadFile(file) //nolint:gosec // the path is the operator's
	if err != nil {
		return "", err
	}
	return strings.TrimSpace(string(data)), nil
}
