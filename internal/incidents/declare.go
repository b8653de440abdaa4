package incidents

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"wardroom/internal/authz"
	"wardroom/internal/errs"
	"wardroom/internal/playbooks"
	"wardroom/internal/postgres"
	"wardroom/internal/postgres/dbgen"
	"wardroom/internal/timeline"
)

// Declaration says what a new incident is about. From symptoms everything else follows;
// by hand a title and a severity are needed.
type Declaration struct {
	Title       string // empty: from the worst symptom, "ArmDown: coder-arm"
	Summary     string
	Severity    int    // zero: the playbooks' own, else the worst symptom's
	Environment string // empty: the worst symptom's
	SymptomIDs  []uuid.UUID
	PlaybookIDs []string
	Reason      string    // why these playbooks; empty: the worst symptom's name
	Lead        uuid.UUID // zero: whoever acknowledges first
}

// Declare opens an incident. When one of the symptoms belongs to an active incident
// already, the actor joins that one, the other symptoms are added to it, and created is
// false.
func (s *Service) Declare(ctx context.Context, d Declaration) (in Incident, created bool, err error) {
	if _, err = authz.Require(ctx, authz.Respond); err != nil {
		return Incident{}, false, err
	}
	err = s.DB.InTx(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		in, created, err = s.DeclareTx(ctx, tx, d)
		return err
	})
	if err != nil {
		return Incident{}, false, err
	}
	return in, created, nil
}

// DeclareTx is Declare inside the caller's transaction.
func (s *Service) DeclareTx(ctx context.Context, tx *postgres.Tx, d Declaration) (in Incident, created bool, err error) {
	actor, err := authz.Require(ctx, authz.Respond)
	if err != nil {
		return Incident{}, false, err
	}
	symptoms, err := lockSymptoms(ctx, tx, d.SymptomIDs)
	if err != nil {
		return Incident{}, false, err
	}
	existing, free, err := meet(ctx, tx, symptoms)
	if err != nil {
		return Incident{}, false, err
	}
	if existing != nil {
		if joinErr := s.JoinTx(ctx, tx, existing.ID); joinErr != nil {
			return Incident{}, false, joinErr
		}
		if linkErr := s.linkTx(ctx, tx, existing.ID, free, actor); linkErr != nil {
			return Incident{}, false, linkErr
		}
		in, err = read(ctx, tx, existing.ID)
		return in, false, err
	}
	books, err := s.choose(d.PlaybookIDs...)
	if err != nil {
		return Incident{}, false, err
	}
	id, err := s.createTx(ctx, tx, d, symptoms, books, actor)
	if err != nil {
		return Incident{}, false, err
	}
	in, err = read(ctx, tx, id)
	return in, true, err
}

func (s *Service) createTx(ctx context.Context, tx *postgres.Tx, d Declaration, symptoms []symptom, books []*playbooks.Playbook, actor authz.Actor) (uuid.UUID, error) {
	row, err := s.describe(d, symptoms, books)
	if err != nil {
		return uuid.Nil, err
	}
	if actor.ID != uuid.Nil {
		row.DeclaredBy = &actor.ID
	}
	if _, err := tx.InsertIncident(ctx, row); err != nil {
		return uuid.Nil, fmt.Errorf("incidents: declare: %w", postgres.MapError(err))
	}
	if err := s.record(ctx, tx, row.ID, timeline.Event{
		Kind: timeline.Declared, Actor: actor, Text: strings.TrimSpace(row.Title + "\n\n" + row.Summary),
		Data: timeline.DeclaredData{Severity: int(row.Severity), Environment: row.Environment, Symptoms: len(symptoms)},
	}); err != nil {
		return uuid.Nil, err
	}
	if err := s.linkTx(ctx, tx, row.ID, symptoms, actor); err != nil {
		return uuid.Nil, err
	}
	if err := s.JoinTx(ctx, tx, row.ID); err != nil {
		return uuid.Nil, err
	}
	if d.Lead != uuid.Nil {
		who, err := responderByID(ctx, tx, d.Lead)
		if err != nil {
			return uuid.Nil, err
		}
		if err := s.leadTx(ctx, tx, Incident{ID: row.ID}, who, actor); err != nil {
			return uuid.Nil, err
		}
	}
	reason := shorten(oneLine(d.Reason))
	if reason == "" && len(symptoms) > 0 {
		reason = shorten(oneLine(symptoms[0].Name))
	}
	level := 1
	for _, book := range books {
		if _, err := s.attachTx(ctx, tx, row.ID, book, reason, actor); err != nil {
			return uuid.Nil, err
		}
		level = max(level, book.Level)
	}
	return row.ID, s.Escalation.StartTx(ctx, tx, row.ID, level, actor)
}

// describe decides what the declaration leaves open.
func (s *Service) describe(d Declaration, symptoms []symptom, books []*playbooks.Playbook) (dbgen.InsertIncidentParams, error) {
	var worst symptom
	var began *time.Time
	if len(symptoms) > 0 {
		worst = symptoms[0]
		first := slices.MinFunc(symptoms, func(a, b symptom) int { return a.StartsAt.Compare(b.StartsAt) })
		began = &first.StartsAt
	}
	row := dbgen.InsertIncidentParams{ID: uuid.Must(uuid.NewV7()), Summary: clean(d.Summary), BeganAt: began}
	var err error
	if row.Title, err = cleanTitle(cmp.Or(oneLine(d.Title), shorten(worst.title()))); err != nil {
		return row, err
	}
	if len(row.Summary) > timeline.MaxText-4*maxTitle {
		return row, errs.New(errs.TooLarge, "The summary is too long.")
	}
	severity := cmp.Or(d.Severity, worstSeverity(books), int(worst.Severity))
	if err := checkSeverity(severity); err != nil {
		return row, err
	}
	row.Severity = int16(severity) // #nosec G115 -- checked to be 1 to 4
	row.Environment = cmp.Or(d.Environment, worst.Environment)
	if d.Environment != "" && s.Environment != nil && !s.Environment(d.Environment) {
		return row, errs.Newf(errs.Invalid, "There is no environment %q.", d.Environment)
	}
	return row, nil
}

// worstSeverity is the one that the playbooks ask for, zero when none of them does.
func worstSeverity(books []*playbooks.Playbook) int {
	worst := 0
	for _, book := range books {
		if book.Severity > 0 && (worst == 0 || book.Severity < worst) {
			worst = book.Severity
		}
	}
	return worst
}

// clean makes text fit for the database.
func clean(text string) string {
	return strings.TrimSpace(strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", ""))
}
