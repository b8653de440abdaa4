package programs

import (
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// serverMessage words an error or notice as libpq does, with the place in the query.
func serverMessage(e *pgconn.PgError, query string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s:  %s\n", e.Severity, e.Message)
	switch {
	case e.InternalQuery != "" && e.InternalPosition > 0:
		b.WriteString(errorPosition(e.InternalQuery, int(e.InternalPosition)))
	case query != "" && e.Position > 0:
		b.WriteString(errorPosition(query, int(e.Position)))
	}
	for _, part := range []struct{ name, text string }{{"DETAIL", e.Detail}, {"HINT", e.Hint}, {"QUERY", e.InternalQuery}} {
		if part.text != "" {
			fmt.Fprintf(&b, "%s:  %s\n", part.name, part.text)
		}
	}
	if e.Where != "" && (e.SeverityUnlocalized == "ERROR" || e.SeverityUnlocalized == "FATAL" || e.SeverityUnlocalized == "PANIC") {
		fmt.Fprintf(&b, "CONTEXT:  %s\n", e.Where)
	}
	return b.String()
}

// shiftPosition moves the place of an error by what stood before the statement.
func shiftPosition(err error, by int) {
	var wrong *pgconn.PgError
	if errors.As(err, &wrong) && wrong.Position > 0 {
		wrong.Position += int32(by) //nolint:gosec // a command has 64 KiB at most
	}
}

// errorPosition shows the line of a query with a mark below the character at position, which counts from 1. A long line is cut to 60 places around it.
func errorPosition(query string, position int) string {
	const most, rightOf = 60, 10
	runes := []rune(query)
	at := position - 1
	if at < 0 || at > len(runes) {
		return ""
	}
	number, begin, end := 1, 0, len(runes)
	for i, r := range runes {
		if r != '\n' && r != '\r' {
			continue
		}
		if i >= at {
			end = i
			break
		}
		if r == '\r' || i == 0 || runes[i-1] != '\r' {
			number++
		}
		begin = i + 1
	}
	places := func(from, to int) (n int) {
		for _, r := range runes[from:max(from, to)] {
			n += runeWidth(r)
		}
		return n
	}
	before, after := "", ""
	if places(begin, end) > most {
		if places(begin, at)+rightOf <= most {
			for places(begin, end) > most {
				end--
			}
			after = "..."
		} else {
			for places(at, end) > rightOf {
				end, after = end-1, "..."
			}
			for places(begin, end) > most {
				begin, before = begin+1, "..."
			}
		}
	}
	head := fmt.Sprintf("LINE %d: %s", number, before)
	line := strings.ReplaceAll(string(runes[begin:end]), "\t", " ")
	return head + line + after + "\n" + spaces(len(head)+places(begin, at)) + "^\n"
}
