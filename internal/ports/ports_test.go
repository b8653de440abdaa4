package ports_test

import (
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"testing"

	"wardroom/internal/ports"
)

func TestTakenPortIsReplacedAndNamed(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"127.0.0.1:0", "0.0.0.0:0", "[::]:0"} {
		l, err := net.Listen("tcp", address) //nolint:noctx // closed by the test
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = l.Close() })
		taken := l.Addr().(*net.TCPAddr).Port
		got, err := ports.Free(taken)
		if err != nil || got == taken {
			t.Errorf("Free(%d), which listens on %s: %d, %v", taken, address, got, err)
		}
		if holder := ports.Holder(taken); !strings.Contains(holder, "process "+strconv.Itoa(os.Getpid())) {
			t.Errorf("holder of %s: %q does not name this process", address, holder)
		}
	}
}

func TestPreferredPortIsGivenWhenFree(t *testing.T) {
	t.Parallel()
	want, err := ports.Free()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := ports.Free(want); err != nil || got != want {
		t.Errorf("Free(%d) = %d, %v", want, got, err)
	}
}

func TestListenNamesTheHolder(t *testing.T) {
	t.Parallel()
	port, err := ports.Free()
	if err != nil {
		t.Fatal(err)
	}
	l, err := ports.Listen(t.Context(), ports.Loopback(port))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	want := fmt.Sprintf("port %d is held by ports.test (process %d): end it, or choose another port with PORT=…", port, os.Getpid())
	if _, err := ports.Listen(t.Context(), ports.Loopback(port)); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	if _, err := ports.Listen(t.Context(), "192.0.2.1:80"); err == nil || err.Error() != "cannot listen on 192.0.2.1:80: cannot assign requested address" {
		t.Errorf("somebody else's address: %v", err)
	}
}
