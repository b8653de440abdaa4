package symptoms

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"wardroom/internal/authz"
	"wardroom/internal/errs"
	"wardroom/internal/playbooks"
	"wardroom/internal/postgres"
	"wardroom/internal/postgres/dbgen"
)

// PageSize is how many symptoms a page of the dashboard has.
const PageSize = 100

const (
	clearedSince = 30 * time.Minute
	maxCleared   = 100
	maxEpisodes  = 50
	maxStrip     = 500
)

// Page is a part of the live symptoms, the worst and oldest first.
type Page struct {
	Symptoms []Symptom
	Next     *Cursor // nil: there is no more
}

// Dashboard gives the symptoms that are firing or unknown, after a cursor. Needs
// authz.Read, like everything that reads here.
func (s *Service) Dashboard(ctx context.Context, f Filter, after Cursor) (Page, error) {
	if _, err := authz.Require(ctx, authz.Read); err != nil {
		return Page{}, err
	}
	rows, err := s.DB.LiveSymptoms(ctx, dbgen.LiveSymptomsParams{
		AfterSeverity: small(after.Severity), AfterStartsAt: after.StartsAt, AfterID: after.ID,
		Severity: small(f.Severity), Service: f.Service, Environment: f.Environment, State: string(f.State),
		Muted: f.Muted, Words: pattern(f.Words), MaxRows: PageSize + 1,
	})
	if err != nil {
		return Page{}, fmt.Errorf("symptoms: list: %w", postgres.MapError(err))
	}
	list, err := mapRows(rows, func(row dbgen.LiveSymptomsRow) (Symptom, error) { return fromRow(row.Symptom, row.IncidentNumber) })
	if err != nil || len(list) <= PageSize {
		return Page{Symptoms: list}, err
	}
	list = list[:PageSize]
	last := list[PageSize-1]
	return Page{Symptoms: list, Next: &Cursor{Severity: last.Severity, StartsAt: last.StartsAt, ID: last.ID}}, nil
}

// Cleared gives what was resolved in the last 30 minutes and does not fire again, the
// newest first.
func (s *Service) Cleared(ctx context.Context) ([]Symptom, error) {
	if _, err := authz.Require(ctx, authz.Read); err != nil {
		return nil, err
	}
	rows, err := s.DB.ClearedSymptoms(ctx, dbgen.ClearedSymptomsParams{Since: clearedSince, MaxRows: maxCleared})
	if err != nil {
		return nil, fmt.Errorf("symptoms: list cleared: %w", postgres.MapError(err))
	}
	return mapRows(rows, func(row dbgen.ClearedSymptomsRow) (Symptom, error) { return fromRow(row.Symptom, row.IncidentNumber) })
}

// ByID gives one symptom; errs.NotFound when there is none.
func (s *Service) ByID(ctx context.Context, id uuid.UUID) (Symptom, error) {
	if _, err := authz.Require(ctx, authz.Read); err != nil {
		return Symptom{}, err
	}
	row, err := s.DB.SymptomByID(ctx, id)
	if mapped := postgres.MapError(err); errs.KindOf(mapped) == errs.NotFound {
		return Symptom{}, errs.Wrap(errs.NotFound, "There is no such symptom.", err)
	} else if mapped != nil {
		return Symptom{}, fmt.Errorf("symptoms: read: %w", mapped)
	}
	return fromRow(row.Symptom, row.IncidentNumber)
}

// Episodes gives the last firings of the same identity, of as the newest first.
func (s *Service) Episodes(ctx context.Context, of Symptom) ([]Symptom, error) {
	if _, err := authz.Require(ctx, authz.Read); err != nil {
		return nil, err
	}
	rows, err := s.DB.SymptomEpisodes(ctx, dbgen.SymptomEpisodesParams{
		SourceGroup: of.Group, Fingerprint: of.Fingerprint, MaxRows: maxEpisodes,
	})
	if err != nil {
		return nil, fmt.Errorf("symptoms: list episodes: %w", postgres.MapError(err))
	}
	return mapRows(rows, func(row dbgen.SymptomEpisodesRow) (Symptom, error) { return fromRow(row.Symptom, row.IncidentNumber) })
}

// ForIncident gives the incident's symptoms, those that are not resolved first; of one
// that fired several times the last episode.
func (s *Service) ForIncident(ctx context.Context, incident uuid.UUID, number int64) ([]Symptom, error) {
	if _, err := authz.Require(ctx, authz.Read); err != nil {
		return nil, err
	}
	rows, err := s.DB.SymptomsOfIncident(ctx, dbgen.SymptomsOfIncidentParams{
		IncidentID: &incident, IncidentNumber: number, MaxRows: maxStrip,
	})
	if err != nil {
		return nil, fmt.Errorf("symptoms: list of incident: %w", postgres.MapError(err))
	}
	return mapRows(rows, func(row dbgen.SymptomsOfIncidentRow) (Symptom, error) {
		return fromRow(row.Symptom, row.IncidentNumber)
	})
}

// Candidates gives the playbooks that fit the symptom, the best first.
func (s *Service) Candidates(of Symptom) []playbooks.Candidate {
	return s.Catalogue.Candidates(of.Labels, of.Annotations)
}

// Counts are the live symptoms in numbers.
type Counts struct {
	Total, Unknown, Muted int
	BySeverity            map[int]int
	ByService             map[string]int
}

// Counts counts the live symptoms.
func (s *Service) Counts(ctx context.Context) (Counts, error) {
	if _, err := authz.Require(ctx, authz.Read); err != nil {
		return Counts{}, err
	}
	rows, err := s.DB.CountLiveSymptoms(ctx)
	if err != nil {
		return Counts{}, fmt.Errorf("symptoms: count: %w", postgres.MapError(err))
	}
	c := Counts{BySeverity: map[int]int{}, ByService: map[string]int{}}
	for _, row := range rows {
		n := int(row.Symptoms)
		c.Total += n
		c.BySeverity[int(row.Severity)] += n
		c.ByService[row.Service] += n
		if row.Muted {
			c.Muted += n
		}
		if State(row.State) == Unknown {
			c.Unknown += n
		}
	}
	return c, nil
}

func mapRows[Row any](rows []Row, read func(Row) (Symptom, error)) ([]Symptom, error) {
	list := make([]Symptom, len(rows))
	for i, row := range rows {
		var err error
		if list[i], err = read(row); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// small is a severity as the database has it; those out of bounds match nothing.
func small(severity int) int16 {
	if severity < 0 || severity > 4 {
		return -1
	}
	return int16(severity)
}
