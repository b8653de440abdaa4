package handlers

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"wardroom/internal/diagnostics"
	"wardroom/internal/errs"
	"wardroom/views"
)

const (
	chunkLines = 100  // in one piece of the page, UX.md §3
	pageLines  = 1000 // on one log page; more is a click away
	fetchLines = 5000 // in one answer to a script that repairs a gap
)

// showRun is the log page. Without ?L= it ends with the newest line.
func (s *Server) showRun(c echo.Context) error {
	ctx := c.Request().Context()
	run, n, err := s.run(c)
	if err != nil {
		return err
	}
	total, err := s.Diagnostics.Length(ctx, run)
	if err != nil {
		return err
	}
	first, last := markedLines(c.QueryParam("L"))
	from := max(1, (total-1)/chunkLines*chunkLines+1-pageLines+chunkLines)
	switch {
	case c.QueryParam("from") != "":
		if from, err = strconv.ParseInt(c.QueryParam("from"), 10, 64); err != nil || from < 1 {
			return errs.New(errs.Invalid, "There is no such line.")
		}
	case first > 0:
		from = max(1, (first-1)/chunkLines*chunkLines+1-chunkLines)
	}
	lines, err := s.Diagnostics.Lines(ctx, run, from, from+pageLines-1, pageLines)
	if err != nil {
		return err
	}
	m, err := s.runPage(c, run, n)
	if err != nil {
		return err
	}
	m.Total = int(total)
	m.Run.Lines = int(total)
	m.Chunks = chunks(lines, first, last)
	if first > 0 {
		m.Marked = fmt.Sprintf("L%d–L%d", first, last)
	}
	if from > 1 {
		m.Earlier = fmt.Sprintf("%s?from=%d", m.Run.Path(), max(1, from-pageLines))
	}
	if from+pageLines <= total {
		m.Later = fmt.Sprintf("%s?from=%d", m.Run.Path(), from+pageLines)
	}
	for _, line := range lines {
		if line.Stderr {
			m.Stderr++
		}
	}
	return s.render(c, http.StatusOK, m.View())
}

func (s *Server) runPage(c echo.Context, run diagnostics.Run, n int64) (views.RunPage, error) {
	ctx := c.Request().Context()
	programs, err := s.Diagnostics.Programs(ctx, run.ID)
	if err != nil {
		return views.RunPage{}, err
	}
	me, _ := who(ctx)
	m := views.RunPage{
		Page: s.page(c, fmt.Sprintf("Run %d of INC-%d", run.Number, n), "incidents"), Incident: int(n),
		Back: standing(n, run), StepTitle: stepTitle(run), Name: fmt.Sprintf("Run %d", run.Number),
		Risk: run.Risk.String(), Segments: []views.Segment{{Text: run.Text}}, Text: run.Text, Where: s.whereRun(run),
		Run: s.runView(run, me.user.Actor()), CanWrite: s.canRun(c),
	}
	m.Page.Socket = "run=" + run.ID.String()
	if run.Note != "" {
		m.Notes = []views.RunNote{{Text: run.Note}}
	}
	for _, p := range programs {
		m.Programs = append(m.Programs, views.ProgramStart{
			Argv: strings.Join(p.Argv, " "), Risk: p.Risk, Permitted: p.Permitted, Reason: p.Reason,
		})
	}
	return m, nil
}

// whereRun says where a run took place, and whom its cluster saw.
func (s *Server) whereRun(run diagnostics.Run) string {
	where := "on " + run.Env + ", from " + run.Host
	if run.ActsAs != "" {
		where += ", as " + run.ActsAs
	}
	return where
}

// markedLines reads ?L=120 or ?L=120-140; zeros when there is no such mark.
func markedLines(mark string) (first, last int64) {
	from, to, ranged := strings.Cut(strings.ReplaceAll(mark, "L", ""), "-")
	first, err := strconv.ParseInt(from, 10, 64)
	if err != nil || first < 1 {
		return 0, 0
	}
	last = first
	if ranged {
		if last, err = strconv.ParseInt(to, 10, 64); err != nil || last < first {
			last = first
		}
	}
	return first, last
}

func chunks(lines []diagnostics.Line, first, last int64) []views.LogChunk {
	var all []views.LogChunk
	for i, line := range logLines(lines) {
		n := lines[i].N
		line.Marked = n >= first && n <= last
		if k := int((n - 1) / chunkLines); len(all) == 0 || all[len(all)-1].K != k {
			all = append(all, views.LogChunk{K: k})
		}
		all[len(all)-1].Lines = append(all[len(all)-1].Lines, line)
	}
	return all
}

// runLines answers a script that repairs a gap, in the form of a log frame.
func (s *Server) runLines(c echo.Context) error {
	run, _, err := s.run(c)
	if err != nil {
		return err
	}
	from, errFrom := strconv.ParseInt(c.QueryParam("from"), 10, 64)
	to, errTo := strconv.ParseInt(c.QueryParam("to"), 10, 64)
	if errFrom != nil || errTo != nil || from < 1 || to < from {
		return errs.New(errs.Invalid, "from and to are line numbers, the first one at least 1.")
	}
	lines, err := s.Diagnostics.Lines(c.Request().Context(), run, from, to, fetchLines)
	if err != nil {
		return err
	}
	return c.JSONBlob(http.StatusOK, diagnostics.LogFrame(run, lines))
}

// runRaw is the output as plain text.
func (s *Server) runRaw(c echo.Context) error {
	run, _, err := s.run(c)
	if err != nil {
		return err
	}
	if _, err := s.Diagnostics.Tail(c.Request().Context(), run, 1); err != nil {
		return err // before anything is written: who may not read gets a page that says so
	}
	c.Response().Header().Set(echo.HeaderContentType, "text/plain; charset=utf-8")
	if c.QueryParam("download") != "" {
		c.Response().Header().Set(echo.HeaderContentDisposition, fmt.Sprintf(`attachment; filename="run-%s.txt"`, run.ID))
	}
	c.Response().WriteHeader(http.StatusOK)
	return s.Diagnostics.WriteRaw(c.Request().Context(), run, c.Response())
}
