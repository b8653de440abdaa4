package shell

import (
	"slices"
	"strings"
)

// SQL classes a PostgreSQL text by its words, never by less: what is not surely a
// read, a known change or a known loss is Unknown. Placeholder runes count as letters.
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

// sqlLoses and sqlWrites are words that make a statement more than a read wherever
// they stand outside strings and quotes.
var (
	sqlLoses   = words("DELETE UPDATE DROP TRUNCATE")
	sqlWrites  = words("INTO INSERT MERGE ALTER CREATE GRANT REVOKE COPY CALL DO LOCK NOTIFY LISTEN REFRESH REINDEX CLUSTER VACUUM SET RESET PREPARE EXECUTE DEALLOCATE DISCARD LOAD IMPORT SECURITY COMMENT REASSIGN DECLARE FETCH MOVE CLOSE BEGIN COMMIT ROLLBACK SAVEPOINT START")
	sqlSecrets = words("PG_AUTHID PG_SHADOW PG_USER_MAPPING PG_USER_MAPPINGS PG_SUBSCRIPTION")
	sqlReads   = words("SELECT WITH VALUES TABLE SHOW")
)

func words(list string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(list) {
		set[word] = true
	}
	return set
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
	case first == "EXPLAIN":
		return classExplain(tokens[1:])
	case first == "ANALYZE" || first == "VACUUM":
		return classAlter(tokens, change("renews the planner's statistics or tidies tables"))
	case first == "REINDEX":
		return classAlter(tokens, change("builds an index again"))
	case first == "CREATE" && len(tokens) > 1 && (tokens[1].text == "INDEX" || tokens[1].text == "UNIQUE" && len(tokens) > 2 && tokens[2].text == "INDEX"):
		return classIndex(tokens)
	case first == "ALTER" && len(tokens) > 3 && tokens[1].text == "SYSTEM":
		return classSystem(tokens)
	case sqlLoses[first]:
		return classAlter(tokens, destroy("deletes or overwrites data"))
	case sqlReads[first]:
		return classRead(tokens)
	}
	return unknown("no table tells what " + shown(first) + " does in SQL")
}

// classRead is a read unless a word or a function in it says otherwise.
func classRead(tokens []sqlToken) Class {
	class := read("only reads tables")
	for i, t := range tokens {
		if sqlSecrets[strings.ToUpper(strings.Trim(t.text, `"`))] {
			class.Discloses = true
		}
		if t.kind == sqlWord {
			switch {
			case sqlLoses[t.text]:
				class = class.worst(destroy("deletes or overwrites data"))
			case sqlWrites[t.text]:
				class = class.worst(unknown("the statement may write (" + t.text + ")"))
			case strings.Contains(t.text, hole) && i > 0 && slices.Contains([]string{"(", "AS"}, tokens[i-1].text):
				class = class.worst(unknown("a blank may begin a statement"))
			}
		}
	}
	return class.worst(classFunctions(tokens))
}

// classAlter is a statement of known class whose expressions may still call anything.
func classAlter(tokens []sqlToken, class Class) Class {
	return class.worst(classFunctions(tokens))
}

// classIndex looks at what follows ON table: the name before that bracket is no function.
func classIndex(tokens []sqlToken) Class {
	on := slices.IndexFunc(tokens, func(t sqlToken) bool { return t.kind == sqlWord && t.text == "ON" })
	if on < 0 {
		return unknown("the index is on no table")
	}
	columns := slices.IndexFunc(tokens[on:], func(t sqlToken) bool { return t.kind == sqlSign && t.text == "(" })
	if columns < 0 {
		return unknown("the index has no columns")
	}
	return classAlter(tokens[on+columns:], change("creates an index; DROP INDEX takes it back"))
}

// classExplain runs its statement only with ANALYZE; it is classed as if it did.
func classExplain(tokens []sqlToken) Class {
	for len(tokens) > 0 && (tokens[0].text == "ANALYZE" || tokens[0].text == "VERBOSE") {
		tokens = tokens[1:]
	}
	if len(tokens) > 0 && tokens[0].text == "(" {
		end := slices.IndexFunc(tokens, func(t sqlToken) bool { return t.text == ")" && t.kind == sqlSign })
		if end < 0 || slices.ContainsFunc(tokens[1:end], func(t sqlToken) bool { return t.text == "(" || sqlReads[t.text] }) {
			return unknown("the options of EXPLAIN cannot be read")
		}
		tokens = tokens[end+1:]
	}
	if len(tokens) == 0 || tokens[0].kind != sqlWord {
		return unknown("EXPLAIN explains nothing known")
	}
	class := classSQL(tokens)
	if class.Risk == Read {
		class.Why = "explains a statement that only reads"
	}
	return class
}

// settable are server settings that can be set back and reach no file or program.
var settable = words(`MAX_CONNECTIONS WORK_MEM SHARED_BUFFERS MAINTENANCE_WORK_MEM EFFECTIVE_CACHE_SIZE STATEMENT_TIMEOUT IDLE_IN_TRANSACTION_SESSION_TIMEOUT LOCK_TIMEOUT
	LOG_MIN_DURATION_STATEMENT MAX_WAL_SIZE MIN_WAL_SIZE CHECKPOINT_TIMEOUT RANDOM_PAGE_COST AUTOVACUUM_MAX_WORKERS AUTOVACUUM_NAPTIME MAX_WORKER_PROCESSES MAX_PARALLEL_WORKERS`)

func classSystem(tokens []sqlToken) Class {
	if (tokens[2].text == "SET" || tokens[2].text == "RESET") && settable[tokens[3].text] {
		return change("changes a setting of the server; RESET takes it back")
	}
	return unknown("the setting may do more than can be undone")
}

// classFunctions looks at every name before an opening bracket.
func classFunctions(tokens []sqlToken) (class Class) {
	for i, t := range tokens[:max(0, len(tokens)-1)] {
		next := tokens[i+1]
		if next.kind != sqlSign || next.text != "(" || t.kind != sqlWord && t.kind != sqlQuoted {
			continue
		}
		name := t.text
		if t.kind == sqlQuoted {
			name = strings.ToUpper(strings.Trim(name, `"`))
		}
		qualified := i > 1 && tokens[i-1].text == "."
		switch {
		case qualified && tokens[i-2].text != "PG_CATALOG":
			return unknown("a function of another schema may do anything")
		case t.kind == sqlWord && !qualified && sqlBeforeBracket[name]:
		case sqlFunctions[name]:
		case sqlChanging[name]:
			class = class.worst(change("ends work or reloads settings of the server (" + strings.ToLower(name) + ")"))
		default:
			return unknown("no table tells what the function " + shown(strings.ToLower(name)) + " does")
		}
	}
	return class
}

var (
	sqlBeforeBracket = words(`IN VALUES EXISTS AND OR NOT ANY ALL SOME AS FILTER OVER FROM ON USING BY SELECT WHERE WHEN THEN ELSE CASE INTERVAL NUMERIC DECIMAL VARCHAR CHAR TIMESTAMP
		TIMESTAMPTZ TIME BIT LATERAL ROW ARRAY CAST COALESCE NULLIF GREATEST LEAST EXTRACT UNION EXCEPT INTERSECT HAVING LIMIT OFFSET BETWEEN LIKE ILIKE JOIN SETS ROLLUP CUBE DISTINCT
		MATERIALIZED GROUP IS END ANALYZE VACUUM INCLUDE`)
	sqlChanging  = words("PG_TERMINATE_BACKEND PG_CANCEL_BACKEND PG_RELOAD_CONF PG_ROTATE_LOGFILE")
	sqlFunctions = words(`COUNT SUM AVG MIN MAX ROUND CEIL CEILING FLOOR ABS TRUNC MOD POWER SQRT LENGTH CHAR_LENGTH OCTET_LENGTH LOWER UPPER TRIM LTRIM RTRIM BTRIM SUBSTRING SUBSTR LEFT RIGHT
		REPLACE REGEXP_REPLACE REGEXP_MATCHES SPLIT_PART POSITION STRPOS CONCAT CONCAT_WS FORMAT STRING_AGG ARRAY_AGG ARRAY_LENGTH ARRAY_TO_STRING UNNEST CARDINALITY NOW CLOCK_TIMESTAMP
		STATEMENT_TIMESTAMP DATE_TRUNC DATE_PART AGE TO_CHAR TO_TIMESTAMP TO_DATE MAKE_INTERVAL JUSTIFY_INTERVAL ROW_NUMBER RANK DENSE_RANK LAG LEAD FIRST_VALUE LAST_VALUE NTILE
		PERCENTILE_CONT PERCENTILE_DISC MODE BOOL_AND BOOL_OR EVERY JSON_AGG JSONB_AGG JSON_BUILD_OBJECT JSONB_BUILD_OBJECT JSON_TYPEOF JSONB_TYPEOF JSONB_ARRAY_LENGTH JSON_ARRAY_LENGTH
		JSONB_ARRAY_ELEMENTS JSONB_ARRAY_ELEMENTS_TEXT JSONB_EACH JSONB_EACH_TEXT JSONB_OBJECT_KEYS JSONB_EXTRACT_PATH JSONB_EXTRACT_PATH_TEXT JSONB_PRETTY ROW_TO_JSON TO_JSON TO_JSONB
		GENERATE_SERIES VERSION CURRENT_DATABASE CURRENT_SCHEMA CURRENT_SETTING INET_SERVER_ADDR INET_SERVER_PORT PG_POSTMASTER_START_TIME PG_CONF_LOAD_TIME PG_IS_IN_RECOVERY
		PG_LAST_XACT_REPLAY_TIMESTAMP PG_LAST_WAL_RECEIVE_LSN PG_LAST_WAL_REPLAY_LSN PG_CURRENT_WAL_LSN PG_WAL_LSN_DIFF PG_SIZE_PRETTY PG_DATABASE_SIZE PG_TABLE_SIZE PG_INDEXES_SIZE
		PG_RELATION_SIZE PG_TOTAL_RELATION_SIZE PG_TABLESPACE_SIZE PG_GET_CONSTRAINTDEF PG_GET_INDEXDEF PG_GET_VIEWDEF PG_GET_FUNCTIONDEF PG_GET_EXPR PG_BLOCKING_PIDS PG_BACKEND_PID
		PG_STAT_GET_ACTIVITY OBJ_DESCRIPTION COL_DESCRIPTION TO_REGCLASS MD5 ENCODE QUOTE_IDENT QUOTE_LITERAL WIDTH_BUCKET HOST ABBREV CURRENT_TIMESTAMP LOCALTIMESTAMP`)
)
