package stack

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"wardroom/demo/daemon"
	"wardroom/demo/octollm/arm"
	"wardroom/deploy"
	"wardroom/internal/ports"
)

// startWatchers runs Alertmanager, then Prometheus, with the files of deploy/.
func (s *Stack) startWatchers(ctx context.Context) error {
	alertmanager, err := lookFor("prometheus-alertmanager", "alertmanager")
	if err != nil {
		return err
	}
	prometheus, err := lookFor("prometheus", "prometheus")
	if err != nil {
		return err
	}
	if err = s.chooseToken(); err != nil {
		return err
	}
	if s.Alertmanager, err = s.watcher(ctx, alertmanager, "alertmanager", s.folders.alertmanager, alertmanagerPort, s.writeAlertmanager,
		"--config.file=alertmanager.yml", "--storage.path=data", "--cluster.listen-address="); err != nil {
		return err
	}
	s.Prometheus, err = s.watcher(ctx, prometheus, "prometheus", s.folders.watch, prometheusPort, s.writePrometheus,
		"--config.file=prometheus.yml", "--storage.tsdb.path=data", "--storage.tsdb.retention.time=2d", "--storage.tsdb.retention.size=256MB")
	return err
}

// watcher writes the configuration, starts the program on a port of the loopback address and waits until it is ready there.
func (s *Stack) watcher(ctx context.Context, path, name, dir string, usual int, configure func() error, args ...string) (url string, err error) {
	if err = configure(); err != nil {
		return "", fmt.Errorf("%s: %w", name, err)
	}
	if s.opts.FreePorts {
		usual = 0
	}
	port, err := ports.Free(usual)
	if err != nil {
		return "", err
	}
	log, err := s.folders.log(name)
	if err != nil {
		return "", err
	}
	defer log.Close() // the program has its own descriptor
	url = "http://" + ports.Loopback(port)
	args = append(args, "--web.listen-address="+ports.Loopback(port), "--web.external-url="+url)
	spec := daemon.Spec{Name: name, Path: path, Args: args, Dir: dir, User: s.opts.User, Output: log}
	p, err := s.launch(ctx, spec)
	if err != nil {
		return "", err
	}
	s.restartable(spec)
	if err := poll(ctx, p, func(ctx context.Context) bool { return answers(ctx, url+"/-/ready") }); err != nil {
		return "", fmt.Errorf("%s: %w; its log is %s", name, err, log.Name())
	}
	return url, nil
}

// answers reports whether a GET is answered with 200.
func answers(ctx context.Context, url string) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return false
	}
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	return err == nil && resp.Body.Close() == nil && resp.StatusCode == http.StatusOK
}

func lookFor(pkg string, alternatives ...string) (string, error) {
	for _, name := range append([]string{pkg}, alternatives...) {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("%s is not installed: install the package %s", alternatives[0], pkg)
}

// chooseToken makes the secret of the webhook, once for the folder.
func (s *Stack) chooseToken() error {
	path := s.tokenFile()
	raw, err := os.ReadFile(path) //nolint:gosec // a file of ours
	if err == nil {
		s.token = strings.TrimSpace(string(raw))
		return nil
	}
	if !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("token: %w", err)
	}
	secret := make([]byte, 24)
	_, _ = rand.Read(secret) // never fails
	s.token = hex.EncodeToString(secret)
	return write(path, s.token+"\n", "")
}

func (s *Stack) tokenFile() string { return filepath.Join(s.folders.base, "webhook-token") }

// receiver is the URL in deploy/alertmanager/alertmanager.yml that is replaced by ours.
const receiver = "http://wardroom:8080/hooks/alertmanager/REPLACE-WITH-THE-TOKEN"

func (s *Stack) writeAlertmanager() error {
	text, err := s.shipped("alertmanager/alertmanager.yml")
	if err != nil {
		return err
	}
	address, err := reach(s.listen)
	if err != nil {
		return err
	}
	text = strings.ReplaceAll(text, receiver, "http://"+address+"/hooks/alertmanager/"+s.token)
	return write(filepath.Join(s.folders.alertmanager, "alertmanager.yml"), text, s.opts.User)
}

func (s *Stack) writePrometheus() error {
	for _, dir := range []string{"rules", "targets"} {
		if err := own(filepath.Join(s.folders.watch, dir), 0o700, s.opts.User); err != nil {
			return err
		}
	}
	for _, name := range []string{"prometheus.yml", "rules/octollm-availability.yml"} {
		text, err := s.shipped("prometheus/" + name)
		if err != nil {
			return err
		}
		if err := write(filepath.Join(s.folders.watch, name), text, s.opts.User); err != nil {
			return err
		}
	}
	return s.writeTargets()
}

// target is an entry of Prometheus' file_sd.
type target struct {
	Targets []string          `json:"targets"`
	Labels  map[string]string `json:"labels,omitempty"`
}

func (s *Stack) writeTargets() error {
	targets := map[string][]target{
		"alertmanager": {{Targets: []string{strings.TrimPrefix(s.Alertmanager, "http://")}}},
	}
	for _, service := range s.Octollm.Services {
		job := "octollm-arm"
		if service.Name == arm.Orchestrator {
			job = "octollm-orchestrator"
		} else if _, is := arm.Find(service.Name); !is {
			continue
		}
		targets[job] = append(targets[job], target{Targets: []string{service.Address}, Labels: map[string]string{"service": service.Name}})
	}
	for job, list := range targets {
		raw, err := json.Marshal(list)
		if err != nil {
			return fmt.Errorf("targets: %w", err)
		}
		if err := write(filepath.Join(s.folders.watch, "targets", job+".json"), string(raw), s.opts.User); err != nil {
			return err
		}
	}
	return nil
}

// shipped is a file of deploy/ at the stack's speed.
func (s *Stack) shipped(name string) (string, error) {
	raw, err := deploy.Files.ReadFile(name)
	if err != nil {
		return "", fmt.Errorf("shipped file: %w", err)
	}
	return hasten(string(raw), s.opts.Speed), nil
}
