package shell

import (
	"regexp"
	"strings"
)

var psql = &program{
	flags: flags(`-h= --host= -p= --port= -U= --username= -d= --dbname= -c= --command= -t --tuples-only -A --no-align -x --expanded -q --quiet -X --no-psqlrc -w --no-password
		-v= --set= --variable= -W --password -1 --single-transaction -F= --field-separator= -P= --pset= -l --list --csv -E -a -e -b -z -0 -o= --output= -L= --log-file=`),
	opaque: map[string]string{
		"-f= --file=": "the text does not tell what the file does",
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
		class = psqlOutput(c)
		statements := c.values("-c", "--command")
		switch {
		case len(statements) > 0:
			for _, sql := range statements {
				class = class.worst(psqlCommand(sql))
			}
			return class
		case c.has("-l", "--list"):
			return class.worst(read("lists databases"))
		case s.fed:
			return class.worst(s.fedClass("psql runs what it is fed", fedSQL))
		}
		return interactive("psql without -c asks at the keyboard")
	},
}

// psqlOutput is where -o and -L write to: a file, or the program behind a bar.
func psqlOutput(c *call) (class Class) {
	for _, target := range c.values("-o", "--output", "-L", "--log-file") {
		if dynamic(target) || strings.HasPrefix(strings.TrimSpace(target), "|") {
			return refuse("psql may start no program for its output")
		}
		class = class.worst(Class{Risk: Change, Why: "writes the rows to a file", Refused: "psql writes no files here; redirect its output with >, or copy it and run it elsewhere"})
	}
	return class
}

var (
	pset       = regexp.MustCompile(`^(border|format|null|pager=off|pager|footer|expanded|tuples_only)(=(0|1|2|on|off|aligned|unaligned|csv|wrapped))?$`)
	copyToFile = regexp.MustCompile(`(?i)^(\s+(?:[\w.]+|\(\s*select\s[^;]*\)))\s+to\s+'[^'|]+'\s*[\w\s(),']*$`)
	metaRead   = regexp.MustCompile(`^\s*\\(d[A-Za-z]*\+?|l\+?|conninfo|encoding|timing|x|q|z|sf\+?|sv\+?)(\s+[\w.*?"$-]+)?\s*$`)
)

// psqlCommand classes what -c is given: one backslash command or SQL.
func psqlCommand(text string) Class {
	if rows, isCopy := strings.CutPrefix(strings.TrimSpace(text), `\copy`); isCopy {
		class := SQL("COPY " + rows)
		if copyToFile.MatchString(rows) && !dynamic(rows) {
			return SQL("COPY " + copyToFile.ReplaceAllString(rows, "$1 TO STDOUT")).worst(Class{
				Risk: Change, Why: "writes rows to a file", Refused: "\\copy writes no files here; redirect the output of SELECT with >, or copy it and run it elsewhere",
			})
		}
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
