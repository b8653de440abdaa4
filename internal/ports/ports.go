package ports

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
)

// The range lies below the kernel's own choice for outgoing connections, so that a port that was found free is not taken by one of those before its program listens.
const (
	lowest  = 20000
	highest = 32000
)

var given = struct { // this process never hands the same port to two callers
	sync.Mutex

	ports map[int]bool
}{ports: map[int]bool{}}

// Free returns the first of preferred that nobody listens on, or another free port. It is not reserved: the caller's program should listen soon.
func Free(preferred ...int) (int, error) {
	given.Lock()
	defer given.Unlock()
	for _, port := range preferred {
		if port > 0 && Available(port) {
			return port, nil
		}
	}
	for range highest - lowest {
		port := lowest + rand.IntN(highest-lowest) //nolint:gosec // nobody gains from guessing it
		if !given.ports[port] && Available(port) {
			given.ports[port] = true
			return port, nil
		}
	}
	return 0, fmt.Errorf("no free port between %d and %d", lowest, highest)
}

// Available reports whether a program could listen on the port now.
func Available(port int) bool {
	l, err := net.Listen("tcp", Loopback(port)) //nolint:noctx // closed at once
	return err == nil && l.Close() == nil
}

// Listen takes the address. The error says in one sentence why it cannot be had, and names the program that has it.
func Listen(ctx context.Context, address string) (net.Listener, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if !errors.Is(err, syscall.EADDRINUSE) {
		if reason, ok := errors.AsType[*os.SyscallError](err); ok {
			err = reason.Err // without the names of system calls
		}
		if err != nil {
			return nil, fmt.Errorf("cannot listen on %s: %w", address, err)
		}
		return l, nil
	}
	_, name, _ := net.SplitHostPort(address) // an address that is in use has a port
	port, err := net.DefaultResolver.LookupPort(ctx, "tcp", name)
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s: %w", address, err)
	}
	return nil, fmt.Errorf("port %d is held by %s: end it, or choose another port with PORT=…", port, Holder(port))
}

// Loopback is the address of a port on this machine alone.
func Loopback(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

// Holder names who listens on the port, as "redis-server (process 123)", or says that this user may not see it.
func Holder(port int) string {
	for _, inode := range listeners(port) {
		if pid := owner(inode); pid != "" {
			name, err := os.ReadFile(filepath.Join("/proc", pid, "comm")) //nolint:gosec // a number from the kernel
			if err == nil {
				return strings.TrimSpace(string(name)) + " (process " + pid + ")"
			}
		}
	}
	return "a program of another user"
}

// listeners returns the inodes of the sockets that listen on the port, from the kernel's tables.
func listeners(port int) []string {
	const (
		local, state, inode = 1, 3, 9
		listening           = "0A"
	)
	suffix := fmt.Sprintf(":%04X", port)
	var found []string
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		file, err := os.Open(table) //nolint:gosec // one of two constants
		if err != nil {
			continue
		}
		for scanner := bufio.NewScanner(file); scanner.Scan(); {
			fields := strings.Fields(scanner.Text())
			if len(fields) > inode && fields[state] == listening && strings.HasSuffix(fields[local], suffix) {
				found = append(found, fields[inode])
			}
		}
		_ = file.Close() // only read
	}
	return found
}

// owner is the process that has the socket open, empty when it cannot be seen.
func owner(inode string) string {
	links, _ := filepath.Glob("/proc/[0-9]*/fd/*") // the pattern is constant and well formed
	for _, link := range links {
		if target, err := os.Readlink(link); err == nil && target == "socket:["+inode+"]" {
			return strings.Split(link, "/")[2]
		}
	}
	return ""
}
