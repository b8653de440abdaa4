package playbooks

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
)

// words splits a text into lower-case words of letters and digits.
func words(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
}

// slug makes a part of an identity: fit for a URL and an HTML id.
func slug(text string) string {
	const limit = 80
	s := strings.Join(words(text), "-")
	for len(s) > limit {
		if cut := strings.LastIndexByte(s, '-'); cut > 0 {
			s = s[:cut]
			continue
		}
		_, size := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-size]
	}
	return s
}

// The words that number the parts of a procedure rather than name them.
var ordinals = map[string]bool{"step": true, "scenario": true, "option": true, "case": true, "phase": true, "cause": true}

// splitOrdinal separates "Step 2: " or "3. " from what it numbers. Without a
// colon, dot or dash after the number there is nothing to separate.
func splitOrdinal(title string) (word, rest string) {
	first, after, _ := strings.Cut(title, " ")
	if lower := strings.ToLower(first); ordinals[lower] {
		word = lower
		if first, rest, _ = strings.Cut(after, " "); first == "" {
			return "", title
		}
	} else {
		rest = after
	}
	label := strings.TrimRight(first, ":.)-–—")
	isNumber := label != "" && len(label) <= 3 && strings.Trim(label, "0123456789.") == ""
	isLetter := word != "" && len(label) == 1
	if !isNumber && !isLetter {
		return "", title
	}
	dashless := strings.TrimLeft(rest, ":-–— ")
	if label == first && dashless == rest { // "Step 2 pods", "3 pods": the number is part of the title
		return "", title
	}
	if dashless == "" {
		return "", title
	}
	if word == "" {
		word = "step"
	}
	return word, dashless
}

// stepTitle is what a step is called beside its number: "Step 2: Check logs" is
// "Check logs", while "Scenario B: Out of memory" keeps the name people use.
func stepTitle(title string) string {
	if word, rest := splitOrdinal(title); word == "step" {
		return rest
	}
	return title
}

// isAlertName recognises KubePodCrashLooping and etcdMembersDown: one word with a
// capital after a small letter.
func isAlertName(text string) bool {
	hump, previous := false, rune(0)
	for i, c := range text {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter && (i == 0 || c != '_' && (c < '0' || c > '9')) {
			return false
		}
		hump = hump || c >= 'A' && c <= 'Z' && previous >= 'a' && previous <= 'z'
		previous = c
	}
	return hump && len(text) >= 6
}

// surelyAlert recognises an alert's name anywhere, where PostgreSQL and GitHub are none:
// three words or more, or one of them says what is wrong. What Kubernetes calls the states
// of a pod is none either.
func surelyAlert(text string) bool {
	if !isAlertName(text) || podStates[strings.ToLower(text)] {
		return false
	}
	parts := words(humps(text))
	return len(parts) > 2 || slices.ContainsFunc(parts, func(word string) bool { return wrongs[word] })
}

var (
	podStates = wordsOf("crashloopbackoff imagepullbackoff errimagepull createcontainerconfigerror createcontainererror containercreating " +
		"runcontainererror invalidimagename failedscheduling failedmount failedattachvolume networknotready outofmemory podinitializing")
	wrongs = wordsOf("down high low full failed failing failure failures error errors slow missing lag lagging expired expiring unhealthy unavailable " +
		"unreachable restarting stuck latency usage exhausted degraded broken dead absent critical warning exceeded pressure saturation saturated drift flapping")
)

// attributeID reads goldmark's own `## Heading {#id}`.
func attributeID(n ast.Node) string {
	if value, found := n.AttributeString("id"); found {
		if id, isBytes := value.([]byte); isBytes {
			return slug(string(id))
		}
	}
	return ""
}

// splitID takes a trailing {id=pods} off a title, unless there is an id already.
func splitID(title, id string) (rest, found string) {
	open := strings.LastIndex(title, "{")
	if open < 0 || !strings.HasSuffix(title, "}") {
		return title, id
	}
	attributes, problems := parseAttributes(title[open+1 : len(title)-1])
	if len(problems) > 0 || attributes["id"] == "" {
		return title, id
	}
	return strings.TrimSpace(title[:open]), slug(attributes["id"])
}
