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

func isComment(line string) bool {
	return strings.HasPrefix(line, "--") || strings.HasPrefix(line, "#") || strings.HasPrefix(line, "// ")
}

// hashComments reports comments of a shell: SQL has none, so that commands may stand
// between its statements.
func hashComments(body string) bool {
	for line := range strings.Lines(body) {
		if strings.HasPrefix(strings.TrimSpace(line), "# ") {
			return true
		}
	}
	return false
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

// statements splits SQL at semicolons outside quotes, comments and dollar quotes, and
// takes psql's own commands, such as \d, by the line.
// Comment lines above a statement are its caption; those above none are remarks.
func statements(body string) (all []shell.Line, remarks []shell.Remark) {
	var (
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
		if start < 0 && body[i] == '\\' { // psql's own command takes the rest of its line
			start, begun, n = i, line, len(firstLine(body[i:]))
			finish(i + n)
			i += n
			continue
		}
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
	if start < 0 && len(caption) > 0 {
		remarks = append(remarks, shell.Remark{Lines: caption, Line: line})
	}
	finish(len(body))
	return all, remarks
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
