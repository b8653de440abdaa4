package diagnostics

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"

	"wardroom/internal/config"
	"wardroom/internal/live"
	"wardroom/internal/playbooks"
	"wardroom/internal/postgres"
	"wardroom/internal/redact"
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
	Executable string        // the binary whose run-child is the supervisor
	Data       string        // folder for the incidents' scratch folders; the user of runs must be able to enter it
	Owner      string        // names this replica over restarts
	Host       string        // shown to people: "from runner-1"
	RunUser    string        // unprivileged user when we are root
	Own        []string      // Wardroom's own addresses, never reachable from a run
	MaxBytes   int64         // of a run's raw output; the rest is dropped and said so. 0: 256 MiB
	Grace      time.Duration // between SIGTERM and SIGKILL when a run is stopped. 0: ten seconds
	Inventory  Inventory     // vouches for values from alerts; nil: only the environment's lists do
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
	active map[uuid.UUID]*activeRun
	full   map[uuid.UUID]bool            // by incident, once measured: its scratch folder has no room left
	told   map[uuid.UUID][]redact.Secret // by incident: what its runs were given and may have kept in the scratch folder
	runs   sync.WaitGroup                // of deeds under way and of runs
	ctx    context.Context               // of the recorders: ends when Close gives up waiting
	cancel context.CancelFunc
}

// New returns a service that runs nothing yet. Call Recover before the first Start.
func New(db *postgres.DB, ledger *timeline.Ledger, hub *live.Hub, rooms Rooms, environments config.File, opts Options, log *slog.Logger) *Service {
	if opts.MaxBytes == 0 {
		opts.MaxBytes = 256 << 20
	}
	s := &Service{
		db: db, ledger: ledger, hub: hub, rooms: rooms, environments: environments, opts: opts, log: log,
		active: map[uuid.UUID]*activeRun{}, told: map[uuid.UUID][]redact.Secret{}, full: map[uuid.UUID]bool{},
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	return s
}

// Close stops every run that this process owns and waits until their ends are recorded,
// at most until ctx ends. Later starts are refused with errs.Unavailable. What could not be
// recorded in time is found by Recover at the next start.
func (s *Service) Close(ctx context.Context) error {
	s.haltAll()
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
