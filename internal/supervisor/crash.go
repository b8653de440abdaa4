package supervisor

import (
	"strings"
	"sync"
)

// maxCrash is how much of a dying child's last words is kept. A fatal error of Go says what it is in its first lines.
const maxCrash = 4 << 10

// crashText keeps the beginning of what the child writes on its own standard error.
type crashText struct {
	mu   sync.Mutex
	text []byte
}

func (c *crashText) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.text = append(c.text, p[:min(len(p), maxCrash-len(c.text))]...)
	return len(p), nil
}

func (c *crashText) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return strings.ToValidUTF8(string(c.text), "�")
}

// reason tells a limit from a defect by the words of Go's runtime.
func (c *crashText) reason() string {
	text := c.String()
	for _, sign := range []string{
		"stack overflow", "stack exceeds", "out of memory", "cannot map pages", "cannot allocate memory", "failed to create new OS thread", "newosproc", "pthread_create failed",
		"makeslice: len out of range", "too many address space collisions", "ThreadSanitizer failed to allocate", // the last two: out of memory in a -race build
	} {
		if strings.Contains(text, sign) {
			return ReasonLimit
		}
	}
	return ReasonCrashed
}
