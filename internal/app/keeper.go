package app

import (
	"context"
	"sync"
	"time"

	"wardroom/internal/postgres/embedded"
)

// keeper starts the private PostgreSQL again when it ends by itself: it was killed, or ran
// out of memory. Its address stays the same, so the pool finds it again.
type keeper struct {
	opts   embedded.Options
	cancel context.CancelFunc
	done   sync.WaitGroup
	server *embedded.Server // nil while it could not be started again; the goroutine's until done
}

// The waits between two attempts.
const (
	firstWait = 100 * time.Millisecond
	lastWait  = 5 * time.Second
)

func keep(ctx context.Context, server *embedded.Server, opts embedded.Options) *keeper {
	ctx, cancel := context.WithCancel(ctx)
	k := &keeper{opts: opts, cancel: cancel, server: server}
	k.done.Go(func() { k.watch(ctx) })
	return k
}

func (k *keeper) watch(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-k.server.Exited():
		}
		k.opts.Log.ErrorContext(ctx, "the private database ended by itself, starting it again")
		if err := k.server.Stop(ctx); err != nil { // gives its lock back
			k.opts.Log.WarnContext(ctx, "what the database left behind is not cleared", "err", err)
		}
		if k.server = k.startAgain(ctx); k.server == nil {
			return
		}
		k.opts.Log.InfoContext(ctx, "the private database is back", "pid", k.server.PID())
	}
}

// startAgain tries until it succeeds; nil when ctx ended before.
func (k *keeper) startAgain(ctx context.Context) *embedded.Server {
	for wait := firstWait; ; wait = min(2*wait, lastWait) {
		server, err := embedded.Start(ctx, k.opts)
		if err == nil {
			return server
		}
		if ctx.Err() == nil {
			k.opts.Log.ErrorContext(ctx, "the private database does not start", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
	}
}

// stop ends the watch and then the server.
func (k *keeper) stop(ctx context.Context) error {
	k.cancel()
	k.done.Wait()
	if k.server == nil {
		return nil // it ended by itself, which was said, and nothing of it is left
	}
	return k.server.Stop(ctx)
}
