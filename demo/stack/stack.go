package stack

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"wardroom/demo/daemon"
	"wardroom/demo/octollm/control"
	"wardroom/demo/redis"
	"wardroom/internal/config"
	"wardroom/internal/process"
)

// Stack is what runs. Its fields are for reading.
type Stack struct {
	URL          string // Wardroom's, as this machine reaches it; empty without Web
	Prometheus   string // URLs
	Alertmanager string
	Environments string // path of the environments file
	Control      string // socket for the octollm command
	Octollm      control.Installation

	opts     Options
	settings config.Settings
	folders  folders
	token    string // of the webhook
	redisURL string // Wardroom's; a secret
	listen   string // Wardroom's

	release func() error
	parts   []part // in the order of their start
	web     *daemon.Process
}

// part is something that was started.
type part struct {
	name    string
	process *daemon.Process
	again   func(context.Context) (*daemon.Process, error) // starts it once more when it has died; nil: it stays dead
}

// Start starts everything in Options.Dir and returns when it answers. What an earlier start there left running is ended first. After an error nothing of it runs.
func Start(ctx context.Context, opts Options) (*Stack, error) {
	if err := opts.complete(); err != nil {
		return nil, err
	}
	s := &Stack{opts: opts}
	var err error
	if s.settings, err = opts.settings(); err != nil {
		return nil, err
	}
	if s.folders, err = layout(opts.Dir); err != nil {
		return nil, err
	}
	if err = s.folders.prepare(ctx, opts.User); err != nil {
		return nil, err
	}
	if s.release, err = s.lock(); err != nil {
		return nil, err
	}
	if err = s.start(ctx); err != nil {
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
		defer cancel()
		return nil, errors.Join(err, s.Stop(end))
	}
	return s, nil
}

// lock makes this process the only one that works on the folder, and says who else does.
func (s *Stack) lock() (release func() error, err error) {
	own := s.folders.pidFile("stack")
	release, err = process.Lock(s.folders.lock)
	if errors.Is(err, process.ErrLocked) {
		if holder, readErr := own.Read(); readErr == nil {
			return nil, fmt.Errorf("Wardroom already runs on %s (process %d)", s.opts.Dir, holder.PID) //nolint:staticcheck // a name
		}
		return nil, fmt.Errorf("Wardroom already runs on %s", s.opts.Dir) //nolint:staticcheck // a name
	}
	if err != nil {
		return nil, err
	}
	self, err := process.Self()
	if err == nil {
		err = own.Write(self)
	}
	if err != nil {
		return nil, errors.Join(err, release())
	}
	return release, nil
}

// start brings up the parts; what each needs comes before it.
func (s *Stack) start(ctx context.Context) error {
	for _, step := range []func(context.Context) error{
		s.takeOver, s.choosePort, s.startOctollm, s.startRedis, s.startWatchers, s.writeEnvironments, s.StartWeb,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// The names under which the parts are recorded, in the order in which they are ended.
var names = []string{"web", "prometheus", "alertmanager", "redis", "octollm"}

// takeOver ends what an earlier start that was killed left running, in the order of a proper end.
func (s *Stack) takeOver(ctx context.Context) error {
	for _, name := range names {
		if err := daemon.TakeOver(ctx, s.folders.pidFile(name)); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// launch starts a program as a part.
func (s *Stack) launch(ctx context.Context, spec daemon.Spec) (*daemon.Process, error) {
	spec.PIDFile = s.folders.pidFile(spec.Name)
	s.opts.Log.InfoContext(ctx, "starting", "part", spec.Name)
	p, err := daemon.Start(ctx, spec)
	if err != nil {
		return nil, err
	}
	s.parts = append(s.parts, part{name: spec.Name, process: p})
	return p, nil
}

// restartable lets the part that was started last be started again as it was, with a log opened anew.
func (s *Stack) restartable(spec daemon.Spec) {
	spec.PIDFile = s.folders.pidFile(spec.Name)
	s.parts[len(s.parts)-1].again = func(ctx context.Context) (*daemon.Process, error) {
		log, err := s.folders.log(spec.Name)
		if err != nil {
			return nil, err
		}
		defer log.Close() // the program has its own descriptor
		spec.Output = log
		return daemon.Start(ctx, spec)
	}
}

// startRedis gives Wardroom a Redis of its own, unless its environment names one.
func (s *Stack) startRedis(ctx context.Context) error {
	if s.opts.Web == "" || s.settings.RedisURL != "" {
		return nil
	}
	port, password, err := freePortAndPassword()
	if err != nil {
		return err
	}
	start := func(ctx context.Context) (_ *daemon.Process, err error) {
		log, err := s.folders.log("redis")
		if err != nil {
			return nil, err
		}
		defer log.Close() // the server has its own descriptor
		server, err := redis.Start(ctx, redis.Options{
			Dir: s.folders.redis, User: s.opts.User, Port: port, Password: password, PIDFile: s.folders.pidFile("redis"), Log: log,
		})
		if err != nil {
			return nil, err
		}
		s.redisURL = server.URL()
		return server.Process, nil
	}
	p, err := start(ctx)
	if err != nil {
		return err
	}
	s.parts = append(s.parts, part{name: "redis", process: p, again: start})
	return nil
}

// Stop ends everything: Wardroom first, then the watchers, then what they watched. ctx bounds the whole.
func (s *Stack) Stop(ctx context.Context) error {
	var failures []error
	for _, p := range slices.Backward(s.parts) {
		failures = append(failures, p.process.Stop(ctx))
	}
	s.parts = nil
	failures = append(failures, os.RemoveAll(s.folders.runtime), s.folders.pidFile("stack").Remove(), s.release())
	return errors.Join(failures...)
}

// Watch waits until ctx ends, or returns an error when Wardroom ends by itself. Another part that does is started again; one that cannot be is named, and what is left can still
// be looked at.
func (s *Stack) Watch(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan int, len(s.parts)) // nobody waits to report
	watch := func(i int) {
		p := s.parts[i].process
		go func() {
			select {
			case <-p.Exited():
				ended <- i
			case <-ctx.Done():
			}
		}()
	}
	for i := range s.parts {
		watch(i)
	}
	for {
		select {
		case i := <-ended:
			p := s.parts[i]
			if p.process == s.web {
				return fmt.Errorf("Wardroom ended by itself (%s)", p.process.Ended()) //nolint:staticcheck // a name
			}
			s.opts.Log.ErrorContext(ctx, "ended by itself", "part", p.name, "how", p.process.Ended(), "log", s.folders.logs)
			if s.revive(ctx, i) {
				watch(i)
			}
		case <-ctx.Done():
			return nil
		}
	}
}

// rest is the time before a part that has died is started again: one that dies at once must not keep the machine busy.
const rest = time.Second

// revive starts a part that has died once more and reports whether it runs.
func (s *Stack) revive(ctx context.Context, i int) bool {
	p := &s.parts[i]
	if p.again == nil {
		return false
	}
	select {
	case <-time.After(rest):
	case <-ctx.Done():
		return false
	}
	process, err := p.again(ctx)
	if err != nil {
		s.opts.Log.ErrorContext(ctx, "cannot be started again", "part", p.name, "err", err)
		return false
	}
	p.process = process
	s.opts.Log.InfoContext(ctx, "started again", "part", p.name)
	return true
}

// poll looks until done or until the part has ended.
func poll(ctx context.Context, p *daemon.Process, done func(context.Context) bool) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	ticker := time.NewTicker(glance)
	defer ticker.Stop()
	for !done(ctx) {
		select {
		case <-ticker.C:
		case <-p.Exited():
			return fmt.Errorf("it ended at its start (%s)", p.Ended())
		case <-ctx.Done():
			return fmt.Errorf("it does not answer: %w", ctx.Err())
		}
	}
	return nil
}

const glance = 50 * time.Millisecond
