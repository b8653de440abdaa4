package handlers

import (
	"strconv"
	"strings"

	"wardroom/internal/authz"
	"wardroom/internal/diagnostics"
	"wardroom/internal/incidents"
	"wardroom/internal/timeline"
	"wardroom/views"
)

// saying is news in words, for those who do not see the page change. A feed says each key once: when a rendering has it
// and the one before had not.
type saying struct {
	key, text string
	alarm     bool // interrupts whoever listens; UX.md §0.10 lists what may
}

// mostSaid is how many sentences one change may bring; of more the last one is said and the others are counted.
const mostSaid = 3

// news words what is new since the rendering before: everything polite in one frame, every alarm in another.
func (r rendering) news(before rendering) []saying {
	known := make(map[string]bool, len(before.sayings))
	for _, s := range before.sayings {
		known[s.key] = true
	}
	var polite, alarms []saying
	for _, s := range r.sayings {
		switch {
		case known[s.key]:
		case s.alarm:
			alarms = append(alarms, s)
		default:
			polite = append(polite, s)
		}
	}
	var all []saying
	for _, some := range [][]saying{polite, alarms} {
		if len(some) > 0 {
			all = append(all, together(some))
		}
	}
	return all
}

func together(some []saying) saying {
	last := some[len(some)-1]
	if len(some) > mostSaid {
		last.text += " (and " + strconv.Itoa(len(some)-1) + " more)."
		return last
	}
	texts := make([]string, len(some))
	for i, s := range some {
		texts[i] = s.text + "."
	}
	last.text = strings.Join(texts, " ")
	return last
}

func sayFrame(s saying) []byte {
	return frame(struct {
		Op        string `json:"op"`
		Text      string `json:"text"`
		Assertive bool   `json:"assertive,omitempty"`
	}{"announce", s.text, s.alarm})
}

// roomSayings are the timeline in words; a run of one's own that failed is an alarm.
func roomSayings(d roomData) []saying {
	own := map[int]bool{}
	for _, run := range d.runs {
		own[run.Number] = run.ByID == d.viewer.ID
	}
	all := make([]saying, len(d.records))
	for i, r := range d.records {
		all[i] = saying{key: strconv.FormatInt(r.Seq, 10), text: short(timeline.Sentence(r), 200)}
		if r.Kind == timeline.Noted {
			all[i].text += ": " + short(r.Text, 120)
		}
		if r.Kind == timeline.RunEnded || r.Kind == timeline.RunInterrupted {
			data, err := timeline.DataOf[timeline.RunData](r)
			all[i].alarm = err == nil && own[data.Number] && wentWrong(diagnostics.State(data.State))
		}
		all[i].text = strings.TrimRight(all[i].text, ".:")
	}
	return all
}

func wentWrong(state diagnostics.State) bool {
	return state != diagnostics.Succeeded && state != diagnostics.Stopped
}

// runSayings is how the run of a page ended.
func runSayings(run diagnostics.Run, viewer authz.Actor) []saying {
	if run.State.Active() {
		return nil
	}
	text := "Run " + strconv.Itoa(run.Number) + " ended: " + outcome(run) + ", " + views.Lines(int(run.Lines))
	return []saying{{key: "end", text: text, alarm: run.ByID == viewer.ID && wentWrong(run.State)}}
}

// worstSayings tells everybody, whatever page they are on, of an incident that is as bad as it gets.
func worstSayings(rows []incidents.Row) []saying {
	var all []saying
	for _, row := range rows {
		if row.Severity == 1 {
			all = append(all, saying{key: row.Name(), text: "SEV1: " + row.Name() + " " + row.Title, alarm: true})
		}
	}
	return all
}

// symptomSayings are what fires and what has cleared.
func symptomSayings(t views.SymptomTable) []saying {
	var all []saying
	name := func(r views.SymptomRow) string { return strings.TrimSpace(r.Name + " " + r.Service) }
	for _, g := range t.Groups {
		for _, r := range g.Rows {
			if r.State == "firing" {
				all = append(all, saying{key: "fires " + r.ID, text: "SEV" + strconv.Itoa(r.Severity) + " " + name(r) + " fires"})
			}
		}
	}
	for _, r := range t.Cleared {
		all = append(all, saying{key: "cleared " + r.ID, text: name(r) + " cleared"})
	}
	return all
}
