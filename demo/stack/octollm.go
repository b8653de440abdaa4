package stack

import (
	"context"
	"fmt"
	"path/filepath"

	"wardroom/demo/daemon"
	"wardroom/demo/octollm/control"
)

// startOctollm starts what is watched and learns where its parts are.
func (s *Stack) startOctollm(ctx context.Context) error {
	program, err := s.folders.program(ctx, s.opts.Octollm, s.opts.User)
	if err != nil {
		return err
	}
	s.opts.Octollm = program
	s.Control = filepath.Join(s.folders.runtime, "control")
	log, err := s.folders.log("octollm")
	if err != nil {
		return err
	}
	defer log.Close() // the program has its own descriptor
	if err = control.ForgetInstallation(s.folders.octollm); err != nil {
		return err
	}
	args := []string{"--control=" + s.Control, "serve", "--data=" + s.folders.octollm}
	if s.opts.FreePorts {
		args = append(args, "--free-ports")
	}
	p, err := s.launch(ctx, daemon.Spec{Name: "octollm", Path: program, Args: args, Dir: s.folders.octollm, User: s.opts.User, Output: log})
	if err != nil {
		return err
	}
	err = poll(ctx, p, func(context.Context) bool {
		s.Octollm, err = control.ReadInstallation(s.folders.octollm)
		return err == nil
	})
	if err != nil {
		return fmt.Errorf("octollm: %w; its log is %s", err, log.Name())
	}
	return nil
}
