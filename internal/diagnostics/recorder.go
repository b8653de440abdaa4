package diagnostics

import (
	"context"
	"fmt"
	"time"

	"wardroom/internal/ansi"
	"wardroom/internal/postgres/dbgen"
	"wardroom/internal/redact"
	"wardroom/internal/supervisor"
)

// The rhythm of a run's output, ARCHITECTURE.md journey 2: the first line after a silence
// goes out at once, then a batch every 20 ms, stretching to 250 ms while storing is slow.
// What a line without an end says so far is shown when it has stood for 200 ms.
const (
	minInterval  = 20 * time.Millisecond
	maxInterval  = 250 * time.Millisecond
	maxBatch     = 64 << 10
	pendingAfter = 200 * time.Millisecond
	maxPending   = 4 << 10 // bytes of an unfinished line that are shown
	lineOverhead = 16      // what a line costs beside its text, so that empty ones count too
)

// recorder turns one run's events into stored, then published, numbered lines. One
// goroutine owns it: that is what makes the numbers gapless.
type recorder struct {
	s    *Service
	run  Run
	out  *outputStream
	err  *outputStream
	next int64 // number of the next line

	secrets *redact.Set

	batch      []Line
	batchBytes int
	lastFlush  time.Time
	interval   time.Duration
	lost       bool // storing was given up: the record is cut, Recover says so

	unfinished time.Time // since when there is more of an unfinished line than was shown; zero: there is not
	shown      string

	bytes    int64
	full     bool // the limit of output is reached, the rest is dropped
	programs int32
	above    string       // why a program was refused, the first time
	remote   *remoteStart // the last one
}

// record reads a child's events until its exit. It holds the child back while the
// database is slow or away: nothing is dropped.
func (s *Service) record(ctx context.Context, run Run, secrets *redact.Set, events <-chan supervisor.Event) ending {
	r := &recorder{
		s: s, run: run, out: newOutputStream(secrets), err: newOutputStream(secrets), next: 1, secrets: secrets, interval: minInterval,
	}
	exit := r.follow(ctx, events)
	r.drain()
	r.flush(ctx)
	return r.ending(exit)
}

func (r *recorder) follow(ctx context.Context, events <-chan supervisor.Event) supervisor.Exit {
	flush := time.NewTimer(time.Hour)
	defer flush.Stop()
	for {
		select {
		case event, open := <-events:
			switch {
			case !open: // no child does this; it must not hang us either
				return supervisor.Exit{Reason: supervisor.ReasonCrashed, Crash: "no exit was reported"}
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

// due says how long the next flush may wait; an hour when there is nothing to send.
func (r *recorder) due() time.Duration {
	switch {
	case r.batchBytes >= maxBatch:
		return 0
	case len(r.batch) > 0:
		return r.interval - time.Since(r.lastFlush)
	case !r.unfinished.IsZero():
		return pendingAfter - time.Since(r.unfinished)
	}
	return time.Hour
}

func (r *recorder) output(event supervisor.Event) {
	text := event.Output
	r.bytes += int64(len(text))
	if r.full {
		return
	}
	if over := r.bytes - r.s.opts.MaxBytes; over > 0 {
		r.full, text = true, text[:int64(len(text))-over]
	}
	stream := r.out
	if event.Stderr {
		stream = r.err
	}
	for _, line := range stream.write(text) {
		r.add(line, event.Stderr)
	}
	if r.full {
		r.drain()
		r.add(ansi.Line{{Text: "… output beyond " + size(r.s.opts.MaxBytes) + " is dropped here"}}, true)
	} else if !event.Stderr && r.unfinished.IsZero() {
		r.unfinished = time.Now()
	}
}

func (r *recorder) add(line ansi.Line, stderr bool) {
	if r.lost {
		return
	}
	r.batch = append(r.batch, Line{N: r.next, Stderr: stderr, Runs: line})
	r.next++
	r.batchBytes += lineOverhead
	for _, run := range line {
		r.batchBytes += len(run.Text) + len(run.Class)
	}
}

// drain makes lines of what has no newline: nothing follows it.
func (r *recorder) drain() {
	for _, line := range r.out.flush() {
		r.add(line, false)
	}
	for _, line := range r.err.flush() {
		r.add(line, true)
	}
	r.unfinished = time.Time{}
}

// flush stores the batch and then shows it: what a watcher has seen is in the record.
func (r *recorder) flush(ctx context.Context) {
	if len(r.batch) > 0 {
		started := time.Now()
		if !r.store(ctx) {
			return
		}
		r.lastFlush = time.Now()
		r.interval = min(max(2*r.lastFlush.Sub(started), minInterval), maxInterval)
		r.shown = "" // a page that gets lines drops the unfinished one
	}
	if !r.unfinished.IsZero() && time.Since(r.unfinished) >= pendingAfter {
		r.showUnfinished()
	}
}

func (r *recorder) store(ctx context.Context) bool {
	err := r.s.persist(ctx, "store output", func(ctx context.Context) error {
		return r.s.storeChunk(ctx, r.run.ID, r.batch)
	})
	if r.lost = err != nil; !r.lost {
		r.s.publishLines(r.run, r.batch)
	}
	r.batch, r.batchBytes = nil, 0
	return !r.lost
}

func (r *recorder) showUnfinished() {
	line, _ := r.out.pending().Truncate(maxPending)
	r.unfinished = time.Time{}
	if text := line.Text(); text != r.shown {
		r.shown = text
		r.s.publishPending(r.run, line)
	}
}

// maxPrograms bounds how many program starts of one run are recorded one by one.
const maxPrograms = 1000

func (r *recorder) program(ctx context.Context, p supervisor.Program) {
	p.Reason = r.secrets.Text(p.Reason)
	for i, word := range p.Argv {
		p.Argv[i] = r.secrets.Text(word)
	}
	if !p.Permitted && r.above == "" {
		r.above = p.Reason
	}
	if remote := remoteOf(p); remote != nil {
		r.remote = remote
	}
	r.programs++
	if r.programs > maxPrograms+1 || r.lost {
		return
	}
	row := dbgen.InsertRunProgramParams{
		RunID: r.run.ID, Seq: r.programs, Risk: p.Class.Risk.String(), Permitted: p.Permitted, Reason: storable(p.Reason),
	}
	for _, word := range p.Argv {
		row.Argv = append(row.Argv, storable(word))
	}
	if r.programs > maxPrograms {
		row.Argv, row.Reason = []string{"…"}, "This and what follows is not listed one by one."
	}
	err := r.s.persist(ctx, "record program", func(ctx context.Context) error {
		return r.s.db.InsertRunProgram(ctx, row)
	})
	r.lost = err != nil
}

func size(bytes int64) string {
	if bytes >= 1<<20 {
		return fmt.Sprintf("%d MiB", bytes>>20)
	}
	return fmt.Sprintf("%d bytes", bytes)
}
