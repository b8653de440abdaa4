package handlers

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"wardroom/internal/diagnostics"
	"wardroom/internal/incidents"
	"wardroom/internal/playbooks"
	"wardroom/internal/shell"
	"wardroom/views"
)

// tailLines is how much of a run's output its card shows.
const tailLines = 12

// loadTails reads the last lines of the newest run of each command that a card shows.
func (s *Server) loadTails(ctx context.Context, runs []diagnostics.Run) (map[uuid.UUID][]diagnostics.Line, error) {
	tails := map[uuid.UUID][]diagnostics.Line{}
	seen, typed := map[string]bool{}, map[string]int{}
	for _, run := range runs {
		key := commandKey(run)
		if seen[key] || run.Kind != diagnostics.KindCommand {
			continue
		}
		seen[key] = true
		if run.Source == diagnostics.Typed && !run.State.Active() {
			if place := run.AttachedID.String() + run.StepID; typed[place] < maxTyped {
				typed[place]++
			} else {
				continue
			}
		}
		lines, err := s.Diagnostics.Tail(ctx, run, tailLines)
		if forbidden(err) {
			continue // its output is for responders only
		}
		if err != nil {
			return nil, err
		}
		tails[run.ID] = lines
	}
	return tails, nil
}

// playbookViews maps the attached playbooks to cards.
func (s *Server) playbookViews(d roomData) ([]views.RoomPlaybook, error) {
	var books []views.RoomPlaybook
	current := false // exactly one card of the room is the current one
	for _, a := range d.attached {
		book := views.RoomPlaybook{
			Attached: a.ID.String(), ID: a.Playbook.ID, Title: a.Playbook.Title, Revision: shortRevision(a.Playbook.Revision),
			Reason: "Playbook from " + a.Reason,
		}
		if a.Reason == byHand || a.Reason == "" {
			book.Reason = "Playbook chosen by hand"
		}
		for _, section := range a.Playbook.Sections {
			if len(section.Steps) == 0 || section.Kind == playbooks.Symptoms || section.Kind == playbooks.Impact {
				continue
			}
			cards := views.StepSection{Title: section.Title, Text: views.HTML(playbooks.HTML(section.Text))}
			labels := stepLabels(section.Steps)
			for i := range section.Steps {
				card, err := s.stepView(d, a.ID, a.Playbook, &section.Steps[i])
				if err != nil {
					return nil, err
				}
				card.Label, card.Title = labels[i].label, labels[i].title
				next := nextCommand(&card)
				runsHere := section.Kind == playbooks.Diagnosis || section.Kind == playbooks.Resolution || section.Kind == playbooks.Verification
				if !current && runsHere && !card.Finished && d.incident.Status != incidents.Closed {
					current, card.Current = true, true
					if next != nil {
						next.Primary = true
					}
				}
				card.Latest = !card.Current && d.latest(a.ID, card.Key)
				card.Folded = !card.Current && !card.Latest && card.State != "running" && card.State != "failed"
				cards.Steps = append(cards.Steps, card)
			}
			book.Sections = append(book.Sections, cards)
		}
		books = append(books, book)
	}
	return books, nil
}

func shortRevision(revision string) string { return revision[:min(8, len(revision))] }

// nextCommand marks what would run next in the step: what has no outcome yet, or its first
// command once all have one.
func nextCommand(card *views.Step) *views.Command {
	var first *views.Command
	for _, b := range card.Blocks {
		if b.Command == nil || !b.Command.Runnable() || b.Command.Run.Active() {
			continue
		}
		if b.Command.Open {
			b.Command.Next = true
			return b.Command
		}
		if first == nil {
			first = b.Command
		}
	}
	if first != nil && card.Finished {
		first.Next = true
	}
	return nil
}

// latest says that the newest run of the room belongs to the step.
func (d roomData) latest(attached uuid.UUID, step string) bool {
	for _, run := range d.runs { // newest first
		if run.Kind == diagnostics.KindCommand {
			return run.AttachedID == attached && run.StepID == step
		}
	}
	return false
}

func (s *Server) stepView(d roomData, attached uuid.UUID, book playbooks.Playbook, step *playbooks.Step) (views.Step, error) {
	env, _ := d.planner.Environment()
	card := views.Step{
		ID: views.ElementID(attached.String(), step.ID), Key: step.ID, Attached: attached.String(), Incident: int(d.incident.Number),
		Manual: step.Manual, CanWrite: d.canWrite(), Target: s.target(env.Name),
	}
	var othersUndo []views.Command
	risk, platforms := "", map[string]bool{}
	for _, block := range step.Blocks {
		switch {
		case block.Text != "":
			card.Blocks = append(card.Blocks, views.Block{Text: views.HTML(playbooks.HTML(block.Text))})
		case block.Command != nil:
			command, err := s.commandView(d, attached, book, step, block.Command)
			if err != nil {
				return card, err
			}
			if elsewhere(block.Command, env.Platform) {
				command.Platform = string(block.Command.Platform)
				platforms[command.Platform] = true
				if block.Command.Undo {
					othersUndo = append(othersUndo, command)
				} else {
					card.Others = append(card.Others, command)
				}
				continue
			}
			if block.Command.Undo {
				card.Undo = append(card.Undo, asUndo(command))
				continue
			}
			if block.Command.Runnable() {
				risk = worse(risk, command.Risk)
			}
			card.Blocks = append(card.Blocks, views.Block{Command: &command})
		}
	}
	var err error
	if card.Typed, card.Older, err = s.typedViews(d, attached, book, step.ID); err != nil {
		return card, err
	}
	card.Others = append(card.Others, othersUndo...)
	card.Gist = gist(step.Text)
	card.Risk, card.Platform = risk, strings.Join(sortedKeys(platforms), ", ")
	judgeStep(&card, d, attached, step.ID)
	return card, nil
}

// elsewhere reports that the command is for a platform other than the environment's.
func elsewhere(command *playbooks.Command, platform string) bool {
	return command.Platform != shell.Any && command.Platform != shell.Platform(platform) && platform != ""
}

type stepLabel struct{ label, title string }

// stepLabels names the steps of a section: by number, scenarios by their letter, and what
// belongs to a scenario by letter and number.
func stepLabels(steps []playbooks.Step) []stepLabel {
	labels := make([]stepLabel, len(steps))
	letter, below := "", 0
	for i, step := range steps {
		label, title, isScenario := scenario(step.Title)
		switch {
		case isScenario:
			letter, below = label, 0
		case letter != "":
			below++
			label = letter + strconv.Itoa(below)
		default:
			label = strconv.Itoa(step.Number)
		}
		labels[i] = stepLabel{label, title}
	}
	return labels
}

// scenario takes the letter off a title like "Scenario A: Container crashed".
func scenario(title string) (label, rest string, ok bool) {
	for _, word := range []string{"Scenario ", "Option "} {
		after, found := strings.CutPrefix(title, word)
		if label, rest, ok = strings.Cut(after, ":"); found && ok && len(label) <= 2 {
			return label, strings.TrimSpace(rest), true
		}
	}
	return "", title, false
}

// judgeStep says how far the step got, from the newest run of each of its commands. It is
// finished when every command that can run here has an outcome, good or bad, or when
// somebody said what they did instead, or that they move on. The undo is none of them, nor
// is what somebody made of a command: these only show that they run, and what they are.
func judgeStep(card *views.Step, d roomData, attached uuid.UUID, step string) {
	newest := map[string]diagnostics.Run{}
	states := map[string]int{}
	for _, run := range d.runs { // newest first
		if run.AttachedID != attached || run.StepID != step {
			continue
		}
		if run.Source != diagnostics.FromPlaybook {
			if worst := worse(card.Risk, run.Risk.String()); run.Started != nil && worst != card.Risk {
				card.Ran = worse(card.Ran, worst)
			}
			if run.Source == diagnostics.Typed || !run.State.Active() {
				continue
			}
		}
		if run.Kind == diagnostics.KindManual {
			if card.Done == nil {
				card.Done = &views.Done{By: run.By, At: views.Clock(run.Created), Note: run.Note, MovedOn: run.State == diagnostics.Stopped}
			}
			continue
		}
		if _, older := newest[run.CommandID]; older || card.Undoes(run.CommandID) && !run.State.Active() {
			continue
		}
		newest[run.CommandID] = run
		if run.State.Active() {
			states["running"]++
		} else {
			states[runState(run.State)]++
		}
		if card.Summary == "" {
			card.Summary, card.Preview = summaryOf(run), run.Text
		}
	}
	ran := countCommands(card, newest)
	card.Started = len(newest) > 0
	card.Finished = card.Done != nil || card.Commands > 0 && ran == card.Commands
	card.State = stepState(card, states)
	if card.Commands > 1 {
		card.Preview = firstCommand(*card)
		if card.Progress = progress(ran, card.Commands, states["failed"]); ran > 0 && states["running"] == 0 {
			card.Summary = card.Progress
		}
	}
	if card.Summary == "" && card.Done != nil {
		card.Summary = card.State + " · " + card.Done.By
	}
	if card.Preview == "" {
		card.Preview = firstCommand(*card)
	}
}

// countCommands numbers the commands that can run here, counts those with an outcome and
// marks those without one.
func countCommands(card *views.Step, newest map[string]diagnostics.Run) (ran int) {
	for _, b := range card.Blocks {
		if b.Command == nil || !b.Command.Runnable() {
			continue
		}
		card.Commands++
		b.Command.Place = card.Commands
		if run, ok := newest[b.Command.Key]; ok && !run.State.Active() && run.State != diagnostics.Interrupted {
			ran++
		} else {
			b.Command.Open = true
		}
	}
	return ran
}

func stepState(card *views.Step, states map[string]int) string {
	among := []string{"running", "interrupted"} // as long as something is left to do, an outcome is not the step's
	if card.Finished {
		among = []string{"running", "failed", "interrupted", "stopped"}
	}
	for _, state := range among {
		if states[state] > 0 {
			return state
		}
	}
	switch {
	case !card.Finished:
		return "todo"
	case card.Done == nil:
		return "passed"
	case card.Done.MovedOn:
		return "skipped"
	}
	return "done"
}

func progress(ran, of, failed int) string {
	text := fmt.Sprintf("%d of %d", ran, of)
	if failed > 0 {
		text += fmt.Sprintf(", %d failed", failed)
	}
	return text
}

// firstCommand is what a folded card shows: code that is only to be read is none.
func firstCommand(card views.Step) string {
	for _, b := range card.Blocks {
		if b.Command != nil && b.Command.Kind != playbooks.Reference {
			return b.Command.Text
		}
	}
	return ""
}

var markup = regexp.MustCompile(`!?\[([^\]]*)\]\([^)]*\)|[*` + "`" + `]+|^[ \t>#]*(?:[-+] |\d+[.)] )?`)

// gist gives the first line of a Markdown text in plain words.
func gist(text string) string {
	const most = 300 // bytes, more than a row shows
	line, _, _ := strings.Cut(strings.TrimSpace(text[:min(len(text), most)]), "\n\n")
	return views.Visible(strings.Join(strings.Fields(markup.ReplaceAllString(strings.ToValidUTF8(line, ""), "$1")), " "))
}

func summaryOf(run diagnostics.Run) string {
	if run.State.Active() {
		return run.By + " is running this"
	}
	return outcome(run) + " · " + run.By
}

// outlineView is the left rail, made of the cards so that both say the same.
func outlineView(d roomData, books []views.RoomPlaybook) views.Outline {
	o := views.Outline{Here: slices.Clone(d.here)}
	for _, book := range books {
		entry := views.OutlinePlaybook{Title: book.Title, From: book.Reason}
		for _, section := range book.Sections {
			lines := views.OutlineSection{Title: section.Title}
			finished := 0
			for _, step := range section.Steps {
				line := views.OutlineStep{ID: step.ID, Label: step.Label, Title: step.Title, State: step.State, Current: step.Current}
				if step.Finished {
					finished++
				} else if step.Started {
					line.Took = step.Progress
				}
				for i, p := range o.Here {
					if p.Where == step.Key {
						line.Here = append(line.Here, p)
						o.Here[i].Where = "step " + step.Label
					}
				}
				lines.Steps = append(lines.Steps, line)
			}
			lines.Progress = strconv.Itoa(finished) + " of " + strconv.Itoa(len(section.Steps))
			entry.Sections = append(entry.Sections, lines)
		}
		o.Playbooks = append(o.Playbooks, entry)
	}
	return o
}
