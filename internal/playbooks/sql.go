package playbooks

import (
	"strings"

	"wardroom/internal/shell"
)

var sqlVerbs = map[string]bool{
	"SELECT": true, "INSERT": true, "UPDATE": true, "DELETE": true, "CREATE": true, "ALTER": true, "DROP": true,
	"WITH": true, "EXPLAIN": true, "ANALYZE": true, "VACUUM": true, "TRUNCATE": true, "REINDEX": true, "GRANT": true,
	"REVOKE": true, "BEGIN": true, "COMMIT": true, "ROLLBACK": true, "SHOW": true, "CALL": true, "REFRESH": true,
}

// isSQL recognises a statement in a shell fence: a verb in capitals, as people
// write SQL and never name programs, followed by more.
func isSQL(text string) bool {
	first := firstWord(text)
	return sqlVerbs[strings.TrimSuffix(first, ";")]
}

var promFunctions = map[string]bool{
	"sum": true, "avg": true, "min": true, "max": true, "count": true, "topk": true, "bottomk": true, "quantile": true,
	"rate": true, "irate": true, "increase": true, "delta": true, "deriv": true, "absent": true, "changes": true,
	"histogram_quantile": true, "avg_over_time": true, "max_over_time": true, "min_over_time": true, "predict_linear": true,
}

// isPromQL recognises a query in a shell fence: one of PromQL's functions that is
// called, or a metric with a selector and an operator-like tail. A shell function
// definition has empty parentheses.
func isPromQL(text string) bool {
	name, rest := cutAny(text, "( ")
	if !promFunctions[name] {
		return false
	}
	rest = strings.TrimSpace(rest)
	for _, grouping := range []string{"by", "without"} {
		if after, found := strings.CutPrefix(rest, grouping); found {
			rest = strings.TrimSpace(after)
		}
	}
	return strings.HasPrefix(rest, "(") && !strings.HasPrefix(strings.ReplaceAll(rest, " ", ""), "()")
}

// firstStatement is the first line that is neither empty nor a comment.
func firstStatement(body string) string {
	for line := range strings.Lines(body) {
		line = strings.TrimSpace(line)
		if line != "" && !isComment(line) {
			return line
		}
	}
	return ""
}

// isComment tells a comment from a root prompt: "# kubectl get pods" starts a
// command in a console block.
func isComment(line string) bool {
	if strings.HasPrefix(line, "--") {
		return true
	}
	rest, found := strings.CutPrefix(line, "#")
	return found && !shell.Known(firstWord(rest))
}

// dashComments makes whole-line SQL comments readable for a shell: the authors
// of sql fences with docker commands in them write "-- Check connections".
func dashComments(body string) string {
	if !strings.HasPrefix(strings.TrimSpace(body), "--") {
		return body
	}
	var b strings.Builder
	for line := range strings.Lines(body) {
		if rest, found := strings.CutPrefix(line, "-- "); found {
			line = "# " + rest
		}
		b.WriteString(line)
	}
	return b.String()
}

// statements splits SQL at semicolons outside quotes, comments and dollar quotes.
// Comment lines above a statement are its caption.
func statements(body string) []shell.Line {
	var (
		all     []shell.Line
		caption []string
		start   = -1
		line    = 1
		begun   int
	)
	finish := func(end int) {
		if start >= 0 {
			text := strings.TrimSpace(body[start:end])
			all = append(all, shell.Line{Text: text, Caption: strings.Join(caption, " "), Line: begun})
		}
		start, caption = -1, nil
	}
	for i := 0; i < len(body); {
		n := sqlToken(body[i:])
		switch token := body[i : i+n]; {
		case strings.HasPrefix(token, "--"):
			if start < 0 {
				caption = append(caption, strings.TrimSpace(strings.TrimLeft(token, "-")))
			}
		case strings.TrimSpace(token) == "":
		case token == ";":
			finish(i + 1)
		case start < 0:
			start, begun = i, line
		}
		line += strings.Count(body[i:i+n], "\n")
		i += n
	}
	finish(len(body))
	return all
}

// sqlToken gives the length of the quoted text, comment or single byte at the
// head of text. What is never closed reaches to the end.
func sqlToken(text string) int {
	until := func(open, end string) int {
		if i := strings.Index(text[len(open):], end); i >= 0 {
			return len(open) + i + len(end)
		}
		return len(text)
	}
	switch {
	case text[0] == '\'' || text[0] == '"':
		return until(text[:1], text[:1])
	case strings.HasPrefix(text, "--"):
		return until("--", "\n")
	case strings.HasPrefix(text, "/*"):
		return until("/*", "*/")
	case text[0] == '$':
		if tag := strings.IndexByte(text[1:], '$'); tag >= 0 && strings.Trim(strings.ToLower(text[1:1+tag]), "abcdefghijklmnopqrstuvwxyz0123456789_") == "" {
			return until(text[:tag+2], text[:tag+2])
		}
	}
	return 1
}
