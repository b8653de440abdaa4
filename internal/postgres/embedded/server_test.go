package embedded_test

import (
	"bufio"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"golang.org/x/sys/unix"

	"wardroom/internal/postgres/embedded"
	"wardroom/internal/process"
)

func TestKeepsDataOverRestarts(t *testing.T) {
	t.Parallel()
	opts := options(folder(t))
	first := start(t, opts)
	conn := connect(t, first.DSN("wardroom", "wardroom"))
	if _, err := conn.Exec(t.Context(), "CREATE TABLE kept (text text); INSERT INTO kept VALUES ('Grüße')"); err != nil {
		t.Fatal(err)
	}
	stop(t, first)

	again := start(t, opts)
	conn = connect(t, again.DSN("wardroom", "wardroom"))
	var text, upper, encoding, listen string
	err := conn.QueryRow(t.Context(), "SELECT text, upper(text), current_setting('server_encoding'), current_setting('listen_addresses') FROM kept").
		Scan(&text, &upper, &encoding, &listen)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"Grüße", "GRÜßE", "UTF8", ""}, []string{text, upper, encoding, listen}); diff != "" {
		t.Errorf("after a restart (-want +got):\n%s", diff)
	}
}

func TestDataFolderMayBeLong(t *testing.T) {
	t.Parallel()
	s := start(t, options(filepath.Join(folder(t), strings.Repeat("long/", 40))))
	connect(t, s.DSN("wardroom", "wardroom"))
}

func TestSecondStartNamesTheFolder(t *testing.T) {
	t.Parallel()
	opts := options(folder(t))
	first := start(t, opts)
	_, err := embedded.Start(t.Context(), opts)
	if inUse, ok := errors.AsType[*embedded.InUseError](err); !ok || inUse.Dir != opts.Dir {
		t.Fatalf("second start on the same folder: %v, want an InUseError for %s", err, opts.Dir)
	}
	connect(t, first.DSN("wardroom", "wardroom")) // and the first still serves
}

func TestAddressFindsTheServerOfAnotherProcess(t *testing.T) {
	t.Parallel()
	opts := options(folder(t))
	if got, err := embedded.Address(opts, "wardroom", "wardroom"); err == nil {
		t.Errorf("without a server: %s", got)
	}
	first := start(t, opts)
	got, err := embedded.Address(opts, "wardroom", "wardroom")
	if err != nil || got != first.DSN("wardroom", "wardroom") {
		t.Fatalf("got %s, %v; want %s", got, err, first.DSN("wardroom", "wardroom"))
	}
	connect(t, got)
}

func TestTakesOverAfterKill(t *testing.T) {
	t.Parallel()
	for _, whole := range []bool{false, true} {
		t.Run("server killed too: "+strconv.FormatBool(whole), func(t *testing.T) {
			t.Parallel()
			dir := folder(t)
			left := abandon(t, dir)
			if whole {
				kill(t, left)
			}
			s := start(t, options(dir))
			if s.PID() == left || !whole && alive(left) {
				t.Errorf("the server %d that was left behind still runs", left)
			}
			connect(t, s.DSN("wardroom", "wardroom"))
		})
	}
}

// A server that nobody here started is never stopped, even when it works on our folder.
func TestLeavesAStrangersServerAlone(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	left := abandon(t, dir)
	record := filepath.Join(dir, "postgres.pid")
	if err := os.Remove(record); err != nil {
		t.Fatal(err)
	}
	_, err := embedded.Start(t.Context(), options(dir))
	if inUse, ok := errors.AsType[*embedded.InUseError](err); !ok || inUse.PID != left {
		t.Errorf("start beside a stranger's server: %v, want an InUseError with process %d", err, left)
	}
	if !alive(left) {
		t.Error("the stranger's server was stopped")
	}
	kill(t, left)
	start(t, options(dir)) // with the stranger gone the folder is free
}

func TestPasswordUsersComeOverTCP(t *testing.T) {
	t.Parallel()
	opts := options(folder(t))
	opts.Owner, opts.Port, opts.PasswordUsers = "boss", freePort(t), []string{"guest"}
	s := start(t, opts)
	conn := connect(t, s.DSN("boss", "boss"))
	if _, err := conn.Exec(t.Context(), "CREATE ROLE guest LOGIN PASSWORD 'right'"); err != nil {
		t.Fatal(err)
	}
	address := "@127.0.0.1:" + strconv.Itoa(opts.Port) + "/boss"
	connect(t, "postgres://guest:right"+address)
	for _, who := range []string{"guest:wrong", "boss:right"} {
		if c, err := pgx.Connect(t.Context(), "postgres://"+who+address); err == nil {
			c.Close(t.Context())
			t.Errorf("%s came in", who)
		}
	}
}

func TestServerThatCannotStartSaysWhy(t *testing.T) {
	t.Parallel()
	opts := options(folder(t))
	opts.Settings = map[string]string{"shared_buffers": "nonsense"}
	_, err := embedded.Start(t.Context(), opts)
	if err == nil || !strings.Contains(err.Error(), "shared_buffers") {
		t.Errorf("error %v does not name the setting", err)
	}
}

// abandon starts a server in dir from another process, kills that, and returns the server's number.
func abandon(t *testing.T, dir string) int {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), "EMBEDDED_TEST_HOLD="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err = cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || line != "ready\n" {
		t.Fatalf("the process that is to be killed: %q, %v", line, err)
	}
	if err = cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // killed, as wanted
	raw, err := os.ReadFile(filepath.Join(dir, "data", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	number, _, _ := strings.Cut(string(raw), "\n")
	pid, err := strconv.Atoi(number)
	if err != nil {
		t.Fatal(err)
	}
	if !alive(pid) {
		t.Fatal("the server ended with the process that started it")
	}
	return pid
}

func kill(t *testing.T, pid int) {
	t.Helper()
	id, err := process.Lookup(pid)
	if err != nil {
		t.Fatal(err)
	}
	if err := id.Signal(unix.SIGKILL); err != nil {
		t.Fatal(err)
	}
	find := func() []process.ID {
		return slices.DeleteFunc([]process.ID{id}, func(id process.ID) bool { return !id.Alive() })
	}
	if !process.EndTree(t.Context(), find, 0) {
		t.Fatalf("process %d outlives SIGKILL", pid)
	}
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // closed in the next line
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}
