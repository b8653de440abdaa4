package shell

import (
	"regexp"
	"slices"
	"strings"
)

// mysql is classed by -e as far as its dialect is PostgreSQL's too.
var mysql = &program{any: true, refine: func(s scope, c *call) Class {
	if slices.Contains(c.pos, "-p") || slices.Contains(c.pos, "--password") {
		return interactive("mysql asks for the password")
	}
	for i, word := range c.pos {
		text, found := strings.CutPrefix(word, "--execute=")
		if !found && strings.HasPrefix(word, "-") && !strings.HasPrefix(word, "--") && strings.HasSuffix(word, "e") && i+1 < len(c.pos) {
			text, found = c.pos[i+1], true
		}
		if found {
			return mysqlText(text)
		}
	}
	if s.fed {
		return s.fedClass("mysql runs what it is fed", mysqlText)
	}
	return interactive("mysql without -e asks at the keyboard")
}}

func mysqlText(text string) Class {
	text = strings.TrimSuffix(strings.TrimRight(text, " ;\n"), `\G`)
	upper := sqlUpper(strings.TrimSpace(text))
	switch {
	case strings.HasPrefix(upper, "SET GLOBAL ") && !strings.Contains(text, ";"):
		return change("changes a setting of the server")
	case strings.Contains(text, "/*!"), strings.ContainsAny(text, "#`\\"):
		return unknown("the statement is MySQL's own")
	case strings.HasPrefix(upper, "KILL "):
		return change("ends a session")
	case strings.HasPrefix(upper, "DESCRIBE "), strings.HasPrefix(upper, "DESC "):
		return read("describes a table")
	}
	return SQL(text)
}

// mongo runs JavaScript, of which nothing is known.
var mongo = &program{any: true, refine: func(s scope, c *call) Class {
	for i, word := range c.pos {
		text, found := strings.CutPrefix(word, "--eval=")
		if !found && word == "--eval" && i+1 < len(c.pos) {
			text, found = c.pos[i+1], true
		}
		if found {
			return mongoText(text)
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

var mongoReads = words("rs.status rs.conf rs.printReplicationInfo rs.printSecondaryReplicationInfo rs.isMaster rs.hello db.hello db.currentOp db.serverStatus db.stats db.version db.getReplicationInfo db.isMaster sh.status db.getCollectionNames db.getProfilingStatus")

// mongoCall is one call whose arguments call nothing themselves.
var mongoCall = regexp.MustCompile(`^\s*([a-zA-Z.]+)\([^()=;]*\)\s*;?\s*$`)

// mongoText knows some single calls that only ask.
func mongoText(text string) Class {
	if m := mongoCall.FindStringSubmatch(text); m != nil && mongoReads[m[1]] && !dynamic(text) {
		return read("only asks the server")
	}
	return unknown("the text does not tell what the script does")
}
