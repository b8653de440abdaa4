package jobs

import (
	"context"
	"errors"
	"log/slog"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"wardroom/internal/authz"
	"wardroom/internal/notify"
)

// mailWorker makes one attempt to send a mail.
type mailWorker struct {
	river.WorkerDefaults[notify.SendMail]

	mail Deliverer
}

func (w *mailWorker) Work(ctx context.Context, job *river.Job[notify.SendMail]) error {
	ctx = authz.WithActor(ctx, authz.Wardroom())
	err := w.mail.Deliver(ctx, job.Args.Delivery, job.Attempt >= job.MaxAttempts)
	if errors.Is(err, notify.ErrRefused) {
		return river.JobCancel(err)
	}
	return err
}

// cleanUp removes what has ended, everywhere.
type cleanUp struct{}

// Kind names the job in the queue.
func (cleanUp) Kind() string { return "maintenance.clean_up" }

type cleanUpWorker struct {
	river.WorkerDefaults[cleanUp]

	cleaners []Cleaner
}

func (w *cleanUpWorker) Work(ctx context.Context, _ *river.Job[cleanUp]) error {
	ctx = authz.WithActor(ctx, authz.Wardroom())
	failures := make([]error, 0, len(w.cleaners))
	for _, cleaner := range w.cleaners { // one that fails does not keep the others from it
		failures = append(failures, cleaner.CleanUp(ctx))
	}
	return errors.Join(failures...)
}

// errorHandler says which job failed; River retries as its kind allows.
type errorHandler struct{ log *slog.Logger }

func (h *errorHandler) HandleError(ctx context.Context, job *rivertype.JobRow, err error) *river.ErrorHandlerResult {
	h.log.WarnContext(ctx, "job failed", "kind", job.Kind, "job_id", job.ID, "attempt", job.Attempt, "err", err)
	return nil
}

func (h *errorHandler) HandlePanic(ctx context.Context, job *rivertype.JobRow, value any, trace string) *river.ErrorHandlerResult {
	h.log.ErrorContext(ctx, "job panicked", "kind", job.Kind, "job_id", job.ID, "attempt", job.Attempt, "panic", value, "trace", trace)
	return nil
}
