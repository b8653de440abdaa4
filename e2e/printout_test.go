package e2e

import (
	"bytes"
	"errors"
	"regexp"
	"sync"
	"time"
)

// printout keeps what the stack prints.
type printout struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (p *printout) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.all.Write(b)
}

func (p *printout) text() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.all.String()
}

var setupLink = regexp.MustCompile(`http://\S+/setup/\S+`)

// link is the address for the first administrator, as a person would copy it. What the
// server prints comes through a pipe, so it may be a moment late.
func (p *printout) link() (string, error) {
	for deadline := time.Now().Add(10 * time.Second); ; <-time.After(20 * time.Millisecond) {
		if link := setupLink.FindString(p.text()); link != "" {
			return link, nil
		}
		if time.Now().After(deadline) {
			return "", errors.New("no set-up link was printed:\n" + p.text())
		}
	}
}
