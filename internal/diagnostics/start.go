package diagnostics

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"wardroom/internal/authz"
	"wardroom/internal/errs"
	"wardroom/internal/postgres"
	"wardroom/internal/postgres/dbgen"
	"wardroom/internal/supervisor"
	"wardroom/internal/timeline"
)

// Start runs the command of the request, or attaches to the run of the same text that is
// already active in this incident and environment: attached tells which. What was
// confirmed must be what would run now, else errs.Conflict.
func (s *Service) Start(ctx context.Context, req Request) (run Run, attached bool, err error) {
	actor, err := authz.Require(ctx, authz.RunCommands)
	if err != nil {
		return Run{}, false, err
	}
	plan, err := s.Plan(ctx, req)
	if err != nil {
		return Run{}, false, err
	}
	if err := plan.check(req); err != nil {
		return Run{}, false, err
	}
	err = s.db.InTx(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		run, attached, err = s.insertTx(ctx, tx, actor, plan, req.Attached)
		return err
	})
	if err != nil || attached {
		return run, attached, err
	}
	run, err = s.launch(ctx, plan, run)
	return run, false, err
}

// insertTx records the intent to run, or finds the run that is active already. The
// incident's row lock makes the two exclusive.
func (s *Service) insertTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, p Plan, attachedTo uuid.UUID) (Run, bool, error) {
	status, err := tx.LockIncident(ctx, p.IncidentID)
	if err != nil {
		return Run{}, false, postgres.MapError(err)
	}
	if status == "closed" {
		return Run{}, false, errs.New(errs.Conflict, "The incident is closed.")
	}
	active, err := tx.ActiveRun(ctx, dbgen.ActiveRunParams{IncidentID: p.IncidentID, TextHash: textHash(p.Text), Environment: p.Environment.Name})
	if err == nil {
		run, err := fromRow(active)
		return run, true, err
	}
	if errs.KindOf(postgres.MapError(err)) != errs.NotFound {
		return Run{}, false, postgres.MapError(err)
	}
	params, err := json.Marshal(p.Values)
	if err != nil {
		return Run{}, false, fmt.Errorf("diagnostics: values: %w", err)
	}
	if p.Values == nil {
		params = []byte("[]")
	}
	row, err := tx.InsertRun(ctx, dbgen.InsertRunParams{
		ID: uuid.Must(uuid.NewV7()), IncidentID: p.IncidentID, AttachedID: &attachedTo, StepID: p.Step.ID, StepTitle: p.Step.Title,
		CommandID: p.Command.ID, Section: p.Section, Kind: KindCommand, Written: p.Command.Text, Text: p.Text, TextHash: textHash(p.Text),
		Environment: p.Environment.Name, Risk: p.Risk.String(), Discloses: p.Analysis.Discloses, Params: params,
		State: string(Queued), StartedBy: actor.ID, StartedName: actor.Name, Owner: s.opts.Owner, Host: s.opts.Host,
	})
	if err != nil {
		return Run{}, false, fmt.Errorf("diagnostics: insert run: %w", postgres.MapError(err))
	}
	run, err := fromRow(row)
	if err != nil {
		return Run{}, false, err
	}
	if err := s.rememberTx(ctx, tx, actor, p); err != nil {
		return Run{}, false, err
	}
	if err := s.rooms.JoinTx(ctx, tx, p.IncidentID); err != nil {
		return Run{}, false, err
	}
	_, err = s.ledger.AppendTx(ctx, tx, p.IncidentID, timeline.Event{Kind: timeline.RunStarted, Actor: actor, Data: record(run, p.Section)})
	return run, false, err
}

// rememberTx keeps what was typed, so that the next command of the incident is filled.
func (s *Service) rememberTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, p Plan) error {
	for _, v := range p.Values {
		if v.Origin != FromTyped {
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

// launch claims the run and starts its process. From here on the run ends in one way
// only: through finish.
func (s *Service) launch(ctx context.Context, p Plan, run Run) (Run, error) {
	ctx = context.WithoutCancel(ctx) // the person's browser going away must not leave a run half started
	claimed, err := s.db.ClaimRun(ctx, dbgen.ClaimRunParams{ID: run.ID, Owner: s.opts.Owner, Host: s.opts.Host})
	if err != nil || claimed == 0 {
		return run, fmt.Errorf("diagnostics: claim run %s: %w", run.ID, postgres.MapError(err))
	}
	child, err := s.startChild(ctx, p, run)
	if err != nil {
		s.log.ErrorContext(ctx, "run did not start", "run_id", run.ID, "err", err)
		end := ending{state: Failed, reason: "It could not be started. The reason is in Wardroom's log.", clean: true}
		if finishErr := s.finish(ctx, run, end); finishErr != nil {
			return run, finishErr
		}
		return s.ByID(ctx, run.ID)
	}
	id := child.ID()
	pid, start := int32(id.PID), int64(id.Start) //nolint:gosec // a pid and clock ticks since boot fit
	if _, err := s.db.MarkRunning(ctx, dbgen.MarkRunningParams{ID: run.ID, Pid: &pid, PidStart: &start}); err != nil {
		s.log.ErrorContext(ctx, "run is not marked as running", "run_id", run.ID, "err", err)
	}
	s.hub.Ring(timeline.Topic(p.Number))
	s.runs.Go(func() {
		defer s.forget(run.ID)
		s.record(s.ctx, p, run, child)
	})
	return s.ByID(ctx, run.ID)
}

func (s *Service) startChild(ctx context.Context, p Plan, run Run) (*supervisor.Child, error) {
	vars, err := s.variables(ctx, run.IncidentID)
	if err != nil {
		return nil, err
	}
	spec, err := s.spec(p, run, vars)
	if err != nil {
		return nil, err
	}
	child, err := supervisor.Start(s.ctx, s.opts.Executable, spec)
	if err != nil {
		return nil, err
	}
	if !s.keep(run.ID, child) {
		child.Stop()
	}
	return child, nil
}

// variables are the incident's, as a run may read them.
func (s *Service) variables(ctx context.Context, incident uuid.UUID) (map[string]string, error) {
	rows, err := s.db.ListVariables(ctx, incident)
	if err != nil {
		return nil, postgres.MapError(err)
	}
	vars := map[string]string{}
	for _, row := range rows {
		if row.Origin == string(FromRun) {
			vars[row.Name] = row.Value
		}
	}
	return vars, nil
}

func record(r Run, section string) timeline.RunData {
	data := timeline.RunData{
		RunID: r.ID, Number: r.Number, Step: r.StepID, Title: r.StepTitle, Section: section, Text: r.Text,
		Risk: r.Risk.String(), Environment: r.Env, State: string(r.State), ExitCode: r.ExitCode, Lines: r.Lines, Reason: r.Reason,
	}
	if r.Started != nil && r.Ended != nil {
		data.DurationMS = r.Ended.Sub(*r.Started).Milliseconds()
	}
	return data
}
