package diagnostics

import (
	"context"

	"github.com/google/uuid"

	"wardroom/internal/authz"
	"wardroom/internal/postgres"
	"wardroom/internal/postgres/dbgen"
)

// MaxRuns is how many runs of an incident a page shows, the newest ones.
const MaxRuns = 500

// ByID gives one run with its note; errs.NotFound when there is none.
func (s *Service) ByID(ctx context.Context, id uuid.UUID) (Run, error) {
	if _, err := authz.Require(ctx, authz.Read); err != nil {
		return Run{}, err
	}
	row, err := s.db.RunByID(ctx, id)
	if err != nil {
		return Run{}, postgres.MapError(err)
	}
	run, err := fromRow(row)
	if err != nil || row.NoteHash == nil {
		return run, err
	}
	note, err := s.db.RunNote(ctx, id)
	if note != nil {
		run.Note = *note
	}
	return run, postgres.MapError(err)
}

// Incident is the number of the incident that the run belongs to.
func (s *Service) Incident(ctx context.Context, run uuid.UUID) (int64, error) {
	if _, err := authz.Require(ctx, authz.Read); err != nil {
		return 0, err
	}
	row, err := s.db.RunIncident(ctx, run)
	return row.Number, postgres.MapError(err)
}

// ForIncident lists the incident's runs, newest first, at most MaxRuns.
func (s *Service) ForIncident(ctx context.Context, incident uuid.UUID) ([]Run, error) {
	if _, err := authz.Require(ctx, authz.Read); err != nil {
		return nil, err
	}
	rows, err := s.db.ListRuns(ctx, dbgen.ListRunsParams{IncidentID: incident, Limit: MaxRuns})
	if err != nil {
		return nil, postgres.MapError(err)
	}
	noted, err := s.db.RunNotes(ctx, incident)
	if err != nil {
		return nil, postgres.MapError(err)
	}
	notes := map[uuid.UUID]string{}
	for _, n := range noted {
		if n.Body != nil {
			notes[n.ID] = *n.Body
		}
	}
	runs := make([]Run, len(rows))
	for i, row := range rows {
		if runs[i], err = fromRow(row); err != nil {
			return nil, err
		}
		runs[i].Note = notes[runs[i].ID]
	}
	return runs, nil
}

// Program is one program that a run started, or was refused.
type Program struct {
	Argv      []string
	Risk      string
	Permitted bool
	Reason    string
}

// Programs lists what the run started, in order.
func (s *Service) Programs(ctx context.Context, run uuid.UUID) ([]Program, error) {
	if _, err := authz.Require(ctx, authz.Read); err != nil {
		return nil, err
	}
	rows, err := s.db.ListRunPrograms(ctx, dbgen.ListRunProgramsParams{RunID: run, Limit: maxPrograms + 1})
	if err != nil {
		return nil, postgres.MapError(err)
	}
	programs := make([]Program, len(rows))
	for i, row := range rows {
		programs[i] = Program{Argv: row.Argv, Risk: row.Risk, Permitted: row.Permitted, Reason: row.Reason}
	}
	return programs, nil
}

// Same is an incident in which the same text is running in the same environment.
type Same struct {
	Number int64
	By     string
}

// Elsewhere tells whether the plan's text is running in another incident right now.
func (s *Service) Elsewhere(ctx context.Context, p Plan) ([]Same, error) {
	if _, err := authz.Require(ctx, authz.Read); err != nil {
		return nil, err
	}
	rows, err := s.db.SameChangeElsewhere(ctx, dbgen.SameChangeElsewhereParams{
		TextHash: p.textHash(), Environment: p.Environment.Name, IncidentID: p.IncidentID,
	})
	if err != nil {
		return nil, postgres.MapError(err)
	}
	same := make([]Same, len(rows))
	for i, row := range rows {
		same[i] = Same{Number: row.Number, By: row.StartedName}
	}
	return same, nil
}
