//go:build kubernetes

package kubernetes

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"wardroom/internal/ports"
)

// cluster is a control plane of its own.
type cluster struct {
	dir      string // every user may enter it
	bin      string // where web and kubectl lie
	tools    string // where the control plane's programs lie
	ca       *authority
	children *children
	server   string // address of the API server
}

// newCluster starts a control plane below dir and waits until it is of use.
func newCluster(ctx context.Context, dir, bin, tools string) (*cluster, error) {
	c := &cluster{dir: dir, bin: bin, tools: tools}
	for _, name := range []string{"logs", "etcd", "containers"} {
		if err := os.MkdirAll(c.path(name), 0o755); err != nil {
			return nil, err
		}
	}
	c.children = newChildren(c.path("logs"), filepath.Join(c.path("containers"), "bin")+":/usr/bin:/bin") // kwok starts a container's programs with its own PATH
	for _, step := range []func(context.Context) error{c.certify, c.startServer, c.startControllers, c.startNodes} {
		if err := step(ctx); err != nil {
			err = fmt.Errorf("%w\n%s", err, c.children.complaint())
			c.children.stop(ctx)
			return nil, err
		}
	}
	return c, nil
}

func (c *cluster) path(name string) string { return filepath.Join(c.dir, name) }

// certify makes the certificates and a kubeconfig for each part.
func (c *cluster) certify(context.Context) error {
	port, err := ports.Free()
	if err != nil {
		return err
	}
	c.server = "https://" + ports.Loopback(port)
	if c.ca, err = newAuthority(c.path("pki")); err != nil {
		return err
	}
	for _, who := range []struct{ file, user, group string }{
		{"apiserver", "kube-apiserver", ""},
		{"front-proxy", "front-proxy", ""},
		{"service-account", "service-account", ""},
		{"kubelet", "kubelet", ""},
		{"admin", "admin", "system:masters"},
		{"nodes", "nodes", "system:masters"},
		{"controller-manager", "system:kube-controller-manager", ""},
		{"scheduler", "system:kube-scheduler", ""},
	} {
		groups := strings.Fields(who.group)
		if err = c.ca.issue(who.file, who.user, groups...); err != nil {
			return err
		}
		if err = writeKubeconfig(c.path(who.file+".yml"), c.server, c.ca.path("ca.crt"), c.ca.withCertificate(who.file)); err != nil {
			return err
		}
	}
	return nil
}

func (c *cluster) startServer(ctx context.Context) error {
	client, err := ports.Free()
	if err != nil {
		return err
	}
	peer, err := ports.Free()
	if err != nil {
		return err
	}
	etcd, err := exec.LookPath("etcd")
	if err != nil {
		return err
	}
	address := "http://" + ports.Loopback(client)
	// Nothing here has to survive a loss of power.
	err = c.children.run(ctx, etcd, "--data-dir="+c.path("etcd"), "--unsafe-no-fsync", "--listen-client-urls="+address, "--advertise-client-urls="+address,
		"--listen-peer-urls=http://"+ports.Loopback(peer), "--initial-advertise-peer-urls=http://"+ports.Loopback(peer), "--initial-cluster=default=http://"+ports.Loopback(peer))
	if err != nil {
		return err
	}
	audit, err := filepath.Abs("testdata/audit.yml")
	if err != nil {
		return err
	}
	// WatchList: Debian's etcd cannot serve lists as watches, and who is answered so late waits seconds for each change.
	_, port, _ := strings.Cut(strings.TrimPrefix(c.server, "https://"), ":")
	err = c.children.run(ctx, filepath.Join(c.tools, "kube-apiserver"), "--etcd-servers="+address, "--bind-address=127.0.0.1", "--secure-port="+port,
		"--tls-cert-file="+c.ca.path("apiserver.crt"), "--tls-private-key-file="+c.ca.path("apiserver.key"), "--client-ca-file="+c.ca.path("ca.crt"),
		"--kubelet-client-certificate="+c.ca.path("kubelet.crt"), "--kubelet-client-key="+c.ca.path("kubelet.key"), "--kubelet-certificate-authority="+c.ca.path("ca.crt"),
		"--service-account-issuer=https://kubernetes.default.svc", "--service-account-key-file="+c.ca.path("service-account.key"), "--service-account-signing-key-file="+c.ca.path("service-account.key"),
		"--requestheader-client-ca-file="+c.ca.path("ca.crt"), "--requestheader-allowed-names=front-proxy", "--requestheader-username-headers=X-Remote-User",
		"--requestheader-group-headers=X-Remote-Group", "--requestheader-extra-headers-prefix=X-Remote-Extra-",
		"--proxy-client-cert-file="+c.ca.path("front-proxy.crt"), "--proxy-client-key-file="+c.ca.path("front-proxy.key"),
		"--authorization-mode=RBAC", "--feature-gates=WatchList=false", "--service-cluster-ip-range=10.0.0.0/24", "--audit-log-path="+c.path("audit.log"), "--audit-policy-file="+audit)
	if err != nil {
		return err
	}
	return c.until(ctx, "the API server is ready", func() error { _, err := c.admin(ctx, "", "get", "--raw=/readyz"); return err })
}

func (c *cluster) startControllers(ctx context.Context) error {
	for name, args := range map[string][]string{
		"kube-controller-manager": {
			"--kubeconfig=" + c.path("controller-manager.yml"), "--service-account-private-key-file=" + c.ca.path("service-account.key"),
			"--root-ca-file=" + c.ca.path("ca.crt"), "--use-service-account-credentials", "--concurrent-deployment-syncs=2",
		},
		"kube-scheduler": {"--kubeconfig=" + c.path("scheduler.yml")},
	} {
		port, err := ports.Free()
		if err != nil {
			return err
		}
		args = append(args, "--leader-elect=false", "--bind-address=127.0.0.1", "--secure-port="+strconv.Itoa(port), "--cert-dir="+c.path("pki"))
		if err = c.children.run(ctx, filepath.Join(c.tools, name), args...); err != nil {
			return err
		}
	}
	return nil
}

// startNodes lets kwok play two nodes. Containers log into containers/NAME.log and run what is exec'd into them in the folder containers.
func (c *cluster) startNodes(ctx context.Context) error {
	out, err := exec.CommandContext(ctx, "go", "list", "-C", "../../tools/kubernetes", "-m", "-f", "{{.Dir}}", "sigs.k8s.io/kwok").Output()
	if err != nil {
		return fmt.Errorf("where kwok's stages are: %w", err)
	}
	stages := filepath.Join(strings.TrimSpace(string(out)), "kustomize", "stage")
	config, err := os.ReadFile("testdata/kwok.yml")
	if err != nil {
		return err
	}
	config = bytes.ReplaceAll(config, []byte("CONTAINERS"), []byte(c.path("containers")))
	if os.Geteuid() != 0 { // then it cannot become anybody
		config = regexp.MustCompile(`(?m)^ *securityContext:.*$`).ReplaceAll(config, nil)
	}
	if err = os.WriteFile(c.path("kwok.yml"), config, 0o644); err != nil {
		return err
	}
	port, err := ports.Free()
	if err != nil {
		return err
	}
	args := []string{
		"--kubeconfig=" + c.path("nodes.yml"), "--manage-all-nodes", "--node-ip=127.0.0.1", "--node-port=" + strconv.Itoa(port), "--server-address=" + ports.Loopback(port),
		"--node-lease-duration-seconds=0", "--tls-cert-file=" + c.ca.path("kubelet.crt"), "--tls-private-key-file=" + c.ca.path("kubelet.key"), "--config=" + c.path("kwok.yml"),
	}
	for _, stage := range []string{"node/fast/node-initialize", "node/heartbeat/node-heartbeat", "pod/fast/pod-ready", "pod/fast/pod-complete", "pod/fast/pod-delete"} {
		args = append(args, "--config="+filepath.Join(stages, stage+".yaml"))
	}
	if err = c.children.run(ctx, filepath.Join(c.tools, "kwok"), args...); err != nil {
		return err
	}
	if _, err = c.admin(ctx, "testdata/nodes.yml", "apply", "-f", "-"); err != nil {
		return err
	}
	return c.until(ctx, "the nodes are ready", func() error {
		_, err := c.admin(ctx, "", "wait", "--for=condition=Ready", "node", "--all", "--timeout=1s")
		return err
	})
}

// admin runs kubectl as the cluster's administrator, with the file on its standard input.
func (c *cluster) admin(ctx context.Context, file string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, filepath.Join(c.bin, "kubectl"), args...)
	cmd.Env = []string{"KUBECONFIG=" + c.path("admin.yml"), "HOME=/nonexistent"}
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if file != "" {
		raw, err := os.ReadFile(file)
		if err != nil {
			return "", err
		}
		cmd.Stdin = bytes.NewReader(raw)
	}
	if err := cmd.Run(); err != nil {
		return out.String(), fmt.Errorf("kubectl %s: %w: %s", strings.Join(args, " "), err, errs.String())
	}
	return out.String(), nil
}

// until asks again and again, until it is so or ctx ends.
func (c *cluster) until(ctx context.Context, what string, so func() error) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		err := so()
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.Join(fmt.Errorf("it did not come about that %s", what), err)
		case <-tick.C:
		}
	}
}

// serveMetrics answers what kubectl top asks the metrics API for.
func serveMetrics(w http.ResponseWriter, r *http.Request) {
	const group = "/apis/metrics.k8s.io/v1beta1"
	usage := `"usage":{"cpu":"250m","memory":"64Mi"}`
	times := `"timestamp":"2026-11-28T00:00:00Z","window":"15s"`
	w.Header().Set("Content-Type", "application/json")
	switch rest, _ := strings.CutPrefix(r.URL.Path, group); rest {
	case "":
		fmt.Fprint(w, `{"kind":"APIResourceList","apiVersion":"v1","groupVersion":"metrics.k8s.io/v1beta1","resources":[
			{"name":"nodes","singularName":"","namespaced":false,"kind":"NodeMetrics","verbs":["get","list"]},
			{"name":"pods","singularName":"","namespaced":true,"kind":"PodMetrics","verbs":["get","list"]}]}`)
	case "/nodes":
		fmt.Fprintf(w, `{"kind":"NodeMetricsList","apiVersion":"metrics.k8s.io/v1beta1","metadata":{},"items":[{"metadata":{"name":"node-1"},%s,%s},{"metadata":{"name":"node-2"},%s,%s}]}`, times, usage, times, usage)
	case "/namespaces/octollm/pods":
		fmt.Fprintf(w, `{"kind":"PodMetricsList","apiVersion":"metrics.k8s.io/v1beta1","metadata":{},"items":[{"metadata":{"name":"bare","namespace":"octollm"},%s,"containers":[{"name":"app",%s}]}]}`, times, usage)
	default:
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprintf(w, `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"NotFound","code":404,"message":%q}`, "no "+r.URL.Path)
	}
}
