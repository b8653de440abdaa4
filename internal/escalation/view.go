package escalation

import (
	"context"
	"encoding/json"
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
	Late    string // "late by 4 min", mostly empty
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
		reached := Reached{At: row.At, By: row.ActorName}
		if timeline.Kind(row.Kind) == timeline.EscalationStarted {
			var d StartedData
			err = json.Unmarshal(row.Data, &d)
			reached.Level = d.Level
		} else {
			var d EscalatedData
			err = json.Unmarshal(row.Data, &d)
			reached.Level, reached.ByTimer, reached.Late = d.To, d.ByTimer, d.Late()
		}
		if err != nil {
			return View{}, fmt.Errorf("escalation: history: %w", err)
		}
		view.Reached = append(view.Reached, reached)
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
