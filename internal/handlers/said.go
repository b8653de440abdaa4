package handlers

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"wardroom/internal/diagnostics"
	"wardroom/views"
)

// telling is what a line looks like that says why something is broken.
var telling = regexp.MustCompile(`(?i)\b(error|fatal|panic|exception|fail(ed|ure)?|refused|denied|timed? ?out|killed|unhealthy)\b`)

// said is what the run's output comes down to, for those who may read it.
func (s *Server) said(ctx context.Context, run diagnostics.Run) (string, error) {
	lines, err := s.Diagnostics.Lines(ctx, run, 1, pageLines, pageLines)
	if forbidden(err) {
		return "", nil
	}
	if err != nil || len(lines) == 0 {
		return "", err
	}
	if line := mostTelling(lines); line != "" {
		return ", “" + short(line, 80) + "”", nil
	}
	return ", " + views.Lines(int(run.Lines)), nil
}

// mostTelling is the first line on standard error, the first that looks like an error, or the only one. The last line of
// a longer output is as likely the bottom of a stack trace.
func mostTelling(lines []diagnostics.Line) string {
	speaks := func(l diagnostics.Line) bool { return strings.TrimSpace(l.Text()) != "" }
	for _, wanted := range []func(diagnostics.Line) bool{
		func(l diagnostics.Line) bool { return l.Stderr && speaks(l) },
		func(l diagnostics.Line) bool { return telling.MatchString(l.Text()) },
		func(diagnostics.Line) bool { return len(lines) == 1 },
	} {
		if i := slices.IndexFunc(lines, wanted); i >= 0 {
			return strings.TrimSpace(lines[i].Text())
		}
	}
	return ""
}
