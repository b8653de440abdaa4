package playbooks

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"wardroom/internal/shell"
)

const (
	maxTimeout = time.Hour
	maxInfo    = 1 << 10 // bytes behind the opening backticks
)

// parseAttributes reads `id=pods timeout="30 s" #other`. What it cannot read is
// reported and left out.
func parseAttributes(text string) (values map[string]string, problems []string) {
	values = map[string]string{}
	for text = strings.TrimSpace(text); text != ""; text = strings.TrimSpace(text) {
		key, rest := cutAny(text, "= \t,")
		if id, isID := strings.CutPrefix(key, "#"); isID && id != "" {
			values["id"], text = id, strings.TrimPrefix(rest, ",")
			continue
		}
		value, assigned := strings.CutPrefix(rest, "=")
		if key == "" || !assigned {
			problems = append(problems, fmt.Sprintf("%q is not an attribute; write key=value", firstWord(text)))
			_, text = cutAny(text, " \t,")
			text = strings.TrimLeft(text, ", \t")
			continue
		}
		if quote := value; quote != "" && (quote[0] == '"' || quote[0] == '\'') {
			inner, after, closed := strings.Cut(quote[1:], quote[:1])
			if !closed {
				problems = append(problems, fmt.Sprintf("attribute %s: a closing quote is missing", key))
			}
			values[key], text = inner, strings.TrimLeft(after, ", \t")
			continue
		}
		values[key], text = cutAny(value, " \t,")
		text = strings.TrimLeft(text, ", \t")
	}
	return values, problems
}

// cutAny splits before the first of the separators.
func cutAny(text, separators string) (before, rest string) {
	if i := strings.IndexAny(text, separators); i >= 0 {
		return text[:i], text[i:]
	}
	return text, ""
}

// The attributes of a fence and the words that some of them take.
var (
	attributeKeys = []string{"platform", "timeout", "database", "risk", "id"}
	platforms     = []string{"docker", "kubernetes", "local", "any"}
	raises        = []string{"read", "change", "destroy"}
)

// fenceInfo is what stands behind the opening backticks.
type fenceInfo struct {
	language string
	id       string
	platform shell.Platform
	timeout  time.Duration
	raise    *shell.Risk
	database string
}

// parseInfo reads "sh {id=pods platform=kubernetes timeout=30s risk=change}".
func parseInfo(info string) (f fenceInfo, problems []string) {
	language, rest := cutAny(strings.TrimSpace(info), " \t{,:")
	if language == "" {
		language, rest = classLanguage(rest)
	}
	f.language = strings.ToLower(language)
	open, shut := strings.IndexByte(rest, '{'), strings.LastIndexByte(rest, '}')
	if open < 0 || shut < open {
		return f, nil // other tools write other things there: title="…", linenums
	}
	if len(info) > maxInfo {
		return f, []string{"the attributes are longer than 1 KiB and were not read"}
	}
	values, problems := parseAttributes(rest[open+1 : shut])
	for key, value := range values {
		var problem string
		switch key {
		case "id":
			f.id = slug(value)
		case "database":
			f.database = value
		case "platform":
			switch p := shell.Platform(strings.ToLower(value)); p {
			case "docker", "kubernetes", "local", "any":
				f.platform = p
			default:
				problem = fmt.Sprintf("platform=%s: docker, kubernetes, local or any is expected", value) + orMeant(nearest(value, platforms))
			}
		case "timeout":
			timeout, err := time.ParseDuration(value)
			if err != nil || timeout <= 0 || timeout > maxTimeout {
				problem = fmt.Sprintf("timeout=%s: a time like 30s or 5m, at most 1h, is expected", value)
				break
			}
			f.timeout = timeout
		case "risk":
			risk, err := shell.ParseRisk(value)
			if err != nil {
				problem = fmt.Sprintf("risk=%s: read, change or destroy is expected", value) + orMeant(nearest(value, raises))
				break
			}
			f.raise = &risk
		default: // other tools have attributes of their own
			if word := surely(key, attributeKeys); word != "" {
				problem = fmt.Sprintf("the attribute %s is not read", key) + orMeant(word)
			}
		}
		if problem != "" {
			problems = append(problems, problem)
		}
	}
	slices.Sort(problems) // the order of a map is not the author's
	return f, problems
}

// classLanguage reads {.sh .numberLines} and {bash}, as pandoc and R write it. The
// classes are left out of the rest.
func classLanguage(info string) (language, rest string) {
	inner, found := strings.CutPrefix(info, "{")
	if !found {
		return "", info
	}
	for {
		word, after := cutAny(strings.TrimLeft(inner, " \t"), " \t,}=")
		class, isClass := strings.CutPrefix(word, ".")
		if !isClass && (language != "" || word == "" || word[0] == '#' || strings.HasPrefix(after, "=")) {
			return language, "{" + inner
		}
		if language == "" {
			language = class
		}
		inner = after
	}
}

func firstWord(text string) string {
	for word := range strings.FieldsSeq(text) {
		return word
	}
	return ""
}
