package playbooks

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

const (
	maxFrontMatter = 16 << 10
	maxBrackets    = 20 // that are open at once: the YAML parser's memory grows with the square
)

var frontKeys = []string{"title", "owner", "reviewed", "level", "severity", "alerts", "match"}

// frontMatter is what the YAML block at the head of a file may say. Keys that
// other tools use (date, weight, tags, ...) are none of our business.
type frontMatter struct {
	Title, Owner, Reviewed string
	Alerts, Match          []string
	Level, Severity        int
}

// Level is where escalation starts according to a file's front matter, 0 when it
// does not say. It is much cheaper than reading the file.
func Level(source string) int {
	clean, _ := normalise(source)
	front, _, _ := splitFrontMatter(clean)
	fm, _ := parseFrontMatter(front)
	return fm.Level
}

// splitFrontMatter cuts "---" … "---" off the head of the file, or Hugo's "+++" … "+++".
func splitFrontMatter(source string) (front, body string, lines int) {
	mark, rest, _ := strings.Cut(source, "\n")
	if mark != "---" && mark != "+++" {
		return "", source, 0
	}
	for offset, n := 0, 1; offset < len(rest); n++ {
		line, _, more := strings.Cut(rest[offset:], "\n")
		next := min(len(rest), offset+len(line)+1)
		if trimmed := strings.TrimRight(line, " \t"); trimmed == mark || mark == "---" && trimmed == "..." {
			front = rest[:offset]
			if mark == "+++" {
				front = fromTOML(front)
			}
			return front, rest[next:], n + 1
		}
		if !more {
			break
		}
		offset = next
	}
	return "", source, 0 // never closed: a thematic break, not front matter
}

// fromTOML gives the lines of TOML that say something to us as YAML, the others empty.
// A string, a number and a list on one line are written alike in both.
func fromTOML(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		key, value, found := strings.Cut(line, "=")
		if key = strings.TrimSpace(key); strings.HasPrefix(key, "[") {
			clear(lines[i:]) // a table: none of ours
			break
		}
		lines[i] = ""
		switch value = strings.TrimSpace(value); {
		case !found:
		case surely(key, frontKeys) != "":
			lines[i] = key + ":" // to be told that it is not read
		case slices.Contains(frontKeys, key) && !strings.HasPrefix(value, `"""`):
			lines[i] = key + ": " + value
		}
	}
	return strings.Join(lines, "\n")
}

// parseFrontMatter reads what it can: a field of the wrong type costs only that field.
func parseFrontMatter(text string) (fm frontMatter, problems []Problem) {
	if strings.TrimSpace(text) == "" {
		return fm, nil
	}
	if len(text) > maxFrontMatter {
		return fm, []Problem{{Line: 1, Message: "the front matter is longer than 16 KiB and was not read", Severe: true}}
	}
	values, problem := mappingOf(text)
	if problem != nil {
		return fm, []Problem{*problem}
	}
	for _, entry := range values {
		key, line := entry.Key.String(), 1+entry.Key.GetToken().Position.Line
		if message := fm.set(key, entry.Value); message != "" {
			problems = append(problems, Problem{Line: line, Message: message, Severe: true})
		}
		if word := surely(key, frontKeys); word != "" {
			problems = append(problems, Problem{Line: line, Message: key + " is not read" + orMeant(word)})
		}
	}
	return fm, problems
}

// mappingOf parses text and refuses aliases, which a few lines can make explode.
func mappingOf(text string) (values []*ast.MappingValueNode, problem *Problem) {
	defer func() { // the YAML library is not ours and the bytes are anybody's
		if recover() != nil {
			values, problem = nil, &Problem{Line: 1, Message: "the front matter is not YAML", Severe: true}
		}
	}()
	if isDeepYAML(text) {
		return nil, &Problem{Line: 1, Message: "the front matter is nested too deeply", Severe: true}
	}
	file, err := parser.ParseBytes([]byte(text), 0)
	if err != nil {
		line, message := yamlError(err)
		return nil, &Problem{Line: 1 + line, Message: "the front matter is not YAML: " + message, Severe: true}
	}
	for _, doc := range file.Docs {
		if doc.Body == nil {
			continue
		}
		if aliases := ast.Filter(ast.AliasType, doc.Body); len(aliases) > 0 {
			return nil, &Problem{
				Line:    1 + aliases[0].GetToken().Position.Line,
				Message: "aliases are not read in front matter; a value that begins with * needs quotes", Severe: true,
			}
		}
		switch body := doc.Body.(type) {
		case *ast.MappingNode:
			return body.Values, nil
		case *ast.MappingValueNode:
			return []*ast.MappingValueNode{body}, nil
		case *ast.CommentGroupNode:
		default:
			return nil, &Problem{Line: 2, Message: "the front matter is not a list of keys and values", Severe: true}
		}
	}
	return nil, nil
}

// isDeepYAML reports more open brackets than anybody writes, before they are parsed.
func isDeepYAML(text string) bool {
	open := 0
	for i := range len(text) {
		switch text[i] {
		case '[', '{':
			open++
		case ']', '}':
			open = max(0, open-1)
		}
		if open > maxBrackets {
			return true
		}
	}
	return false
}

func yamlError(err error) (line int, message string) {
	var syntax *yaml.SyntaxError
	if errors.As(err, &syntax) && syntax.Token != nil {
		return syntax.Token.Position.Line, syntax.Message
	}
	message, _, _ = strings.Cut(err.Error(), "\n")
	return 1, message
}

// set stores one value and returns what is wrong with it.
func (fm *frontMatter) set(key string, node ast.Node) string {
	switch key {
	case "title":
		return text(node, key, &fm.Title)
	case "owner":
		return text(node, key, &fm.Owner)
	case "reviewed":
		return text(node, key, &fm.Reviewed)
	case "level":
		return number(node, key, &fm.Level, 3)
	case "severity":
		return number(node, key, &fm.Severity, 4)
	case "alerts":
		if message := list(node, key, &fm.Alerts); message != "" {
			return message
		}
		for _, glob := range fm.Alerts {
			if _, err := path.Match(glob, ""); err != nil {
				return fmt.Sprintf("alerts: %q is not a glob", glob)
			}
		}
	case "match":
		if message := list(node, key, &fm.Match); message != "" {
			return message
		}
		for _, m := range fm.Match {
			if _, err := parseMatchers(m); err != nil {
				return fmt.Sprintf("match: %q: %v", m, err)
			}
		}
	}
	return ""
}

func text(node ast.Node, key string, into *string) string {
	switch n := node.(type) {
	case *ast.NullNode:
	case *ast.LiteralNode:
		*into = strings.TrimSpace(n.Value.Value)
	case ast.ScalarNode:
		*into = strings.TrimSpace(n.GetToken().Value)
	default:
		return key + ": text is expected"
	}
	return ""
}

func number(node ast.Node, key string, into *int, limit int) string {
	var n int
	if err := yaml.NodeToValue(node, &n); err != nil || n < 1 || n > limit {
		return fmt.Sprintf("%s: a number from 1 to %d is expected", key, limit)
	}
	*into = n
	return ""
}

// list accepts one text where a list is meant: `alerts: ServiceDown`.
func list(node ast.Node, key string, into *[]string) string {
	sequence, isList := node.(*ast.SequenceNode)
	if !isList {
		var one string
		if message := text(node, key, &one); message != "" {
			return key + ": a list of texts is expected"
		}
		if one != "" {
			*into = []string{one}
		}
		return ""
	}
	for _, value := range sequence.Values {
		var one string
		if message := text(value, key, &one); message != "" {
			return key + ": a list of texts is expected"
		}
		if one != "" {
			*into = append(*into, one)
		}
	}
	return ""
}
