package reviews

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"wardroom/internal/authz"
	"wardroom/internal/errs"
	"wardroom/internal/postgres"
	"wardroom/internal/postgres/dbgen"
	"wardroom/internal/timeline"
)

// Runs gives what was run in an incident, in the order of the runs' numbers. It decides
// what of it the actor may see.
type Runs interface {
	ForReview(ctx context.Context, incident uuid.UUID) ([]Run, error)
}

// Run is one execution, or one step that somebody did by hand.
type Run struct {
	ID          uuid.UUID
	Number      int
	Step        string // title
	Section     string
	Place       string // names where it stands; runs of one written text at one place are one proposal
	Source      Source
	Language    string // shell, sql or promql
	Written     string // the text with its placeholders
	Text        string // exactly what ran; empty for a manual step
	Risk        string
	Environment string
	By          string
	ActsAs      string // whom the environment's cluster saw
	State       string
	Reason      string // why it ended as it did
	ExitCode    *int
	StartedAt   time.Time
	EndedAt     *time.Time
	Note        string
	Ran         bool  // it began
	SetAside    bool  // somebody does not propose it
	Lines       int64 // of output in all
	First, Last []string
}

// Source is where the text of a run came from.
type Source string

// The sources that are not the playbook.
const (
	Edited Source = "edited"
	Typed  Source = "typed"
)

// Omitted says how many lines of output are between First and Last.
func (r Run) Omitted() int64 { return max(0, r.Lines-int64(len(r.First)+len(r.Last))) }

// Review is what is known about an incident without anybody writing a word.
type Review struct {
	ID             uuid.UUID
	Number         int64
	Title          string
	Summary        string
	Severity       int
	Status         string
	Environment    string
	Lead           string
	DeclaredBy     string
	Responders     []string
	DeclaredAt     time.Time
	BeganAt        time.Time
	AcknowledgedAt *time.Time
	MitigatedAt    *time.Time
	ResolvedAt     *time.Time
	ClosedAt       *time.Time
	Playbooks      []Playbook
	Symptoms       []Symptom
	Metrics        []Metric
	Timeline       []timeline.Record
	Runs           []Run
	Proposals      []Proposal
	Chart          Chart
	BuiltAt        time.Time
}

// Playbook is one that was attached, for a time or to the end.
type Playbook struct {
	ID         string
	Title      string
	Revision   string
	Reason     string
	AttachedAt time.Time
	DetachedAt *time.Time
}

// Symptom is one episode of something that was wrong.
type Symptom struct {
	Name        string
	Service     string
	Value       string // the last one while it fired
	Severity    int
	StartsAt    time.Time
	FirstSeenAt time.Time
	ClearedAt   *time.Time
}

// Service builds reviews.
type Service struct {
	db   *postgres.DB
	runs Runs
}

// New returns a service.
func New(db *postgres.DB, runs Runs) *Service { return &Service{db: db, runs: runs} }

// Build writes the review of an incident as it stands now; it need not be over. Needs
// authz.Read; an incident that does not exist is errs.NotFound.
func (s *Service) Build(ctx context.Context, number int64) (Review, error) {
	if _, err := authz.Require(ctx, authz.Read); err != nil {
		return Review{}, err
	}
	facts, err := s.db.ReviewFacts(ctx, number)
	if err != nil {
		mapped := postgres.MapError(err)
		if errs.KindOf(mapped) == errs.NotFound {
			return Review{}, errs.Wrap(errs.NotFound, fmt.Sprintf("There is no incident INC-%d.", number), err)
		}
		return Review{}, fmt.Errorf("reviews: facts: %w", mapped)
	}
	r := fromFacts(facts)
	if r.BuiltAt, err = s.db.Now(ctx); err != nil {
		return Review{}, fmt.Errorf("reviews: clock: %w", postgres.MapError(err))
	}
	if err = s.people(ctx, &r); err != nil {
		return Review{}, err
	}
	if r.Symptoms, err = s.symptoms(ctx, r.ID); err != nil {
		return Review{}, err
	}
	if r.Timeline, err = s.records(ctx, r.ID); err != nil {
		return Review{}, err
	}
	if r.Runs, err = s.runs.ForReview(ctx, r.ID); err != nil {
		return Review{}, fmt.Errorf("reviews: runs: %w", err)
	}
	r.Metrics, r.Chart, r.Proposals = metrics(r), chart(r), proposals(r)
	return r, nil
}

// ClearedAt tells of several incidents when the last of their symptoms cleared.
func (s *Service) ClearedAt(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]time.Time, error) {
	if _, err := authz.Require(ctx, authz.Read); err != nil {
		return nil, err
	}
	rows, err := s.db.ClearedAt(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("reviews: cleared: %w", postgres.MapError(err))
	}
	cleared := make(map[uuid.UUID]time.Time, len(rows))
	for _, row := range rows {
		cleared[row.IncidentID] = row.ClearedAt
	}
	return cleared, nil
}

func fromFacts(row dbgen.ReviewFactsRow) Review {
	in := row.Incident
	return Review{
		ID: in.ID, Number: in.Number, Title: in.Title, Summary: in.Summary, Severity: int(in.Severity),
		Status: in.Status, Environment: in.Environment, Lead: row.Lead, DeclaredBy: row.Declarer,
		DeclaredAt: in.CreatedAt, BeganAt: in.BeganAt, AcknowledgedAt: in.AcknowledgedAt,
		MitigatedAt: in.MitigatedAt, ResolvedAt: in.ResolvedAt, ClosedAt: in.ClosedAt,
	}
}

// people adds who responded and by which playbooks.
func (s *Service) people(ctx context.Context, r *Review) error {
	responders, err := s.db.ListResponders(ctx, r.ID)
	if err != nil {
		return fmt.Errorf("reviews: responders: %w", postgres.MapError(err))
	}
	for _, row := range responders {
		r.Responders = append(r.Responders, row.DisplayName)
	}
	books, err := s.db.ReviewPlaybooks(ctx, r.ID)
	if err != nil {
		return fmt.Errorf("reviews: playbooks: %w", postgres.MapError(err))
	}
	for _, row := range books {
		r.Playbooks = append(r.Playbooks, Playbook{
			ID: row.PlaybookID, Title: row.Title, Revision: row.Revision, Reason: row.Reason,
			AttachedAt: row.AttachedAt, DetachedAt: row.DetachedAt,
		})
	}
	return nil
}

func (s *Service) symptoms(ctx context.Context, incident uuid.UUID) ([]Symptom, error) {
	rows, err := s.db.ReviewSymptoms(ctx, &incident)
	if err != nil {
		return nil, fmt.Errorf("reviews: symptoms: %w", postgres.MapError(err))
	}
	all := make([]Symptom, len(rows))
	for i, row := range rows {
		all[i] = Symptom{
			Name: row.Name, Service: row.Service, Value: row.Value, Severity: int(row.Severity),
			StartsAt: row.StartsAt, FirstSeenAt: row.FirstSeenAt, ClearedAt: row.ResolvedAt,
		}
	}
	return all, nil
}

// records reads the whole timeline, a piece at a time.
func (s *Service) records(ctx context.Context, incident uuid.UUID) ([]timeline.Record, error) {
	const piece = 1000
	var all []timeline.Record
	for {
		var after int64
		if len(all) > 0 {
			after = all[len(all)-1].Seq
		}
		records, err := timeline.List(ctx, s.db, incident, after, piece)
		if err != nil {
			return nil, err
		}
		all = append(all, records...)
		if len(records) < piece {
			return all, nil
		}
	}
}
