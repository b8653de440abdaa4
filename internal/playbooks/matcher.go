package playbooks

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

const maxMatcher = 1 << 10

// A matcher is one condition on a label, in Alertmanager's syntax. A label that
// is absent has the empty value, as there.
type matcher struct {
	name, value string
	negate      bool
	pattern     *regexp.Regexp // nil: compare the text
}

func (m matcher) holds(labels map[string]string) bool {
	value := labels[m.name]
	if m.pattern != nil {
		return m.pattern.MatchString(value) != m.negate
	}
	return (value == m.value) != m.negate
}

func (m matcher) String() string {
	operator := map[[2]bool]string{
		{false, false}: "=", {false, true}: "!=", {true, false}: "=~", {true, true}: "!~",
	}[[2]bool{m.pattern != nil, m.negate}]
	return m.name + operator + strconv.Quote(m.value)
}

// parseMatchers reads `{a="b", c!~"d.*"}`; braces and quotes may be left out.
func parseMatchers(text string) ([]matcher, error) {
	if len(text) > maxMatcher {
		return nil, errors.New("longer than 1 KiB")
	}
	rest := strings.TrimSpace(text)
	if inner, found := strings.CutPrefix(rest, "{"); found {
		inner, found = strings.CutSuffix(inner, "}")
		if !found {
			return nil, errors.New("a closing brace is missing")
		}
		rest = inner
	}
	var all []matcher
	for rest = strings.TrimSpace(rest); rest != ""; {
		m, after, err := parseMatcher(rest)
		if err != nil {
			return nil, err
		}
		all = append(all, m)
		after = strings.TrimSpace(after)
		if after != "" && after[0] != ',' {
			return nil, fmt.Errorf("a comma is expected before %q", after)
		}
		rest = strings.TrimSpace(strings.TrimPrefix(after, ","))
	}
	if len(all) == 0 {
		return nil, errors.New("no matcher")
	}
	return all, nil
}

func parseMatcher(text string) (m matcher, rest string, err error) {
	end := strings.IndexAny(text, "=!")
	if end <= 0 {
		return m, "", errors.New("a label name with =, !=, =~ or !~ is expected")
	}
	m.name = strings.TrimSpace(text[:end])
	if !isLabelName(m.name) {
		return m, "", fmt.Errorf("%q is not a label name", m.name)
	}
	regex := false
	switch rest = text[end:]; {
	case strings.HasPrefix(rest, "=~"):
		regex, rest = true, rest[2:]
	case strings.HasPrefix(rest, "!~"):
		regex, m.negate, rest = true, true, rest[2:]
	case strings.HasPrefix(rest, "!="):
		m.negate, rest = true, rest[2:]
	case rest[0] == '=':
		rest = rest[1:]
	default:
		return m, "", errors.New("the sign ! needs a = or ~ behind it")
	}
	if m.value, rest, err = matcherValue(strings.TrimSpace(rest)); err != nil {
		return m, "", err
	}
	if regex {
		if m.pattern, err = regexp.Compile("^(?s:" + m.value + ")$"); err != nil {
			return m, "", fmt.Errorf("%q is not a regular expression", m.value)
		}
	}
	return m, rest, nil
}

func matcherValue(text string) (value, rest string, err error) {
	if !strings.HasPrefix(text, `"`) {
		end := strings.IndexByte(text, ',')
		if end < 0 {
			end = len(text)
		}
		return strings.TrimSpace(text[:end]), text[end:], nil
	}
	quoted, err := strconv.QuotedPrefix(text)
	if err != nil {
		return "", "", errors.New("the quoted value is not well formed")
	}
	value, err = strconv.Unquote(quoted)
	if err != nil {
		return "", "", fmt.Errorf("%s is not a quoted text", quoted)
	}
	return value, text[len(quoted):], nil
}

func isLabelName(name string) bool {
	for i, c := range name {
		letter := c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return name != ""
}
