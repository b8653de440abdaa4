package supervisor

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"wardroom/demo/octollm/arm"
	"wardroom/demo/octollm/control"
	"wardroom/internal/process"
)

// Options of a supervisor.
type Options struct {
	Dir     string // data, logs and records; made when missing
	Control string // path of the socket that the octollm command talks to
	// FreePorts takes free ports instead of the usual ones; a usual one that a stranger holds is replaced anyway.
	FreePorts bool
	Program   string // this binary, which also is every service
	Log       *slog.Logger
}

// Supervisor keeps the parts.
type Supervisor struct {
	opts     Options
	password string // of the database's user; a new one at each start
	parts    []*part
	postgres *postgres
	redis    *part

	redisURL     string
	orchestrator string // its URL

	mu     sync.Mutex
	faults map[string]bool
}

// Run starts everything, serves the control socket and, when ctx ends, ends everything in the other order. Once all
// parts answer, control.ReadInstallation says where they are.
func Run(ctx context.Context, opts Options) error {
	s := &Supervisor{opts: opts, password: rand.Text(), faults: map[string]bool{}}
	for _, dir := range []string{opts.Dir, s.path("logs"), s.path("pids"), s.path("redis")} {
		if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // logs of a demo are nobody's secret
			return fmt.Errorf("folder: %w", err)
		}
	}
	release, err := process.Lock(s.path("lock"))
	if errors.Is(err, process.ErrLocked) {
		return fmt.Errorf("another octollm runs on %s", opts.Dir)
	}
	if err != nil {
		return err
	}
	err = s.run(ctx)
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	return errors.Join(err, s.stop(end), release())
}

func (s *Supervisor) run(ctx context.Context) error {
	s.plan()
	if err := control.ForgetInstallation(s.opts.Dir); err != nil {
		return err
	}
	listener, err := s.listen(ctx)
	if err != nil {
		return err
	}
	defer listener.Close()
	if err = s.start(ctx); err != nil {
		return err
	}
	if err = (control.Installation{Services: s.services(), DatabaseURL: s.postgres.url(), RedisURL: s.redisURL}).Write(s.opts.Dir); err != nil {
		return err
	}
	s.opts.Log.InfoContext(ctx, "all services answer", "control", s.opts.Control)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { s.trimLogs(ctx); return nil })
	group.Go(func() error { return s.serve(ctx, listener) })
	return group.Wait()
}

// plan lists the parts in the order of their start.
func (s *Supervisor) plan() {
	s.postgres = &postgres{supervisor: s}
	s.redis = newPart("redis", s.path("logs", "redis.log"), s.launchRedis)
	s.parts = []*part{
		newPart("postgres", s.path("postgres", "postgres.log"), s.postgres.launch),
		s.redis,
		s.service(arm.Orchestrator, arm.OrchestratorPort),
	}
	for _, kind := range arm.Kinds() {
		s.parts = append(s.parts, s.service(kind.Name, kind.Port))
	}
}

// infrastructure is how many parts start one after the other, because the next needs them; the arms start together.
const infrastructure = 3

func (s *Supervisor) start(ctx context.Context) error {
	for _, p := range s.parts[:infrastructure] {
		if err := p.start(ctx); err != nil {
			return err
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	for _, p := range s.parts[infrastructure:] {
		group.Go(func() error { return p.start(ctx) })
	}
	return group.Wait()
}

// stop ends the orchestrator first, so that it gives no more tasks to arms that end, and the storage last.
func (s *Supervisor) stop(ctx context.Context) error {
	if len(s.parts) == 0 {
		return nil
	}
	failures := []error{s.parts[infrastructure-1].stop(ctx)}
	var group errgroup.Group
	for _, p := range s.parts[infrastructure:] {
		group.Go(func() error { return p.stop(ctx) })
	}
	failures = append(failures, group.Wait())
	for _, p := range slices.Backward(s.parts[:infrastructure-1]) {
		failures = append(failures, p.stop(ctx))
	}
	return errors.Join(failures...)
}

func (s *Supervisor) services() []control.Service {
	services := make([]control.Service, 0, len(s.parts))
	for _, p := range s.parts {
		services = append(services, p.status())
	}
	return services
}

func (s *Supervisor) find(name string) (*part, bool) {
	for _, p := range s.parts {
		if p.name == name {
			return p, true
		}
	}
	return nil, false
}

func (s *Supervisor) path(names ...string) string {
	return filepath.Join(append([]string{s.opts.Dir}, names...)...)
}

func (s *Supervisor) pidFile(name string) process.PIDFile {
	return process.PIDFile(s.path("pids", name+".pid"))
}
