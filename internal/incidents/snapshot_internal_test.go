package incidents

import (
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"wardroom/internal/playbooks"
)

// Everybody who opens a room after a restart asks for the same book at once.
func TestASnapshotIsParsedOnce(t *testing.T) {
	t.Parallel()
	c := newSnapshots()
	var parsed atomic.Int32
	read := func() playbooks.Playbook {
		parsed.Add(1)
		return playbooks.Playbook{Title: "A"}
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if book := c.put(snapshotKey{"1", "a"}, read)(); book.Title != "A" {
				t.Errorf("book %+v", book)
			}
		})
	}
	all.Wait()
	if n := parsed.Load(); n != 1 {
		t.Errorf("parsed %d times", n)
	}
	for i := range maxSnapshots {
		c.put(snapshotKey{strconv.Itoa(i), "b"}, read)
	}
	if _, known := c.get(snapshotKey{"1", "a"}); known || len(c.books) != maxSnapshots || len(c.order) != maxSnapshots {
		t.Errorf("%d books, %d in order, the oldest is known: %v", len(c.books), len(c.order), known)
	}
}
