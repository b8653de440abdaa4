package diagnostics

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"wardroom/internal/config"
	"wardroom/internal/postgres"
	"wardroom/internal/postgres/dbgen"
	"wardroom/internal/shell"
)

// filling is what can fill placeholders in one incident.
type filling struct {
	env    config.Environment
	vars   map[string]dbgen.IncidentVariable
	labels []map[string]string
	typed  map[string]string
}

func (s *Service) fill(ctx context.Context, incident uuid.UUID, env config.Environment) (filling, error) {
	f := filling{env: env, vars: map[string]dbgen.IncidentVariable{}}
	rows, err := s.db.ListVariables(ctx, incident)
	if err != nil {
		return f, postgres.MapError(err)
	}
	for _, row := range rows {
		f.vars[row.Name] = row
	}
	labels, err := s.db.IncidentLabels(ctx, &incident)
	if err != nil {
		return f, postgres.MapError(err)
	}
	for _, raw := range labels {
		set := map[string]string{}
		if err := json.Unmarshal(raw, &set); err != nil {
			return f, fmt.Errorf("diagnostics: labels: %w", err)
		}
		f.labels = append(f.labels, set)
	}
	return f, nil
}

func (f filling) with(typed map[string]string) filling {
	f.typed = typed
	return f
}

// value finds what fills the parameter: a fixed variable, what was typed now or earlier
// in this incident, a label, the environment's variable. A value that an alert carries
// counts as the alert's, whoever typed it: that somebody copied it does not make it safe.
func (f filling) value(p shell.Param) (Value, bool) {
	v := Value{Name: p.Name, Text: p.Text}
	variable, listed := f.variable(p)
	stored, isStored := f.vars[p.Name]
	fromAlert := f.fromAlert(p)
	switch typed := strings.TrimSpace(f.typed[p.Name]); {
	case listed && variable.Fixed:
		v.Value, v.Origin = variable.Value, FromFixed
		return v, true
	case typed != "":
		v.Value, v.Origin = typed, FromTyped
	case isStored:
		v.Value, v.Origin = stored.Value, Origin(stored.Origin)
	case len(fromAlert) > 0:
		v.Value, v.Origin = fromAlert[0], FromAlert
	case listed && variable.Value != "":
		v.Value, v.Origin = variable.Value, FromEnv
	default:
		return v, false
	}
	if slices.Contains(fromAlert, v.Value) {
		v.Origin = FromAlert
	}
	return v, true
}

// variable is the environment's variable for the parameter, by its own name or by the
// label's that it stands for.
func (f filling) variable(p shell.Param) (config.Variable, bool) {
	for _, name := range []string{p.Name, p.Label} {
		if v, ok := f.env.Variables[name]; ok && name != "" {
			return v, true
		}
	}
	return config.Variable{}, false
}

// fromAlert lists what the incident's alerts say of the parameter, the worst one first.
func (f filling) fromAlert(p shell.Param) []string {
	var values []string
	for _, labels := range f.labels {
		for _, name := range []string{p.Label, p.Name} {
			if value := labels[name]; name != "" && value != "" && !slices.Contains(values, value) {
				values = append(values, value)
			}
		}
	}
	return values
}
