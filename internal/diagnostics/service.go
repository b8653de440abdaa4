package diagnostics

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"sync"

	"github.com/google/uuid"

	"wardroom/internal/config"
	"wardroom/internal/live"
	"wardroom/internal/playbooks"
	"wardroom/internal/postgres"
	"wardroom/internal/supervisor"
	"wardroom/internal/timeline"
)

// Rooms gives the playbook text that an incident holds.
type Rooms interface {
	// Snapshot is the attached playbook as it was when it was attached; errs.NotFound when
	// the incident has no such attachment.
	Snapshot(ctx context.Context, incident, attached uuid.UUID) (playbooks.Playbook, error)
	// JoinTx makes the actor of a run a responder of the incident.
	JoinTx(ctx context.Context, tx *postgres.Tx, incident uuid.UUID) error
}

// Options say where and as whom commands run.
type Options struct {
	Executable string   // the binary whose run-child is the supervisor
	Data       string   // folder for the incidents' scratch folders
	Owner      string   // names this replica over restarts
	Host       string   // shown to people: "from runner-1"
	RunUser    string   // unprivileged user when we are root
	Own        []string // Wardroom's own addresses, never reachable from a run
	MaxBytes   int64    // of a run's raw output; the rest is dropped and said so. 0: 256 MiB
}

// Service starts, records and stops runs.
type Service struct {
	db           *postgres.DB
	ledger       *timeline.Ledger
	hub          *live.Hub
	rooms        Rooms
	environments config.File
	opts         Options
	log          *slog.Logger

	mu     sync.Mutex
	closed bool
	active map[uuid.UUID]*supervisor.Child
	runs   sync.WaitGroup
	ctx    context.Context // of the recorders: ends when Close gives up waiting
	cancel context.CancelFunc
}

// New returns a service that runs nothing yet. Call Recover before the first Start.
func New(db *postgres.DB, ledger *timeline.Ledger, hub *live.Hub, rooms Rooms, environments config.File, opts Options, log *slog.Logger) *Service {
	if opts.MaxBytes == 0 {
		opts.MaxBytes = 256 << 20
	}
	s := &Service{
		db: db, ledger: ledger, hub: hub, rooms: rooms, environments: environments, opts: opts, log: log,
		active: map[uuid.UUID]*supervisor.Child{},
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	return s
}

// Close stops every run that this process owns and waits until their ends are recorded,
// at most until ctx ends. Later starts are refused.
func (s *Service) Close(ctx context.Context) error {
	s.mu.Lock()
	s.closed = true
	for _, child := range s.active {
		child.Stop()
	}
	s.mu.Unlock()
	done := make(chan struct{})
	go func() { s.runs.Wait(); close(done) }()
	select {
	case <-done:
		s.cancel()
		return nil
	case <-ctx.Done():
		s.cancel()
		<-done
		return errors.New("diagnostics: gave up waiting for runs to end; they are recorded at the next start")
	}
}

// keep remembers the child of a run, so that it can be stopped; it is refused once the
// service is closing.
func (s *Service) keep(id uuid.UUID, child *supervisor.Child) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.active[id] = child
	return true
}

func (s *Service) forget(id uuid.UUID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.active, id)
}

func (s *Service) child(id uuid.UUID) *supervisor.Child {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.active[id]
}

// scratch is the incident's folder, the only place where unredacted bytes may lie.
func (s *Service) scratch(incident uuid.UUID) string {
	return filepath.Join(s.opts.Data, "scratch", incident.String())
}

// DropScratch removes the scratch folders of incidents that are closed. It is called when
// an incident closes and at start.
func (s *Service) DropScratch(ctx context.Context) error {
	entries, err := os.ReadDir(filepath.Join(s.opts.Data, "scratch"))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var ids []uuid.UUID
	for _, entry := range entries {
		if id, err := uuid.Parse(entry.Name()); err == nil {
			ids = append(ids, id)
		}
	}
	closed, err := s.db.ClosedIncidents(ctx, ids)
	if err != nil {
		return postgres.MapError(err)
	}
	for _, id := range closed {
		err = errors.Join(err, os.RemoveAll(s.scratch(id)))
	}
	return err
}
