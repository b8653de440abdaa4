package inventory_test

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"wardroom/internal/config"
)

func TestNoAnswerIsAnError(t *testing.T) {
	t.Parallel()
	text := func(code int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(code)
			_, _ = io.WriteString(w, body)
		}
	}
	for name, tc := range map[string]struct {
		answer http.HandlerFunc
		says   string
	}{
		"forbidden":    {func(w http.ResponseWriter, _ *http.Request) { status(w, http.StatusForbidden, "Forbidden") }, "does not let Wardroom look for a pod"},
		"unauthorized": {func(w http.ResponseWriter, _ *http.Request) { status(w, http.StatusUnauthorized, "Unauthorized") }, "does not let Wardroom look for a pod"},
		"broken": {
			func(w http.ResponseWriter, _ *http.Request) {
				status(w, http.StatusInternalServerError, "InternalError")
			}, "could not be asked",
		},
		"garbage":   {text(http.StatusOK, "\x00\xff{secret"), "could not be asked"},
		"nothing":   {text(http.StatusOK, ""), "could not be asked"},
		"no object": {text(http.StatusOK, `{"secret": []}`), "could not be asked"},
		"a list":    {text(http.StatusOK, `{"kind":"PodList","apiVersion":"v1","metadata":{},"items":[]}`), "could not be asked"},
		"a success": {text(http.StatusOK, `{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Success"}`), "could not be asked"},
		"another object": {func(w http.ResponseWriter, _ *http.Request) {
			reply(w, 200, partial("/api/v1/namespaces/octollm/pods/other", "Pod"))
		}, "could not be asked"},
		"another namespace": {func(w http.ResponseWriter, _ *http.Request) {
			reply(w, 200, partial("/api/v1/namespaces/x/pods/api-0", "Pod"))
		}, "could not be asked"},
		"hangs up": {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "could not be asked"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAPI(t, nil)
			a.answer = tc.answer
			found, err := service(t, a.environment(t)).Has(t.Context(), "prod", "pod", "api-0")
			wantNoAnswer(t, found, err, tc.says)
		})
	}
}

func TestServerThatHangsIsGivenUp(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil)
	gone := make(chan struct{})
	a.answer = func(_ http.ResponseWriter, r *http.Request) {
		<-r.Context().Done() // it never answers; the test ends because the question is taken back
		close(gone)
	}
	found, err := service(t, a.environment(t)).Has(context.WithoutCancel(t.Context()), "prod", "pod", "api-0")
	wantNoAnswer(t, found, err, "could not be asked")
	<-gone
}

// Servers of before 1.15, and some proxies, answer with the whole object.
func TestWholeObjectIsAnAnswer(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil)
	a.answer = func(w http.ResponseWriter, _ *http.Request) {
		reply(w, http.StatusOK, map[string]any{
			"kind": "Pod", "apiVersion": "v1", "metadata": map[string]any{"name": "api-0", "namespace": "octollm", "uid": "u", "resourceVersion": "1"},
			"spec": map[string]any{"nodeName": "worker-1"}, "status": map[string]any{"phase": "Running"},
		})
	}
	if found, err := service(t, a.environment(t)).Has(t.Context(), "prod", "pod", "api-0"); !found || err != nil {
		t.Errorf("%v, %v", found, err)
	}
}

func TestCredentialsGoNowhereElse(t *testing.T) {
	t.Parallel()
	other, a := newAPI(t, nil), newAPI(t, nil)
	a.answer = func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, other.URL+r.URL.Path, http.StatusTemporaryRedirect)
	}
	found, err := service(t, a.environment(t)).Has(t.Context(), "prod", "pod", "api-0")
	wantNoAnswer(t, found, err, "could not be asked")
	if asked := other.requests(); len(asked) > 0 {
		t.Errorf("the other server was asked %q", asked)
	}
}

// Not parallel: it sets the process's environment.
func TestOnlyTheEnvironmentsKubeconfigCounts(t *testing.T) {
	a := newAPI(t, map[string]string{"/api/v1/namespaces/octollm/pods/api-0": "Pod"})
	good := a.environment(t)
	t.Setenv("KUBECONFIG", good.Kubernetes.Kubeconfig)
	t.Setenv("KUBERNETES_MASTER", a.URL)
	t.Setenv("KUBERNETES_SERVICE_HOST", "127.0.0.1")
	t.Setenv("KUBERNETES_SERVICE_PORT", "1")
	proxied := make(chan struct{}, 10)
	proxy := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { proxied <- struct{}{} }))
	t.Cleanup(proxy.Close)
	t.Setenv("HTTPS_PROXY", proxy.URL)
	if found, err := service(t, good).Has(t.Context(), "prod", "pod", "api-0"); !found || err != nil {
		t.Errorf("%v, %v", found, err)
	}
	before := len(a.requests())
	plugin := filepath.Join(t.TempDir(), "plugin")
	write(t, plugin, []byte("#!/bin/sh\ntouch "+plugin+".ran\n"))
	if err := os.Chmod(plugin, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct { //nolint:paralleltest // see above
		change func(*config.Kubernetes)
		says   string
	}{
		"no file": {func(k *config.Kubernetes) { k.Kubeconfig += ".none" }, "its kubeconfig cannot be used"},
		"an empty file": {func(k *config.Kubernetes) {
			k.Kubeconfig = filepath.Join(t.TempDir(), "k")
			write(t, k.Kubeconfig, nil)
		}, "its kubeconfig cannot be used"},
		"no YAML":         {func(k *config.Kubernetes) { k.Kubeconfig = plugin }, "its kubeconfig cannot be used"},
		"no such context": {func(k *config.Kubernetes) { k.Context = "left" }, "its kubeconfig cannot be used"},
		"the current one": {func(k *config.Kubernetes) { k.Context = "" }, "could not be asked"},
		"through a proxy": {func(k *config.Kubernetes) { // Go would not use one for this machine
			k.Kubeconfig += ".away"
			write(t, k.Kubeconfig, bytes.ReplaceAll(read(t, good.Kubernetes.Kubeconfig), []byte(a.URL), []byte("https://cluster.invalid:6443")))
		}, "could not be asked"},
		"another's token": {func(k *config.Kubernetes) { k.Kubeconfig = a.kubeconfig(t, map[string]any{"token": "x"}) }, "does not let Wardroom"},
		"no client's key": {func(k *config.Kubernetes) {
			k.Kubeconfig = a.kubeconfig(t, map[string]any{"client-certificate": "none.crt", "client-key": "none.key"})
		}, "its kubeconfig cannot be used"},
		"a program for them": {func(k *config.Kubernetes) {
			k.Kubeconfig = a.kubeconfig(t, map[string]any{"exec": map[string]any{
				"apiVersion": "client.authentication.k8s.io/v1", "command": plugin, "interactiveMode": "Never",
			}})
		}, "credential plugin"},
	} {
		t.Run(name, func(t *testing.T) {
			env, k := good, *good.Kubernetes
			tc.change(&k)
			env.Kubernetes = &k
			found, err := service(t, env).Has(t.Context(), "prod", "pod", "api-0")
			wantNoAnswer(t, found, err, tc.says)
		})
	}
	if _, err := os.Stat(plugin + ".ran"); err == nil {
		t.Error("the plugin was started")
	}
	if len(proxied) > 0 {
		t.Error("the proxy was used")
	}
	if after := len(a.requests()); after != before+1 { // the token's
		t.Errorf("asked %d times", after-before)
	}
}

func TestReplacedCredentialsAreReadAfterAFailure(t *testing.T) {
	t.Parallel()
	a := newAPI(t, map[string]string{"/api/v1/namespaces/octollm/pods/api-0": "Pod"})
	env := a.environment(t)
	right := read(t, env.Kubernetes.Kubeconfig)
	env.Kubernetes.Kubeconfig = a.kubeconfig(t, map[string]any{"token": "expired"})
	s := service(t, env)
	found, err := s.Has(t.Context(), "prod", "pod", "api-0")
	wantNoAnswer(t, found, err, "does not let Wardroom")
	write(t, env.Kubernetes.Kubeconfig, right)
	if found, err = s.Has(t.Context(), "prod", "pod", "api-0"); !found || err != nil {
		t.Errorf("%v, %v", found, err)
	}
}

// Given as files it works too.
func TestClientCertificate(t *testing.T) {
	t.Parallel()
	a := newAPI(t, map[string]string{"/api/v1/namespaces/octollm/pods/api-0": "Pod"})
	own := a.TLS.Certificates[0]
	key, err := x509.MarshalPKCS8PrivateKey(own.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write(t, filepath.Join(dir, "crt"), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: own.Certificate[0]}))
	write(t, filepath.Join(dir, "key"), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}))
	env := a.environment(t)
	env.Kubernetes.Kubeconfig = a.kubeconfig(t, map[string]any{
		"token": token, "client-certificate": filepath.Join(dir, "crt"), "client-key": filepath.Join(dir, "key"),
	})
	if found, err := service(t, env).Has(t.Context(), "prod", "pod", "api-0"); !found || err != nil {
		t.Errorf("%v, %v", found, err)
	}
}
