package shell

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// What a program reads on its standard input is known when it stands in the text: a
// here-document, the words of an echo before the pipe, or a cat of either. It tells people what a
// command does; but a start is classed again by its words alone, so it never runs.

// feeds gives the text that a statement writes to a pipe, when its tree tells.
func feeds(stmt *syntax.Stmt) (text string, known bool) {
	call, ok := stmt.Cmd.(*syntax.CallExpr)
	if ok && len(call.Args) == 1 && len(stmt.Redirs) == 1 && wordText(call.Args[0]) == "cat" && len(call.Assigns) == 0 && stmt.Redirs[0].Hdoc != nil {
		return hereText(stmt.Redirs[0])
	}
	if !ok || len(stmt.Redirs) > 0 || len(call.Assigns) > 0 || len(call.Args) < 2 {
		return "", false
	}
	words := make([]string, len(call.Args))
	for i, word := range call.Args {
		words[i] = wordText(word)
	}
	if words[0] != "echo" && (words[0] != "printf" || len(words) > 2 || strings.Contains(words[1], "%")) || strings.HasPrefix(words[1], "-") {
		return "", false
	}
	return strings.Join(words[1:], " "), true
}

// hereText gives the text of a here-document or here-string.
func hereText(r *syntax.Redirect) (text string, known bool) {
	if r.Op == syntax.WordHdoc {
		return wordText(r.Word), true
	}
	return hereBody(r), r.Hdoc != nil
}

// hereBody undoes what the shell undoes: nothing when the delimiter is quoted.
func hereBody(r *syntax.Redirect) string {
	if r.Hdoc == nil {
		return ""
	}
	raw := false
	for _, part := range r.Word.Parts {
		lit, isLit := part.(*syntax.Lit)
		raw = raw || !isLit || strings.Contains(lit.Value, `\`)
	}
	var b strings.Builder
	for _, part := range r.Hdoc.Parts {
		if lit, isLit := part.(*syntax.Lit); isLit && raw {
			b.WriteString(lit.Value)
			continue
		}
		partText(&b, part, true)
	}
	return b.String()
}

// fedClass judges what a program is fed, line by line or whole; unknown says why it is
// unknown when the text does not tell.
func (s scope) fedClass(why string, judge func(text string) Class) Class {
	if s.input == nil || strings.Contains(*s.input, later) {
		return unknown(why)
	}
	class := judge(*s.input)
	class.Refused = "what it is fed cannot be judged again as it starts; give it as words, or copy it and run it elsewhere"
	return class
}

// fedSQL is a script of psql: SQL and lines that begin with a backslash.
func fedSQL(text string) (class Class) {
	var sql strings.Builder
	for line := range strings.Lines(text) {
		if strings.HasPrefix(strings.TrimSpace(line), `\`) {
			class = class.worst(psqlCommand(strings.TrimSpace(line)))
			continue
		}
		sql.WriteString(line)
	}
	if strings.TrimSpace(sql.String()) == "" {
		return class
	}
	return class.worst(SQL(sql.String()))
}

// fedRedis is a list of commands.
func fedRedis(text string) (class Class) {
	for line := range strings.Lines(text) {
		if words := strings.Fields(line); len(words) > 0 {
			class = class.worst(redisCommand(words))
		}
	}
	return class
}
