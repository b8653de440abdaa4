package shell

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// StartsCommand reports that a line of unlabelled text begins with a program that
// the tables know, or with a shell's own word, and reads like a command.
func StartsCommand(line string) bool {
	text := strings.TrimSpace(line)
	word := firstField(text)
	if value, isAssignment := assigned(text); isAssignment {
		return strings.HasPrefix(value, "$(") || strings.HasPrefix(value, "`")
	}
	if strings.HasPrefix(word, "./") {
		return typedLine(text, true)
	}
	if i := strings.LastIndexByte(word, '/'); i >= 0 && !strings.HasSuffix(word, ":") {
		word = word[i+1:]
	}
	return (Known(word) || shellWords[word]) && typedLine(text, true)
}

// AllTyped reports that each line of an unlabelled fence is typed, though its program may be
// none that the tables know: it has a flag, a variable or a blank to fill then.
func AllTyped(fence string) bool {
	if len(fence) > maxText {
		return false
	}
	c := newCutter(fence)
	for c.at < len(c.lines) {
		c.step()
	}
	return len(c.found) > 0 && !c.skipped && !slices.ContainsFunc(c.found, func(l Line) bool {
		return l.In != "" || !marked(l.Text) && !StartsCommand(l.Text)
	})
}

// marked reports a program's name with what only commands have behind it.
func marked(text string) bool {
	return isCommandName(firstField(text)) && secondField(text) != "" && (hasFlag(text) || asksFor.MatchString(text))
}

var asksFor = regexp.MustCompile(`\s(?:<[A-Za-z][A-Za-z0-9_ -]*>|\$[A-Za-z{])`)

// Bare judges a line of plain text in a document. A command with something that prose does
// not have is one for sure; another may be one, where its neighbours say so.
func Bare(line string) (may, sure bool) {
	if !StartsCommand(line) || secondField(line) == "" || strings.ContainsAny(line[len(line)-1:], ".:,;") {
		return false, false
	}
	var quote byte
	for field := range strings.FieldsSeq(line) {
		if quote == 0 && (functionWords[strings.ToLower(field)] || strings.HasSuffix(field, ",")) {
			return false, false
		}
		for i := range len(field) {
			switch c := field[i]; {
			case c == quote:
				quote = 0
			case quote == 0 && (c == '\'' || c == '"'):
				quote = c
			}
		}
	}
	if quote != 0 {
		return false, false
	}
	if does := (Policy{}).Analyse(line); does.Risk == Unknown {
		return hasFlag(line) && does.Refused == "", false
	}
	return true, hasFlag(line) || strings.ContainsAny(line, "/|=$<>&;")
}

// shellWords are the shell's own that begin what people put into a runbook. Those
// that are plain English are left out.
var shellWords = wordSet("export cd echo printf source unset eval for while until if")

// typedLine judges a line of a fence without prompts: is it what a person types, or
// what a program printed? first says that nothing of the fence was typed before it.
func typedLine(text string, first bool) bool {
	if value, isAssignment := assigned(text); isAssignment {
		return typedAssignment(text, value, first)
	}
	word := strings.TrimRight(firstField(text), ";")
	switch {
	case word == "":
		return false
	case strings.ContainsAny(word[:1], `({[!`):
		return opensList(text)
	case strings.HasPrefix(word, "$") || strings.HasPrefix(word, `"$`):
		return true
	case strings.HasPrefix(word, "<") || strings.HasPrefix(word, ">"):
		return strings.HasPrefix(text, "> /")
	case definedFunction(text) != "":
		return true
	case loops[word]:
		return strings.ContainsAny(text, ";([$`|!") || loopsOver(text) || !prose(text)
	case strings.Contains(word, "/"):
		return typedPath(word, text, first)
	case Known(word) || shellBuiltins[word] != nil || word == "export" || word == "local" || word == "declare" || word == "readonly":
		return typedKnown(word, text)
	}
	return isCommandName(word) && typedUnknown(word, text, first)
}

// opensList tells (cd x && y), { ls; } and [ -d x ] from brackets that are printed.
func opensList(text string) bool {
	rest := strings.TrimLeft(text, "({[! ")
	if text[0] == '[' {
		return strings.HasPrefix(rest, "-") || strings.HasPrefix(rest, "$") || strings.HasPrefix(rest, `"$`)
	}
	return startsKnown(rest)
}

var (
	loops = wordSet("for while until if case select")
	// What kubectl and others say when they are done.
	doneWords = wordSet("deleted created configured restarted scaled patched unchanged labeled annotated edited cordoned uncordoned drained evicted " +
		"found failed running succeeded completed met refused denied exists available updated connections")
	logKeys = wordSet("level ts time t lvl msg caller logger severity")
)

func isLower(c byte) bool { return c >= 'a' && c <= 'z' }

// isCommandName reports a word that a program may be called.
func isCommandName(word string) bool {
	if word == "" || !isLower(word[0]) {
		return false
	}
	for i := range len(word) {
		if c := word[i]; !isLower(c) && (c < '0' || c > '9') && strings.IndexByte("_.+-", c) < 0 {
			return false
		}
	}
	return true
}

// definedFunction names the function that a text defines: f() { or function f {.
func definedFunction(text string) string {
	rest, keyword := strings.CutPrefix(text, "function ")
	if !keyword && !strings.Contains(text, "()") {
		return ""
	}
	n := 0
	for n < len(rest) && (wordByte(rest[n]) || rest[n] == '-') {
		n++
	}
	after := strings.TrimLeft(rest[n:], " ")
	if n == 0 || rest[0] == '-' || !strings.HasPrefix(after, "()") && (!keyword || !strings.HasPrefix(after, "{")) {
		return ""
	}
	return rest[:n]
}

// loopsOver reports for NAME in.
func loopsOver(text string) bool {
	n := 0
	for word := range strings.FieldsSeq(text) {
		if n++; n == 3 {
			return word == "in"
		}
	}
	return false
}

// hasFlag reports a word such as -x or --long.
func hasFlag(text string) bool {
	for word := range strings.FieldsSeq(text) {
		name := strings.TrimPrefix(strings.TrimPrefix(word, "-"), "-")
		if len(name) < len(word) && name != "" && isLower(name[0]|0x20) {
			return true
		}
	}
	return false
}

// gaps counts the places where words are further apart than one blank, up to two.
func gaps(text string) int {
	n := 0
	for i := 1; i < len(text) && n < 2; i++ {
		if (text[i] != ' ' || text[i-1] != ' ') && text[i] != '\t' {
			continue
		}
		for i < len(text) && (text[i] == ' ' || text[i] == '\t') {
			i++
		}
		if i < len(text) {
			n++
		}
	}
	return n
}

// endsDone reports a message such as: pod "web" deleted.
func endsDone(text string) bool {
	return doneWords[text[strings.LastIndexByte(text, ' ')+1:]]
}

// assigned gives the value of the assignment at the head of a text.
func assigned(text string) (value string, isAssignment bool) {
	n := 0
	for n < len(text) && (wordByte(text[n]) && text[n] < 0x80) {
		n++
	}
	if n == 0 || text[0] >= '0' && text[0] <= '9' {
		return "", false
	}
	rest := strings.TrimPrefix(text[n:], "+")
	return strings.CutPrefix(rest, "=")
}

// isLog reports key=value pairs as programs log them.
func isLog(text string) bool {
	key, rest, _ := strings.Cut(text, "=")
	if !logKeys[key] {
		return false
	}
	for word := range strings.FieldsSeq(rest) {
		if _, pair := assigned(word); pair {
			return true
		}
	}
	return false
}

// typedAssignment tells X=1 and X=1 cmd from what logs and openssl print.
func typedAssignment(text, value string, first bool) bool {
	switch {
	case isLog(text):
		return false
	case value == "" || strings.ContainsAny(value[:1], "'\"`$({"):
		return true
	}
	_, rest, _ := strings.Cut(value, " ")
	rest = strings.TrimSpace(rest)
	return rest == "" || strings.HasPrefix(rest, "#") || typedLine(rest, first)
}

// typedPath tells a program's path from kubectl's TYPE/NAME, and from a list of files.
func typedPath(word, text string, first bool) bool {
	_, rest, _ := strings.Cut(text, " ")
	rest = strings.TrimSpace(rest)
	switch {
	case strings.HasSuffix(word, ":") || strings.HasPrefix(rest, "- ") || strings.HasPrefix(word, "/dev/") || strings.HasPrefix(word, "/proc/"):
		return false
	case strings.HasPrefix(word, "./") || strings.HasPrefix(word, "../") || scripts[word[strings.LastIndexByte(word, '.')+1:]]:
		return !prose(text)
	case strings.HasPrefix(word, "/") || strings.HasPrefix(word, "~/"):
		return (rest != "" || first) && !strings.Contains(word, ":") && !columns(text)
	}
	return strings.HasPrefix(word, "bin/") && !endsDone(text)
}

var scripts = wordSet("sh py rb pl bash")

func typedKnown(word, text string) bool {
	second := secondField(text)
	switch {
	case word == ":" && !strings.ContainsAny(text, "$>"): // ": exit status 1" ends a message
		return false
	case second == "=" || second == ":" || second == "is" || second == "are" || word == "top" && second == "-",
		second == "|" && !pipes(text, word):
		return false
	case word == "echo" || word == "printf":
		return true
	case gaps(text) >= 2 && !hasFlag(text) && !strings.ContainsAny(text, `|"'$<`):
		return false
	}
	return !prose(text) && (!english[word] || hasFlag(text) || !endsDone(text))
}

// typedUnknown judges a line whose first word might be a program that no table has.
func typedUnknown(word, text string, first bool) bool {
	second := secondField(text)
	switch {
	case columns(text), strings.ContainsAny(text, "│├└─═●✓✔✗"), prose(text), endsDone(text) && !hasFlag(text):
		return false
	case second == "":
		return first && !isMetric(text) || strings.Contains(word, "-")
	case strings.Trim(second, "=:>-|+*") == "" && second != "--" && !pipes(text, word):
		return false
	case strings.Trim(second, "0123456789.,%") == "" && !hasFlag(text):
		return false
	}
	// "received an unexpected status: 500" tells something.
	return !strings.Contains(text, ": ") || hasFlag(text) || strings.ContainsAny(text, "|\"'$<>=")
}

// pipes reports a word whose output goes into a program: no row of a table.
func pipes(text, word string) bool {
	rest, found := strings.CutPrefix(strings.TrimSpace(strings.TrimPrefix(text, word)), "|")
	return found && startsKnown(rest)
}

// columns reports words that are lined up under one another.
func columns(text string) bool {
	n := gaps(text)
	return n >= 2 || n == 1 && !hasFlag(text)
}

func secondField(text string) string {
	n := 0
	for word := range strings.FieldsSeq(text) {
		if n++; n == 2 {
			return word
		}
	}
	return ""
}

// startsKnown reports a text whose first word the tables or the shell know.
func startsKnown(text string) bool {
	word := strings.TrimRight(firstField(text), ";")
	return Known(word) || shellBuiltins[word] != nil || word == "export" || word == "chroot" || word == "toolbox"
}

// rootTyped judges what stands behind a mark that is no prompt as often as it is one:
// # find the pod is a comment, # find / -xdev is typed.
func rootTyped(text string) bool {
	word := firstField(text)
	switch {
	case !startsKnown(text) || prose(text):
		return false
	case !english[word]:
		return true
	}
	second := secondField(text)
	return second == "" || hasFlag(text) || Known(second) || strings.ContainsAny(text, "/|=$<")
}

// english are the programs that are plain words too.
var english = wordSet("command test time times find watch service host file type set read wait kill sort top date who head install mount free less more make " +
	"link exec exit export trap jobs history local source last info screen at nice cut join split look true false patch stat open go node env id users " +
	"kind script batch argo flux salt knife boundary puppet vector bridge " +
	"groups yes sleep reboot shutdown start stop alias return break continue tee watch tail cat echo print return")

var functionWords = wordSet("the that which from with this your and of to for are is was if until when any has have been not it be as by")

// prose reports a sentence: only words, one of them such as no command has.
func prose(text string) bool {
	said, n := false, 0
	for field := range strings.FieldsSeq(text) {
		word := strings.Trim(field, ".,:;!?()'\"`")
		if word == "" || strings.ContainsFunc(word, notInWord) || word[0] == '-' {
			return false
		}
		said = said || n > 0 && functionWords[strings.ToLower(word)]
		n++
	}
	return n >= 3 && (said || strings.HasSuffix(text, ".") || strings.HasSuffix(text, ":"))
}

func notInWord(r rune) bool { return !unicode.IsLetter(r) && r != '-' && r != '\'' && r != '’' }
