package process

import (
	"context"
	"time"

	"golang.org/x/sys/unix"
)

// pause is the time between two looks at the process table while a tree ends.
const pause = 20 * time.Millisecond

// EndTree ends every process that find returns, now and as long as it finds new ones: SIGTERM first, SIGKILL for what is left after grace. It answers true when
// find returns nothing any more, and false when ctx ended before that.
func EndTree(ctx context.Context, find func() []ID, grace time.Duration) (gone bool) {
	term, stop := context.WithTimeout(ctx, grace)
	defer stop()
	look := func() []ID { return insist(find) }
	asked := map[ID]bool{}
	if until(term, func() bool { return ask(look(), asked) }) {
		return true
	}
	return until(ctx, func() bool { return kill(look) })
}

// insist looks again before it believes that there is nothing: the process table is read one process at a time, and one that is handed to another parent, or forks and
// ends, in the middle of that is not seen where it belongs.
func insist(find func() []ID) []ID {
	const looks = 3
	var found []ID
	for range looks {
		if found = find(); len(found) > 0 {
			break
		}
	}
	return found
}

// ask sends SIGTERM once to each of the processes and reports whether there was none.
func ask(found []ID, asked map[ID]bool) bool {
	for _, id := range found {
		if asked[id] {
			continue
		}
		asked[id] = true
		// A failure shows itself: the process is found again. A stopped process gets the signal only when it continues.
		_ = id.Signal(unix.SIGTERM)
		_ = id.Signal(unix.SIGCONT)
	}
	return len(found) == 0
}

// kill freezes what find returns until nothing new turns up, and only then kills it: a killed process frees its place for the next fork of a sibling, a stopped
// one does not, so even a fork bomb comes to an end at its limit.
func kill(find func() []ID) bool {
	const looks = 100
	frozen := map[ID]bool{}
	for range looks {
		before := len(frozen)
		for _, id := range find() {
			if !frozen[id] {
				frozen[id] = true
				_ = id.Signal(unix.SIGSTOP)
			}
		}
		if len(frozen) == before {
			break
		}
	}
	for id := range frozen {
		_ = id.Signal(unix.SIGKILL)
	}
	return len(frozen) == 0
}

// until calls done again and again, and returns false when ctx ends before it was true. It always looks once, even when ctx has ended.
func until(ctx context.Context, done func() bool) bool {
	tick := time.NewTicker(pause)
	defer tick.Stop()
	for {
		if done() {
			return true
		}
		select {
		case <-ctx.Done():
			return false
		case <-tick.C:
		}
	}
}
