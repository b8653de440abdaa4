package shell

import (
	"slices"
	"strings"
)

// after cuts tokens behind the first of the words, or gives nil.
func after(tokens []sqlToken, word string) []sqlToken {
	i := slices.IndexFunc(tokens, func(t sqlToken) bool { return t.kind == sqlWord && t.text == word })
	if i < 0 {
		return nil
	}
	return tokens[i+1:]
}

// wordAt gives the word at a place, or "".
func wordAt(tokens []sqlToken, i int) string {
	if i >= len(tokens) || tokens[i].kind != sqlWord {
		return ""
	}
	return tokens[i].text
}

// classPrepare is PREPARE name AS statement: it runs later, but what it is stands here.
func classPrepare(tokens []sqlToken) Class {
	if wordAt(tokens, 1) == "TRANSACTION" {
		return change("ends the transaction in two phases; COMMIT PREPARED or ROLLBACK PREPARED finishes it")
	}
	statement := after(tokens, "AS")
	if len(statement) == 0 {
		return unknown("PREPARE prepares nothing known")
	}
	return classSQL(statement)
}

// classCopy permits the client's own streams; files and programs are the server's.
func classCopy(tokens []sqlToken) Class {
	switch copyStream(tokens) {
	case "STDOUT":
		return classWords(tokens, read("copies rows out"))
	case "STDIN":
		return classWords(tokens, change("copies rows in"))
	}
	return unknown("COPY reaches a file or a program of the server")
}

// copyStream is STDOUT or STDIN where a COPY uses the client's own streams.
func copyStream(tokens []sqlToken) string {
	last := func(word string) int {
		for i, t := range slices.Backward(tokens) {
			if t.kind == sqlWord && t.text == word {
				return i
			}
		}
		return -1
	}
	to, from := last("TO"), last("FROM")
	switch {
	case to > from && wordAt(tokens, to+1) == "STDOUT":
		return "STDOUT"
	case from > to && wordAt(tokens, from+1) == "STDIN":
		return "STDIN"
	}
	return ""
}

var (
	// sqlObjects can be made and changed without reaching another host, file or library.
	sqlObjects = words(`TABLE INDEX VIEW MATERIALIZED SEQUENCE SCHEMA DATABASE ROLE USER GROUP TYPE DOMAIN EXTENSION STATISTICS PUBLICATION POLICY COLLATION AGGREGATE FUNCTION
		PROCEDURE TRIGGER DEFAULT`)
	sqlModifiers = words("OR REPLACE UNIQUE TEMP TEMPORARY UNLOGGED GLOBAL LOCAL RECURSIVE CONSTRAINT")
)

// classCreate makes an object; the name before a bracket is its own, no function.
func classCreate(tokens []sqlToken) Class {
	i := 1
	for sqlModifiers[wordAt(tokens, i)] {
		i++
	}
	object := wordAt(tokens, i)
	switch {
	case !sqlObjects[object] || object == "USER" && wordAt(tokens, i+1) == "MAPPING":
		return unknown("no table tells what CREATE " + shown(object) + " does in SQL")
	case object == "INDEX":
		columns := after(tokens, "ON")
		open := slices.IndexFunc(columns, func(t sqlToken) bool { return t.kind == sqlSign && t.text == "(" })
		if open < 0 {
			return unknown("the index has no columns")
		}
		return classWords(columns[open:], change("creates an index"))
	case object == "FUNCTION", object == "PROCEDURE", object == "AGGREGATE", object == "TRIGGER":
		language := wordAt(after(tokens, "LANGUAGE"), 0)
		if object != "TRIGGER" && language != "SQL" && language != "PLPGSQL" || after(tokens, "ATOMIC") != nil {
			return unknown("what the function is made of cannot be told")
		}
		return change("creates a function or trigger, which acts when it is called")
	}
	return classWords(tokens, change("creates an object; DROP takes it back"))
}

// classAlter changes an object. ALTER … DROP is seen by its word.
func classAlter(tokens []sqlToken) Class {
	object := wordAt(tokens, 1)
	switch {
	case object == "SYSTEM":
		verb := wordAt(tokens, 2)
		if (verb == "SET" || verb == "RESET") && sqlServerSettings[wordAt(tokens, 3)] {
			return change("changes a setting of the server")
		}
		return unknown("the setting may do more than can be undone")
	case object == "EXTENSION" && wordAt(tokens, 3) == "UPDATE":
		return change("updates an extension")
	case !sqlObjects[object] || object == "USER" && wordAt(tokens, 2) == "MAPPING":
		return unknown("no table tells what ALTER " + shown(object) + " does in SQL")
	}
	return classWords(tokens, change("changes an object"))
}

// classSet permits the settings of the session that neither widen what it may do
// nor change how later text is read.
func classSet(tokens []sqlToken) Class {
	i := 1
	if word := wordAt(tokens, i); word == "SESSION" || word == "LOCAL" {
		i++
	}
	setting := wordAt(tokens, i)
	if setting == "TIME" || sqlSessionSettings[setting] || sqlServerSettings[setting] || strings.HasPrefix(setting, "ENABLE_") {
		return read("only concerns its own session")
	}
	return unknown("the setting may change what later statements do")
}

var (
	// sqlServerSettings can be set back and reach no file or program.
	sqlServerSettings = words(`MAX_CONNECTIONS WORK_MEM SHARED_BUFFERS MAINTENANCE_WORK_MEM EFFECTIVE_CACHE_SIZE STATEMENT_TIMEOUT IDLE_IN_TRANSACTION_SESSION_TIMEOUT
		IDLE_SESSION_TIMEOUT LOCK_TIMEOUT DEADLOCK_TIMEOUT LOG_MIN_DURATION_STATEMENT LOG_STATEMENT LOG_LOCK_WAITS LOG_CONNECTIONS LOG_DISCONNECTIONS LOG_AUTOVACUUM_MIN_DURATION
		MAX_WAL_SIZE MIN_WAL_SIZE CHECKPOINT_TIMEOUT CHECKPOINT_COMPLETION_TARGET RANDOM_PAGE_COST SEQ_PAGE_COST EFFECTIVE_IO_CONCURRENCY DEFAULT_STATISTICS_TARGET
		AUTOVACUUM AUTOVACUUM_MAX_WORKERS AUTOVACUUM_NAPTIME AUTOVACUUM_VACUUM_SCALE_FACTOR AUTOVACUUM_VACUUM_COST_LIMIT AUTOVACUUM_VACUUM_COST_DELAY
		MAX_WORKER_PROCESSES MAX_PARALLEL_WORKERS MAX_PARALLEL_WORKERS_PER_GATHER MAX_PARALLEL_MAINTENANCE_WORKERS TEMP_BUFFERS TRACK_IO_TIMING TRACK_ACTIVITIES TRACK_COUNTS
		MAX_WAL_SENDERS MAX_REPLICATION_SLOTS WAL_KEEP_SIZE HOT_STANDBY_FEEDBACK MAX_STANDBY_STREAMING_DELAY JIT WAL_BUFFERS`)
	sqlSessionSettings = words("TIMEZONE DATESTYLE INTERVALSTYLE APPLICATION_NAME CLIENT_MIN_MESSAGES EXTRA_FLOAT_DIGITS BYTEA_OUTPUT")
)
