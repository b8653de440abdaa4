package shell

import (
	"regexp"
	"strings"
)

var psql = &program{
	flags: flags(`-h= --host= -p= --port= -U= --username= -d= --dbname= -c= --command= -t --tuples-only -A --no-align -x --expanded -q --quiet -X --no-psqlrc -w --no-password
		-v= --set= --variable= -W --password -1 --single-transaction -F= --field-separator= -P= --pset= -l --list --csv -E -a -e -b -z -0`),
	opaque: map[string]string{
		"-f= --file=": "the text does not tell what the file does", "-o= --output= -L=": "it writes a file or starts a program",
	},
	effects: map[string]Class{"-W": interactive("it asks at the keyboard"), "--password": interactive("it asks at the keyboard")},
	refine: func(s scope, c *call) (class Class) {
		for _, value := range c.values("-v", "--set", "--variable") {
			if value != "ON_ERROR_STOP=1" && value != "ON_ERROR_STOP=on" {
				return refuse("-v is refused: variables change what a statement is")
			}
		}
		for _, value := range c.values("-P", "--pset") {
			if !pset.MatchString(value) {
				return refuse("psql may not set %s", shown(value))
			}
		}
		statements := c.values("-c", "--command")
		switch {
		case len(statements) > 0:
			for _, sql := range statements {
				class = class.worst(psqlCommand(sql))
			}
			return class
		case c.has("-l", "--list"):
			return read("lists databases")
		case s.fed:
			return s.fedClass("psql runs what it is fed", fedSQL)
		}
		return interactive("psql without -c asks at the keyboard")
	},
}

var (
	pset     = regexp.MustCompile(`^(border|format|null|pager=off|pager|footer|expanded|tuples_only)(=(0|1|2|on|off|aligned|unaligned|csv|wrapped))?$`)
	metaRead = regexp.MustCompile(`^\s*\\(d[A-Za-z]*\+?|l\+?|conninfo|encoding|timing|x|q|z|sf\+?|sv\+?)(\s+[\w.*?"$-]+)?\s*$`)
)

// psqlCommand classes what -c is given: one backslash command or SQL.
func psqlCommand(text string) Class {
	if rows, isCopy := strings.CutPrefix(strings.TrimSpace(text), `\copy`); isCopy {
		class := SQL("COPY " + rows)
		if class.Risk == Unknown {
			class.Refused = "\\copy may reach a file or a program; copy it and run it elsewhere"
		}
		return class
	}
	if metaRead.MatchString(text) {
		return read("describes tables")
	}
	return SQL(text)
}
