package supervisor_test

import (
	"runtime"
	"strconv"
	"strings"
	"testing"

	"wardroom/internal/shell"
	"wardroom/internal/supervisor"
)

func TestBombsEndOnlyTheRun(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"recursion":           `f(){ f; }; f`,
		"doubling":            `x=aaaaaaaaaaaaaaaa; while :; do x=$x$x; done`,
		"list":                `x=($(seq 100000)); while :; do x+=("${x[@]}"); done`,
		"a list in jq":        `jq -n '[range(1e9)]'`,
		"doubling in awk":     `awk 'BEGIN {x = "aaaaaaaaaaaaaaaa"; while (1) x = x x}'`,
		"doubling in sed":     `echo aaaaaaaaaaaaaaaa | sed ':a;s/.*/&&/;ta'`,
		"memory in a program": `cat /dev/null; helper do-flood 4000 | sort`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := run(t, text, func(s *supervisor.Spec) { s.Limits.Memory = 256 << 20 })
			if r.exit.Code == 0 || r.exit.Reason != supervisor.ReasonLimit || !r.exit.Clean {
				t.Errorf("%+v", r.exit)
			}
			if r.exit.Crash == "" || len(r.exit.Crash) > 8<<10 {
				t.Errorf("crash text of %d bytes", len(r.exit.Crash))
			}
			if strings.Contains(r.stderr, "goroutine") {
				t.Errorf("people see %q", r.stderr)
			}
		})
	}
}

func TestForkFloodEndsAtTheLimit(t *testing.T) {
	t.Parallel()
	r := run(t, `helper do-forks`, func(s *supervisor.Spec) { s.Limits.Processes = 200 })
	words := strings.Fields(r.stdout)
	if len(words) == 0 {
		t.Fatalf("%+v", r)
	}
	n, err := strconv.Atoi(words[0])
	if err != nil || n >= 400 {
		t.Errorf("%d processes: %q", n, r.stdout)
	}
	if !r.exit.Clean {
		t.Errorf("%+v", r.exit)
	}
}

func TestFilesAreLimited(t *testing.T) {
	t.Parallel()
	small := func(s *supervisor.Spec) { s.Limits.File, s.Confirmed = 1<<20, shell.Change }
	r := run(t, `helper do-flood 8 > big; wc -c < big`, small)
	if r.stdout != "1048576\n" {
		t.Errorf("by a program: %+v", r)
	}
	r = run(t, `seq 1000000 > big; wc -c < big; echo x > more || echo full`, small)
	if r.stdout != "1048576\nfull\n" {
		t.Errorf("by a built-in: %q %q", r.stdout, r.stderr)
	}
}

func TestAFullFileIsSaidOnce(t *testing.T) {
	t.Parallel()
	r := run(t, `x=$(seq -s, 20000); for i in $(seq 30); do printf %s "$x"; done > big; wc -c < big`, func(s *supervisor.Spec) { s.Limits.File, s.Confirmed = 1<<20, shell.Change })
	if r.stdout != "1048576\n" || strings.Count(r.stderr, "reached the limit of 1 MiB") != 1 {
		t.Errorf("%q, %q", r.stdout, r.stderr)
	}
}

// TestOutputWaitsForItsReader: 600 MiB pass through a run that may use 320, and through a server that keeps one piece.
func TestOutputWaitsForItsReader(t *testing.T) {
	t.Parallel()
	const mib = 600
	child := begin(t, `helper do-flood 600`, func(s *supervisor.Spec) { s.Limits.Memory = 320 << 20 })
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	total, peak := 0, uint64(0)
	for event := range child.Events() {
		total += len(event.Output)
		if total%(64<<20) < 1<<10 {
			runtime.ReadMemStats(&after)
			peak = max(peak, after.HeapInuse)
		}
		if event.Exit != nil && (event.Exit.Code != 0 || event.Exit.Reason != "") {
			t.Errorf("%+v", event.Exit)
		}
	}
	if total != mib<<20 {
		t.Errorf("%d bytes arrived", total)
	}
	if peak > before.HeapInuse+(200<<20) {
		t.Errorf("the server's heap grew from %d to %d bytes", before.HeapInuse, peak)
	}
}

func TestStopWhileNobodyReads(t *testing.T) {
	t.Parallel()
	child := begin(t, `while :; do helper do-flood 1; done`)
	child.Stop()
	if r := finish(t, child); r.exit.Reason != supervisor.ReasonStopped || !r.exit.Clean {
		t.Errorf("%+v", r.exit)
	}
}

func TestABrokenPipeEndsItsWriter(t *testing.T) {
	t.Parallel()
	for _, text := range []string{`while :; do echo y; done | head -2`, `seq 1000000000 | head -2 | tr 12 yy`, `helper do-flood 100000 | head -c 2 | tr x y; echo; echo y`} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			if r := run(t, text); strings.ReplaceAll(r.stdout, "\n", "") != "yy" && r.stdout != "yy\ny\n" {
				t.Errorf("%+v", r)
			}
		})
	}
}
