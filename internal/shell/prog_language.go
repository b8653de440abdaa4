package shell

import (
	"regexp"
	"strings"

	"wardroom/internal/awk"
	"wardroom/internal/sed"
)

// languagePrograms run a program text of their own.
var languagePrograms = map[string]*program{
	"jq": {
		class: read("picks values out of JSON"), refine: jqFilter,
		flags:   flags("-r --raw-output -c --compact-output -n --null-input -e --exit-status -s --slurp -S --sort-keys -M -C -a -j -R --raw-input --arg== --argjson== --tab --indent="),
		opaque:  map[string]string{"-f= --from-file=": "it reads a program from a file", "-L=": "it reads modules"},
		refused: map[string]string{"--rawfile== --slurpfile==": "it reads a file"},
	},
	"sed": {
		class: read("edits lines and prints them"), refine: sedScript,
		flags:   flags("-n --quiet --silent -E -r -e= --expression= -i? --in-place? -z -u -s"),
		effects: map[string]Class{"-i": change("sed -i writes the file"), "--in-place": change("sed --in-place writes the file")},
	},
	"awk": awkProgram, "gawk": awkProgram, "mawk": awkProgram,
	"python": language, "python3": language, "perl": language, "ruby": language, "node": language, "php": language,
	"ansible": scripted, "ansible-playbook": scripted, "make": scripted, "systemd-run": scripted,
}

var (
	scripted = &program{class: unknown("no table tells what it does"), any: true}
	language = &program{any: true, refine: func(s scope, c *call) Class {
		if len(c.pos) == 0 && !s.fed {
			return interactive("it asks at the keyboard")
		}
		return unknown("the text does not tell what the program does")
	}}
	jqUnsafe = regexp.MustCompile(`\b(import|include|input_filename|halt|halt_error|getpath\(\$__prog)\b`)
	jqEnv    = regexp.MustCompile(`\$ENV\b|\benv\b`)
)

func jqFilter(_ scope, c *call) Class {
	words := c.words()
	if len(words) == 0 {
		return Class{}
	}
	switch filter := words[0]; {
	case strings.Contains(filter, later):
		return unknown("the jq program is known only at run time")
	case jqUnsafe.MatchString(filter):
		return unknown("the jq program reads other programs")
	case jqEnv.MatchString(filter):
		return discloses("prints the environment")
	}
	return filesRead(words[1:])
}

// sedScript knows what a script does by the parser that the built-in sed runs it with: it takes only scripts that print.
func sedScript(_ scope, c *call) Class {
	scripts, files := c.values("-e", "--expression"), c.words()
	if len(scripts) == 0 && len(files) > 0 {
		scripts, files = files[:1], files[1:]
	}
	script := strings.Join(scripts, "\n")
	if strings.Contains(script, later) {
		return unknown("the sed script is known only at run time")
	}
	if _, err := sed.Parse(script, c.has("-E", "-r")); err != nil {
		return unknown("the sed script may do more than print")
	}
	return filesRead(files)
}

var awkProgram = &program{
	class: read("picks columns out of lines"), flags: flags("-F= -v="), stop: true,
	opaque: map[string]string{"-f= -i=": "it reads a program from a file"},
	refine: func(_ scope, c *call) Class {
		words := c.words()
		if len(words) == 0 || strings.Contains(words[0], later) || awkActs(words[0]) {
			return unknown("the awk program may do more than print")
		}
		if strings.Contains(words[0], "ENVIRON") {
			return discloses("prints the environment").worst(filesRead(words[1:]))
		}
		return filesRead(words[1:])
	},
}

// awkActs reports whether an awk program might start something or write a file. Where a word or sign
// of its text makes that possible the parser decides with which the built-in awk runs it: it takes only
// programs that print, and tells /a|b/ from a pipe, and a comparison from an output file.
func awkActs(text string) bool {
	possible := strings.Contains(strings.ReplaceAll(text, "||", ""), "|")
	for _, word := range []string{"system", "getline", "close", "fflush", "@"} {
		possible = possible || strings.Contains(text, word)
	}
	if action := strings.IndexByte(text, '{'); action >= 0 {
		possible = possible || strings.Contains(text[action:], ">")
	}
	if !possible {
		return false
	}
	_, err := awk.Parse(text)
	return err != nil
}
