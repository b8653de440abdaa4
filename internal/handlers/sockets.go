package handlers

import (
	"bytes"
	"sync"

	"github.com/google/uuid"
)

// sockets owns the goroutines of open sockets.
type sockets struct {
	group sync.WaitGroup
	mu    sync.Mutex
	open  map[*socket]struct{}
	done  bool
}

// serve begins to read and to write; neither waits for the request.
func (ss *sockets) serve(k *socket, page socketPage, logs string) {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	if ss.done {
		k.finish(closeRestart, "restarting")
		k.end()
		return
	}
	if ss.open == nil {
		ss.open = map[*socket]struct{}{}
	}
	ss.open[k] = struct{}{}
	ss.group.Go(func() {
		defer func() {
			k.end()
			ss.mu.Lock()
			delete(ss.open, k)
			ss.mu.Unlock()
		}()
		k.begin(page, logs)
		k.write()
	})
	ss.group.Go(k.read)
}

// stop ends every socket; the browsers come back by themselves.
func (ss *sockets) stop() {
	ss.mu.Lock()
	ss.done = true
	ss.mu.Unlock()
	ss.finish(func(*socket) bool { return true }, closeRestart, "restarting")
	ss.group.Wait()
}

// finish ends the sockets that match. It does not wait for them.
func (ss *sockets) finish(match func(*socket) bool, code int, reason string) {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	for k := range ss.open {
		if match(k) {
			k.finish(code, reason)
		}
	}
}

// ofPerson matches the tabs of one person.
func ofPerson(id uuid.UUID) func(*socket) bool {
	return func(k *socket) bool { return k.me.user.ID == id }
}

// ofSession matches the tabs of one signed-in browser.
func ofSession(me signedInAs) func(*socket) bool {
	return func(k *socket) bool { return bytes.Equal(k.me.session.Hash, me.session.Hash) }
}

// ofOtherSessions matches the tabs that the same person has open elsewhere.
func ofOtherSessions(me signedInAs) func(*socket) bool {
	return func(k *socket) bool {
		return k.me.user.ID == me.user.ID && !bytes.Equal(k.me.session.Hash, me.session.Hash)
	}
}
