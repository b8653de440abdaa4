package shell

import (
	"slices"
	"strings"
)

// SQL classes a PostgreSQL text by its words, never by less: every word outside
// strings counts, wherever it stands, and what is not surely a read, a known change
// or a known loss is Unknown. Placeholder runes count as letters. Why it is not
// PostgreSQL's own grammar, and how it is held against it: docs/adr/0002.
func SQL(text string) Class {
	if strings.Contains(text, later) {
		return unknown("part of the SQL is known only at run time")
	}
	tokens, ok := lexSQL(text)
	if !ok {
		return unknown("the SQL cannot be read surely")
	}
	class, found := Class{}, false
	for statement := range splitTokens(tokens) {
		if len(statement) > 0 {
			found = true
			class = class.worst(classSQL(statement))
		}
	}
	if !found {
		return unknown("there is no SQL statement")
	}
	return class
}

// AnalyseSQL is Analyse for a text that is SQL itself, with its placeholders.
func AnalyseSQL(text string) Analysis {
	if err := checkText(text); err != nil {
		return unreadable(err, nil)
	}
	t := template{}
	t.punch(text)
	class := SQL(t.punched)
	a := Analysis{Risk: class.Risk, Why: class.Why, Discloses: class.Discloses, Platform: Any, Params: t.params()}
	a.conclude(class.Refused)
	return a
}

// AnalysePromQL is Analyse for a query of Prometheus, which can only read.
func AnalysePromQL(text string) Analysis {
	if err := checkText(text); err != nil {
		return unreadable(err, nil)
	}
	t := template{}
	t.punch(text)
	a := Analysis{Risk: Read, Why: "asks Prometheus", Platform: Any, Params: t.params()}
	a.conclude("")
	return a
}

func splitTokens(tokens []sqlToken) func(yield func([]sqlToken) bool) {
	return func(yield func([]sqlToken) bool) {
		for {
			end := slices.IndexFunc(tokens, func(t sqlToken) bool { return t.text == ";" && t.kind == sqlSign })
			if end < 0 {
				yield(tokens)
				return
			}
			if !yield(tokens[:end]) {
				return
			}
			tokens = tokens[end+1:]
		}
	}
}

func words(list string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(list) {
		set[word] = true
	}
	return set
}

// sqlStatements judges a statement by its first word. It is filled at start,
// because EXPLAIN and PREPARE lead back into it.
var sqlStatements map[string]func(tokens []sqlToken) Class

func init() {
	changes := func(why string) func([]sqlToken) Class {
		return func(tokens []sqlToken) Class { return classWords(tokens, change(why)) }
	}
	rights := func([]sqlToken) Class { return change("changes rights; REVOKE and GRANT take each other back") }
	loses := func(tokens []sqlToken) Class { return classWords(tokens, destroy("deletes or overwrites data")) }
	session := func(tokens []sqlToken) Class {
		if wordAt(tokens, 1) == "PREPARED" {
			return change("ends a transaction that another session prepared")
		}
		return read("only concerns its own session")
	}
	sqlStatements = map[string]func([]sqlToken) Class{
		"SELECT": classRead, "WITH": classRead, "VALUES": classRead, "TABLE": classRead, "DECLARE": classRead, "SHOW": session,
		"EXPLAIN": classExplain, "PREPARE": classPrepare, "COPY": classCopy, "CREATE": classCreate, "ALTER": classAlter, "SET": classSet, "RESET": classSet,
		"UPDATE": loses, "DELETE": loses, "TRUNCATE": loses, "DROP": loses, "MERGE": loses,
		"INSERT": changes("adds rows"), "GRANT": rights, "REVOKE": rights,
		"COMMENT": changes("changes a comment"), "REASSIGN": changes("changes who owns objects"), "LOCK": changes("locks a table until the transaction ends"),
		"NOTIFY": changes("sends a notification"), "REFRESH": changes("computes a view again"), "REINDEX": changes("builds an index again"),
		"CLUSTER": changes("writes a table again in another order"), "CHECKPOINT": changes("writes all changed pages to disk"),
		"ANALYZE": changes("renews the planner's statistics"), "VACUUM": changes("tidies tables and renews their statistics"),
		"BEGIN": session, "START": session, "COMMIT": session, "END": session, "ROLLBACK": session, "ABORT": session, "SAVEPOINT": session, "RELEASE": session,
		"KILL": changes("ends a session (MySQL)"), "FETCH": session, "MOVE": session, "CLOSE": session, "DEALLOCATE": session, "LISTEN": session, "UNLISTEN": session,
	}
}

func classSQL(tokens []sqlToken) Class {
	first := tokens[0].text
	switch {
	case tokens[0].kind == sqlSign && first == "(":
		return classRead(tokens)
	case tokens[0].kind != sqlWord:
		return unknown("the SQL does not begin with a word")
	case strings.Contains(first, hole):
		return unknown("the SQL statement is known only when its blank is filled")
	}
	if class := mysqlOnly(tokens); class.Why != "" {
		return class
	}
	if class, known := sqlStatements[first]; known {
		return class(tokens)
	}
	return unknown("no table tells what " + shown(first) + " does in SQL")
}

// sqlSecrets are relations that hold passwords.
var sqlSecrets = words("PG_AUTHID PG_SHADOW PG_USER_MAPPING PG_USER_MAPPINGS PG_SUBSCRIPTION")

// classRead is a read unless a word or a function in it says otherwise.
func classRead(tokens []sqlToken) Class { return classWords(tokens, read("only reads tables")) }

// classWords is a statement of known class that every word and function in it may
// make worse: a CTE that deletes is a delete.
func classWords(tokens []sqlToken, class Class) Class {
	for i, t := range tokens {
		if sqlSecrets[sqlUpper(strings.Trim(t.text, `"`))] {
			class.Discloses = true
		}
		if t.kind != sqlWord || i == 0 {
			continue
		}
		before := tokens[i-1].text
		switch t.text {
		case "UPDATE", "SHARE":
			switch {
			case before == "FOR" || before == "KEY": // FOR UPDATE, FOR NO KEY UPDATE, FOR KEY SHARE
				class = class.worst(change("locks rows until the transaction ends"))
			case t.text == "UPDATE":
				class = class.worst(destroy("deletes or overwrites data"))
			}
		case "DELETE", "DROP", "TRUNCATE", "MERGE":
			class = class.worst(destroy("deletes or overwrites data"))
		case "INSERT", "INTO":
			class = class.worst(change("adds rows or a table"))
		default:
			if strings.Contains(t.text, hole) && (before == "AS" || before == "(" && !sqlTakesValue(tokens[:i-1])) {
				class = class.worst(unknown("a blank may begin a statement"))
			}
		}
	}
	return class.worst(classFunctions(tokens))
}

// sqlTakesValue reports that a bracket behind these tokens holds values: nothing that
// begins with one word more can be a statement there.
func sqlTakesValue(tokens []sqlToken) bool {
	if len(tokens) == 0 || tokens[len(tokens)-1].kind != sqlWord {
		return false
	}
	name := tokens[len(tokens)-1].text
	return sqlFunctions[name] || sqlChanging[name] || sqlLosing[name] || name == "IN" || name == "VALUES" || name == "ANY"
}

// classExplain runs its statement only with ANALYZE.
func classExplain(tokens []sqlToken) Class {
	tokens = tokens[1:]
	runs := false
	for len(tokens) > 0 && (tokens[0].text == "ANALYZE" || tokens[0].text == "VERBOSE") {
		runs = runs || tokens[0].text == "ANALYZE"
		tokens = tokens[1:]
	}
	if len(tokens) > 0 && tokens[0].text == "(" {
		end := slices.IndexFunc(tokens, func(t sqlToken) bool { return t.text == ")" && t.kind == sqlSign })
		if end < 0 || slices.ContainsFunc(tokens[1:end], func(t sqlToken) bool { return t.text == "(" || t.text == "SELECT" || t.text == "WITH" }) {
			return unknown("the options of EXPLAIN cannot be read")
		}
		for i, t := range tokens[1:end] {
			next := tokens[i+2].text
			runs = runs || t.text == "ANALYZE" && next != "FALSE" && next != "OFF" && next != "0"
		}
		tokens = tokens[end+1:]
	}
	if len(tokens) == 0 || tokens[0].kind != sqlWord {
		return unknown("EXPLAIN explains nothing known")
	}
	class := classSQL(tokens)
	switch {
	case !runs && class.Risk < Interactive:
		// Planning may call functions, so one that is unknown stays so.
		class.Risk, class.Why = Read, "shows how a statement would be done, and does not do it"
	case class.Risk == Read:
		class.Why = "explains a statement that only reads"
	}
	return class
}
