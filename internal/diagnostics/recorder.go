package diagnostics

import (
	"context"
	"fmt"
	"time"

	"wardroom/internal/ansi"
	"wardroom/internal/live"
	"wardroom/internal/postgres/dbgen"
	"wardroom/internal/shell"
	"wardroom/internal/supervisor"
)

// The rhythm of a run's output, ARCHITECTURE.md journey 2: the first line after a silence
// goes out at once, then a batch every 20 ms, stretching to 250 ms while storing is slow.
const (
	minInterval  = 20 * time.Millisecond
	maxInterval  = 250 * time.Millisecond
	maxBatch     = 64 << 10
	pendingAfter = 200 * time.Millisecond
)

// recorder turns one run's events into stored, then published, numbered lines. One
// goroutine owns it: that is what makes the numbers gapless.
type recorder struct {
	s    *Service
	run  Run
	out  *ansi.Parser
	err  *ansi.Parser
	next int64 // number of the next line

	batch      []Line
	batchBytes int
	lastFlush  time.Time
	interval   time.Duration

	rawBytes int64
	dropping bool
	programs int32
	above    string // why a program was refused, the first time
	shown    string // the unfinished line that watchers see
}

// record reads the child's events until its exit and writes down how the run ended. It
// holds the child back while the database is slow or away: nothing is dropped.
func (s *Service) record(ctx context.Context, p Plan, run Run, child *supervisor.Child) {
	r := &recorder{s: s, run: run, out: ansi.NewParser(), err: ansi.NewParser(), next: 1, interval: minInterval}
	exit := r.follow(ctx, child.Events())
	r.last(ctx)
	end := r.ending(exit, p.Analysis)
	s.log.InfoContext(ctx, "run ended", "run_id", run.ID, "state", string(end.state), "lines", end.lines, "crash", exit.Crash)
	if err := s.finish(ctx, run, end); err != nil {
		s.log.ErrorContext(ctx, "end of run is not recorded", "run_id", run.ID, "err", err)
	}
}

func (r *recorder) follow(ctx context.Context, events <-chan supervisor.Event) supervisor.Exit {
	flush := time.NewTimer(time.Hour)
	defer flush.Stop()
	for {
		select {
		case event := <-events:
			switch {
			case event.Exit != nil:
				return *event.Exit
			case event.Program != nil:
				r.program(ctx, *event.Program)
			default:
				r.output(event)
			}
		case <-flush.C:
		}
		if wait := r.due(); wait <= 0 {
			r.flush(ctx)
		} else {
			flush.Reset(wait)
		}
	}
}

// due says how long the batch may still wait; an hour when there is nothing to send.
func (r *recorder) due() time.Duration {
	since := time.Since(r.lastFlush)
	switch {
	case r.batchBytes >= maxBatch:
		return 0
	case len(r.batch) > 0:
		return r.interval - since
	case r.unfinished() != r.shown:
		return pendingAfter - since
	}
	return time.Hour
}

func (r *recorder) output(event supervisor.Event) {
	if r.dropping {
		return
	}
	r.rawBytes += int64(len(event.Output))
	if r.rawBytes > r.s.opts.MaxBytes {
		r.dropping = true
		r.add(ansi.Line{{Text: fmt.Sprintf("… output beyond %d MiB is dropped here", r.s.opts.MaxBytes>>20)}}, true)
		return
	}
	parser := r.out
	if event.Stderr {
		parser = r.err
	}
	for _, line := range parser.Write(event.Output) {
		r.add(line, event.Stderr)
	}
}

func (r *recorder) add(line ansi.Line, stderr bool) {
	r.batch = append(r.batch, Line{N: r.next, Stderr: stderr, Runs: line})
	r.next++
	for _, run := range line {
		r.batchBytes += len(run.Text) + len(run.Class)
	}
}

// flush stores the batch and then shows it: what a watcher has seen is in the record.
func (r *recorder) flush(ctx context.Context) {
	started := time.Now()
	r.lastFlush = started
	if len(r.batch) > 0 {
		if !r.store(ctx) {
			return
		}
		r.s.publishLines(r.run, r.batch)
		r.batch, r.batchBytes = nil, 0
		r.lastFlush = time.Now()
		r.interval = min(max(2*r.lastFlush.Sub(started), minInterval), maxInterval)
	}
	if text := r.unfinished(); text != r.shown {
		r.shown = text
		r.s.publishPending(r.run, r.out.Pending())
	}
}

// store keeps trying while the database is away: the run waits, nothing is lost.
func (r *recorder) store(ctx context.Context) bool {
	return r.s.persist(ctx, "store output", func(ctx context.Context) error {
		return r.s.storeChunk(ctx, r.run.ID, r.batch)
	})
}

// last flushes what the run left behind without a newline.
func (r *recorder) last(ctx context.Context) {
	for _, line := range r.out.Flush() {
		r.add(line, false)
	}
	for _, line := range r.err.Flush() {
		r.add(line, true)
	}
	r.flush(ctx)
}

func (r *recorder) unfinished() string {
	var text string
	for _, run := range r.out.Pending() {
		text += run.Text
	}
	return text
}

// maxPrograms bounds how many program starts of one run are recorded one by one.
const maxPrograms = 1000

func (r *recorder) program(ctx context.Context, p supervisor.Program) {
	if !p.Permitted && r.above == "" {
		r.above = p.Reason
	}
	r.programs++
	if r.programs > maxPrograms {
		return
	}
	r.s.persist(ctx, "record program", func(ctx context.Context) error {
		return r.s.db.InsertRunProgram(ctx, dbgen.InsertRunProgramParams{
			RunID: r.run.ID, Seq: r.programs, Argv: p.Argv, Risk: p.Class.Risk.String(), Permitted: p.Permitted, Reason: p.Reason,
		})
	})
}

// persist repeats a write until it succeeds or ctx ends, and says whether it did. A write
// that was committed although its answer was lost is found again as a conflict.
func (s *Service) persist(ctx context.Context, what string, write func(context.Context) error) bool {
	for delay := 50 * time.Millisecond; ; delay = min(2*delay, 2*time.Second) {
		err := write(ctx)
		if err == nil || alreadyThere(err) {
			return true
		}
		s.log.WarnContext(ctx, "database does not take output, the run waits", "what", what, "err", err)
		select {
		case <-ctx.Done():
			return false
		case <-time.After(delay):
		}
	}
}

func (s *Service) publishLines(run Run, lines []Line) {
	s.hub.Publish(&live.Frame{
		Topic: Topic(run.ID), From: lines[0].N, To: lines[len(lines)-1].N, Data: LogFrame(run, lines),
	})
}

// ending judges how the run ended.
func (r *recorder) ending(exit supervisor.Exit, analysis shell.Analysis) ending {
	end := ending{
		lines: r.next - 1, bytes: r.rawBytes, clean: exit.Clean, cpu: exit.CPU, peak: exit.PeakRSS,
		code: &exit.Code, vars: exit.Vars,
	}
	switch {
	case exit.Reason == supervisor.ReasonStopped:
		end.state, end.reason = Stopped, stopReason(r.run, analysis, exit)
	case exit.Reason == supervisor.ReasonTimeout && exit.Code == 0:
		end.state, end.reason = Succeeded, "The time limit ended the stream."
	case exit.Reason == supervisor.ReasonTimeout:
		end.state, end.reason = TimedOut, "The time limit was reached."
	case exit.Reason == supervisor.ReasonLimit:
		end.state, end.reason = Failed, "It was ended: it used more memory, processes or file space than a run may."
	case exit.Reason == supervisor.ReasonCrashed:
		end.state, end.reason, end.code = Failed, "The run's process died.", nil
	case r.above != "":
		end.state, end.reason = Refused, r.above
	case exit.Signal != "":
		end.state, end.reason = Failed, "Ended by "+exit.Signal+"."
	case exit.Code != 0:
		end.state = Failed
	default:
		end.state = Succeeded
	}
	return end
}
