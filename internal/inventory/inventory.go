package inventory

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation"

	"wardroom/internal/config"
	"wardroom/internal/errs"
)

// patience is how long a question may take: a person waits for its answer.
const patience = 3 * time.Second

// kind is what an alert's label names.
type kind struct {
	resource schema.GroupVersionResource
	global   bool // lies in no namespace
}

var kinds = map[string]kind{
	"pod":        {resource: schema.GroupVersionResource{Version: "v1", Resource: "pods"}},
	"service":    {resource: schema.GroupVersionResource{Version: "v1", Resource: "services"}},
	"deployment": {resource: schema.GroupVersionResource{Group: "apps", Version: "v1", Resource: "deployments"}},
	"job":        {resource: schema.GroupVersionResource{Group: "batch", Version: "v1", Resource: "jobs"}},
	"namespace":  {resource: schema.GroupVersionResource{Version: "v1", Resource: "namespaces"}, global: true},
	"node":       {resource: schema.GroupVersionResource{Version: "v1", Resource: "nodes"}, global: true},
}

// Service looks into the environments' clusters.
type Service struct {
	environments config.File
	log          *slog.Logger

	mu       sync.Mutex
	clusters map[string]*cluster // by the environment's name; made when first asked
}

// New returns a service that has connected to nothing yet.
func New(environments config.File, log *slog.Logger) *Service {
	return &Service{environments: environments, log: log, clusters: map[string]*cluster{}}
}

// Close ends the connections that are idle. The service can still be asked.
func (s *Service) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name, c := range s.clusters {
		c.close()
		delete(s.clusters, name)
	}
}

// Covers says whether the environment can be asked for what the label names. It asks nobody.
func (s *Service) Covers(environment, label string) bool {
	env, _ := s.environments.Environment(environment)
	kind, known := kinds[label]
	k := env.Kubernetes
	if !known || env.Platform != "kubernetes" || k == nil || k.Kubeconfig == "" {
		return false
	}
	// A kubectl that the file configures by itself may go to another cluster than this one.
	if slices.ContainsFunc(env.Programs, func(p config.Program) bool { return p.Name == "kubectl" || p.Name == "oc" }) {
		return false
	}
	return kind.global || len(k.Namespaces) > 0
}

// Has says whether the environment has a thing of that name now: label is pod, service,
// deployment, job, namespace or node. What the environment does not cover, and what can be
// no name, is not there. When the cluster gives no answer it is errs.Unavailable.
func (s *Service) Has(ctx context.Context, environment, label, value string) (bool, error) {
	if !s.Covers(environment, label) || len(validation.IsDNS1123Subdomain(value)) > 0 {
		return false, nil
	}
	env, _ := s.environments.Environment(environment)
	found := false
	err := s.ask(ctx, env, label, func(ctx context.Context, c *cluster) error {
		for _, namespace := range places(env.Kubernetes.Namespaces, label, value) {
			var err error
			if found, err = c.has(ctx, kinds[label].resource, namespace, value); err != nil || found {
				return err
			}
		}
		return nil
	})
	return found, err
}

// explained is a failure in words for people.
func explained(environment, label string, err error) error {
	switch {
	case errs.KindOf(err) == errs.Unavailable: // says already what is wrong
		return err
	case apierrors.IsForbidden(err), apierrors.IsUnauthorized(err):
		return errs.Wrap(errs.Unavailable, "The cluster of environment "+environment+" does not let Wardroom look for a "+label+".", err)
	}
	return errs.Wrap(errs.Unavailable, "The cluster of environment "+environment+" could not be asked.", err)
}

// places are the namespaces to look in, "" for what lies in none.
func places(namespaces []string, label, value string) []string {
	switch {
	case !kinds[label].global:
		return namespaces
	case label == "namespace" && len(namespaces) > 0 && !slices.Contains(namespaces, value):
		return nil // whether it is there is none of this environment's business
	}
	return []string{""}
}

func (s *Service) cluster(env config.Environment) (*cluster, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.clusters[env.Name]; c != nil {
		return c, nil
	}
	c, err := connect(env)
	if err == nil {
		s.clusters[env.Name] = c
	}
	return c, err
}

// forget drops a client that has failed, so that the next question reads the kubeconfig
// and its certificates anew: they may have been replaced.
func (s *Service) forget(environment string, c *cluster) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.close()
	if s.clusters[environment] == c {
		delete(s.clusters, environment)
	}
}
