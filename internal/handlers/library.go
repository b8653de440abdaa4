package handlers

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"wardroom/internal/diagnostics"
	"wardroom/internal/errs"
	"wardroom/internal/playbooks"
	"wardroom/internal/shell"
	"wardroom/views"
)

// staleAfter is when a playbook that nobody reviewed counts as stale.
const staleAfter = 120 * 24 * time.Hour

func (s *Server) listPlaybooks(c echo.Context) error {
	query := strings.TrimSpace(c.QueryParam("q"))
	m := views.PlaybookList{Page: s.page(c, "Playbooks", "playbooks"), Query: query}
	all, invalid := s.Catalogue.All(), 0
	used, err := s.Incidents.LastUsed(c.Request().Context())
	if err != nil {
		return err
	}
	for _, p := range all {
		if len(p.Problems) > 0 {
			invalid++
		}
		if contains(searchable(p), query) {
			row := s.playbookRow(p)
			if at, ever := used[p.ID]; ever {
				row.LastUsed = views.Ago(at, s.Now())
			}
			m.Rows = append(m.Rows, row)
		}
	}
	m.Summary = views.Playbooks(len(all)) + ", all valid"
	if invalid > 0 {
		m.Summary = views.Playbooks(len(all)) + ", " + strconv.Itoa(invalid) + " with notes"
	}
	return s.render(c, http.StatusOK, m.View())
}

// searchable is what the library's search looks through: title, alerts, commands.
func searchable(p *playbooks.Playbook) string {
	var b strings.Builder
	b.WriteString(p.Title + "\n" + strings.Join(p.Alerts, "\n"))
	eachCommand(p, func(command *playbooks.Command) { b.WriteString("\n" + command.Text) })
	return b.String()
}

func eachCommand(p *playbooks.Playbook, visit func(*playbooks.Command)) {
	for _, section := range p.Sections {
		for _, step := range section.Steps {
			for _, block := range step.Blocks {
				if block.Command != nil {
					visit(block.Command)
				}
			}
		}
	}
}

func (s *Server) playbookRow(p *playbooks.Playbook) views.PlaybookRow {
	row := views.PlaybookRow{
		ID: p.ID, Title: p.Title, Matches: strings.Join(p.Alerts, ", "), Level: p.Level, Owner: p.Owner, Problems: len(p.Problems),
	}
	for _, section := range p.Sections {
		row.Steps += len(section.Steps)
	}
	eachCommand(p, func(command *playbooks.Command) {
		if risk := s.readRisk(command); risk == shell.Change || risk == shell.Destroy {
			row.Changes++
		}
	})
	if reviewed, err := time.Parse(time.DateOnly, p.Reviewed); err == nil {
		row.Reviewed = views.Ago(reviewed, s.Now())
		row.Stale = s.Now().Sub(reviewed) > staleAfter
	}
	return row
}

// readRisk classes a command outside any incident: as it reads by itself, or else by what the environments that it may run
// in say of its programs, by the gravest of them. It is Unknown when nobody knows.
func (s *Server) readRisk(command *playbooks.Command) shell.Risk {
	risk := shell.Read
	switch command.Kind {
	case playbooks.Shell:
		risk = shell.Policy{Platform: command.Platform}.Analyse(command.Text).Risk
		if risk == shell.Unknown {
			risk = s.permittedRisk(command)
		}
	case playbooks.SQL:
		risk = shell.AnalyseSQL(command.Text).Risk
	}
	if command.Raise != nil {
		risk = max(risk, *command.Raise)
	}
	return risk
}

func (s *Server) permittedRisk(command *playbooks.Command) shell.Risk {
	var known []shell.Risk
	for _, env := range s.Environments.Environments {
		if command.Platform != shell.Any && command.Platform != shell.Platform(env.Platform) {
			continue
		}
		if risk := diagnostics.PolicyOf(env).Analyse(command.Text).Risk; risk != shell.Unknown {
			known = append(known, risk)
		}
	}
	if len(known) == 0 {
		return shell.Unknown
	}
	return slices.Max(known)
}

// riskWord is what stands on the card: nothing while it depends on values that only an incident brings.
func (s *Server) riskWord(command *playbooks.Command) string {
	risk := s.readRisk(command)
	if risk == shell.Unknown && len(shell.Params(command.Text)) > 0 {
		return ""
	}
	return risk.String()
}

func (s *Server) showPlaybook(c echo.Context) error {
	p, ok := s.Catalogue.ByID(c.Param("id"))
	if !ok {
		return errs.New(errs.NotFound, "There is no such playbook.")
	}
	m := views.PlaybookPage{
		Page: s.page(c, p.Title, "playbooks"), Title: p.Title, Alerts: p.Alerts, Level: p.Level, Severity: p.Severity, Owner: p.Owner,
		Reviewed: p.Reviewed, Revision: shortRevision(p.Revision), File: p.Path,
	}
	for _, problem := range p.Problems {
		m.Problems = append(m.Problems, "Line "+strconv.Itoa(problem.Line)+": "+problem.Message)
	}
	for _, section := range p.Sections {
		cards := views.StepSection{Title: section.Title, Text: views.HTML(playbooks.HTML(section.Text))}
		labels := stepLabels(section.Steps)
		for i := range section.Steps {
			card := s.readCard(p, &section.Steps[i])
			card.Label, card.Title = labels[i].label, labels[i].title
			cards.Steps = append(cards.Steps, card)
		}
		m.Sections = append(m.Sections, cards)
	}
	return s.render(c, http.StatusOK, m.View())
}

// readCard is the step's card without buttons: nothing to fill, nothing to run.
func (s *Server) readCard(p *playbooks.Playbook, step *playbooks.Step) views.Step {
	card := views.Step{ID: views.ElementID(p.ID, step.ID), Key: step.ID, Manual: step.Manual}
	var platforms []string
	for _, block := range step.Blocks {
		switch {
		case block.Text != "":
			card.Blocks = append(card.Blocks, views.Block{Text: views.HTML(playbooks.HTML(block.Text))})
		case block.Command != nil:
			risk := s.riskWord(block.Command)
			card.Risk = worse(card.Risk, risk)
			if here := string(block.Command.Platform); here != string(shell.Any) && !slices.Contains(platforms, here) {
				platforms = append(platforms, here)
			}
			card.Blocks = append(card.Blocks, views.Block{Command: &views.Command{
				ID: views.ElementID(p.ID, step.ID, block.Command.ID), Key: block.Command.ID, Caption: block.Command.Caption,
				Kind: block.Command.Kind, Segments: openSegments(block.Command.Text), Text: block.Command.Text, Risk: risk,
			}})
		}
	}
	card.Target = strings.Join(platforms, ", ")
	return card
}

// openSegments marks the placeholders of a command.
func openSegments(text string) []views.Segment {
	var all []views.Segment
	for _, param := range shell.Params(text) {
		before, after, found := strings.Cut(text, param.Text)
		if !found {
			continue
		}
		if before != "" {
			all = append(all, views.Segment{Text: before})
		}
		all = append(all, views.Segment{Text: param.Text, Open: true})
		text = after
	}
	return append(all, views.Segment{Text: text})
}
