package stack

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"

	"wardroom/demo/daemon"
	"wardroom/internal/ports"
)

// choosePort decides where Wardroom will listen, and refuses a port that somebody holds, by that program's name, before anything is started.
func (s *Stack) choosePort(ctx context.Context) error {
	s.listen = s.settings.Listen
	if s.opts.FreePorts && !s.given("PORT") && !s.given("WARDROOM_LISTEN") {
		port, err := ports.Free()
		if err != nil {
			return err
		}
		s.listen = ports.Loopback(port)
	}
	address, err := reach(s.listen)
	if err != nil {
		return err
	}
	if s.opts.Web == "" {
		return nil
	}
	s.URL = "http://" + address
	l, err := ports.Listen(ctx, s.listen)
	if err != nil {
		return err
	}
	return l.Close()
}

func (s *Stack) given(name string) bool {
	return slices.ContainsFunc(s.opts.Environ, func(entry string) bool { return strings.HasPrefix(entry, name+"=") && entry != name+"=" })
}

// StartWeb starts Wardroom and waits until it serves; used again after KillWeb.
func (s *Stack) StartWeb(ctx context.Context) error {
	if s.opts.Web == "" {
		return nil
	}
	// Wardroom starts itself again for every run, as a user that root's home is closed to.
	program, err := s.folders.program(ctx, s.opts.Web, "nobody")
	if err != nil {
		return err
	}
	if s.web, err = s.launch(ctx, daemon.Spec{
		Name: "web", Path: program, Args: []string{"serve"}, Env: s.webEnviron(), Dir: s.folders.dir, Output: s.opts.Output,
	}); err != nil {
		return err
	}
	if err := poll(ctx, s.web, func(ctx context.Context) bool { return answers(ctx, s.URL+"/healthz") }); err != nil {
		return fmt.Errorf("Wardroom: %w", err) //nolint:staticcheck // a name
	}
	return nil
}

// webEnviron is Wardroom's environment: the caller's with what the stack knows better.
func (s *Stack) webEnviron() []string {
	_, port, _ := net.SplitHostPort(s.listen)
	better := map[string]string{
		"WARDROOM_DATA": s.folders.dir, "WARDROOM_ENVIRONMENTS": s.Environments, "WARDROOM_LISTEN": s.listen, "PORT": port,
	}
	if !s.given("WARDROOM_PLAYBOOKS_WRITE") {
		better["WARDROOM_PLAYBOOKS_WRITE"] = s.folders.playbooks
	}
	if s.redisURL != "" {
		better["REDIS_URL"] = s.redisURL
	}
	environ := slices.DeleteFunc(slices.Clone(s.opts.Environ), func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		_, replaced := better[name]
		return replaced
	})
	for name, value := range better {
		environ = append(environ, name+"="+value)
	}
	return environ
}

// KillWeb ends Wardroom as a power failure would: at once, and without its children.
func (s *Stack) KillWeb(ctx context.Context) error {
	i := slices.IndexFunc(s.parts, func(p part) bool { return p.name == "web" })
	if i < 0 {
		return errors.New("Wardroom does not run") //nolint:staticcheck // a name
	}
	p := s.parts[i].process
	s.parts = slices.Delete(s.parts, i, i+1)
	return errors.Join(p.Kill(), p.Stop(ctx))
}

// WebPID is Wardroom's process.
func (s *Stack) WebPID() int { return s.web.PID() }

// Token lets a webhook in. It is a secret.
func (s *Stack) Token() string { return s.token }
