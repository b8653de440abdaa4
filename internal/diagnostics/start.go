package diagnostics

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"wardroom/internal/authz"
	"wardroom/internal/errs"
	"wardroom/internal/postgres"
	"wardroom/internal/postgres/dbgen"
	"wardroom/internal/timeline"
)

// Start runs the command of the request, or attaches to the run of the same text that is
// already active in this incident and environment: attached tells which. What was
// confirmed must be what would run now, else errs.Conflict; what may not run here is
// errs.Invalid; while the service closes it is errs.Unavailable.
func (s *Service) Start(ctx context.Context, req Request) (run Run, attached bool, err error) {
	actor, err := authz.Require(ctx, authz.RunCommands)
	if err != nil {
		return Run{}, false, err
	}
	if err = s.enter(); err != nil {
		return Run{}, false, err
	}
	defer s.leave()
	plan, err := s.Plan(ctx, req)
	if err != nil {
		return Run{}, false, err
	}
	if err = plan.check(req); err != nil {
		return Run{}, false, err
	}
	id := uuid.Must(uuid.NewV7())
	s.expect(id)
	run, attached, err = s.insert(ctx, actor, plan, req, id)
	if err != nil || attached {
		s.forget(id)
		return run, attached, err
	}
	started := make(chan Run, 1)
	// Under the service's own context: a browser that goes away must not end the run.
	s.runs.Go(func() { s.conduct(s.ctx, plan, run, started) })
	select {
	case run = <-started:
	case <-ctx.Done(): // it goes on without its witness
	}
	return run, false, nil
}

// insert records the intent to run, or finds the run that is active already.
func (s *Service) insert(ctx context.Context, actor authz.Actor, p Plan, req Request, id uuid.UUID) (run Run, attached bool, err error) {
	inserted := false
	err = s.db.InTx(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		var txErr error
		run, attached, txErr = s.insertTx(ctx, tx, actor, p, req, id)
		inserted = txErr == nil && !attached
		return txErr
	})
	if err != nil && inserted {
		// The commit was asked for and its answer is lost. The person is told that it failed, so
		// should the run be there, it must not begin, nor be taken for one that runs.
		s.runs.Go(func() {
			_, _ = s.finish(s.ctx, run, ending{state: Failed, reason: "It was not started: the database did not answer.", clean: true}) // NotFound: it was rolled back
		})
	}
	return run, attached, err
}

// insertTx inserts the run and its event. The incident's row lock makes that and the look
// for an active run exclusive.
func (s *Service) insertTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, p Plan, req Request, id uuid.UUID) (Run, bool, error) {
	status, err := tx.LockIncident(ctx, p.IncidentID)
	if err != nil {
		return Run{}, false, postgres.MapError(err)
	}
	if status == "closed" {
		return Run{}, false, errs.New(errs.Conflict, "The incident is closed.")
	}
	active, err := tx.ActiveRun(ctx, dbgen.ActiveRunParams{IncidentID: p.IncidentID, TextHash: p.textHash(), Environment: p.Environment.Name})
	if err == nil {
		run, rowErr := fromRow(active)
		return run, true, rowErr
	}
	if errs.KindOf(postgres.MapError(err)) != errs.NotFound {
		return Run{}, false, postgres.MapError(err)
	}
	params, err := json.Marshal(append([]Value{}, p.Values...)) // a list also when there are none
	if err != nil {
		return Run{}, false, fmt.Errorf("diagnostics: values: %w", err)
	}
	row, err := tx.InsertRun(ctx, dbgen.InsertRunParams{
		ID: id, IncidentID: p.IncidentID, AttachedID: given(req.Attached), StepID: p.Step.ID, StepTitle: p.Step.Title,
		CommandID: p.Command.ID, Section: p.Section, Kind: KindCommand, Source: string(p.Source), Language: p.Command.Kind,
		Written: p.Command.Text, Text: p.Text, TextHash: p.textHash(),
		Environment: p.Environment.Name, Risk: p.Risk.String(), Discloses: p.Analysis.Discloses, Params: params,
		State: string(Queued), StartedBy: actor.ID, StartedName: actor.Name, ActsAs: p.ActsAs, Owner: s.opts.Owner, Host: s.opts.Host,
	})
	if err != nil {
		return Run{}, false, fmt.Errorf("diagnostics: insert run: %w", postgres.MapError(err))
	}
	run, err := fromRow(row)
	if err != nil {
		return Run{}, false, err
	}
	if err = s.rememberTx(ctx, tx, actor, p, req.Values); err != nil {
		return Run{}, false, err
	}
	if err = s.rooms.JoinTx(ctx, tx, p.IncidentID); err != nil {
		return Run{}, false, err
	}
	_, err = s.ledger.AppendTx(ctx, tx, p.IncidentID, timeline.Event{Kind: timeline.RunStarted, Actor: actor, Data: runData(run)})
	return run, false, err
}

func given(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}

// rememberTx keeps what was typed now, so that the next command of the incident is filled.
// What was typed earlier keeps the name of who typed it.
func (s *Service) rememberTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, p Plan, typed map[string]string) error {
	for _, v := range p.Values {
		if v.Origin != FromTyped || strings.TrimSpace(typed[v.Name]) == "" {
			continue
		}
		err := tx.SetVariable(ctx, dbgen.SetVariableParams{
			IncidentID: p.IncidentID, Name: v.Name, Value: v.Value, Origin: string(FromTyped), SetBy: actor.Name,
		})
		if err != nil {
			return fmt.Errorf("diagnostics: remember %s: %w", v.Name, postgres.MapError(err))
		}
	}
	return nil
}

// runData is what the timeline keeps of the run.
func runData(r Run) timeline.RunData {
	data := timeline.RunData{
		RunID: r.ID, Number: r.Number, Step: r.StepID, Title: r.StepTitle, Section: r.Section, Text: r.Text,
		Risk: r.Risk.String(), Environment: r.Env, ActsAs: r.ActsAs, State: string(r.State), ExitCode: r.ExitCode, Lines: r.Lines, Reason: r.Reason,
	}
	if r.Source != FromPlaybook {
		data.Source = string(r.Source)
	}
	if r.Started != nil && r.Ended != nil {
		data.DurationMS = r.Ended.Sub(*r.Started).Milliseconds()
	}
	return data
}
