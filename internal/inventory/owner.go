package inventory

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/metadata"

	"wardroom/internal/config"
)

// Orphans lists those of the things that nothing would bring back when they are deleted:
// no controller has made them. kind is pod or job; the things have these names or, without
// any, these labels; namespace "" is the environment's first. What is not there is no
// orphan, nor is what Covers denies. When the cluster gives no answer it is
// errs.Unavailable.
func (s *Service) Orphans(ctx context.Context, environment, kind, namespace string, names []string, labels string) ([]string, error) {
	if !s.Covers(environment, kind) || kinds[kind].global {
		return nil, nil
	}
	env, _ := s.environments.Environment(environment)
	if namespace == "" {
		namespace = env.Kubernetes.Namespaces[0]
	}
	var orphans []string
	err := s.ask(ctx, env, kind, func(ctx context.Context, c *cluster) error {
		things, err := list(ctx, c.objects.Resource(kinds[kind].resource).Namespace(namespace), names, labels)
		if err != nil {
			return fmt.Errorf("inventory: %ss of %s: %w", kind, namespace, err)
		}
		for i := range things {
			if metav1.GetControllerOf(&things[i]) == nil {
				orphans = append(orphans, things[i].Name)
			}
		}
		return nil
	})
	return orphans, err
}

// list gives the metadata of what is there.
func list(ctx context.Context, objects metadata.ResourceInterface, names []string, labels string) ([]metav1.PartialObjectMetadata, error) {
	if len(names) == 0 {
		all, err := objects.List(ctx, metav1.ListOptions{LabelSelector: labels})
		if err != nil {
			return nil, err
		}
		return all.Items, nil
	}
	var all []metav1.PartialObjectMetadata
	for _, name := range names {
		object, err := objects.Get(ctx, name, metav1.GetOptions{})
		switch {
		case apierrors.IsNotFound(err):
		case err != nil:
			return nil, err
		default:
			all = append(all, *object)
		}
	}
	return all, nil
}

// ask puts a question to the environment's cluster, with the errors that people read.
func (s *Service) ask(ctx context.Context, env config.Environment, label string, question func(context.Context, *cluster) error) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	c, err := s.cluster(env)
	if err == nil {
		if err = question(ctx, c); err != nil {
			s.forget(env.Name, c)
		}
	}
	if err == nil {
		return nil
	}
	s.log.WarnContext(ctx, "cluster gave no answer", "environment", env.Name, "label", label, "err", err)
	return explained(env.Name, label, err)
}
