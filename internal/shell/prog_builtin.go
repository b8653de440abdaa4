package shell

import "strings"

// shellBuiltins are commands of the shell itself: they need no program.
var shellBuiltins = map[string]*program{
	":": quiet, "true": quiet, "false": quiet, "exit": quiet, "return": quiet, "break": quiet, "continue": quiet, "shift": quiet,
	"set": {any: true, class: read("only concerns the shell itself"), refine: printsVariables}, "shopt": quiet, "unset": quiet,
	"wait": {class: read("waits"), flags: flags("-n")}, "cd": quiet, "pwd": quiet, "pushd": quiet, "popd": quiet, "dirs": quiet,
	"umask": quiet, "type": quiet, "hash": {class: read("only concerns the shell itself"), flags: flags("-r")}, "times": quiet, "getopts": quiet, "read": {any: true, class: read("reads a line into a variable"), refine: prompts}, "mapfile": readLines, "readarray": readLines,
	"echo": prints, "printf": prints, "test": tests, "[": tests,
	"eval":   {any: true, refine: evaluated},
	"source": {class: unknown("the text does not tell what a sourced file does"), any: true},
	".":      {class: unknown("the text does not tell what a sourced file does"), any: true},
	"trap":   {any: true, refine: trapped}, "alias": {class: unknown("an alias changes what later words mean"), any: true},
	"unalias": {class: unknown("an alias changes what later words mean"), any: true}, "bind": {class: unknown("bind changes the keyboard"), any: true},
	"enable": {class: unknown("enable changes which builtins exist"), any: true}, "fc": {class: unknown("fc runs earlier commands"), any: true},
	"jobs": quiet, "fg": {class: interactive("job control needs a terminal"), any: true}, "bg": {class: interactive("job control needs a terminal"), any: true},
	"command": {flags: flags("-v -V"), stop: true, refine: named}, "builtin": {stop: true, refine: wrapped}, "exec": {stop: true, refine: wrapped},
}

var (
	quiet     = &program{class: read("only concerns the shell itself"), any: true}
	prints    = &program{class: read("prints its words"), any: true}
	tests     = &program{class: read("compares its words"), any: true}
	readLines = &program{class: read("reads lines into a variable"), flags: flags("-t -d= -n= -O= -s=")}
)

// prompts is read -p, which asks a person.
func prompts(s scope, c *call) Class {
	if !s.fed && chooses(c, "-p") {
		return interactive("asks at the keyboard")
	}
	return Class{}
}

// trapped is trap TEXT SIGNAL…: the text runs later, but what it is stands here.
func trapped(s scope, c *call) Class {
	switch {
	case len(c.pos) < 2 || c.pos[0] == "-":
		return read("takes a trap back or lists them")
	case dynamic(c.pos[0]):
		return unknown("the text that a trap runs is known only at run time")
	}
	return s.text(s, c.pos[0])
}

// printsVariables is set without words.
func printsVariables(_ scope, c *call) Class {
	if len(c.pos) == 0 {
		return discloses("prints the variables, which may hold passwords")
	}
	return Class{}
}

// evaluated classes eval by its text when that is literal.
func evaluated(s scope, c *call) Class {
	text := strings.Join(c.pos, " ")
	if dynamic(text) {
		return unknown("the text that eval runs is known only at run time")
	}
	return s.text(s, text)
}

// named is command -v NAME (a question) or command NAME … (a start).
func named(s scope, c *call) Class {
	if c.has("-v", "-V") {
		return read("says what a name stands for")
	}
	return wrapped(s, c)
}
