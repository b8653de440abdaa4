package diagnostics_test

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"golang.org/x/sys/unix"

	"wardroom/internal/authz"
	"wardroom/internal/config"
	"wardroom/internal/diagnostics"
	"wardroom/internal/live"
	"wardroom/internal/playbooks"
	"wardroom/internal/postgres"
	"wardroom/internal/process"
	"wardroom/internal/timeline"
)

// serve is a server that starts one command, says its run when enough lines are stored,
// and waits to be killed. Arguments: database, data folder, incident, attachment, user, file
// of the playbook, command, lines.
func serve(args []string) int {
	if err := tryServe(args); err != nil {
		fmt.Fprintln(os.Stdout, err)
	}
	return 1
}

func tryServe(args []string) error {
	ctx := context.Background()
	db, err := postgres.Open(ctx, args[0])
	if err != nil {
		return err
	}
	source, err := os.ReadFile(args[5])
	if err != nil {
		return err
	}
	books, err := playbooks.Parse("test.md", string(source))
	if err != nil {
		return err
	}
	bin = filepath.Dir(os.Args[0])
	number, _ := strconv.ParseInt(args[2], 10, 64)
	lines, _ := strconv.ParseInt(args[7], 10, 64)
	attached := uuid.MustParse(args[3])
	hub := live.NewHub()
	s := newService(db, hub, &rooms{books: map[uuid.UUID]playbooks.Playbook{attached: books[0]}}, config.File{Environments: []config.Environment{environment()}},
		diagnostics.Options{Executable: os.Args[0], Data: args[1], Owner: "test", Host: "this machine", Grace: 500 * time.Millisecond}, slog.New(slog.DiscardHandler))
	ctx = authz.WithActor(ctx, authz.Actor{ID: uuid.MustParse(args[4]), Name: "Ana", Role: authz.Responder})
	run, _, err := s.Start(ctx, diagnostics.Request{Incident: number, Attached: attached, Step: "look", Command: args[6]})
	if err != nil {
		return err
	}
	client := hub.NewClient(live.Person{})
	client.Subscribe(diagnostics.Topic(run.ID))
	for {
		n, err := s.Length(ctx, run)
		if err != nil {
			return err
		}
		if n >= lines {
			break
		}
		if _, err = client.Next(ctx); err != nil {
			return err
		}
	}
	fmt.Fprintln(os.Stdout, run.ID)
	select {}
}

// killed starts the n-th command in another server and kills that after so many lines.
func (d *desk) killed(t *testing.T, n, lines int, also func(child process.ID)) (diagnostics.Run, []process.ID) {
	t.Helper()
	book := filepath.Join(t.TempDir(), "book.md")
	if err := os.WriteFile(book, []byte(d.rooms.books[d.attached].Source), 0o600); err != nil {
		t.Fatal(err)
	}
	server := exec.CommandContext(t.Context(), filepath.Join(bin, "web"), "serve", d.db.Pool.Config().ConnString(), d.options.Data,
		strconv.FormatInt(d.number, 10), d.attached.String(), d.ana.ID.String(), book, d.request(t, "look", n).Command, strconv.Itoa(lines))
	stdout, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err = server.Start(); err != nil {
		t.Fatal(err)
	}
	said, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	id, err := uuid.Parse(strings.TrimSpace(said))
	if err != nil {
		t.Fatalf("the server said %q", said)
	}
	run := d.byID(t, id)
	tree := d.processes(t, run, lines)
	child, err := process.Lookup(one[int](t, d, "SELECT pid FROM runs WHERE id = $1", id))
	if err != nil {
		t.Fatal(err)
	}
	if err = server.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	also(child)
	_ = server.Wait() // killed
	return run, append(tree, child)
}

func TestRecoverAfterKill(t *testing.T) {
	t.Parallel()
	for name, also := range map[string]func(process.ID){
		"server":                func(process.ID) {},
		"server and supervisor": func(child process.ID) { _ = child.Signal(unix.SIGKILL) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := setup(t, single("helper tree"))
			run, tree := d.killed(t, 0, 2, also)
			before := d.text(t, run)
			if run.State != diagnostics.Running {
				t.Fatalf("before: %+v", run)
			}
			if err := d.Recover(authz.WithActor(t.Context(), authz.Wardroom())); err != nil {
				t.Fatal(err)
			}
			wantGone(t, tree)
			after := d.byID(t, run.ID)
			want := "Interrupted, outcome unknown: Wardroom went away while it ran. Nothing of it runs any more. The record is cut after line 2."
			if after.State != diagnostics.Interrupted || after.Reason != want || !after.Confirmed || after.Lines != 2 || after.ExitCode != nil || after.By != "Ana" {
				t.Errorf("after: %+v", after)
			}
			if diff := cmp.Diff(before, d.text(t, after)); diff != "" {
				t.Errorf("output (-before +after):\n%s", diff)
			}
			if err := d.Recover(t.Context()); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(after, d.byID(t, run.ID)); diff != "" {
				t.Errorf("a second recovery (-first +second):\n%s", diff)
			}
			if diff := cmp.Diff([]timeline.Kind{timeline.RunStarted, timeline.RunInterrupted}, d.kinds(t)); diff != "" {
				t.Errorf("timeline (-want +got):\n%s", diff)
			}
			again, attached, err := d.Start(as(t, d.ana), d.request(t, "look", 0))
			if err != nil || attached || again.Number != 2 {
				t.Errorf("it can't be started again: attached %v, %v", attached, err)
			}
		})
	}
}

// Runs that never came to have a process, and those of other replicas.
func TestRecoverOfWhatNeverRan(t *testing.T) {
	t.Parallel()
	d := setup(t, single("true"))
	queued, other := d.running(t), d.running(t)
	d.exec(t, "UPDATE runs SET state = 'queued', started_at = NULL WHERE id = $1", queued.ID)
	d.exec(t, "UPDATE runs SET owner = 'other' WHERE id = $1", other.ID)
	if err := d.Recover(t.Context()); err != nil {
		t.Fatal(err)
	}
	if run := d.byID(t, queued.ID); run.State != diagnostics.Interrupted || !contains(run.Reason, "No output was recorded.") {
		t.Errorf("queued: %+v", run)
	}
	if run := d.byID(t, other.ID); run.State != diagnostics.Running {
		t.Errorf("of another replica: %+v", run)
	}
}
