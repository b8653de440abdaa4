package playbooks

import (
	"crypto/sha256"
	"sync"
)

const (
	minKept = 512     // bytes of a text; a shorter one is rendered in no time
	maxKept = 2 << 20 // of all texts whose HTML is remembered
)

// pages remembers the HTML of the texts that were rendered last: a room shows the
// same notes and steps at every view, to everybody in it.
type pages struct {
	mu    sync.Mutex
	known map[[sha256.Size]byte]func() string
	order []keptPage // oldest first
	size  int        // bytes of the texts
}

type keptPage struct {
	key  [sha256.Size]byte
	size int
}

// get gives what render makes of a text, which is called once by all who ask for
// the same text meanwhile.
func (p *pages) get(text string, render func(string) string) string {
	if len(text) < minKept {
		return render(text)
	}
	key := sha256.Sum256([]byte(text))
	p.mu.Lock()
	page, known := p.known[key]
	if !known {
		page = sync.OnceValue(func() string { return render(text) })
		p.keep(keptPage{key, len(text)}, page)
	}
	p.mu.Unlock()
	return page()
}

// keep needs the lock.
func (p *pages) keep(k keptPage, page func() string) {
	p.known[k.key] = page
	p.order = append(p.order, k)
	for p.size += k.size; p.size > maxKept && len(p.order) > 1; p.order = p.order[1:] {
		delete(p.known, p.order[0].key)
		p.size -= p.order[0].size
	}
}
