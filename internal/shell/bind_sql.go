package shell

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"wardroom/internal/errs"
)

// BindSQL fills the placeholders of a SQL statement. A value never becomes text of the
// statement: its place becomes $1, $2, … and the value a parameter, which is possible
// only where a value can stand. What the parameters are is said in comments at the end,
// so that the text that is shown and recorded is complete.
func (p Policy) BindSQL(text string, values map[string]string) (Bound, error) {
	if err := checkText(text); err != nil {
		return Bound{}, errs.Wrap(errs.Invalid, err.Error(), err)
	}
	before := AnalyseSQL(text)
	t := template{}
	t.punch(text)
	if len(t.texts) == 0 {
		return Bound{Text: text, Shown: text, Analysis: before}, nil
	}
	tokens, ok := lexSQL(t.punched)
	if !ok {
		return Bound{}, errs.New(errs.Invalid, "the SQL cannot be read surely")
	}
	var final, said strings.Builder
	var params []string
	at := 0
	for i, token := range tokens {
		source := t.punched[token.from:token.to]
		if !strings.Contains(source, hole) {
			continue
		}
		author := fill(source, func(i int) string { return t.texts[i] })
		if fault := valuePlace(tokens, i, source); fault != "" {
			return Bound{}, errs.Newf(errs.Invalid, "%s cannot be filled: %s", author, fault)
		}
		author = strings.Trim(author, "'")
		value, err := p.queryValue(author, values)
		if err != nil {
			return Bound{}, err
		}
		params = append(params, value)
		name := fmt.Sprintf("$%d", len(params))
		final.WriteString(t.punched[at:token.from] + name)
		if param := newParam(author); param.Secret {
			value = param.Mask()
		}
		said.WriteString("\n-- " + name + " = '" + strings.ReplaceAll(value, "'", "''") + "'")
		at = token.to
	}
	final.WriteString(t.punched[at:])
	bound := Bound{Text: fill(final.String(), func(i int) string { return t.texts[i] }) + said.String(), Params: params}
	bound.Shown = bound.Text // a value is never part of it
	class := SQL(bound.Text)
	if before.Risk == Unknown {
		class = unknown(before.Why)
	}
	bound.Analysis = Analysis{Risk: class.Risk, Why: class.Why, Discloses: class.Discloses, Platform: Any}
	bound.Analysis.conclude(class.Refused)
	return bound, nil
}

// queryValue finds and checks the value of a placeholder that an encoder will carry.
func (p Policy) queryValue(author string, values map[string]string) (string, error) {
	param := newParam(author)
	value, given := p.value(param, values)
	if param.Secret {
		value, given = cmp.Or(value, standIn(0)), true
	}
	if !given {
		return "", errs.Newf(errs.Invalid, "give a value for %s", author)
	}
	if fault := (spot{quoting: single, plain: true}).fault(value); fault != "" {
		return "", errs.Newf(errs.Invalid, "the value of %s %s", author, fault)
	}
	return value, nil
}

var (
	// sqlTakesParams are the statements that can have parameters at all.
	sqlTakesParams = words("SELECT WITH VALUES TABLE INSERT UPDATE DELETE MERGE EXPLAIN")
	// sqlBeforeValue are words behind which an expression stands, never a name alone.
	sqlBeforeValue = words("LIKE ILIKE BETWEEN AND OR LIMIT OFFSET THEN ELSE WHEN TO")
	sqlOperators   = words("= < > + - * / % | ~")
	// sqlTypes make the string behind them a literal of their type, which cannot be a parameter.
	sqlTypes = words("INTERVAL DATE TIME TIMESTAMP TIMESTAMPTZ UUID JSON JSONB INET CIDR NUMERIC INT INTEGER BIGINT TEXT BYTEA BOOLEAN POINT REGCLASS ZONE PRECISION AS")
)

// valuePlace says why no value can stand where the token is, or "".
func valuePlace(tokens []sqlToken, i int, source string) string {
	whole := len(hole) + len(string(rune(holeIndex)))
	token := tokens[i]
	first := wordAt(tokens, 0)
	dollars := func(t sqlToken) bool { return t.kind == sqlNumber && strings.HasPrefix(t.text, "$") }
	last := sqlToken{}
	if i > 0 {
		last = tokens[i-1]
	}
	for at, t := range tokens {
		if dollars(t) {
			return "the statement numbers its parameters itself"
		}
		if t.kind == sqlSign && t.text == ";" && at+1 < len(tokens) {
			return "only a single statement can be given values"
		}
	}
	switch {
	case !sqlTakesParams[first]:
		return "no parameter can stand in " + shown(first)
	case token.kind == sqlString && (len(source) != whole+2 || source[0] != '\''):
		return "it is only a part of a quoted text"
	case token.kind == sqlString && last.kind == sqlWord && sqlTypes[last.text]:
		return "no parameter can stand behind " + shown(last.text) + "; write a cast instead, '…'::" + strings.ToLower(last.text)
	case token.kind == sqlString:
		return ""
	case token.kind != sqlWord || len(source) != whole:
		return "it is a part of a name"
	case i+1 < len(tokens) && (tokens[i+1].text == "(" || tokens[i+1].text == "."):
		return "it is a name and no value"
	case last.kind == sqlWord && sqlBeforeValue[last.text], last.kind == sqlSign && sqlOperators[last.text]:
		return ""
	case last.kind == sqlSign && (last.text == "(" || last.text == ",") && insideValues(tokens[:i]):
		return ""
	}
	return "it stands where a name may stand, and only values can be given"
}

// insideValues reports that the innermost open bracket holds values.
func insideValues(tokens []sqlToken) bool {
	depth := 0
	for i, t := range slices.Backward(tokens) {
		if t.kind != sqlSign {
			continue
		}
		switch t.text {
		case ")":
			depth++
		case "(":
			if depth == 0 {
				return sqlTakesValue(tokens[:i])
			}
			depth--
		}
	}
	return false
}
