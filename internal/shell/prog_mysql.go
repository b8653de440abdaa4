package shell

import (
	"regexp"
	"slices"
	"strings"
)

// mysql is classed by -e as far as its dialect is PostgreSQL's too.
var mysql = &program{any: true, refine: func(s scope, c *call) (class Class) {
	if slices.Contains(c.pos, "-p") || slices.Contains(c.pos, "--password") {
		return interactive("mysql asks for the password")
	}
	runs := false
	for i, word := range c.pos {
		name, text, given := strings.Cut(word, "=")
		switch {
		case name == "--execute" && given, strings.HasPrefix(name, "--init-command"):
			runs = runs || name == "--execute"
			class = class.worst(mysqlText(text))
		case mysqlExecutes.MatchString(word) && i+1 < len(c.pos):
			runs = true
			class = class.worst(mysqlText(c.pos[i+1]))
		case name == "--tee":
			class = class.worst(change("writes a file"))
		case name == "--pager":
			class = class.worst(unknown("it starts a program of its choice"))
		}
	}
	switch {
	case runs:
		return onlyKnown(class, c.pos, mysqlFlags)
	case s.fed:
		return onlyKnown(class.worst(s.fedClass("mysql runs what it is fed", mysqlText)), c.pos, mysqlFlags)
	}
	return class.worst(interactive("mysql without -e asks at the keyboard"))
}}

// mysqlFlags change nothing about a read: --delimiter would, since it ends statements elsewhere.
var mysqlFlags = flags(`-h= -u= -p? -P= -S= -D= -e= -N -B -s -E -t -r -A -b -f -q -v -w -X -H -n -C -V --host= --user= --password? --port= --socket= --database=
	--execute= --init-command= --batch --silent --skip-column-names --column-names --table --vertical --raw --no-auto-rehash --auto-rehash --skip-auto-rehash
	--disable-auto-rehash --connect-timeout= --connect_timeout= --protocol= --ssl-mode= --ssl-ca= --ssl-cert= --ssl-key= --ssl --skip-ssl --ssl-verify-server-cert
	--skip-ssl-verify-server-cert --defaults-file= --defaults-extra-file= --defaults-group-suffix= --login-path= --default-character-set= --safe-updates
	--select-limit= --max-allowed-packet= --max_allowed_packet= --compress --no-defaults --quick --html --xml --force --verbose --wait --version --help
	--get-server-public-key --binary-as-hex --column-type-info --comments --skip-comments --show-warnings --line-numbers --skip-line-numbers --unbuffered --reconnect
	--skip-reconnect --tls-version= --no-beep --enable-cleartext-plugin --bind-address=`)

var (
	// mysqlExecutes is -e, alone or behind flags that take no value.
	mysqlExecutes = regexp.MustCompile(`^-[ABEHNXbfqrstvw]*e$|^--execute$`)
	// mysqlOwn is what PostgreSQL reads otherwise: quoting, dollars, and comments that one of them does not see.
	mysqlOwn    = regexp.MustCompile("[#`\\\\]|/\\*|--\\S|\\$\\w*\\$")
	mysqlMoves  = words("START STOP FLUSH OPTIMIZE REPAIR CHANGE KILL")
	mysqlResets = words("MASTER SLAVE REPLICA BINARY")
	poolerMoves = words("PAUSE RESUME RELOAD SUSPEND RECONNECT DISABLE ENABLE")
	mysqlAsks   = words("DESCRIBE DESC USE CHECKSUM CHECK")
)

func mysqlText(text string) (class Class) {
	text = strings.TrimSuffix(strings.TrimRight(text, " ;\n"), `\G`)
	if mysqlOwn.MatchString(text) || strings.Contains(text, later) {
		return unknown("the statement is MySQL's own")
	}
	tokens, ok := lexSQL(text)
	if !ok {
		return unknown("the SQL cannot be read surely")
	}
	for statement := range splitTokens(tokens) {
		if len(statement) > 0 {
			class = class.worst(classMySQL(statement))
		}
	}
	if class.Why == "" {
		return unknown("there is no SQL statement")
	}
	return class
}

// mysqlOnly is a statement that no other database has and that is no read; without a reason it is none of those.
func mysqlOnly(tokens []sqlToken) Class {
	first, second := wordAt(tokens, 0), wordAt(tokens, 1)
	switch {
	case first == "SET" && (second == "GLOBAL" || second == "PERSIST"):
		return classWords(tokens, change("changes a setting of the server"))
	case first == "RESET" && mysqlResets[second], first == "PURGE":
		return destroy("deletes logs or where replication stands")
	case poolerMoves[first] && len(tokens) <= 2 && (len(tokens) == 1 || tokens[1].kind == sqlWord):
		return change("tells the connection pooler to stop, go on or read its settings again")
	case mysqlMoves[first] && second != "TRANSACTION":
		return classWords(tokens, change("changes how the server works"))
	}
	return Class{}
}

// classMySQL is one statement: by MySQL's own first words, else as PostgreSQL has it.
func classMySQL(tokens []sqlToken) Class {
	first, second := wordAt(tokens, 0), wordAt(tokens, 1)
	if class := mysqlOnly(tokens); class.Why != "" {
		return class
	}
	switch {
	case first == "RESET":
		return destroy("deletes logs or where replication stands")
	case (first == "DESCRIBE" || first == "DESC") && (second == "ANALYZE" || sqlStatements[second] != nil):
		return classExplain(tokens)
	case mysqlAsks[first]:
		return classWords(tokens, read("describes a table"))
	}
	return classSQL(tokens)
}

// cqlWords is cqlsh -e STATEMENTS.
func cqlWords(_ scope, c *call) (class Class) {
	for i, word := range c.pos {
		text, found := strings.CutPrefix(word, "--execute=")
		if !found && (word == "-e" || word == "--execute") && i+1 < len(c.pos) {
			text, found = c.pos[i+1], true
		}
		if found {
			class = class.worst(cqlText(text))
		}
		if word == "-f" || strings.HasPrefix(word, "--file") {
			class = class.worst(unknown("the text does not tell what the file does"))
		}
	}
	if class.Why == "" {
		return interactive("cqlsh without -e asks at the keyboard")
	}
	return onlyKnown(class, c.pos, cqlFlags)
}

var cqlFlags = flags(`-e= --execute= -u= --username= -p= --password= -k= --keyspace= --ssl -C --color --no-color --encoding= --cqlshrc= --credentials=
	--connect-timeout= --request-timeout= -t --tty --no-compact --consistency-level= --serial-consistency-level= --cqlversion= --protocol-version= --debug --version --help`)

var cqlAsks = words("DESCRIBE DESC CONSISTENCY TRACING EXPAND SHOW USE PAGING")

// cqlText knows that INSERT overwrites in Cassandra.
func cqlText(text string) (class Class) {
	tokens, ok := lexSQL(text)
	if !ok || strings.Contains(text, "/*") || mysqlOwn.MatchString(text) || strings.Contains(text, later) {
		return unknown("the CQL cannot be read surely")
	}
	for statement := range splitTokens(tokens) {
		switch first := wordAt(statement, 0); {
		case len(statement) == 0:
		case first == "INSERT" || first == "BEGIN":
			class = class.worst(destroy("overwrites rows"))
		case cqlAsks[first]:
			class = class.worst(classWords(statement, read("only asks")))
		default:
			class = class.worst(classSQL(statement))
		}
	}
	if class.Why == "" {
		return unknown("there is no statement")
	}
	return class
}

// mongo runs JavaScript, of which nothing is known.
var mongo = &program{any: true, refine: func(s scope, c *call) Class {
	for i, word := range c.pos {
		text, found := strings.CutPrefix(word, "--eval=")
		if !found && word == "--eval" && i+1 < len(c.pos) {
			text, found = c.pos[i+1], true
		}
		if found {
			return onlyKnown(mongoText(text), c.pos, mongoFlags)
		}
		if strings.HasSuffix(word, ".js") {
			return unknown("the text does not tell what the script does")
		}
	}
	if s.fed {
		return unknown("mongo runs what it is fed")
	}
	return interactive("it asks at the keyboard")
}}

// mongoFlags change nothing about a read: --shell would, since it stays and asks.
var mongoFlags = flags(`--eval= --quiet --host= -h= --port= -u= -p= --username= --password= --authenticationDatabase= --authenticationMechanism= --tls --ssl --tlsCAFile=
	--sslCAFile= --tlsCertificateKeyFile= --sslPEMKeyFile= --tlsAllowInvalidCertificates --sslAllowInvalidCertificates --tlsAllowInvalidHostnames --tlsInsecure
	--json? --norc --nodb --apiVersion= --apiStrict --retryWrites? --verbose --version --help --gssapiServiceName= --awsIamSessionToken= --disableImplicitSessions`)

var mongoReads = words("rs.status rs.conf rs.printReplicationInfo rs.printSecondaryReplicationInfo rs.isMaster rs.hello db.hello db.currentOp db.serverStatus db.stats db.version db.getReplicationInfo db.isMaster sh.status db.getCollectionNames db.getProfilingStatus")

var (
	// mongoCall is one call, or one on a collection and what narrows it, whose arguments call nothing themselves.
	mongoCall  = regexp.MustCompile("^\\s*([a-zA-Z.]+)\\([^()=;`\\\\]*\\)\\s*;?\\s*$")
	mongoFinds = regexp.MustCompile("^\\s*db\\.\\w+\\.(find|findOne|count|countDocuments|estimatedDocumentCount|distinct|stats|getIndexes|dataSize|totalIndexSize)\\([^()=;`\\\\]*\\)" +
		"(\\.(limit|skip|sort|count|pretty|toArray|itcount|size|explain|hint|maxTimeMS)\\([^()=;`\\\\]*\\))*\\s*;?\\s*$")
	// mongoPath is a call that reads and what of its answer is printed, at most for each element.
	mongoPath = regexp.MustCompile("^\\s*([a-zA-Z.]+)\\([^()=;`\\\\]*\\)(?:\\.\\w+|\\[\\d+\\])*" +
		"(?:\\.(?:forEach|map)\\(\\s*\\(?\\w+\\)?\\s*=>\\s*(?:print(?:json)?\\()?[^()=;`\\\\]*\\)?\\s*\\))?\\s*;?\\s*$")
	mongoOverwrites = regexp.MustCompile(`^\s*db\.\w+\.(deleteMany|deleteOne|remove|updateMany|updateOne|replaceOne)\(`)
	mongoOut        = regexp.MustCompile(`^\s*db\.\w+\.aggregate\([^;]*\$(out|merge)\b[^;]*$`)
	mongoScript     = regexp.MustCompile(`\$(where|function|accumulator|out|merge)`)
	mongoLoses      = regexp.MustCompile(`^db\.(\w+\.(deleteMany|deleteOne|remove|drop|updateMany|updateOne|replaceOne|dropIndex|dropIndexes)|dropDatabase)$`)
	mongoMoves      = regexp.MustCompile(`^(rs\.(stepDown|freeze|add|remove|reconfig|initiate|syncFrom)|db\.(killOp|fsyncLock|fsyncUnlock|setProfilingLevel|shutdownServer)|db\.\w+\.(insertOne|insertMany|createIndex|reIndex)|sh\.(startBalancer|stopBalancer|enableBalancing|disableBalancing))$`)
)

// mongoText knows some single calls.
func mongoText(text string) Class {
	unclear := unknown("the text does not tell what the script does")
	if dynamic(text) {
		return unclear
	}
	if mongoScript.MatchString(text) {
		if mongoOut.MatchString(text) {
			return destroy("overwrites a collection")
		}
		return unclear
	}
	if mongoFinds.MatchString(text) {
		return read("only asks the server")
	}
	if path := mongoPath.FindStringSubmatch(text); path != nil && mongoReads[path[1]] {
		return read("only asks the server")
	}
	if mongoOverwrites.MatchString(text) && strings.Count(strings.TrimRight(text, "; \n"), ";") == 0 {
		return destroy("deletes or overwrites data")
	}
	m := mongoCall.FindStringSubmatch(text)
	switch {
	case m == nil:
		return unclear
	case mongoReads[m[1]]:
		return read("only asks the server")
	case mongoLoses.MatchString(m[1]):
		return destroy("deletes or overwrites data")
	case mongoMoves.MatchString(m[1]):
		return change("changes how the server works")
	}
	return unclear
}
