package shell

import "strings"

// The lines of a fence are many: what is asked of each is asked without a regular
// expression, whose matcher takes memory of its own.

// commentOf gives the words of a line that is a comment of the shell, of SQL or of C.
func commentOf(line string) (text string, isComment bool) {
	text = strings.TrimLeft(line, " \t")
	if rest, found := strings.CutPrefix(text, "#"); found {
		return strings.TrimSpace(rest), true
	}
	for _, mark := range []string{"--", "//"} {
		if rest, found := strings.CutPrefix(text, mark); found && rest != "" && (rest[0] == ' ' || rest[0] == '\t') {
			return strings.TrimSpace(rest), true
		}
	}
	return "", false
}

func isComment(line string) bool {
	_, is := commentOf(line)
	return is
}

var (
	statements = wordSet("SELECT INSERT UPDATE DELETE CREATE ALTER EXPLAIN VACUUM ANALYZE WITH DROP TRUNCATE")
	// These are statements where a semicolon ends them: alone they are words of anything.
	shortStatements = wordSet("REINDEX SHOW GRANT REVOKE REFRESH ANALYZE VACUUM CHECKPOINT")
)

// isStatement recognises SQL by its verb in capitals, with more behind it or below it.
func isStatement(text string) bool {
	text = strings.Trim(text, " \t")
	word, _, more := strings.Cut(text, " ")
	return more && statements[word] || text == "SELECT" || strings.HasSuffix(text, ";") && shortStatements[strings.TrimSuffix(word, ";")]
}

// isMeta recognises psql's own commands, such as \dt+.
func isMeta(text string) bool {
	return len(text) > 1 && text[0] == '\\' && isLower(text[1])
}

// endsStatement reports what sends a statement off: ; or psql's and mysql's \g and \G.
func endsStatement(line string) bool {
	text := strings.TrimRight(line, " \t")
	if strings.HasSuffix(text, ";") {
		return true
	}
	i := strings.LastIndexByte(text, '\\')
	return i >= 0 && (text[i:] == `\G` || text[i:] == `\g` || text[i:] == `\gx`)
}

// announces reports a comment that says what the lines below it are: "Expected output:".
func announces(text string) bool {
	text, _, _ = strings.Cut(strings.ToLower(text), " (")
	text = strings.TrimRight(text, ": ")
	for _, kind := range []string{"example ", "sample ", "expected "} {
		text = strings.TrimPrefix(text, kind)
	}
	return outputs[strings.TrimSuffix(text, "s")]
}

var outputs = wordSet("output result response")
