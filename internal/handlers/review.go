package handlers

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"wardroom/internal/incidents"
	"wardroom/internal/reviews"
	"wardroom/views"
)

func (s *Server) showReview(c echo.Context) error {
	n, err := number(c)
	if err != nil {
		return err
	}
	r, err := s.Reviews.Build(c.Request().Context(), n)
	if err != nil {
		return err
	}
	m := views.ReviewPage{
		Page: s.page(c, fmt.Sprintf("Review of INC-%d", n), "reviews"), Number: int(n), Title: r.Title, Severity: r.Severity,
		Status: r.Status, Day: views.Day(r.BeganAt), Began: views.Minute(r.BeganAt), Environment: r.Environment, Lead: r.Lead,
		Responders: r.Responders, Summary: r.Summary, Chart: chartView(r.Chart),
	}
	if r.ResolvedAt != nil {
		m.Ended = views.Minute(*r.ResolvedAt)
	}
	for _, p := range r.Playbooks {
		m.Playbooks = append(m.Playbooks, views.Link{Text: p.Title, Path: "/playbooks/" + p.ID})
	}
	for _, metric := range r.Metrics {
		m.Metrics = append(m.Metrics, views.Metric{Name: metric.Name, Value: metric.Text(), From: metric.From, To: metric.To})
	}
	for _, run := range r.Runs {
		m.Runs = append(m.Runs, reviewRun(run))
	}
	for _, p := range r.Proposals {
		m.Proposals = append(m.Proposals, proposalView(p))
	}
	m.CanWrite = s.canRun(c)
	for i := range r.Timeline {
		row := timelineRow(r.Timeline[i], nil)
		if i > 0 {
			row = timelineRow(r.Timeline[i], &r.Timeline[i-1])
		}
		m.Timeline = append(m.Timeline, row)
	}
	return s.render(c, http.StatusOK, m.View())
}

func reviewRun(run reviews.Run) views.ReviewRun {
	v := views.ReviewRun{Step: run.Title(), Risk: run.Risk}
	if run.Text != "" {
		v.Segments = []views.Segment{{Text: run.Text}}
	}
	state := run.State
	switch state {
	case "succeeded":
		state = "passed"
	case "timed_out", "refused":
		state = "failed"
	}
	v.Run = views.Run{
		ID: run.ID.String(), State: state, Outcome: run.State, By: run.By, At: views.Clock(run.StartedAt), Lines: int(run.Lines),
		Problem: run.Reason, Note: run.Note,
	}
	if run.ExitCode != nil {
		v.Run.Outcome = "exit " + strconv.Itoa(*run.ExitCode)
		if run.State == "succeeded" && run.Reason != "" {
			v.Run.Outcome += ": " + strings.TrimSuffix(run.Reason, ".")
			v.Run.Problem = ""
		}
	}
	if run.EndedAt != nil && run.Text != "" {
		v.Run.Took = views.Took(run.EndedAt.Sub(run.StartedAt))
	}
	for i, text := range slices.Concat(run.First, run.Last) {
		n := i + 1
		if i >= len(run.First) {
			n = int(run.Lines) - len(run.Last) + (i - len(run.First)) + 1
		}
		v.Output = append(v.Output, views.LogLine{N: n, HTML: views.HTML(html.EscapeString(text))})
	}
	if omitted := run.Omitted(); omitted > 0 {
		v.Cut = fmt.Sprintf("%d of %d lines are left out here", omitted, run.Lines)
	}
	return v
}

func proposalView(p reviews.Proposal) views.Proposal {
	run := p.Run
	run.First, run.Last = nil, nil // the output stands with the run
	v := views.Proposal{
		ReviewRun: reviewRun(run), Place: capital(p.Place()), People: strings.Join(p.People, ", "), Markdown: p.Markdown, SetAside: p.SetAside,
		Language: run.Language,
	}
	v.Segments = []views.Segment{{Text: views.Visible(run.Written)}}
	if p.Times > 1 {
		v.Times = strconv.Itoa(p.Times) + " runs"
	}
	return v
}

func chartView(chart reviews.Chart) views.Chart {
	v := views.Chart{From: chart.From, To: chart.To}
	for _, lane := range chart.Lanes {
		bars := views.Lane{Name: lane.Name}
		for _, span := range lane.Spans {
			bars.Bars = append(bars.Bars, views.Bar{From: span.From, To: span.To, Text: span.Text, Detail: span.Detail, Kind: span.Kind})
		}
		v.Lanes = append(v.Lanes, bars)
	}
	return v
}

func (s *Server) exportReview(c echo.Context) error {
	return s.download(c, "INC-%d.md", reviews.Review.Markdown)
}

// exportProposals is what an author pastes into a playbook.
func (s *Server) exportProposals(c echo.Context) error {
	return s.download(c, "INC-%d-proposals.md", reviews.Review.ProposalsMarkdown)
}

// download sends a text of the incident's review as a file.
func (s *Server) download(c echo.Context, name string, text func(reviews.Review) string) error {
	n, err := number(c)
	if err != nil {
		return err
	}
	r, err := s.Reviews.Build(c.Request().Context(), n)
	if err != nil {
		return err
	}
	return markdown(c, fmt.Sprintf(name, n), text(r))
}

func markdown(c echo.Context, name, text string) error {
	c.Response().Header().Set(echo.HeaderContentDisposition, `attachment; filename="`+name+`"`)
	return c.Blob(http.StatusOK, "text/markdown; charset=utf-8", []byte(text))
}

// propose proposes the command of a run for the playbook, or sets it aside.
func (s *Server) propose(proposed bool) echo.HandlerFunc {
	return func(c echo.Context) error {
		run, n, err := s.run(c)
		if err != nil {
			return err
		}
		if err := s.Diagnostics.Propose(c.Request().Context(), run.ID, proposed); err != nil {
			return err
		}
		return back(c, room(n)+"/review#proposals")
	}
}

func (s *Server) listReviews(c echo.Context) error {
	filter := incidents.Filter{}
	if v := c.QueryParam("before"); v != "" {
		filter.Before, _ = strconv.ParseInt(v, 10, 64) // the first page when it is no number
	}
	rows, before, err := s.Incidents.List(c.Request().Context(), filter)
	if err != nil {
		return err
	}
	ids := make([]uuid.UUID, len(rows))
	for i, row := range rows {
		ids[i] = row.ID
	}
	cleared, err := s.Reviews.ClearedAt(c.Request().Context(), ids)
	if err != nil {
		return err
	}
	m := views.ReviewList{Page: s.page(c, "Reviews", "reviews")}
	for _, row := range rows {
		if row.Active() {
			continue
		}
		if at, known := cleared[row.ID]; known { // as the review itself counts it
			row.MitigatedAt = &at
		}
		m.Rows = append(m.Rows, views.ReviewRow{
			Number: int(row.Number), Title: row.Title, Severity: row.Severity, Status: string(row.Status), Day: views.Day(row.BeganAt),
			Lead: row.Lead, Ack: until(row.BeganAt, row.AcknowledgedAt), Mitigated: until(row.BeganAt, row.MitigatedAt),
			Resolved: until(row.BeganAt, row.ResolvedAt),
		})
	}
	if before > 0 {
		m.Older = "/reviews?" + url.Values{"before": {strconv.FormatInt(before, 10)}}.Encode()
	}
	return s.render(c, http.StatusOK, m.View())
}

func until(from time.Time, to *time.Time) string {
	if to == nil {
		return "–"
	}
	return views.Took(to.Sub(from))
}
