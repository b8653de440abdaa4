package shell

// SQLStatement is one statement of a SQL text.
type SQLStatement struct {
	Text string // without the semicolon and the comments before it
	At   int    // where it begins, in bytes
	Copy string // STDIN or STDOUT: what COPY streams through the client, else empty
}

// SQLStatements divides a SQL text as SQL has classed it, so that each statement can be
// sent alone. It answers false where SQL cannot read the text surely.
func SQLStatements(text string) ([]SQLStatement, bool) {
	tokens, ok := lexSQL(text)
	if !ok {
		return nil, false
	}
	var all []SQLStatement
	for tokens := range splitTokens(tokens) {
		if len(tokens) == 0 {
			continue
		}
		from, to := tokens[0].from, tokens[len(tokens)-1].to
		s := SQLStatement{Text: text[from:to], At: from}
		if wordAt(tokens, 0) == "COPY" {
			s.Copy = copyStream(tokens)
		}
		all = append(all, s)
	}
	return all, true
}
