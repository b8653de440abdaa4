package escalation

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"wardroom/internal/authz"
	"wardroom/internal/errs"
	"wardroom/internal/postgres"
	"wardroom/internal/timeline"
)

// View is what a room or a list shows of an escalation.
type View struct {
	Level    int
	State    State
	HeldBy   string // display name, empty unless held
	HeldByID *uuid.UUID
	Since    time.Time  // of the state
	DueAt    *time.Time // when the next level's turn comes; nil when no timer runs
	Reached  []Reached  // oldest first; only in the answer of Service.View
}

// Next is the level whose turn comes at DueAt, 0 when no timer runs.
func (v View) Next() int {
	if v.DueAt == nil {
		return 0
	}
	return v.Level + 1
}

// Reached is a moment at which a level's turn came. A level comes again after a restart.
type Reached struct {
	Level   int
	At      time.Time
	By      string // who started, restarted or raised it
	ByTimer bool
	Late    time.Duration // 0 when the timer was on time, as it mostly is
}

// View gives the incident's escalation with its history. An incident without one is
// errs.NotFound. Needs authz.Read.
func (s *Service) View(ctx context.Context, incident uuid.UUID) (View, error) {
	views, err := s.Views(ctx, []uuid.UUID{incident})
	if err != nil {
		return View{}, err
	}
	view, found := views[incident]
	if !found {
		return View{}, errs.New(errs.NotFound, "This incident has no escalation.")
	}
	rows, err := s.db.ListEscalationSteps(ctx, incident)
	if err != nil {
		return View{}, fmt.Errorf("escalation: history: %w", postgres.MapError(err))
	}
	for _, row := range rows {
		d, err := timeline.DataOf[timeline.EscalationData](timeline.Record{Seq: row.Seq, Kind: timeline.Kind(row.Kind), Data: row.Data})
		if err != nil {
			return View{}, fmt.Errorf("escalation: history: %w", err)
		}
		view.Reached = append(view.Reached, Reached{
			Level: d.To, At: row.At, By: row.ActorName, ByTimer: d.ByTimer, Late: time.Duration(d.LateSeconds) * time.Second,
		})
	}
	return view, nil
}

// Views gives the escalations of many incidents, without history; incidents that have
// none are left out. Needs authz.Read.
func (s *Service) Views(ctx context.Context, incidents []uuid.UUID) (map[uuid.UUID]View, error) {
	if _, err := authz.Require(ctx, authz.Read); err != nil {
		return nil, err
	}
	rows, err := s.db.ListEscalations(ctx, incidents)
	if err != nil {
		return nil, fmt.Errorf("escalation: list: %w", postgres.MapError(err))
	}
	views := make(map[uuid.UUID]View, len(rows))
	for _, row := range rows {
		views[row.IncidentID] = View{
			Level: int(row.Level), State: State(row.State), HeldBy: row.HeldByName, HeldByID: row.HeldBy,
			Since: row.ChangedAt, DueAt: row.DueAt,
		}
	}
	return views, nil
}
