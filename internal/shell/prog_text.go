package shell

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// textPrograms only read their input and files and print.
var textPrograms = map[string]*program{
	"cat":  reader("prints files", "-n -b -A -s -v -E -T -e -t -u"),
	"tac":  reader("prints files backwards", "-b -s="),
	"head": counted("prints the first lines", "-n= --lines= -c= --bytes= -q -v"),
	"tail": tail,
	"grep": grep, "egrep": grep, "fgrep": grep, "zgrep": grep,
	"zcat":    reader("prints a packed file", "-f -q"),
	"sort":    sorts,
	"uniq":    {class: read("joins equal lines"), flags: flags("-c -d -u -i -D -f= -s= -w= --count --repeated --unique"), refine: uniqOutput},
	"cut":     reader("cuts columns out of lines", "-d= -f= -c= -b= -s --delimiter= --fields= --characters= --complement --output-delimiter= --only-delimited"),
	"wc":      reader("counts lines, words and bytes", "-l -w -c -m -L --lines --words --bytes --chars"),
	"tr":      {class: read("replaces characters"), flags: flags("-d -s -c -C -t --delete --squeeze-repeats --complement")},
	"tee":     {class: read("prints its input"), flags: flags("-a --append -i"), refine: teeOutput},
	"base64":  reader("encodes or decodes", "-d --decode -w= --wrap= -i"),
	"column":  reader("aligns columns", "-t -s= -n -c= -o= -x --table"),
	"paste":   reader("joins lines", "-d= -s"),
	"comm":    reader("compares sorted files", "-1 -2 -3"),
	"rev":     reader("reverses lines", ""),
	"nl":      reader("numbers lines", "-b= -w="),
	"fold":    reader("folds lines", "-w= -s"),
	"strings": reader("prints texts in a file", "-n= -a"),
	"md5sum":  reader("prints checksums", ""), "sha256sum": reader("prints checksums", ""), "cksum": reader("prints checksums", ""),
	"seq":   {class: read("counts"), flags: flags("-s= -w -f="), numeric: true},
	"sleep": {class: read("waits")},
	"date":  {class: read("prints the time"), effects: map[string]Class{"-s": setsClock, "--set": setsClock}, flags: flags("-s= --set= -u --utc -d= --date= -R -I? --iso-8601? --rfc-3339= -r="), refine: dateSet},
	"echo":  prints, "printf": prints, "true": quiet, "false": quiet, "test": tests, "[": tests,
}

func reader(why, list string) *program {
	return &program{class: read(why), flags: flags(list), refine: readsFiles}
}

func counted(why, list string) *program {
	p := reader(why, list)
	p.numeric = true
	return p
}

var tail = &program{
	class: read("prints the last lines"), numeric: true, refine: readsFiles,
	flags:   flags("-n= --lines= -c= --bytes= -f -F --follow? --retry -q -v -s="),
	effects: map[string]Class{"-f": follows, "-F": follows, "--follow": follows},
}

var follows = stream("goes on until it is stopped")

var grep = &program{
	class: read("searches text"), numeric: true,
	flags: flags(`-i -v -E -F -G -P -w -x -c -l -L -n -o -q -s -r -R -h -H -a -z -Z -I -A= -B= -C= -m= -e= --color? --colour? --include= --exclude=
		--exclude-dir= --line-buffered --ignore-case --invert-match --count --only-matching --quiet --after-context= --before-context= --context=
		--extended-regexp --fixed-strings --max-count= --regexp= --recursive --no-filename --with-filename --line-number --word-regexp`),
	refine: func(_ scope, c *call) (class Class) {
		patterns, files := c.values("-e", "--regexp"), c.words()
		if len(patterns) == 0 && len(files) > 0 {
			patterns, files = files[:1], files[1:]
		}
		if len(files) > 0 && secretVariable.MatchString(strings.Join(patterns, " ")) {
			class = discloses("searches files for what may be a secret")
		}
		return class.worst(filesRead(files))
	},
}

var sorts = &program{
	class: read("sorts lines"), refine: readsFiles,
	flags: flags(`-n -r -h -k= -t= -u -f -b -V -s -M -g -c -z -d -i -R -o= --output= --numeric-sort --reverse --human-numeric-sort --key=
		--field-separator= --unique --version-sort --ignore-case --stable`),
	effects: map[string]Class{"-o": change("sort -o writes a file"), "--output": change("sort --output writes a file")},
}

func readsFiles(_ scope, c *call) Class { return filesRead(c.words()) }

func filesRead(names []string) (class Class) {
	for _, name := range names {
		class = class.worst(fileRead(name))
	}
	return class
}

func uniqOutput(_ scope, c *call) Class {
	if len(c.words()) > 1 {
		return change("uniq with a second file writes it")
	}
	return filesRead(c.words())
}

func teeOutput(_ scope, c *call) (class Class) {
	for _, name := range c.words() {
		if dynamic(name) {
			return unknown("the file that tee writes is known only at run time")
		}
		class = class.worst(written(name, &syntax.Block{}))
	}
	return class
}

var setsClock = Class{Risk: Change, Why: "sets the clock", Refused: "a playbook may not set the clock"}

func dateSet(_ scope, c *call) Class {
	for _, word := range c.words() {
		if !strings.HasPrefix(word, "+") {
			return unknown("date may set the clock")
		}
	}
	return Class{}
}
