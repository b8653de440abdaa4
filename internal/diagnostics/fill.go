package diagnostics

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
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
	fixed  []named[config.Variable]
	free   []named[config.Variable]
	stored []named[dbgen.IncidentVariable] // the newest first
	labels []map[string]string             // of each alert, the worst first
	typed  map[string]string
}

// named is something that fills the placeholders of its name: POD fills $POD, <pod> and
// <pod-name>, as shell.Bind understands names.
type named[T any] struct {
	param shell.Param
	value T
}

func byName[T any](as string, value T) named[T] {
	if params := shell.Params("echo <" + as + ">"); len(params) == 1 {
		return named[T]{params[0], value}
	}
	return named[T]{shell.Param{Name: as}, value}
}

// find looks for the parameter's own name first, then for one that means the same label.
func find[T any](list []named[T], p shell.Param) (T, bool) {
	for _, same := range []func(shell.Param) bool{
		func(other shell.Param) bool { return other.Name == p.Name },
		func(other shell.Param) bool { return p.Label != "" && other.Label == p.Label },
	} {
		for _, n := range list {
			if same(n.param) {
				return n.value, true
			}
		}
	}
	var none T
	return none, false
}

// variablesOf is what the environment alone fills.
func variablesOf(env config.Environment) (f filling) {
	for _, as := range slices.Sorted(maps.Keys(env.Variables)) {
		if v := env.Variables[as]; v.Fixed {
			f.fixed = append(f.fixed, byName(as, v))
		} else {
			f.free = append(f.free, byName(as, v))
		}
	}
	return f
}

func (s *Service) fill(ctx context.Context, incident uuid.UUID, env config.Environment) (filling, error) {
	f := variablesOf(env)
	rows, err := s.db.ListVariables(ctx, incident)
	if err != nil {
		return f, fmt.Errorf("diagnostics: variables: %w", postgres.MapError(err))
	}
	slices.SortStableFunc(rows, func(a, b dbgen.IncidentVariable) int { return cmp.Compare(b.SetAt.UnixNano(), a.SetAt.UnixNano()) })
	for _, row := range rows {
		f.stored = append(f.stored, byName(row.Name, row))
	}
	labels, err := s.db.IncidentLabels(ctx, &incident)
	if err != nil {
		return f, fmt.Errorf("diagnostics: labels: %w", postgres.MapError(err))
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
// in this incident, a label, the environment's variable.
func (f filling) value(p shell.Param) (Value, bool) {
	v := Value{Name: p.Name, Text: p.Text}
	if variable, ok := find(f.fixed, p); ok {
		v.Value, v.Origin = variable.Value, FromFixed
		return v, true
	}
	free, listed := find(f.free, p)
	stored, isStored := find(f.stored, p)
	fromAlert := f.fromAlert(p)
	switch typed := strings.TrimSpace(f.typed[p.Name]); {
	case typed != "":
		v.Value, v.Origin = typed, FromTyped
	case isStored:
		v.Value, v.Origin = stored.Value, Origin(stored.Origin)
	case len(fromAlert) > 0:
		v.Value, v.Origin = fromAlert[0], FromAlert
	case listed && free.Value != "":
		v.Value, v.Origin = free.Value, FromEnv
	default:
		return v, false
	}
	v.Origin = f.judged(p, v)
	return v, true
}

// variable finds what the variable of the incident holds that a text reads by this very
// name. One that was made of what an alert says is the alert's, whatever it has become.
func (f filling) variable(name string) (Value, bool) {
	at := slices.IndexFunc(f.stored, func(n named[dbgen.IncidentVariable]) bool { return n.value.Name == name })
	if at < 0 {
		return Value{}, false
	}
	v := Value{Name: name, Text: "$" + name, Value: f.stored[at].value.Value, Origin: Origin(f.stored[at].value.Origin), Variable: true}
	param := f.stored[at].param
	if fixed, ok := find(f.fixed, param); ok {
		v.Value, v.Origin = fixed.Value, FromFixed
	} else {
		v.Origin = f.judged(param, v)
	}
	return v, true
}

// judged is whose a value is. One that an alert carries counts as the alert's, whoever
// typed it: that somebody copied it does not make it safe.
func (f filling) judged(p shell.Param, v Value) Origin {
	if slices.Contains(f.fromAlert(p), v.Value) || v.Origin == FromRun && f.inAnyLabel(v.Value) {
		return FromAlert
	}
	return v.Origin
}

// allows says whether the environment lists the value among those that a change may use.
func (f filling) allows(p shell.Param, value string) bool {
	free, ok := find(f.free, p)
	return ok && slices.Contains(free.Allow, value)
}

// fromAlert lists what the incident's alerts say of the parameter, the worst one first.
func (f filling) fromAlert(p shell.Param) []string {
	var values []string
	for _, labels := range f.labels {
		for _, label := range []string{p.Label, p.Name} {
			if value := labels[label]; label != "" && value != "" && !slices.Contains(values, value) {
				values = append(values, value)
			}
		}
	}
	return values
}

// inAnyLabel tells a label that a command has merely handed on: X=<pod-name>, then $X.
func (f filling) inAnyLabel(value string) bool {
	return slices.ContainsFunc(f.labels, func(labels map[string]string) bool {
		return slices.Contains(slices.Collect(maps.Values(labels)), value)
	})
}
