package diagnostics

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"slices"

	"github.com/google/uuid"
	"go.yaml.in/yaml/v3"

	"wardroom/internal/config"
	"wardroom/internal/errs"
	"wardroom/internal/redact"
	"wardroom/internal/shell"
	"wardroom/internal/supervisor"
)

// exposed says why the plan's secrets can't be given here, or "". The words of a program of
// the machine are there for every process to read; what is built in has no such words.
func (p *Plan) exposed() string {
	for _, program := range p.bound.SecretsTo {
		if !supervisor.BuiltIn(program) {
			return fmt.Sprintf("A secret may not stand among the words of %s: other processes of this machine could read it. Copy the command, run it elsewhere and mark the step done.", program)
		}
	}
	return ""
}

func (p *Plan) checkSecrets() error {
	for _, param := range p.Secrets {
		switch value := p.given[param.Name]; {
		case value == "":
			return errs.Newf(errs.Invalid, "%s needs its value.", param.Text)
		case len(value) < redact.MinLength:
			return errs.Newf(errs.Invalid, "The value of %s is too short to be kept out of the record: at least %d characters are needed.", param.Text, redact.MinLength)
		}
	}
	return nil
}

func (p *Plan) secretValues() []string {
	var values []string
	for _, param := range p.Secrets {
		values = append(values, p.given[param.Name])
	}
	return values
}

// maxTold is how many secrets of an incident are remembered.
const maxTold = 100

// hear remembers the secrets of a run while its incident is open, in memory only: a later run may
// print a file in which this one has kept them. A restart forgets them.
func (s *Service) hear(p Plan) {
	s.mu.Lock()
	defer s.mu.Unlock()
	told := s.told[p.IncidentID]
	for _, secret := range p.typed() {
		if !slices.Contains(told, secret) {
			told = append(told, secret)
		}
	}
	if len(told) > 0 {
		s.told[p.IncidentID] = told[max(0, len(told)-maxTold):]
	}
}

// heard gives the secrets of all runs of the incident.
func (s *Service) heard(incident uuid.UUID) []redact.Secret {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.told[incident])
}

// typed are the secrets that somebody has typed for this run.
func (p *Plan) typed() (all []redact.Secret) {
	for _, param := range p.Secrets {
		all = append(all, redact.Secret{Name: param.Name, Value: p.given[param.Name]})
	}
	return all
}

// secrets is what may not be seen of the run: the values that it and earlier ones were given, and
// all that the environment's connections and programs hold (EXECUTION.md 3 and 7).
func (s *Service) secrets(ctx context.Context, p Plan, spec supervisor.Spec) *redact.Set {
	all := append(p.typed(), s.heard(p.IncidentID)...)
	for _, conn := range slices.Concat(spec.Postgres, spec.Redis, []supervisor.Conn{{Alias: "prometheus", URL: spec.Metrics}}) {
		all = append(all, redact.Secret{Name: "password of " + conn.Alias, Value: passwordOf(conn.URL)})
	}
	for name, address := range spec.Hosts {
		all = append(all, redact.Secret{Name: "password of " + name, Value: passwordOf(address)})
	}
	for _, program := range spec.Policy.Programs {
		for name, value := range program.Env {
			if shell.IsSecretName(name) {
				all = append(all, redact.Secret{Name: name, Value: value})
			}
		}
	}
	if k := p.Environment.Kubernetes; k != nil && k.Kubeconfig != "" {
		credentials, err := kubeSecrets(*k)
		if err != nil { // kubectl itself will say what is wrong with it
			s.log.WarnContext(ctx, "kubeconfig is not read for what to redact", "environment", p.Environment.Name, "err", err)
		}
		all = append(all, credentials...)
	}
	return redact.NewSet(all...)
}

// passwordOf finds the password in a URL.
func passwordOf(address string) string {
	at, err := url.Parse(address)
	if err != nil {
		return ""
	}
	if password, given := at.User.Password(); given {
		return password
	}
	return at.Query().Get("password")
}

// kubeSecrets reads the credentials of a kubeconfig, wherever in it they stand.
func kubeSecrets(k config.Kubernetes) ([]redact.Secret, error) {
	data, err := os.ReadFile(k.Kubeconfig)
	if err != nil {
		return nil, err //nolint:wrapcheck // it names the file
	}
	var root yaml.Node
	if err = yaml.Unmarshal(data, &root); err != nil {
		return nil, fmt.Errorf("%s: %w", k.Kubeconfig, err)
	}
	var found []redact.Secret
	var visit func(*yaml.Node)
	visit = func(n *yaml.Node) {
		for i, child := range n.Content {
			visit(child)
			if n.Kind == yaml.MappingNode && i%2 == 1 && child.Kind == yaml.ScalarNode && isCredential(n.Content[i-1].Value) {
				found = append(found, redact.Secret{Name: "kubeconfig " + n.Content[i-1].Value, Value: child.Value})
			}
		}
	}
	visit(&root)
	return found, nil
}

// isCredential tells the secret fields of a kubeconfig's users and of their auth providers.
func isCredential(key string) bool {
	switch key {
	case "token", "password", "client-key-data", "client-secret", "id-token", "refresh-token", "access-token":
		return true
	}
	return false
}
