package orchestrator

import (
	"context"
	"math/rand/v2"
	"time"

	"golang.org/x/sync/errgroup"
)

// The gentle rate at which the demo gives itself something to do.
const (
	newTask = 1500 * time.Millisecond
	look    = 250 * time.Millisecond
	tidy    = 10 * time.Minute
	workers = 2
)

var goals = []string{
	"plan the steps of the billing migration",
	"decompose the release of frontend into steps",
	"run the export of invoice-export for last month",
	"deploy sign-in to staging",
	"find the bug in invoice-export when an invoice has no lines",
	"refactor the function that signs cookies in sign-in",
	"write code that reads support-tickets",
	"validate the totals of invoice-export",
	"compare two answers and score them",
	"redact personal data in support-tickets",
	"check that the answer follows the retention-policy",
	"look up who approves releases of billing",
	"search onboarding-guide for the first day",
}

// Work makes tasks, does them, and keeps house until ctx ends. A database that is away is reported and tried again, as a service must.
func (o *Orchestrator) Work(ctx context.Context) error {
	var group errgroup.Group
	group.Go(func() error { o.every(ctx, newTask, o.invent); return nil })
	group.Go(func() error { o.every(ctx, tidy, o.store.forget); return nil })
	group.Go(func() error { o.every(ctx, look*4, o.count); return nil })
	for range workers {
		group.Go(func() error { o.every(ctx, look, o.drain); return nil })
	}
	return group.Wait()
}

// every calls do again and again. A failure is logged when it begins, not each time.
func (o *Orchestrator) every(ctx context.Context, pause time.Duration, do func(context.Context) error) {
	ticker := time.NewTicker(pause)
	defer ticker.Stop()
	failing := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		err := do(ctx)
		if err != nil && !failing && ctx.Err() == nil {
			o.service.Log.ErrorContext(ctx, "storage failed", "err", err)
		}
		failing = err != nil
	}
}

func (o *Orchestrator) invent(ctx context.Context) error {
	_, err := o.store.add(ctx, goals[rand.IntN(len(goals))]) //nolint:gosec // nobody gains from guessing it
	return err
}

func (o *Orchestrator) count(ctx context.Context) error {
	n, err := o.store.pending(ctx)
	if err == nil {
		o.waiting.Set(float64(n))
	}
	return err
}

// drain does tasks until none is due.
func (o *Orchestrator) drain(ctx context.Context) error {
	for {
		t, found, err := o.store.claim(ctx)
		if err != nil || !found {
			return err
		}
		if err := o.process(ctx, t); err != nil {
			return err
		}
	}
}
