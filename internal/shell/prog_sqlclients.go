package shell

import (
	"slices"
	"strings"
)

// sqlClients run the SQL of other databases, which is read as far as its dialect is PostgreSQL's too.
var sqlClients = map[string]*program{
	"clickhouse-client": {
		flags: flags(`-q= --query= -h= --host= --port= -u= --user= --password= -d= --database= -f= --format= -t --time -m --multiline -n --multiquery -s --secure -E
			--vertical --progress? --max_execution_time= --connect_timeout= -V --version --help --receive_timeout= --accept-invalid-certificate --readonly=`),
		refine: sqlOf(clickhouseText, "-q", "--query"),
	},
	"cockroach-sql": {
		flags: flags(`-e= --execute= --host= --certs-dir= --insecure --url= -u= --user= -d= --database= -p= --port= --format= --cluster-name= --read-only
			--safe-updates? --no-line-editor`),
		refine: sqlOf(cockroachText, "-e", "--execute"),
	},
}

// sqlOf judges the statements that stand behind flags; without any the client asks at the keyboard.
func sqlOf(judge func(text string) Class, names ...string) func(scope, *call) Class {
	return func(s scope, c *call) (class Class) {
		texts := c.values(names...)
		switch {
		case len(c.words()) > 0:
			return unknown("the text does not tell what its words do")
		case c.has("--help", "--version", "-V"):
			return read("tells how it is used, or which version it is")
		case s.fed:
			// ClickHouse appends what it is fed to an INSERT, and runs it without a query.
			class = s.fedClass("the client runs what it is fed", judge)
		case len(texts) == 0:
			return interactive("without a statement it asks at the keyboard")
		}
		for _, text := range texts {
			class = class.worst(judge(text))
		}
		return class
	}
}

var (
	clickhouseAsks = words("DESCRIBE DESC EXISTS SHOW USE")
	cockroachAsks  = words("SHOW USE")
	clickhouseActs = words("SYSTEM OPTIMIZE KILL ATTACH DETACH RENAME EXCHANGE BACKUP")
)

// clickhouseText knows what ClickHouse alone has: FORMAT behind a question, and statements to the server.
func clickhouseText(text string) Class {
	return foreignSQL(text, func(tokens []sqlToken) Class {
		first := wordAt(tokens, 0)
		for i, token := range tokens {
			if first == "SELECT" && i == len(tokens)-2 && token.text == "FORMAT" {
				return classSQL(tokens[:i])
			}
		}
		switch {
		case clickhouseAsks[first] && !called(tokens): // a table function may start a program
			return classWords(tokens, read("only asks"))
		case first == "ALTER", first == "DETACH", first == "RESTORE":
			return destroy("may change or lose rows")
		case clickhouseActs[first]:
			return classWords(tokens, change("changes how the server works"))
		}
		return classSQL(tokens)
	})
}

// cockroachText rejects brackets: a statement may stand in them, SELECT * FROM [DELETE …].
func cockroachText(text string) Class {
	if strings.Contains(text, "[") {
		return unknown("the SQL cannot be read surely")
	}
	return foreignSQL(text, func(tokens []sqlToken) Class {
		if cockroachAsks[wordAt(tokens, 0)] && !called(tokens) {
			return classWords(tokens, read("only asks"))
		}
		return classSQL(tokens)
	})
}

// called reports that something may be called in a statement.
func called(tokens []sqlToken) bool {
	return slices.ContainsFunc(tokens, func(t sqlToken) bool { return t.text == "(" })
}

// foreignSQL judges each statement of a text that every dialect cuts alike.
func foreignSQL(text string, judge func(tokens []sqlToken) Class) (class Class) {
	tokens, ok := lexSQL(text)
	if !ok || mysqlOwn.MatchString(text) || strings.Contains(text, later) {
		return unknown("the SQL cannot be read surely")
	}
	for statement := range splitTokens(tokens) {
		if len(statement) > 0 {
			class = class.worst(judge(statement))
		}
	}
	if class.Why == "" {
		return unknown("there is no SQL statement")
	}
	return class
}
