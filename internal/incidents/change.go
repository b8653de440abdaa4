package incidents

import (
	"context"
	"fmt"
	"strings"

	"wardroom/internal/authz"
	"wardroom/internal/errs"
	"wardroom/internal/postgres"
	"wardroom/internal/postgres/dbgen"
	"wardroom/internal/timeline"
)

// SetSeverity changes the severity; the one that it has already is no event.
func (s *Service) SetSeverity(ctx context.Context, number int64, severity int) error {
	return s.act(ctx, number, func(ctx context.Context, tx *postgres.Tx, in Incident, actor authz.Actor) error {
		if err := checkSeverity(severity); err != nil || severity == in.Severity {
			return err
		}
		if err := tx.UpdateIncidentSeverity(ctx, dbgen.UpdateIncidentSeverityParams{
			ID: in.ID, Severity: int16(severity), // #nosec G115 -- checked to be 1 to 4
		}); err != nil {
			return fmt.Errorf("incidents: set severity: %w", postgres.MapError(err))
		}
		return s.record(ctx, tx, in.ID, timeline.Event{
			Kind: timeline.SeverityChanged, Actor: actor, Data: timeline.SeverityData{From: in.Severity, To: severity},
		})
	})
}

// SetTitle renames the incident; the words go into the event's text, where a purge
// reaches them.
func (s *Service) SetTitle(ctx context.Context, number int64, title string) error {
	return s.act(ctx, number, func(ctx context.Context, tx *postgres.Tx, in Incident, actor authz.Actor) error {
		clean, err := cleanTitle(title)
		if err != nil || clean == in.Title {
			return err
		}
		if err := tx.UpdateIncidentTitle(ctx, dbgen.UpdateIncidentTitleParams{ID: in.ID, Title: clean}); err != nil {
			return fmt.Errorf("incidents: set title: %w", postgres.MapError(err))
		}
		return s.record(ctx, tx, in.ID, timeline.Event{Kind: timeline.TitleChanged, Actor: actor, Text: clean})
	})
}

// AddNote writes Markdown into the timeline.
func (s *Service) AddNote(ctx context.Context, number int64, text string) error {
	return s.act(ctx, number, func(ctx context.Context, tx *postgres.Tx, in Incident, actor authz.Actor) error {
		if strings.TrimSpace(text) == "" {
			return errs.New(errs.Invalid, "Write something first.")
		}
		return s.record(ctx, tx, in.ID, timeline.Event{Kind: timeline.Noted, Actor: actor, Text: text})
	})
}
