package shell

import (
	_ "embed"
	"slices"
	"strings"
)

//go:embed undo.txt
var undoTable string

// undoHint says how what a program does by a verb is taken back.
type undoHint struct {
	verb []string
	says string
}

// undoHints are the lines of the table by program.
var undoHints = readUndoTable()

func readUndoTable() map[string][]undoHint {
	all := map[string][]undoHint{}
	for line := range strings.Lines(undoTable) {
		what, says, found := strings.Cut(strings.TrimSpace(line), " ; ")
		if words := strings.Fields(what); found && !strings.HasPrefix(what, "#") {
			all[words[0]] = append(all[words[0]], undoHint{words[1:], says})
		}
	}
	return all
}

// TakenBack says how the changes of a command are taken back, a sentence for each kind of
// change, where that is the same for everybody. Of what it does not know it says nothing.
func (p Policy) TakenBack(text string) (says []string) {
	file, err := parse(text)
	if err != nil {
		return nil
	}
	s := newScope(&p)
	s.start = func(s scope, argv []string) Class {
		class := start(s, argv)
		if class.Risk == Change && !s.remote && len(argv) > 0 { // a container's program is taken back in the container
			for _, hint := range undoOf(argv) {
				says = addOnce(says, hint)
			}
		}
		return class
	}
	newWalker(s).file(file)
	return says
}

// TakenBackSQL is TakenBack of SQL.
func TakenBackSQL(text string) (says []string) {
	tokens, ok := lexSQL(text)
	if !ok {
		return nil
	}
	for statement := range splitTokens(tokens) {
		var words []string
		for i, t := range statement {
			words = append(words, t.text)
			if t.kind == sqlWord && i+1 < len(statement) && statement[i+1].text == "(" {
				says = addOnce(says, undone("sql", []string{t.text + "()"}))
			}
		}
		says = addOnce(says, undone("sql", words))
	}
	return says
}

func addOnce(says []string, hint string) []string {
	if hint == "" || slices.Contains(says, hint) {
		return says
	}
	return append(says, hint)
}

// undoOf finds the hints for one start.
func undoOf(argv []string) []string {
	name, args := argv[0], argv[1:]
	switch at := slices.Index(args, "compose"); {
	case name == "psql":
		var says []string
		taken, _ := psql.flags.take(args, false)
		for _, statement := range taken.values("-c", "--command") {
			says = append(says, TakenBackSQL(statement)...)
		}
		return says
	case name == "docker" && at >= 0:
		name, args = "docker-compose", args[at+1:]
	case name == "oc":
		name = "kubectl"
	}
	p := table(name)
	if p == nil {
		return nil
	}
	outer, _ := p.flags.take(args, true)
	var plain []string
	for _, word := range outer.words() {
		if word == "--" {
			break
		}
		if strings.HasPrefix(word, "-") {
			continue
		}
		if name == "kubectl" { // pod/api-0 is a pod
			word, _, _ = strings.Cut(word, "/")
		}
		plain = append(plain, word)
	}
	return []string{undone(name, plain)}
}

// undone is the hint of the longest verb with which the words begin.
func undone(program string, words []string) string {
	longest := undoHint{}
	for _, hint := range undoHints[program] {
		if len(hint.verb) > len(longest.verb) && len(hint.verb) <= len(words) && slices.EqualFunc(hint.verb, words[:len(hint.verb)], strings.EqualFold) {
			longest = hint
		}
	}
	return longest.says
}
