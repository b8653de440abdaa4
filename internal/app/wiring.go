package app

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"wardroom/internal/diagnostics"
	"wardroom/internal/errs"
	"wardroom/internal/incidents"
	"wardroom/internal/notify"
	"wardroom/internal/postgres"
	"wardroom/internal/reviews"
)

func newName() string { return strings.ToLower(rand.Text()[:8]) }

// handoffMail writes the message of a handoff.
type handoffMail struct {
	mail      *notify.Service
	publicURL string
}

// HandoffTx implements incidents.Mail.
func (h handoffMail) HandoffTx(ctx context.Context, tx *postgres.Tx, m incidents.HandoffMail) error {
	if h.publicURL == "" {
		return nil // a link that leads nowhere helps nobody; the offerer passes it on by hand
	}
	text := fmt.Sprintf("%s offers you INC-%d: %s\n\n%s\n\nLook at it and accept or decline:\n%s/handoff/%s\n\nUntil you accept, responsibility stays where it is. Opening the link changes nothing.\n",
		m.Handoff.From, m.Handoff.Number, m.Title, m.Handoff.Reason, h.publicURL, m.Token)
	_, err := h.mail.MailTx(ctx, tx, notify.Message{
		To: m.Address, Subject: fmt.Sprintf("INC-%d: %s hands over to you", m.Handoff.Number, m.Handoff.From), Text: text, Incident: &m.Handoff.IncidentID,
	})
	return err
}

// reviewRuns gives reviews the runs with the ends of their output.
type reviewRuns struct{ runs *diagnostics.Service }

// reviewLines is how many lines of each end a review shows.
const reviewLines = 100

// ForReview implements reviews.Runs.
func (r reviewRuns) ForReview(ctx context.Context, incident uuid.UUID) ([]reviews.Run, error) {
	runs, err := r.runs.ForIncident(ctx, incident)
	if err != nil {
		return nil, err
	}
	all := make([]reviews.Run, 0, len(runs))
	for _, run := range slices.Backward(runs) { // they come newest first
		one, err := r.one(ctx, run)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}

func (r reviewRuns) one(ctx context.Context, run diagnostics.Run) (reviews.Run, error) {
	v := reviews.Run{
		ID: run.ID, Number: run.Number, Step: run.StepTitle, Section: run.Section,
		Place: strings.Join([]string{run.AttachedID.String(), run.StepID, run.CommandID}, " "), Source: reviews.Source(run.Source),
		Language: run.Language, Written: run.Written, Ran: run.Started != nil, SetAside: run.SetAside, Text: run.Text, Risk: run.Risk.String(),
		Environment: run.Env, By: run.By, ActsAs: run.ActsAs, State: string(run.State), Reason: run.Reason, ExitCode: run.ExitCode, StartedAt: run.Created,
		EndedAt: run.Ended, Note: run.Note, Lines: run.Lines,
	}
	if run.Started != nil {
		v.StartedAt = *run.Started
	}
	first, err := r.runs.Lines(ctx, run, 1, reviewLines, reviewLines)
	if errs.KindOf(err) == errs.Forbidden {
		return v, nil // who may not read its output gets the facts
	}
	if err != nil {
		return v, err
	}
	last, err := r.runs.Lines(ctx, run, max(reviewLines, run.Lines-reviewLines)+1, run.Lines, reviewLines)
	v.First, v.Last = texts(first), texts(last)
	return v, err
}

func texts(lines []diagnostics.Line) []string {
	all := make([]string, len(lines))
	for i, line := range lines {
		all[i] = line.Text()
	}
	return all
}
