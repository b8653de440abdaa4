package e2e

import (
	"bytes"
	"errors"
	"regexp"
	"sync"
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

// link is the address for the first administrator, as a person would copy it.
func (p *printout) link() (string, error) {
	link := setupLink.FindString(p.text())
	if link == "" {
		return "", errors.New("no set-up link was printed:\n" + p.text())
	}
	return link, nil
}
