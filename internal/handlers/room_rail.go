package handlers

import (
	"fmt"
	"html"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"wardroom/internal/escalation"
	"wardroom/internal/playbooks"
	"wardroom/internal/timeline"
	"wardroom/views"
)

// levelNames are PRODUCT.md's words for the levels.
var levelNames = [...]string{1: "on-call engineer", 2: "senior engineer", 3: "engineering lead"}

func (s *Server) escalationView(d roomData) views.Escalation {
	v := d.escalation
	e := views.Escalation{
		Incident: int(d.incident.Number), Policy: fmt.Sprintf("L1 – L%d", escalation.Highest),
		CanWrite: d.canWrite(), Stopped: v.State == escalation.Stopped || v.State == "",
	}
	if len(d.attached) > 0 {
		e.Policy = d.attached[0].Playbook.Title + ", " + e.Policy
	}
	switch {
	case e.Stopped:
		e.State = "Stopped: the incident is " + string(d.incident.Status) + "."
	case v.DueAt == nil:
		e.State = fmt.Sprintf("Level %d is the highest: nobody is above.", v.Level)
	default:
		e.NextWho, e.NextWhat = "L"+strconv.Itoa(v.Next()), ", "+levelNames[v.Next()]
		e.Left, e.DueAt = views.Left(*v.DueAt, s.Now()), views.Clock(*v.DueAt)
	}
	e.Mine = v.State == escalation.Held && v.HeldByID != nil && *v.HeldByID == d.viewer.ID
	if v.State != "" {
		e.Levels = levelViews(v)
	}
	return e
}

func levelViews(v escalation.View) []views.EscalationLevel {
	var levels []views.EscalationLevel
	for level := 1; level <= escalation.Highest; level++ {
		row := views.EscalationLevel{Level: level, Who: fmt.Sprintf("L%d", level), Role: levelNames[level], State: "waiting"}
		for _, r := range v.Reached {
			if r.Level != level {
				continue
			}
			row.Reached, row.At, row.State = true, views.Clock(r.At), "reached"
			if r.Late > 0 {
				row.State = "reached " + lateness(r.Late) + " late"
			}
		}
		if level == v.Level && v.State == escalation.Held {
			row.State = v.HeldBy + " is on it since"
			row.At = views.Clock(v.Since)
		}
		levels = append(levels, row)
	}
	return levels
}

func lateness(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%d s", int(d.Seconds()))
	}
	return fmt.Sprintf("%d min", int(d.Minutes()))
}

func (s *Server) timelineView(d roomData, show string) views.Timeline {
	t := views.Timeline{
		Incident: int(d.incident.Number), Show: show, Total: int(d.incident.LastSeq), CanWrite: d.canWrite(),
	}
	switch timeline.Group(show) {
	case timeline.Updates, timeline.Runs, timeline.Escalation, timeline.Notes, timeline.All:
	default:
		t.Show = string(timeline.Updates)
	}
	if n := len(d.records); n > 0 {
		// Read after the incident: an event may have come between the two.
		t.Total = max(t.Total, int(d.records[n-1].Seq))
	}
	var before *timeline.Record
	for i := range d.records {
		row := timelineRow(d.records[i], before)
		before = &d.records[i]
		t.Rows = append(t.Rows, row)
		if t.Show == string(timeline.All) || strings.Contains(" "+strings.Join(row.In, " ")+" ", " "+t.Show+" ") {
			t.Shown++
		}
	}
	return t
}

// timelineRow maps an event; before is the one above it, which decides on a new heading.
func timelineRow(r timeline.Record, before *timeline.Record) views.TimelineRow {
	row := views.TimelineRow{Seq: r.Seq, At: views.Minute(r.At), Kind: rowKind(r), In: []string{string(r.Kind.Group())}}
	if r.Kind == timeline.Noted || importantRun(r) {
		row.In = append(row.In, string(timeline.Updates))
	}
	if r.Kind == timeline.HandoffAccepted || r.Kind == timeline.Escalated {
		row.In = append(row.In, string(timeline.Updates))
	}
	if before == nil || before.At.UTC().YearDay() != r.At.UTC().YearDay() || before.At.UTC().Year() != r.At.UTC().Year() {
		row.Phase = r.At.UTC().Format("Mon 2 Jan")
	}
	if r.Kind == timeline.Noted { // who says it, then what they say
		row.Parts = []views.Part{views.B(r.Actor), views.T(": ")}
		row.Body = bodyOf(r)
		return row
	}
	for _, part := range timeline.Parts(r) {
		said := views.Part{Text: views.Visible(part.Text), Bold: part.Strong}
		if part.Run != uuid.Nil {
			said.Path = "/runs/" + part.Run.String()
		}
		row.Parts = append(row.Parts, said)
	}
	if row.Body = bodyOf(r); row.Body != "" && r.Kind != timeline.Declared {
		row.Parts = append(row.Parts, views.T(": "))
	}
	return row
}

// bodyOf is what a person wrote. Titles stand in the sentence already.
func bodyOf(r timeline.Record) views.HTML {
	switch {
	case r.Purged:
		return "<p><em>removed</em></p>"
	case r.Text == "", r.Kind == timeline.TitleChanged:
		return ""
	case r.Kind == timeline.Noted:
		return views.HTML(playbooks.HTML(views.Visible(r.Text)))
	case r.Kind == timeline.Declared:
		_, summary, _ := strings.Cut(r.Text, "\n")
		return views.HTML(playbooks.HTML(views.Visible(strings.TrimSpace(summary))))
	}
	return views.HTML("<p>" + html.EscapeString(views.Visible(r.Text)) + "</p>")
}

// importantRun says that a run is news for everybody: a change, or one that went wrong.
func importantRun(r timeline.Record) bool {
	if r.Kind != timeline.RunEnded && r.Kind != timeline.RunInterrupted && r.Kind != timeline.StepDone {
		return false
	}
	data, err := timeline.DataOf[timeline.RunData](r)
	return err == nil && (data.Risk != "read" || data.State != "succeeded")
}

// rowKinds are the shapes that the timeline draws.
var rowKinds = map[timeline.Kind]string{
	timeline.Declared: "symptom", timeline.StatusChanged: "status", timeline.SeverityChanged: "severity", timeline.TitleChanged: "note",
	timeline.LeadChanged: "lead", timeline.Joined: "person", timeline.Left: "person",
	timeline.SymptomAdded: "symptom", timeline.SymptomFired: "symptom", timeline.SymptomResolved: "cleared", timeline.SymptomUnknown: "storm",
	timeline.PlaybookAttached: "playbook", timeline.PlaybookDetached: "playbook", timeline.PlaybookSwitched: "playbook",
	timeline.RunStarted: "run", timeline.RunStopAsked: "run", timeline.RunInterrupted: "failed", timeline.RunNoted: "note", timeline.StepDone: "done", timeline.VariableSet: "note",
	timeline.ScratchEmptied:   "change",
	timeline.ProposalSetAside: "note", timeline.ProposalRestored: "note",
	timeline.EscalationStarted: "escalation", timeline.Escalated: "page", timeline.EscalationHeld: "escalation",
	timeline.EscalationExtended: "escalation", timeline.EscalationStopped: "escalation",
	timeline.HandoffOffered: "handoff", timeline.HandoffAccepted: "handoff", timeline.HandoffDeclined: "handoff", timeline.HandoffRevoked: "handoff",
	timeline.Noted: "note",
}

func rowKind(r timeline.Record) string {
	if r.Kind != timeline.RunEnded && r.Kind != timeline.StepDone {
		return rowKinds[r.Kind]
	}
	data, err := timeline.DataOf[timeline.RunData](r)
	switch {
	case r.Kind == timeline.StepDone && data.State == "stopped":
		return "skipped"
	case r.Kind == timeline.StepDone:
		return rowKinds[r.Kind]
	case err != nil || data.State != "succeeded":
		return "failed"
	case data.Risk != "read":
		return "change"
	}
	return "run"
}
