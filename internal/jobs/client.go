package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"wardroom/internal/notify"
	"wardroom/internal/postgres"
)

const (
	queueNotify      = "notify"
	queueMaintenance = "maintenance"

	jobTimeout = time.Minute
	softStop   = 3 * time.Second // then jobs in progress are cancelled
)

// known says for each kind of job where it waits and how often it is tried. The waits
// between tries are 1 s, 16 s, 81 s and so on: eight tries take about an hour and a half.
var known = map[string]river.InsertOpts{
	notify.SendMail{}.Kind(): {Queue: queueNotify, MaxAttempts: 8},
	cleanUp{}.Kind():         {Queue: queueMaintenance, MaxAttempts: 1}, // the next one comes anyway
}

// Deliverer is notify's service.
type Deliverer interface {
	Deliver(ctx context.Context, id uuid.UUID, last bool) error
}

// Cleaner is a service that removes what has ended.
type Cleaner interface {
	CleanUp(ctx context.Context) error
}

// Services are what the workers call.
type Services struct {
	Mail     Deliverer
	Cleaners []Cleaner
}

// Client queues jobs, and works them between Start and Stop.
type Client struct {
	db     *postgres.DB
	log    *slog.Logger
	insert *river.Client[pgx.Tx]
	work   *river.Client[pgx.Tx] // nil until Start
}

// New returns a client that queues. Services can be built on it before it is started
// with them.
func New(db *postgres.DB, log *slog.Logger) (*Client, error) {
	insert, err := river.NewClient(riverpgxv5.New(db.Pool), &river.Config{Logger: log})
	if err != nil {
		return nil, fmt.Errorf("jobs: %w", err)
	}
	return &Client{db: db, log: log, insert: insert}, nil
}

// EnqueueTx queues a job that exists as soon as tx commits, and never when it does not.
func (c *Client) EnqueueTx(ctx context.Context, tx *postgres.Tx, args interface{ Kind() string }) error {
	opts, ok := known[args.Kind()]
	if !ok {
		return fmt.Errorf("jobs: no queue for %q", args.Kind())
	}
	if _, err := c.insert.InsertTx(ctx, tx.Tx, args, &opts); err != nil {
		return fmt.Errorf("jobs: queue %s: %w", args.Kind(), err)
	}
	return nil
}

// Start begins to work jobs, until Stop: the end of ctx does not stop it.
func (c *Client) Start(ctx context.Context, services Services) error {
	if c.work != nil {
		return errors.New("jobs: started twice")
	}
	work, err := river.NewClient(riverpgxv5.New(c.db.Pool), c.config(services))
	if err != nil {
		return fmt.Errorf("jobs: %w", err)
	}
	if err = work.Start(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("jobs: start: %w", err)
	}
	c.work = work
	return nil
}

// Stop takes no new jobs, waits for those in progress and cancels them after some
// seconds; they are tried again at the next start. It returns early when ctx ends.
func (c *Client) Stop(ctx context.Context) error {
	if c.work == nil {
		return nil
	}
	if err := c.work.Stop(ctx); err != nil {
		return fmt.Errorf("jobs: stop: %w", err)
	}
	return nil
}

func (c *Client) config(services Services) *river.Config {
	workers := river.NewWorkers()
	river.AddWorker(workers, &mailWorker{mail: services.Mail})
	river.AddWorker(workers, &cleanUpWorker{cleaners: services.Cleaners})
	return &river.Config{
		Logger:       c.log,
		ErrorHandler: &errorHandler{log: c.log},
		Workers:      workers,
		Queues: map[string]river.QueueConfig{
			queueNotify:      {MaxWorkers: 8},
			queueMaintenance: {MaxWorkers: 1},
		},
		PeriodicJobs: []*river.PeriodicJob{river.NewPeriodicJob(
			river.PeriodicInterval(time.Hour),
			func() (river.JobArgs, *river.InsertOpts) {
				opts := known[cleanUp{}.Kind()]
				return cleanUp{}, &opts
			},
			&river.PeriodicJobOpts{ID: "clean_up", RunOnStart: true},
		)},
		JobTimeout:           jobTimeout,
		RescueStuckJobsAfter: 5 * jobTimeout, // whoever worked on it was killed
		SoftStopTimeout:      softStop,
		FetchPollInterval:    5 * time.Second, // new jobs announce themselves; this is for lost announcements
	}
}
