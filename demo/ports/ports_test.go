package ports_test

import (
	"net"
	"os"
	"strconv"
	"strings"
	"testing"

	"wardroom/demo/ports"
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
