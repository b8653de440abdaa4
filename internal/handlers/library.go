package handlers

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"wardroom/internal/authoring"
	"wardroom/internal/authz"
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
	all, noted, broken := s.Catalogue.All(), 0, 0
	used, err := s.Incidents.Used(c.Request().Context())
	if err != nil {
		return err
	}
	chosen, counted := parseShelf(query), tally{facets: map[string]int{}, kinds: map[string]int{}}
	for _, p := range all {
		switch _, severe := sourceProblems(p.Problems); {
		case severe > 0:
			broken++
		case len(p.Problems) > 0:
			noted++
		}
		row := s.playbookRow(p)
		if !chosen.holds(p, facetsOf(p, row), counted) {
			continue
		}
		if use, ever := used[p.ID]; ever {
			row.LastUsed = views.Ago(use.Last, s.Now())
			if use.Over > 0 {
				row.Worked = fmt.Sprintf("%d of %d", use.Worked, use.Over)
			}
		}
		m.Rows = append(m.Rows, row)
	}
	m.Counters = chosen.counters(counted)
	m.Author, m.Folder = may(c, authz.WritePlaybooks), s.checkout()
	if m.Author {
		drafts, err := s.Authoring.Drafts(c.Request().Context())
		if err != nil {
			return err
		}
		m.Drafts = len(drafts)
	}
	m.Summary = summary(len(all), broken, noted)
	return s.render(c, http.StatusOK, m.View())
}

func summary(all, broken, noted int) string {
	text := views.Playbooks(all)
	if broken > 0 {
		text += ", " + strconv.Itoa(broken) + " with errors"
	}
	if noted > 0 {
		text += ", " + strconv.Itoa(noted) + " with notes"
	}
	if broken+noted == 0 {
		text += ", all valid"
	}
	return text
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
	for _, q := range p.Problems {
		row.Kept = row.Kept || q.Kept
		if q.Severe {
			row.Errors++
		}
	}
	for _, section := range p.Sections {
		row.Steps += len(section.Steps)
	}
	eachCommand(p, func(command *playbooks.Command) {
		plan, _ := s.reading(command, &rehearsal{})
		if risk := plan.Analysis.Risk; risk == shell.Change || risk == shell.Destroy {
			row.Changes++
		}
	})
	if reviewed, err := time.Parse(time.DateOnly, p.Reviewed); err == nil {
		row.Reviewed = views.Ago(reviewed, s.Now())
		row.Stale = s.Now().Sub(reviewed) > staleAfter
	}
	return row
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
	m.ID, m.Author, m.Origin = p.ID, may(c, authz.WritePlaybooks), s.originOf(p.ID)
	if err := authoring.CheckPath(p.Path); m.Author && err != nil {
		m.Foreign = errs.Message(err)
	}
	m.Problems, _ = sourceProblems(p.Problems)
	m.Sections = s.readSections(p, nil)
	history, err := s.Authoring.History(c.Request().Context(), p.Path)
	if err != nil {
		return err
	}
	m.History = publishedRows(p, history[:min(len(history), shownHistory)])
	m.Page.Notice = notices[c.QueryParam("done")]
	return s.render(c, http.StatusOK, m.View())
}

// shownHistory is how many publications stand beside a playbook.
const shownHistory = 5

// checkout says which commit the operator's folder is at; empty when it is at none.
func (s *Server) checkout() string {
	at, ok := playbooks.CheckoutOf(s.Settings.Playbooks)
	if s.Settings.Playbooks == "" || !ok {
		return ""
	}
	if at.Branch == "" {
		return "checkout at " + shortRevision(at.Commit)
	}
	return at.Branch + " at " + shortRevision(at.Commit)
}

// originOf says where a playbook comes from.
func (s *Server) originOf(id string) string {
	switch s.Catalogue.LayerOf(id) {
	case playbooks.Written:
		return "written here"
	case playbooks.Files:
		return cmp.Or(s.checkout(), "your folder")
	default:
		return "shipped with Wardroom"
	}
}

func sourceProblems(all []playbooks.Problem) (shown []views.SourceProblem, severe int) {
	for _, p := range all {
		shown = append(shown, views.SourceProblem{Line: p.Line, Text: p.Message, Severe: p.Severe})
		if p.Severe {
			severe++
		}
	}
	return shown, severe
}

// readSections are the cards of a playbook to read. Those who write it, who have a rehearsal, want to know of every command what it was
// taken for; who reads it only where it is more than a look.
func (s *Server) readSections(p *playbooks.Playbook, with *rehearsal) []views.StepSection {
	sections := make([]views.StepSection, len(p.Sections))
	for i, section := range p.Sections {
		cards := views.StepSection{Title: section.Title, Text: views.HTML(playbooks.HTML(section.Text))}
		labels := stepLabels(section.Steps)
		for i := range section.Steps {
			card := s.readCard(p, &section.Steps[i], with)
			card.Label, card.Title = labels[i].label, labels[i].title
			cards.Steps = append(cards.Steps, card)
		}
		sections[i] = cards
	}
	return sections
}

// readCard is the step's card without buttons: nothing to fill, nothing to run.
func (s *Server) readCard(p *playbooks.Playbook, step *playbooks.Step, with *rehearsal) views.Step {
	card := views.Step{ID: views.ElementID(p.ID, step.ID), Key: step.ID, Manual: step.Manual}
	if with != nil {
		card.Moves = movesOf(with.moves, step)
	}
	var platforms []string
	for _, block := range step.Blocks {
		switch {
		case block.Text != "":
			card.Blocks = append(card.Blocks, views.Block{Text: views.HTML(playbooks.HTML(block.Text))})
		case block.Command != nil:
			command := s.readCommand(block.Command, with)
			command.ID = views.ElementID(p.ID, step.ID, block.Command.ID)
			if !block.Command.Undo {
				card.Risk = worse(card.Risk, command.Risk)
			}
			if here := string(block.Command.Platform); here != string(shell.Any) && !slices.Contains(platforms, here) {
				platforms = append(platforms, here)
			}
			if block.Command.Undo {
				card.Undo = append(card.Undo, asUndo(command))
			} else {
				card.Blocks = append(card.Blocks, views.Block{Command: &command})
			}
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
