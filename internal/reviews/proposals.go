package reviews

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Proposal is a command that the playbook did not have, and that somebody ran all the same.
type Proposal struct {
	Run      Run // the newest of its runs
	Times    int
	People   []string
	SetAside bool   // somebody does not propose it
	Markdown string // as it could stand in the playbook: a fence with a caption
}

// proposals gathers the runs of texts that no playbook had, in the order in which they
// first ran.
func proposals(r Review) []Proposal {
	var all []Proposal
	for _, run := range r.Runs {
		if run.Source != Typed && run.Source != Edited || !run.Ran {
			continue
		}
		i := slices.IndexFunc(all, func(p Proposal) bool { return p.Run.Place == run.Place && p.Run.Written == run.Written })
		if i < 0 {
			all, i = append(all, Proposal{SetAside: true}), len(all)
		}
		p := &all[i]
		run.Note = cmp.Or(run.Note, p.Run.Note)
		p.Run, p.Times, p.SetAside = run, p.Times+1, p.SetAside && run.SetAside
		if !slices.Contains(p.People, run.By) {
			p.People = append(p.People, run.By)
		}
	}
	for i := range all {
		all[i].Markdown = all[i].fence(r.Number)
	}
	return all
}

// Place says where the command ran, for people.
func (p Proposal) Place() string {
	switch {
	case p.Run.Step == "":
		return "beside no step"
	case p.Run.Source == Edited:
		return "edited from " + p.Run.Step
	default:
		return "at " + p.Run.Step
	}
}

// fence writes the command with its placeholders and a caption, as playbooks are read: the
// note that somebody put on a run, or where the command comes from.
func (p Proposal) fence(incident int64) string {
	var d document
	caption := strings.Join(strings.Fields(visible(p.Run.Note)), " ")
	if caption == "" {
		caption = fmt.Sprintf("From INC-%d, %s", incident, strings.Join(strings.Fields(visible(p.Place())), " "))
	}
	switch p.Run.Language {
	case "sql":
		d.fence("sql", "-- "+caption+"\n"+p.Run.Written)
	case "promql": // is one query as a whole
		d.out.WriteString(inline(caption, " ") + "\n\n")
		d.fence("promql", p.Run.Written)
	default:
		d.fence("sh", "# "+caption+"\n"+p.Run.Written)
	}
	return strings.TrimSuffix(d.out.String(), "\n")
}

// ProposalsMarkdown exports what is proposed for the playbooks, and nothing else.
func (r Review) ProposalsMarkdown() string {
	var d document
	d.heading(1, fmt.Sprintf("INC-%d: %s", r.Number, r.Title))
	r.propose(&d)
	return d.out.String()
}

// propose lists what was not set aside.
func (r Review) propose(d *document) {
	begun := false
	for _, p := range r.Proposals {
		if p.SetAside {
			continue
		}
		if !begun {
			d.heading(2, "Commands that the playbook did not have")
			begun = true
		}
		d.heading(3, "Run "+strconv.Itoa(p.Run.Number)+", "+p.Place())
		d.table([]string{"Fact", "Value"}, [][]string{
			{"By", strings.Join(p.People, ", ")},
			{"Ran", times(p.Times) + ", last " + stamp(&p.Run.StartedAt)},
			{"Risk", p.Run.Risk},
			{"Ended", p.Run.outcome()},
		})
		d.out.WriteString(p.Markdown + "\n")
	}
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return strconv.Itoa(n) + " times"
}
