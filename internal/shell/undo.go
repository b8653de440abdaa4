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
	add := func(hint string) {
		if hint != "" && !slices.Contains(says, hint) {
			says = append(says, hint)
		}
	}
	s := newScope(&p)
	s.start = func(s scope, argv []string) Class {
		class := start(s, argv)
		if class.Risk != Change || len(argv) == 0 {
			return class
		}
		name, words := argv[0], argv[1:]
		at := slices.Index(words, "compose")
		switch {
		case name == "psql":
			for _, word := range words {
				add(undone("sql", wordsOfSQL(word)))
			}
			return class
		case name == "oc":
			name = "kubectl"
		case name == "docker" && at >= 0:
			name, words = "docker-compose", words[at+1:]
		}
		add(undone(name, words))
		return class
	}
	newWalker(s).file(file)
	return says
}

// TakenBackSQL is TakenBack of SQL.
func TakenBackSQL(text string) (says []string) {
	if hint := undone("sql", wordsOfSQL(text)); hint != "" {
		says = append(says, hint)
	}
	return says
}

func wordsOfSQL(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \t\n(),;", r) })
}

// undone finds the hint whose verb stands first among the words; of several there the longest.
func undone(program string, words []string) string {
	first, found := len(words), undoHint{}
	for _, hint := range undoHints[program] {
		for at := range words {
			if at > first {
				break
			}
			if stands(hint.verb, words[at:]) && (at < first || len(hint.verb) > len(found.verb)) {
				first, found = at, hint
				break
			}
		}
	}
	return found.says
}

func stands(verb, words []string) bool {
	return len(verb) <= len(words) && slices.EqualFunc(verb, words[:len(verb)], strings.EqualFold)
}
