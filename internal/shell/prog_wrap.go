package shell

import (
	"regexp"
	"slices"
	"strings"
)

// wrapperPrograms start another program, whose class is theirs.
var wrapperPrograms = map[string]*program{
	"timeout": {flags: flags("-s= --signal= -k= --kill-after= --preserve-status --foreground -v --verbose"), stop: true, refine: afterFirst},
	"time":    {flags: flags("-p -v -f="), stop: true, refine: wrapped},
	"nice":    {flags: flags("-n= --adjustment="), stop: true, refine: wrapped},
	"ionice":  {flags: flags("-c= -n= -t"), stop: true, refine: wrapped},
	"nohup":   {stop: true, refine: wrapped},
	"setsid":  {flags: flags("-w --wait"), stop: true, refine: wrapped},
	"stdbuf":  {flags: flags("-i= -o= -e="), stop: true, refine: wrapped},
	"sudo":    {flags: flags("-n -u= -g= -E -H -i -s -l"), stop: true, refine: elevated, effects: map[string]Class{"-i": interactive("it opens a shell"), "-s": interactive("it opens a shell")}},
	"env":     {flags: flags("-i --ignore-environment -u= --unset= -0"), stop: true, refine: environment},
	"watch":   {flags: flags("-n= --interval= -d -t --no-title -e -x --exec -g"), stop: true, refine: watched},
	"xargs":   {flags: flags("-0 --null -r --no-run-if-empty -n= --max-args= -P= --max-procs= -I= -L= -a= --arg-file= -d= --delimiter= -t --verbose -x -i -p --interactive"), stop: true, refine: fromInput},
	"find":    {any: true, class: read("lists files"), refine: found},
	"sh":      shellProgram, "bash": shellProgram, "dash": shellProgram, "ash": shellProgram, "zsh": shellProgram, "ksh": shellProgram,
}

// wrapped classes the words as a start of their own.
func wrapped(s scope, c *call) Class {
	words := c.words()
	if len(words) == 0 {
		return Class{Why: "starts nothing"}
	}
	deeper, ok := s.within(false)
	if !ok {
		return tooDeep
	}
	return s.start(deeper, words)
}

// elevated is sudo COMMAND. Where the supervisor's own stands for it, nothing is carried over.
func elevated(s scope, c *call) Class {
	class := wrapped(s, c)
	if s.remote && c.has("-E") {
		return class.worst(unknown("sudo -E carries the environment over"))
	}
	return class
}

// afterFirst is timeout 5 COMMAND.
func afterFirst(s scope, c *call) Class {
	words := c.words()
	if len(words) < 2 {
		return unknown("there is no command to start")
	}
	if dynamic(words[0]) {
		return unknown("the duration is known only at run time, so the command's place is too")
	}
	return wrapped(s, &call{pos: words[1:]})
}

var assignment = regexp.MustCompile(`^([A-Za-z_][A-Za-z0-9_]*)=`)

// environment is env [NAME=value…] [COMMAND].
func environment(s scope, c *call) Class {
	words := c.words()
	for _, name := range c.values("-u", "--unset") {
		if protected.MatchString(name) {
			return refuse("a playbook may not unset %s", shown(name))
		}
	}
	for len(words) > 0 && strings.Contains(words[0], "=") {
		m := assignment.FindStringSubmatch(words[0])
		if m == nil {
			return unknown("env sets a variable whose name is known only at run time")
		}
		if class := s.sets(m[1]); class.Risk != Read {
			return class
		}
		words = words[1:]
	}
	if len(words) == 0 {
		return discloses("prints the environment, which often holds passwords")
	}
	return wrapped(s, &call{pos: words})
}

// watched is watch COMMAND: the words are joined and given to a shell unless -x is set.
func watched(s scope, c *call) Class {
	words := c.words()
	if len(words) == 0 {
		return unknown("there is no command to watch")
	}
	class := stream("repeats its command until it is stopped")
	if c.has("-x", "--exec") {
		return class.worst(wrapped(s, &call{pos: words}))
	}
	return class.worst(s.text(s, strings.Join(words, " ")))
}

// fromInput is xargs: what it appends is known only at run time.
func fromInput(s scope, c *call) Class {
	words := slices.Clone(c.words())
	if len(words) == 0 {
		return read("prints the words of its input")
	}
	replaced := c.values("-I")
	if c.has("-i") {
		replaced = append(replaced, "{}")
	}
	for i, word := range words {
		for _, mark := range replaced {
			if mark != "" {
				words[i] = strings.ReplaceAll(word, mark, later)
			}
		}
	}
	if len(replaced) == 0 {
		words = append(words, later)
	}
	s.blind = s.remote
	class := wrapped(s, &call{pos: words})
	if c.has("-p", "--interactive") {
		return class.worst(interactive("xargs asks before each command"))
	}
	return class
}

var findTable = &program{
	flags: flags(`-L -H -P -name= -iname= -path= -ipath= -wholename= -regex= -iregex= -type= -size= -mtime= -mmin= -ctime= -cmin= -atime= -amin=
		-newer= -user= -group= -perm= -maxdepth= -mindepth= -empty -readable -writable -print -print0 -ls -printf= -prune -not -o -a -or -and
		-xdev -mount -depth -daystart -true -false -quit -links= -inum= -delete -fprint= -fprintf== -samefile= -executable -anewer= -cnewer= -newermt= -newerct= -lname= -nouser -nogroup -regextype= -ignore_readdir_race -noleaf`),
	effects: map[string]Class{"-delete": destroy("find -delete removes files"), "-fprint": findWrites, "-fprintf": findWrites},
	refused: map[string]string{"-fprint0*": "it writes files"},
	opaque:  map[string]string{"-fls=": "it writes files"},
}

var findWrites = Class{Risk: Change, Why: "writes the list to a file", Refused: "find may not write files"}

// found takes -exec COMMAND ; out of find's words and classes it as a start.
func found(s scope, c *call) (class Class) {
	own, commands, asks := findWords(c.pos)
	if asks {
		class = interactive("find asks before each command")
	}
	for _, command := range commands {
		for i, word := range command {
			command[i] = strings.ReplaceAll(word, "{}", later)
		}
		inner := s
		inner.blind = s.remote
		class = class.worst(wrapped(inner, &call{pos: command}))
	}
	return class.worst(findTable.classify(s, "find", own))
}

// findWords takes the commands that find starts out of its words; asks says that it asks a person first.
func findWords(words []string) (own []string, commands [][]string, asks bool) {
	for i := 0; i < len(words); i++ {
		switch words[i] {
		case "-exec", "-execdir":
		case "-ok", "-okdir":
			asks = true
		default:
			own = append(own, words[i])
			continue
		}
		var command []string
		for i++; i < len(words) && words[i] != ";" && words[i] != "+"; i++ {
			command = append(command, words[i])
		}
		commands = append(commands, command)
	}
	return own, commands, asks
}

// shellProgram is sh -c TEXT; anything else is a script or a terminal.
var shellProgram = &program{
	flags: flags("-c -e -u -x -l -i -s -f -o= -n"), stop: true,
	effects: map[string]Class{"-i": interactive("it opens a shell")},
	refine: func(s scope, c *call) Class {
		words := c.words()
		switch {
		case c.has("-c") && len(words) > 0:
			deeper, ok := s.within(false)
			if !ok {
				return tooDeep
			}
			return deeper.text(deeper, words[0])
		case len(words) > 0:
			return unknown("the text does not tell what the script " + shown(words[0]) + " does")
		case s.fed:
			return s.fedClass("a shell runs what it is fed", func(text string) Class { return s.text(s, text) })
		}
		return interactive("a shell needs a terminal")
	},
}
