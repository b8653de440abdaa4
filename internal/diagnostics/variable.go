package diagnostics

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"wardroom/internal/authz"
	"wardroom/internal/errs"
	"wardroom/internal/postgres"
	"wardroom/internal/postgres/dbgen"
	"wardroom/internal/shell"
	"wardroom/internal/timeline"
)

// Variable is a value that the incident keeps for its commands.
type Variable struct {
	Name   string
	Value  string
	Origin Origin    // FromTyped, FromRun or FromAlert
	RunID  uuid.UUID // that has assigned it; zero when it was typed
	By     string
}

// Variables lists what the incident keeps, by name.
func (p *Planner) Variables() []Variable {
	all := make([]Variable, len(p.fill.stored))
	for i, n := range p.fill.stored {
		row := n.value
		v := Variable{Name: row.Name, Value: row.Value, By: row.SetBy}
		v.Origin = p.fill.judged(n.param, Value{Value: row.Value, Origin: Origin(row.Origin)})
		if row.RunID != nil {
			v.RunID = *row.RunID
		}
		all[i] = v
	}
	slices.SortFunc(all, func(a, b Variable) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

// SetVariable changes what the incident keeps under a name; an empty value removes it. What
// an alert says stays the alert's when somebody types it, and so does a value that is saved
// as it was.
func (s *Service) SetVariable(ctx context.Context, incident int64, name, value string) error {
	actor, err := authz.Require(ctx, authz.RunCommands)
	if err != nil {
		return err
	}
	name, value = strings.TrimSpace(name), strings.TrimSpace(value)
	if err = shell.CheckVariable(name, value); err != nil {
		return errs.Wrap(errs.Invalid, sentence(err), err)
	}
	planner, err := s.Planner(ctx, incident)
	if err != nil {
		return err
	}
	param := byName(name, value).param
	if _, fixed := find(planner.fill.fixed, param); fixed {
		return errs.Newf(errs.Invalid, "%s is fixed by environment %s.", name, planner.env.Name)
	}
	row := dbgen.SetVariableParams{IncidentID: planner.room.ID, Name: name, Value: value, SetBy: actor.Name}
	row.Origin = string(planner.fill.judged(param, Value{Value: value, Origin: FromTyped}))
	return s.db.InTx(ctx, func(ctx context.Context, tx *postgres.Tx) error { return s.setVariableTx(ctx, tx, actor, row) })
}

func (s *Service) setVariableTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, row dbgen.SetVariableParams) error {
	status, err := tx.LockIncident(ctx, row.IncidentID)
	if err != nil {
		return postgres.MapError(err)
	}
	if status == "closed" {
		return errs.New(errs.Conflict, "The incident is closed.")
	}
	before, err := tx.Variable(ctx, dbgen.VariableParams{IncidentID: row.IncidentID, Name: row.Name})
	there := err == nil
	if err = postgres.MapError(err); !there && errs.KindOf(err) != errs.NotFound {
		return fmt.Errorf("diagnostics: variable %s: %w", row.Name, err)
	}
	if there && before.Value == row.Value && row.Value != "" || !there && row.Value == "" {
		return nil
	}
	if row.Value == "" {
		err = tx.DeleteVariable(ctx, dbgen.DeleteVariableParams{IncidentID: row.IncidentID, Name: row.Name})
	} else {
		err = tx.SetVariable(ctx, row)
	}
	if err != nil {
		return fmt.Errorf("diagnostics: set variable %s: %w", row.Name, postgres.MapError(err))
	}
	if err = s.rooms.JoinTx(ctx, tx, row.IncidentID); err != nil {
		return err
	}
	_, err = s.ledger.AppendTx(ctx, tx, row.IncidentID, timeline.Event{
		Kind: timeline.VariableSet, Actor: actor, Data: timeline.VariableData{Name: row.Name, Removed: row.Value == ""}, Text: row.Value,
	})
	return err
}

// sentence makes an error of the shell's one for people.
func sentence(err error) string {
	text := err.Error()
	return strings.ToUpper(text[:1]) + text[1:] + "."
}
