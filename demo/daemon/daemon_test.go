package daemon_test

import (
	"bytes"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"wardroom/demo/daemon"
	"wardroom/internal/process"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func spec(t *testing.T, script string) daemon.Spec {
	t.Helper()
	return daemon.Spec{
		Name: "script", Path: "/bin/sh", Args: []string{"-c", script}, Dir: t.TempDir(), PIDFile: process.PIDFile(filepath.Join(t.TempDir(), "script.pid")),
	}
}

func TestStopEndsAndForgets(t *testing.T) {
	t.Parallel()
	s := spec(t, "exec sleep 1000")
	p, err := daemon.Start(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	if id, err := s.PIDFile.Read(); err != nil || id.PID != p.PID() {
		t.Errorf("recorded %v, %v; want %d", id, err, p.PID())
	}
	if err := p.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := p.Ended(); got != "signal: terminated" {
		t.Errorf("ended by %q", got)
	}
	if _, err := s.PIDFile.Read(); !errors.Is(err, process.ErrGone) {
		t.Errorf("still recorded: %v", err)
	}
}

func TestOwnEndIsSeen(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	s := spec(t, "echo said; exit 3")
	s.Output = &out
	p, err := daemon.Start(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	<-p.Exited()
	if got := p.Ended() + ": " + out.String(); got != "exit status 3: said\n" {
		t.Errorf("got %q", got)
	}
	if err := p.Stop(t.Context()); err != nil {
		t.Errorf("stop after its end: %v", err)
	}
}

// The next start ends what the file names, and only that.
func TestStartEndsTheEarlierOne(t *testing.T) {
	t.Parallel()
	s := spec(t, "exec sleep 1000")
	first, err := daemon.Start(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	second, err := daemon.Start(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	<-first.Exited()
	if second.Ended() != "" {
		t.Errorf("the second ended too: %s", second.Ended())
	}
	if err := second.Stop(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestNumberOfAnotherProcessIsLeftAlone(t *testing.T) {
	t.Parallel()
	self, err := process.Self()
	if err != nil {
		t.Fatal(err)
	}
	self.Start++ // the same number, another process
	file := process.PIDFile(filepath.Join(t.TempDir(), "pid"))
	if err := file.Write(self); err != nil {
		t.Fatal(err)
	}
	if err := daemon.TakeOver(t.Context(), file); err != nil { // this test would be over otherwise
		t.Error(err)
	}
}

func TestMissingProgramIsNamed(t *testing.T) {
	t.Parallel()
	s := spec(t, "")
	s.Path = "/nowhere/program"
	if _, err := daemon.Start(t.Context(), s); err == nil || !strings.Contains(err.Error(), "start script") {
		t.Errorf("error %v", err)
	}
}
