package handlers

import (
	"slices"

	"github.com/google/uuid"

	"wardroom/internal/diagnostics"
	"wardroom/internal/playbooks"
	"wardroom/views"
)

// typedID ends the element ids of a text that somebody typed beside the step.
func typedID(attached uuid.UUID, step, text string) string {
	return views.ElementID(attached.String(), step, "typed", text)
}

// maxTyped is how many texts that people typed a card shows: the newest, and what runs. The
// timeline has the runs of all of them.
const maxTyped = 20

// typedText is a text that somebody typed, with its runs, newest first and at least one.
type typedText struct {
	runs []diagnostics.Run
}

func (t typedText) newest() diagnostics.Run { return t.runs[0] }

func (t typedText) first() diagnostics.Run { return t.runs[len(t.runs)-1] }

// typedAt gathers what was typed where here says, in the order in which the texts first ran,
// and how many older ones a card leaves out. Runs are newest first.
func typedAt(runs []diagnostics.Run, here func(diagnostics.Run) bool) (shown []typedText, older int) {
	at := map[string]int{}
	var texts []typedText
	for _, run := range runs {
		if run.Source != diagnostics.Typed || !here(run) {
			continue
		}
		i, known := at[run.Written]
		if !known {
			i = len(texts)
			at[run.Written], texts = i, append(texts, typedText{})
		}
		texts[i].runs = append(texts[i].runs, run)
	}
	for i, text := range texts { // the newest first
		if i < maxTyped || text.newest().State.Active() {
			shown = append(shown, text)
		} else {
			older++
		}
	}
	slices.SortFunc(shown, func(a, b typedText) int { return a.first().Number - b.first().Number })
	return shown, older
}

// typedViews are the commands that people typed beside the step, in the order in which
// they first ran, and how many older ones there are.
func (s *Server) typedViews(d roomData, attached uuid.UUID, book playbooks.Playbook, step string) ([]views.Command, int, error) {
	texts, older := typedAt(d.runs, func(run diagnostics.Run) bool { return run.AttachedID == attached && run.StepID == step })
	all, err := s.drawTyped(d, diagnostics.Request{Attached: attached, Step: step}, book, texts)
	return all, older, err
}

func (s *Server) drawTyped(d roomData, at diagnostics.Request, book playbooks.Playbook, texts []typedText) ([]views.Command, error) {
	all := make([]views.Command, len(texts))
	for i, text := range texts {
		first := text.first()
		at.Text = first.Written
		plan, err := d.planner.Plan(book, at)
		if err != nil {
			return nil, err
		}
		v := plannedView(d, plan)
		v.ID, v.Step, v.Written, v.Caption = typedID(at.Attached, at.Step, first.Written), at.Step, first.Written, "Not in the playbook. Typed by "+first.By+"."
		if at.Attached != uuid.Nil {
			v.Attached = at.Attached.String()
		}
		s.addRuns(&v, d, text.runs)
		all[i] = v
	}
	return all, nil
}

// strayView is the card of what was typed beside no step that the room shows; nil when
// there is nothing.
func (s *Server) strayView(d roomData, books []views.RoomPlaybook) (*views.Step, error) {
	shown := map[string]bool{}
	for _, book := range books {
		for _, section := range book.Sections {
			for _, step := range section.Steps {
				shown[step.Attached+step.Key] = true
			}
		}
	}
	texts, older := typedAt(d.runs, func(run diagnostics.Run) bool { return !shown[run.AttachedID.String()+run.StepID] })
	typed, err := s.drawTyped(d, diagnostics.Request{}, playbooks.Playbook{}, texts)
	if err != nil || len(typed) == 0 {
		return nil, err
	}
	env, _ := d.planner.Environment()
	card := &views.Step{
		ID: "typed", Key: "typed", Incident: int(d.incident.Number), Title: "Typed commands", Target: s.target(env.Name),
		Typed: typed, Older: older, CanWrite: d.canWrite(), Finished: true,
	}
	newest := typed[0].Run
	for _, v := range typed {
		card.Risk = worse(card.Risk, v.Risk)
		if v.Run.Number > newest.Number {
			newest = v.Run
		}
	}
	card.State = newest.State
	return card, nil
}
