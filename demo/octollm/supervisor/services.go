package supervisor

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"wardroom/demo/daemon"
	"wardroom/demo/octollm/arm"
	"wardroom/internal/ports"
)

// The environment of a service's process.
const (
	EnvPort         = "OCTOLLM_PORT"
	EnvPortMust     = "OCTOLLM_PORT_MUST" // set: no other port will do
	EnvDatabase     = "OCTOLLM_DATABASE_URL"
	EnvRedis        = "OCTOLLM_REDIS_URL"
	EnvOrchestrator = "OCTOLLM_ORCHESTRATOR_URL"
)

// patience is how long a service may take to answer after its start.
const patience = 30 * time.Second

// service is the part that runs this binary as the named service.
func (s *Supervisor) service(name string, usualPort int) *part {
	log := s.path("logs", name+".log")
	p := newPart(name, log, nil)
	p.launch = func(ctx context.Context) (running, string, error) {
		file, err := appendTo(log)
		if err != nil {
			return nil, "", err
		}
		defer file.Close() // the service has its own descriptor
		env, err := s.environment(name, p.status().Address, usualPort)
		if err != nil {
			return nil, "", err
		}
		process, address, err := s.launchService(ctx, name, file, env)
		if err == nil && name == arm.Orchestrator {
			s.orchestrator = "http://" + address
		}
		return process, address, err
	}
	return p
}

// environment tells a service what it must know, and no more: only the orchestrator has the database.
func (s *Supervisor) environment(name, address string, port int) ([]string, error) {
	env := []string{}
	if told := portOf(address); told != 0 { // by now everybody has heard of this one
		port = told
		env = append(env, EnvPortMust+"=1")
	} else if s.opts.FreePorts {
		free, err := ports.Free()
		if err != nil {
			return nil, err
		}
		port = free
	}
	env = append(env, EnvPort+"="+strconv.Itoa(port))
	if name == arm.Orchestrator {
		return append(env, EnvDatabase+"="+s.postgres.url(), EnvRedis+"="+s.redisURL), nil
	}
	return append(env, EnvOrchestrator+"="+s.orchestrator), nil
}

// launchService starts the process and waits until it says where it listens.
func (s *Supervisor) launchService(ctx context.Context, name string, log *os.File, env []string) (running, string, error) {
	reader, writer, err := os.Pipe()
	if err != nil {
		return nil, "", fmt.Errorf("pipe: %w", err)
	}
	defer reader.Close()
	process, err := daemon.Start(ctx, daemon.Spec{
		Name: name, Path: s.opts.Program, Args: []string{"service", name}, Env: env, Dir: s.opts.Dir, PIDFile: s.pidFile(name), Output: log, Tied: true, Pipe: writer,
	})
	_ = writer.Close() // the service has its own
	if err != nil {
		return nil, "", err
	}
	stopReading := context.AfterFunc(ctx, func() { _ = reader.SetReadDeadline(time.Now()) })
	defer stopReading()
	if err = reader.SetReadDeadline(time.Now().Add(patience)); err != nil {
		return nil, "", errors.Join(err, process.Stop(context.WithoutCancel(ctx)))
	}
	line, err := bufio.NewReader(reader).ReadString('\n')
	if err != nil { // the end of the pipe is the end of the service
		return nil, "", errors.Join(fmt.Errorf("it does not answer; its log is %s: %w", log.Name(), err), process.Stop(context.WithoutCancel(ctx)))
	}
	return process, strings.TrimSpace(line), nil
}

func portOf(address string) int {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return 0
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		return 0
	}
	return n
}
