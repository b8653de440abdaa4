package auth_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"wardroom/internal/auth"
	"wardroom/internal/authz"
	"wardroom/internal/errs"
	"wardroom/internal/postgres"
	"wardroom/internal/postgres/pgtest"
)

func TestMain(m *testing.M) {
	code := pgtest.Run(m)
	if err := goleak.Find(); code == 0 && err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

const (
	anasPassword = "copper lantern drifts"
	bosPassword  = "seven quiet harbours"
)

var browser = auth.Meta{UserAgent: "Firefox", Address: "192.0.2.7"}

// world is a service on a database of its own, whose clock stands still until it is moved.
type world struct {
	*auth.Service
	db    *postgres.DB
	logs  *logs
	start time.Time
}

func newWorld(t *testing.T) world {
	t.Helper()
	db, out := pgtest.NewApp(t), &logs{}
	log := slog.New(slog.NewJSONHandler(out, &slog.HandlerOptions{Level: slog.LevelDebug}))
	w := world{Service: auth.New(db, log), db: db, logs: out, start: time.Now().UTC().Truncate(time.Second)}
	w.at(t, 0)
	return w
}

// logs keeps everything that was logged.
type logs struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

func wardroom(t *testing.T) context.Context {
	t.Helper()
	return authz.WithActor(t.Context(), authz.Wardroom())
}

func as(t *testing.T, u auth.User) context.Context {
	t.Helper()
	return authz.WithActor(t.Context(), u.Actor())
}

// admin lets the first administrator in by the set-up link.
func (w world) admin(t *testing.T) (auth.User, string) {
	t.Helper()
	fresh, err := w.SetupLink(wardroom(t))
	if err != nil {
		t.Fatal(err)
	}
	claim := auth.Claim{Name: "ana", DisplayName: "Ana Lima", Email: "ana@example.org", Password: anasPassword}
	token, user, err := w.ConsumeLink(t.Context(), auth.Setup, tokenOf(t, fresh), claim, browser)
	if err != nil {
		t.Fatal(err)
	}
	return user, token
}

// join lets somebody in by an invitation of by.
func (w world) join(t *testing.T, by auth.User, name string, role authz.Role) (auth.User, string) {
	t.Helper()
	fresh, err := w.Invite(as(t, by), name, role)
	if err != nil {
		t.Fatal(err)
	}
	token, user, err := w.ConsumeLink(t.Context(), auth.Invite, tokenOf(t, fresh), auth.Claim{Password: bosPassword}, browser)
	if err != nil {
		t.Fatal(err)
	}
	return user, token
}

func tokenOf(t *testing.T, fresh auth.Fresh) string {
	t.Helper()
	parts := strings.Split(fresh.Path, "/")
	if len(parts) != 3 || len(parts[2]) != 43 {
		t.Fatalf("path of the link: %d parts", len(parts))
	}
	return parts[2]
}

// at moves the database's clock to d after the start.
func (w world) at(t *testing.T, d time.Duration) {
	t.Helper()
	pgtest.ExecAsOwner(t, w.db, fmt.Sprintf(`CREATE OR REPLACE FUNCTION wardroom.now() RETURNS timestamptz
		LANGUAGE sql VOLATILE PARALLEL SAFE AS $$ SELECT timestamptz '%s' $$`, w.start.Add(d).Format(time.RFC3339)))
}

func (w world) count(t *testing.T, query string) int {
	t.Helper()
	var n int
	if err := w.db.Pool.QueryRow(t.Context(), query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// want fails unless err has the kind, and says which step it was.
func want(t *testing.T, step string, err error, kind errs.Kind) {
	t.Helper()
	if err == nil || errs.KindOf(err) != kind {
		t.Errorf("%s: got %v (%v), want kind %v", step, err, errs.KindOf(err), kind)
	}
}

func ok(t *testing.T, step string, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", step, err)
	}
}

// alive says whether a session's token still lets somebody in.
func (w world) alive(t *testing.T, token string) bool {
	t.Helper()
	_, _, err := w.Authenticate(t.Context(), token)
	if err != nil && errs.KindOf(err) != errs.Unauthenticated {
		t.Fatal(err)
	}
	return err == nil
}

// atOnce runs n deeds at the same moment and counts the successes; every error must have the kind.
func atOnce(t *testing.T, n int, kind errs.Kind, deed func(i int) error) int {
	t.Helper()
	var (
		wg      sync.WaitGroup
		results = make([]error, n)
		start   = make(chan struct{})
	)
	for i := range n {
		wg.Go(func() {
			<-start
			results[i] = deed(i)
		})
	}
	close(start)
	wg.Wait()
	won := 0
	for _, err := range results {
		if err == nil {
			won++
		} else if errs.KindOf(err) != kind {
			t.Errorf("a loser got %v (%v), want kind %v", err, errs.KindOf(err), kind)
		}
	}
	return won
}
