package inventory

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	utilnet "k8s.io/apimachinery/pkg/util/net"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"wardroom/internal/config"
	"wardroom/internal/errs"
)

// cluster is the API server of one environment.
type cluster struct {
	objects   metadata.Interface
	transport http.RoundTripper
}

// connect makes a client from the environment's kubeconfig and sends nothing. Its errors
// have a message for people.
func connect(env config.Environment) (*cluster, error) {
	unusable := func(err error) error {
		return errs.Wrap(errs.Unavailable, "The cluster of environment "+env.Name+" could not be asked: its kubeconfig cannot be used.", err)
	}
	settings, err := clientConfig(*env.Kubernetes)
	if err != nil {
		return nil, unusable(err)
	}
	if settings.ExecProvider != nil || settings.AuthProvider != nil {
		// It would be a program that the environments file does not list, started as us.
		return nil, errs.New(errs.Unavailable, "The cluster of environment "+env.Name+
			" could not be asked: its kubeconfig wants a credential plugin, which Wardroom does not start.")
	}
	client, err := rest.HTTPClientFor(settings)
	if err != nil {
		return nil, unusable(err)
	}
	// The credentials are for this server and for no other that it may name.
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	objects, err := metadata.NewForConfigAndClient(settings, client)
	if err != nil {
		return nil, unusable(err)
	}
	return &cluster{objects: objects, transport: client.Transport}, nil
}

// clientConfig reads the kubeconfig. Nothing else has a say: no KUBECONFIG, no proxy of
// the environment, no service account of a pod that we may run in.
func clientConfig(k config.Kubernetes) (*rest.Config, error) {
	rules := clientcmd.ClientConfigLoadingRules{ExplicitPath: k.Kubeconfig}
	file, err := rules.Load()
	if err != nil {
		return nil, err
	}
	settings, err := clientcmd.NewNonInteractiveClientConfig(*file, k.Context, &clientcmd.ConfigOverrides{}, nil).ClientConfig()
	if err != nil {
		return nil, err
	}
	// Certificates that are still to be read would be watched by a goroutine of client-go's own.
	if err = rest.LoadTLSFiles(settings); err != nil {
		return nil, err
	}
	if settings.Proxy == nil {
		settings.Proxy = func(*http.Request) (*url.URL, error) { return nil, nil } //nolint:nilnil // no proxy
	}
	settings.QPS = -1 // people ask; there is nothing to slow down
	settings.UserAgent = "wardroom"
	settings.WarningHandler = rest.NoWarnings{}
	return settings, nil
}

// has asks for the metadata of one object.
func (c *cluster) has(ctx context.Context, of schema.GroupVersionResource, namespace, name string) (bool, error) {
	object, err := c.objects.Resource(of).Namespace(namespace).Get(ctx, name, metav1.GetOptions{})
	switch {
	case apierrors.IsNotFound(err):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("inventory: %s %s in %q: %w", of.Resource, name, namespace, err)
	case object.Name != name || object.Namespace != namespace:
		return false, errors.New("inventory: the answer is about something else")
	}
	return true, nil
}

func (c *cluster) close() { utilnet.CloseIdleConnectionsFor(c.transport) }
