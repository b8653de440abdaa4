package reviews

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"wardroom/internal/timeline"
)

// Markdown exports the review for people who keep theirs elsewhere: ATX headings, GitHub
// tables, fenced output. Whatever was typed, fired or printed stays text in there.
func (r Review) Markdown() string {
	var d document
	d.heading(1, fmt.Sprintf("INC-%d: %s", r.Number, r.Title))
	if r.Summary != "" {
		d.quote(r.Summary)
	}
	d.table([]string{"Fact", "Value"}, r.facts())
	d.heading(2, "Times")
	rows := make([][]string, len(r.Metrics))
	for i, m := range r.Metrics {
		rows[i] = []string{m.Name, m.Text(), m.From + " → " + m.To}
	}
	d.table([]string{"Stage", "Took", "Counted from → to"}, rows)
	if len(r.Playbooks) > 0 {
		d.heading(2, "Playbooks")
		d.table([]string{"Playbook", "Revision", "Why", "Attached", "Detached"}, r.playbookRows())
	}
	d.heading(2, "Timeline")
	rows = make([][]string, len(r.Timeline))
	for i, record := range r.Timeline {
		rows[i] = []string{strconv.FormatInt(record.Seq, 10), stamp(&record.At), told(record)}
	}
	d.table([]string{"#", "When (UTC)", "What"}, rows)
	if len(r.Runs) > 0 {
		d.heading(2, "Runs")
	}
	for _, run := range r.Runs {
		d.run(run)
	}
	r.propose(&d)
	return d.out.String()
}

func (r Review) facts() [][]string {
	return [][]string{
		{"Severity", "SEV" + strconv.Itoa(r.Severity)},
		{"Status", r.Status},
		{"Environment", cmp.Or(r.Environment, "–")},
		{"Lead", cmp.Or(r.Lead, "–")},
		{"Responders", cmp.Or(strings.Join(r.Responders, ", "), "–")},
		{"Began", stamp(&r.BeganAt)},
		{"Started", stamp(&r.DeclaredAt) + " by " + r.DeclaredBy},
		{"Acknowledged", stamp(r.AcknowledgedAt)},
		{"Mitigated", stamp(r.MitigatedAt)},
		{"Resolved", stamp(r.ResolvedAt)},
		{"Closed", stamp(r.ClosedAt)},
	}
}

func (r Review) playbookRows() [][]string {
	rows := make([][]string, len(r.Playbooks))
	for i, p := range r.Playbooks {
		rows[i] = []string{
			p.Title + " (" + p.ID + ")", p.Revision[:min(12, len(p.Revision))], cmp.Or(p.Reason, "–"),
			stamp(&p.AttachedAt), stamp(p.DetachedAt),
		}
	}
	return rows
}

// told is a record's sentence with what the person wrote.
func told(r timeline.Record) string {
	sentence := timeline.Sentence(r)
	switch {
	case r.Purged:
		return sentence + " (the text was removed)"
	case r.Text == "" || r.Kind == timeline.Declared || r.Kind == timeline.TitleChanged:
		return sentence // the title is in the heading and in the sentence
	default:
		return sentence + ": " + r.Text
	}
}

func (d *document) run(r Run) {
	d.heading(3, fmt.Sprintf("Run %d: %s", r.Number, r.Title()))
	rows := [][]string{{"By", r.By}, {"When", r.when()}}
	for _, row := range [][]string{
		{"Section", r.Section},
		{"Environment", r.Environment},
		{"Acted as", r.ActsAs},
		{"Risk", r.Risk},
		{"Ended", r.outcome()},
		{"Note", r.Note},
	} {
		if row[1] != "" {
			rows = append(rows, row)
		}
	}
	d.table([]string{"Fact", "Value"}, rows)
	if r.Text != "" {
		d.fence("sh", r.Text)
	}
	if len(r.First)+len(r.Last) == 0 {
		return
	}
	output := append([]string(nil), r.First...)
	if n := r.Omitted(); n > 0 {
		output = append(output, fmt.Sprintf("… %d lines left out …", n))
	}
	d.fence("text", strings.Join(append(output, r.Last...), "\n"))
}

func (r Run) when() string {
	if r.EndedAt == nil || r.EndedAt.Equal(r.StartedAt) {
		return stamp(&r.StartedAt)
	}
	return stamp(&r.StartedAt) + ", for " + timeline.Span(r.EndedAt.Sub(r.StartedAt))
}

func (r Run) outcome() string {
	outcome := strings.ReplaceAll(r.State, "_", " ")
	if r.ExitCode != nil {
		outcome += ", exit " + strconv.Itoa(*r.ExitCode)
	}
	if r.Reason != "" {
		outcome += ": " + r.Reason
	}
	return outcome
}

func stamp(at *time.Time) string {
	if at == nil {
		return "–"
	}
	return at.UTC().Format("2006-01-02 15:04:05")
}
