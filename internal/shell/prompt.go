package shell

import (
	"regexp"
	"strings"
)

// The languages of a Line that is not the shell's own.
const (
	InSQL    = "sql"
	InPromQL = "promql"
	InLogQL  = "logql"
	InOther  = "other" // that of a program which was started before, such as redis-cli
)

// The prompts of shells: after them anything is typed. The bare # of root is not
// among them, because it is a comment far more often; nor are those in maybePrompt,
// behind which output may stand too.
var (
	prompt = regexp.MustCompile(`^\s*(?:\([\w.-]+\)\s*)?(?:` +
		`(?:\[[^\]\n]+\]|[\w.-]+@[\w.-]+(?:[: ][^\s$#%>]*)?|[a-z]{0,3}sh-[\d.]+)\s?[$#%❯]` + // [user@host dir]$ user@host:~$ sh-5.1#
		`|(?:[\w.-]+:)?[~/][\w./~-]* ?\$` + // ~ $
		`|PS [^>\n]*>` +
		`|➜\s+\S+(?:\s+(?:git|on):?\(?\S+\)?)?(?:\s+✗)?` +
		`)[ \t]+(\S.*)$`)
	maybePrompt = regexp.MustCompile(`^\s*(?:%|[\w.-]+[a-zA-Z0-9][#$%]|(?:[\w.-]+:)?[~/][\w./~-]* ?[#%])[ \t]+(\S.*)$`) // % mon-a# /app #
)

// The prompts of programs that read their own language.
var (
	psqlPrompt  = regexp.MustCompile(`^\s*[A-Za-z_][\w.-]*([=('"*^!-])\*?#[ \t]+(\S.*)$`)              // db=# db-# db(#
	sqlPrompt   = regexp.MustCompile(`^\s*[A-Za-z_][\w@:./-]*(?: \[[^\]\n]*\]|=\*?|-)?>[ \t]+(\S.*)$`) // db=> mysql> MariaDB [(none)]>
	otherPrompt = regexp.MustCompile(`^\s*(?:(?:[\w.-]+:\d{2,5}(?:\[\d+\])?|redis[\w.:-]*|mongo(?:sh)?|rs\d*:[A-Z]+|ceph|etcdctl|rabbitmqctl|cqlsh[\w:]*|` +
		`irb\([^)\n]*\)[:\d]*|iex\(\d+\)|\[\d+\] pry\(\S+\))>|>>>|In \[\d+\]:)[ \t]+(\S.*)$`)
	moreSQL = regexp.MustCompile(`^\s*(?:[A-Za-z_][\w.-]*[-('"*]\*?[#>]|->)[ \t]*(.*)$`) // db-# and ->
)

// A typed text is what follows a prompt, and the language it is in.
type typedText struct {
	text, in string
	more     bool // the prompt says that it continues the text before
}

// afterPrompt gives what follows the prompt at the head of a line, if there is one.
// The bare # of root is judged by the fence; a bare > counts where arrow says so.
func afterPrompt(line string, arrow bool) (typedText, bool) {
	text := strings.TrimLeft(line, " \t")
	for _, mark := range []string{"$", "❯", "$>"} { // most are these
		if rest, found := afterMark(text, mark); found {
			return typedText{text: rest}, true
		}
	}
	if rest, found := afterMark(text, "#>"); found && rootTyped(rest) {
		return typedText{text: rest}, true
	}
	if _, isRoot := afterRoot(line); isRoot || !mayPrompt(text) {
		return typedText{}, false
	}
	if rest, found := afterMark(text, ">"); found {
		return typedText{text: rest, in: in(!rootTyped(rest), InOther)}, arrow
	}
	if m := psqlPrompt.FindStringSubmatch(line); m != nil {
		return typedText{m[2], InSQL, m[1] != "="}, true
	}
	if m := otherPrompt.FindStringSubmatch(line); m != nil {
		return typedText{text: m[1], in: InOther}, true
	}
	if m := sqlPrompt.FindStringSubmatch(line); m != nil && startsSQL(m[1]) {
		return typedText{text: m[1], in: InSQL}, true
	}
	if m := prompt.FindStringSubmatch(line); m != nil {
		return typedText{text: m[1]}, true
	}
	if m := maybePrompt.FindStringSubmatch(line); m != nil && rootTyped(m[1]) {
		return typedText{text: m[1]}, true
	}
	return typedText{}, false
}

// afterMark gives what follows a mark and a blank at the head of a text.
func afterMark(text, mark string) (rest string, found bool) {
	rest, found = strings.CutPrefix(text, mark)
	if !found || rest == "" || rest[0] != ' ' && rest[0] != '\t' {
		return "", false
	}
	rest = strings.TrimSpace(rest)
	return rest, rest != ""
}

// afterRoot gives what follows the bare # of root.
func afterRoot(line string) (rest string, isRoot bool) {
	return afterMark(strings.TrimLeft(line, " \t"), "#")
}

// maxPrompt is how far behind the head of a line a prompt ends.
const maxPrompt = 200

// mayPrompt reports a mark that a blank follows, near enough the head.
func mayPrompt(text string) bool {
	head := text[:min(len(text), maxPrompt)]
	for i := 1; i < len(head); i++ {
		if (head[i] == ' ' || head[i] == '\t') && strings.IndexByte("$#%>:", head[i-1]) >= 0 {
			return true
		}
	}
	return strings.HasPrefix(text, "➜")
}

// Prompted reports that a fence shows the prompt of a shell or another program.
func Prompted(fence string) bool {
	for line := range strings.Lines(fence) {
		if _, found := afterPrompt(strings.TrimRight(line, "\r\n"), false); found {
			return true
		}
	}
	return false
}

var sqlWords = wordSet("select insert update delete with create alter drop explain analyze vacuum truncate reindex grant revoke begin commit " +
	"rollback show call refresh set lock copy cluster checkpoint reset table values declare fetch close discard use describe kill flush")

// startsSQL judges what stands behind a prompt: a statement, or one of psql's own commands.
func startsSQL(text string) bool {
	if strings.HasPrefix(text, `\`) {
		return true
	}
	word := strings.ToLower(strings.TrimRight(firstField(text), ";("))
	return sqlWords[word]
}

func wordSet(words string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(words) {
		set[word] = true
	}
	return set
}

func firstField(text string) string {
	for word := range strings.FieldsSeq(text) {
		return word
	}
	return ""
}
