package handlers

import (
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"wardroom/internal/config"
	"wardroom/internal/diagnostics"
	"wardroom/internal/playbooks"
	"wardroom/internal/shell"
	"wardroom/views"
)

// A rehearsal is what the commands of a text are tried with: the environment that somebody chose, none at first, and values. It gathers
// the placeholders that they have.
type rehearsal struct {
	env    config.Environment
	chosen bool
	typed  map[string]string
	blanks []views.Blank
	more   int
	seen   map[string]bool
	moves  map[int]playbooks.Move // of the text's steps, by line; nil where another text is shown
}

// rehearsalOf reads it from the editor's form. What is empty is not typed.
func (s *Server) rehearsalOf(c echo.Context) (*rehearsal, error) {
	form, err := c.FormParams()
	if err != nil {
		return nil, badForm(err)
	}
	with := &rehearsal{typed: fieldsWith(form, valueField), seen: map[string]bool{}}
	with.env, with.chosen = s.Environments.Environment(form.Get("environment"))
	for name, value := range with.typed {
		if strings.TrimSpace(value) == "" {
			delete(with.typed, name)
		}
	}
	return with, nil
}

// where is the environment to try the command in: one of its own platform, with nothing but that where none was chosen.
func (r *rehearsal) where(command *playbooks.Command) config.Environment {
	if r.chosen && (command.Platform == shell.Any || command.Platform == shell.Platform(r.env.Platform)) {
		return r.env
	}
	return config.Environment{Platform: string(command.Platform)}
}

// maxBlanks is how many placeholders of a file can be tried; no runbook has as many.
const maxBlanks = 50

// note adds the placeholders of a command that was tried, each name once, and what is wrong with their values.
func (s *Server) note(r *rehearsal, plan diagnostics.Plan, params []shell.Param) {
	for _, p := range params {
		if !r.seen[p.Name] {
			r.seen[p.Name] = true
			if len(r.blanks) == maxBlanks {
				r.more++
				continue
			}
			r.blanks = append(r.blanks, views.Blank{
				Input:  views.Input{Name: p.Name, Label: p.Text, Value: r.typed[p.Name], From: s.fillers(r, p)},
				Secret: p.Secret,
			})
		}
		i := slices.IndexFunc(r.blanks, func(b views.Blank) bool { return b.Name == p.Name })
		if i < 0 {
			continue
		}
		if strings.HasPrefix(plan.Refused, "the value of "+p.Text+" ") && r.blanks[i].Error == "" {
			r.blanks[i].Error = capital(plan.Refused)
		}
		for _, v := range plan.Values {
			if v.Name == p.Name && (v.Origin == diagnostics.FromEnv || v.Origin == diagnostics.FromFixed) {
				r.blanks[i].Filled = views.Visible(v.Value)
			}
		}
	}
}

// fillers says what fills a placeholder, in the order in which it is asked: a fixed variable, a label, a variable, whoever runs it.
func (s *Server) fillers(r *rehearsal, p shell.Param) string {
	if p.Secret {
		return "a secret, typed each time it runs"
	}
	var fixed, free, all []string
	for _, env := range s.Environments.Environments {
		f, found := diagnostics.FillerOf(env, p)
		switch {
		case !found || r.chosen && env.Name != r.env.Name:
		case f.Fixed:
			fixed = append(fixed, f.Name+" of "+env.Name)
		default:
			free = append(free, f.Name+" of "+env.Name)
		}
	}
	if len(fixed) > 0 {
		all = append(all, strings.Join(fixed, ", ")+", fixed")
	}
	if p.Label != "" {
		all = append(all, "label "+p.Label)
	}
	if len(free) > 0 {
		all = append(all, strings.Join(free, ", "))
	}
	if len(all) == 0 {
		return "typed by whoever runs it"
	}
	return strings.Join(all, ", else ")
}

// form is what the page shows of it.
func (s *Server) form(r *rehearsal) views.Blanks {
	m := views.Blanks{Rows: r.blanks, More: r.more, Tried: r.chosen || len(r.typed) > 0}
	for _, env := range s.Environments.Environments {
		m.Environments = append(m.Environments, views.Option{Value: env.Name, Text: env.Name, Selected: r.chosen && env.Name == r.env.Name})
	}
	return m
}
