package shell

import (
	"regexp"
	"slices"
	"strings"
)

// Queries cuts a fence of PromQL into its queries: each goes on over the lines that
// its brackets and operators join. Comments above one are its caption; remarks are those above none.
func Queries(fence string) (queries []Line, remarks []Remark) {
	if len(fence) > 16*maxText {
		return nil, nil
	}
	c := newCutter(fence)
	c.prompted = slices.ContainsFunc(c.lines, func(line string) bool {
		_, found := afterMark(strings.TrimSpace(line), "$")
		return found
	})
	for c.at < len(c.lines) {
		line := c.lines[c.at]
		typed, found := afterMark(strings.TrimSpace(line), "$")
		switch {
		case strings.TrimSpace(line) == "":
			c.at++
		case isComment(line):
			c.caption(line)
		case found:
			c.query(typed, InPromQL)
		case c.prompted:
			c.at++
		default:
			c.query(strings.TrimSpace(line), InPromQL)
		}
	}
	c.remark()
	return c.found, c.remarks
}

// These are asked only of a line that has the marks for it.
var (
	sampled     = regexp.MustCompile(`\}\s+(?:[-+0-9.eE]+|NaN)(?:\s+\d+)?$`) // what an exporter prints
	arithmetic  = regexp.MustCompile(`^\d+(?:\.\d+)?\s*[-+*/]\s*`)
	labelsOnly  = regexp.MustCompile(`^\{\s*[a-zA-Z_]\w*\s*(?:=~?|!=|!~)\s*["` + "`" + `]`)
	filters     = regexp.MustCompile(`\}\s*(?:\|[=~]|!=|!~|\|\s*(?:json|logfmt|line_format|pattern|regexp|unpack)\b)`)
	vectorMatch = regexp.MustCompile(`\b(?:on|ignoring)\s*\([^()]*\)(?:\s*group_(?:left|right)(?:\s*\([^()]*\))?)?$`)
	groupedOnly = regexp.MustCompile(`[a-z_]\s+(?:by|without)\s*\([^()]*\)$`) // sum by (pod), whose argument is still to come

	comparisons = []string{"==", "!=", ">", "<", "+", "-", "*", "/", "%", "^"}
	setWords    = wordSet("and or unless offset")
	joinWords   = wordSet("and or unless on ignoring by without offset group_left group_right bool")
	openWords   = wordSet("and or unless by without on ignoring")
)

var promFunctions = wordSet("sum avg min max count topk bottomk quantile rate irate increase delta idelta deriv absent absent_over_time changes resets " +
	"histogram_quantile avg_over_time max_over_time min_over_time sum_over_time count_over_time last_over_time quantile_over_time predict_linear " +
	"sort_desc stddev group scalar vector clamp_max clamp_min clamp label_replace label_join round ceil floor count_values timestamp")

// queryIn says in which query language a line begins, empty for none. A metric's bare
// name counts only where the fence holds nothing else.
func queryIn(text string, alone bool) string {
	if text == "" || !strings.ContainsAny(text, "({[_:=<>!") {
		return ""
	}
	switch c := text[0]; {
	case c == '{':
		return in(labelsOnly.MatchString(text), queryLanguage(text))
	case c >= '0' && c <= '9':
		n := len(arithmetic.FindString(text))
		return in(n > 0 && queryIn(text[n:], true) != "", InPromQL)
	case c == '(':
		inner := strings.TrimLeft(text, "( ")
		return in(inner != "" && (isMetric(inner) || queryIn(inner, alone) != ""), InPromQL)
	case strings.Contains(text, "} ") && sampled.MatchString(text):
		return ""
	}
	name, rest := metricName(text)
	switch {
	case name == "" || rest == "" && !alone:
		return ""
	case promFunctions[name] && callsFunction(rest):
		return queryLanguage(text)
	case strings.HasPrefix(rest, "{") || len(rest) > 2 && rest[0] == '[' && rest[1] >= '0' && rest[1] <= '9' && strings.Contains(rest, "]"):
		return in(!Known(name), InPromQL)
	}
	return in(alone && isMetric(text) || name == "up" && compared(rest), InPromQL)
}

// metricName cuts the name of a metric or a function off the head of a text.
func metricName(text string) (name, rest string) {
	n := 0
	for n < len(text) && (wordByte(text[n]) && text[n] < 0x80 || text[n] == ':') {
		n++
	}
	return text[:n], text[n:]
}

// callsFunction reports arguments, perhaps behind a grouping; a function that the shell
// defines has none.
func callsFunction(rest string) bool {
	rest = strings.TrimLeft(rest, " ")
	for _, grouping := range []string{"by", "without"} {
		if after, found := strings.CutPrefix(rest, grouping); found {
			rest = strings.TrimLeft(after, " ")
		}
	}
	inner, called := strings.CutPrefix(rest, "(")
	return called && !strings.HasPrefix(strings.TrimLeft(inner, " "), ")")
}

// isMetric recognises node_memory_total_bytes, with nothing or an operator behind it.
func isMetric(text string) bool {
	name, rest := metricName(text)
	if name == "" || !isLower(name[0]) || name[len(name)-1] == ':' || strings.ToLower(name) != name || strings.Count(name, "_")+strings.Count(name, ":") < 2 {
		return false
	}
	return rest == "" || compared(rest) || strings.HasPrefix(rest, " ") && setWords[firstField(rest)]
}

func compared(rest string) bool {
	rest = strings.TrimLeft(rest, " ")
	for _, operator := range comparisons {
		if after, found := strings.CutPrefix(rest, operator); found {
			return strings.TrimSpace(after) != ""
		}
	}
	return false
}

// goesOn reports a line that belongs to the query above it, or that leaves it open.
func goesOn(next, last string) bool {
	if strings.IndexByte("=!<>-+*/%^)]}|", next[0]) >= 0 && !strings.HasPrefix(next, "--") || joinWords[strings.TrimRight(firstOf(next), "(")] {
		return true
	}
	last = strings.TrimRight(last, " \t")
	if last == "" {
		return false
	}
	end := last[len(last)-1]
	switch {
	case strings.IndexByte("-+*/%^<>=,([{|", end) >= 0 || openWords[last[strings.LastIndexByte(last, ' ')+1:]]:
		return true
	case end != ')':
		return false
	case strings.Contains(last, "on") || strings.Contains(last, "ignoring"):
		if vectorMatch.MatchString(last) {
			return true
		}
	}
	return (strings.Contains(last, "by") || strings.Contains(last, "without")) && groupedOnly.MatchString(last)
}

// firstOf is the first word up to a bracket.
func firstOf(text string) string {
	word, _, _ := strings.Cut(firstField(text), "(")
	return word
}

// queryLanguage tells LogQL from PromQL, whose functions have the same names.
func queryLanguage(text string) string {
	if filters.MatchString(text) {
		return InLogQL
	}
	return InPromQL
}

func in(is bool, language string) string {
	if is {
		return language
	}
	return ""
}

// opened is a line as it stands, or with the next one if it only opens brackets.
func (c *cutter) opened(line string) string {
	if strings.Trim(line, "( ") == "" && c.at+1 < len(c.lines) {
		return line + strings.TrimSpace(c.lines[c.at+1])
	}
	return line
}

// query takes a query and the lines that go on with it.
func (c *cutter) query(first, language string) {
	lines, depth := []string{first}, brackets(first)
	for n := c.at + 1; n < len(c.lines) && len(lines) < maxJoined && c.budget > 0; n++ {
		next := strings.TrimSpace(c.lines[n])
		c.budget -= len(next) + 1
		if depth <= 0 && (next == "" || !goesOn(next, lines[len(lines)-1])) {
			break
		}
		lines = append(lines, c.lines[n])
		depth += brackets(next)
	}
	if depth > 0 {
		lines = lines[:1] // it is never closed: no query goes on to the end of a fence
	}
	c.add(strings.TrimSpace(strings.Join(lines, "\n")), language, len(lines))
}

// brackets counts those that a line opens less those that it closes, outside quotes
// and comments.
func brackets(line string) int {
	depth := 0
	for rest := line; rest != ""; {
		piece := promPiece(rest)
		rest = rest[len(piece):]
		switch piece {
		case "(", "[", "{":
			depth++
		case ")", "]", "}":
			depth--
		}
	}
	return depth
}
