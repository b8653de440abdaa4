package shell

import (
	"embed"
	"fmt"
	"io/fs"
	"iter"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"
)

// The tables of programs that people copy: see tables/README.md for their form.
//
//go:embed tables/*.txt
var outsiderFiles embed.FS

// outsiders are the programs of the tables by name, each made of its block when it is first asked for:
// every run's process starts with this package, and needs few of them. The tables are part of the
// program: a mistake in them is one in it, and panics.
var outsiders = sync.OnceValue(func() map[string]func() *outsider {
	all := map[string]func() *outsider{}
	names, err := fs.Glob(outsiderFiles, "tables/*.txt")
	if err != nil {
		panic(err)
	}
	for _, name := range names {
		text, err := outsiderFiles.ReadFile(name)
		if err != nil {
			panic(err)
		}
		for block := range heads(string(text)) {
			programs, _, _ := strings.Cut(block, ":")
			made := sync.OnceValue(func() *outsider { return parseBlock(block).outsider() })
			for one := range strings.FieldsSeq(programs) {
				if all[one] != nil {
					panic(fmt.Sprintf("%s: %s stands in the tables twice", path.Base(name), one))
				}
				all[one] = made
			}
		}
	}
	return all
})

// heads cuts a file at the lines that begin a block: those that are neither indented, empty nor a comment.
func heads(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		begin := -1
		for at := 0; at < len(text); {
			end := at + strings.IndexByte(text[at:], '\n') + 1
			if end == at {
				end = len(text)
			}
			if strings.IndexByte(" #\n", text[at]) < 0 {
				if begin >= 0 && !yield(text[begin:at]) {
					return
				}
				begin = at
			}
			at = end
		}
		if begin >= 0 {
			yield(text[begin:])
		}
	}
}

// unwrap joins the lines that a table was broken into.
func unwrap(text string) string {
	var b strings.Builder
	for line := range strings.SplitSeq(text, "\n") {
		switch {
		case strings.HasPrefix(line, "#"):
			continue
		case strings.HasPrefix(line, "     "):
			b.WriteString(" " + strings.TrimSpace(line))
			continue
		}
		b.WriteString("\n" + line)
	}
	return b.String()
}

// outsiderTable is one block: how its programs are told what to do, and its lines.
type outsiderTable struct {
	mode      string
	otherwise Class
	lines     []string
}

func parseBlock(block string) (t outsiderTable) {
	for line := range strings.SplitSeq(unwrap(block), "\n") {
		switch {
		case strings.TrimSpace(line) == "":
		case strings.HasPrefix(line, "  "):
			t.lines = append(t.lines, strings.TrimSpace(line))
		default:
			_, rest, _ := strings.Cut(line, ": ")
			mode, otherwise, _ := strings.Cut(rest, " else ")
			t.mode = mode
			if mode == rest && strings.Contains(rest, " ; ") {
				t.mode, otherwise = "always", rest
			}
			t.otherwise = classLine(otherwise)
		}
	}
	return t
}

// classLine reads "read ; only asks".
func classLine(text string) Class {
	name, why, _ := strings.Cut(text, " ; ")
	switch name = strings.TrimSpace(name); name {
	case "":
		return Class{}
	case "stream":
		return stream(why)
	case "discloses":
		return discloses(why)
	case "asks":
		return interactive(why)
	case "dry":
		return dryRun
	case "unknown":
		return unknown("no table tells what it does here")
	}
	risk, err := ParseRisk(name)
	if err != nil {
		panic(err)
	}
	return Class{Risk: risk, Why: why}
}

func (t outsiderTable) outsider() *outsider {
	if name, found := strings.CutPrefix(t.mode, "like "); found {
		o := &outsider{started: &program{any: true, refine: func(s scope, c *call) Class { return startAs(s, name, c.pos) }}}
		o.started.settle()
		return o
	}
	if !slices.Contains([]string{"always", "verbs", "search", "several", "flags"}, t.mode) {
		panic("no such kind of table: " + t.mode)
	}
	o := outsider{
		bare: t.otherwise, search: t.mode == "search", several: t.mode == "several", always: t.mode == "always", verbless: t.mode == "flags",
		effects: map[string]Class{}, known: flagSet{}, patterns: flagSet{}, groups: map[string]bool{}, ahead: map[string]bool{}, starts: map[string]string{},
	}
	for _, line := range t.lines {
		name, rest, _ := strings.Cut(line, " ")
		items, why, _ := strings.Cut(rest, " ; ")
		switch name {
		case "decides":
			o.decides, o.decided = flags(strings.ReplaceAll(items, ",", " ")), read(why)
			o.knows(o.decides)
		case "with":
			o.with(rest)
		case "apart":
			o.apart = rest
		case "like":
			for pair := range strings.FieldsSeq(strings.ReplaceAll(items, ",", " ")) {
				verb, program, renamed := strings.Cut(pair, "=")
				if !renamed {
					program = verb
				}
				o.starts[verb] = program
			}
		case "ahead":
			for word := range strings.FieldsSeq(rest) {
				o.ahead[word] = true
			}
		case "groups":
			for word := range strings.FieldsSeq(rest) {
				if o.groups[word] = true; strings.Contains(word, "*") {
					o.devices = append(o.devices, word)
				}
			}
		default:
			class := classLine(name + " ; " + why)
			for item := range strings.SplitSeq(items, ",") {
				o.add(strings.TrimSpace(item), class, name == "asks")
			}
		}
	}
	if !o.verbless {
		o.tells("--help", "--version")
	}
	o.agrees()
	o.started = &program{any: true, refine: o.classify}
	o.started.settle()
	return &o
}

// knows adds flags that every verb of the program may be given. All of a program's words are
// read by them, so that one name can't mean both a flag that takes a value and one that doesn't.
func (o *outsider) knows(list flagSet) {
	for name, kind := range list {
		set := o.known
		if strings.Contains(name, "*") {
			set = o.patterns
		}
		if had, ok := set[name]; ok && had != kind {
			panic(fmt.Sprintf("the table writes %s in two ways", name))
		}
		set[name] = kind
	}
}

// tells adds the flags by which nearly every program with verbs tells about itself. That makes no read
// of a verb that is none: what stands behind them might count all the same.
func (o *outsider) tells(names ...string) {
	for _, name := range names {
		if _, listed := o.known[name]; !listed {
			o.known[name], o.effects[name] = alone, read("tells how it is used, or which version it is")
		}
	}
}

// agrees makes sure that no verb has a flag of its own which the program has in another way: the
// verb was found by the flags of the program, and a word that one of them takes is no verb.
func (o *outsider) agrees() {
	for _, own := range o.own {
		for name, kind := range own.list {
			if had, ok := o.known[name]; ok && had != kind {
				panic(fmt.Sprintf("the table writes %s in two ways, one of them behind %s", name, strings.Join(own.verb, " ")))
			}
		}
	}
}

// with takes flags that change nothing about a read: of the whole program, or behind
// verbs (kv get, kv list: -mount=) only.
func (o *outsider) with(text string) {
	verbs, list, ofVerbs := strings.Cut(text, ": ")
	if !ofVerbs {
		verbs, list = "", text
	}
	plain := flags(list)
	if !ofVerbs {
		o.knows(plain)
		return
	}
	for verb := range strings.SplitSeq(verbs, ",") {
		o.own = append(o.own, ownFlags{strings.Fields(verb), plain})
	}
}

// add takes a flag, a verb, or a flag behind the verb that it belongs to.
func (o *outsider) add(item string, class Class, asks bool) {
	if strings.HasPrefix(item, "-") {
		if flag, pattern, found := strings.Cut(item, "="); found && pattern != "" && pattern != "=" {
			o.values = append(o.values, valueFlag{flag, pattern, class})
			return
		}
		list := flags(item)
		o.knows(list)
		for flag := range list {
			o.effects[flag] = class
		}
		return
	}
	at := strings.Index(item, " -")
	if at < 0 || at == len(item)-2 { // - alone is a word: s3 cp X -
		words, more := strings.CutSuffix(item, " ...")
		o.verbs = append(o.verbs, verb{strings.Fields(words), class, asks, more})
		return
	}
	words, list := strings.Fields(item[:at]), flags(item[at+1:])
	for flag := range list {
		o.bound = append(o.bound, boundFlag{words, flag, class})
	}
	o.own = append(o.own, ownFlags{words, list})
}

// byFlags classes a program whose flags say what it does.
func (o *outsider) byFlags(c *call) (class Class) {
	taken, unlisted := o.take(nil, c.pos)
	if unlisted != "" {
		// What stands behind an unlisted flag counts as well, flag by flag.
		for _, word := range c.pos {
			if next, bad := o.known.take([]string{word, ""}, false); bad == "" {
				taken.set = merged(taken.set, next.set)
			}
		}
	}
	class = o.told(&taken)
	switch {
	case class.Why == "" && o.bare.Why == "":
		return unknown("no table tells what it does without a flag")
	case class.Why == "":
		class = o.bare
	}
	if unlisted != "" && class.Risk == Read {
		class = class.worst(unlistedFlag(unlisted))
	}
	return class
}

// told is what the flags say; without a reason when they say nothing.
func (o *outsider) told(taken *call) (class Class) {
	for name := range taken.set {
		if _, ok := o.decides[name]; ok {
			class = o.decided
			break
		}
		effect := o.effect(name)
		if effect == dryRun {
			return read("a dry run changes nothing")
		}
		if effect.Risk == Interactive && o.known[name] == optional && !slices.Contains(taken.set[name], "") {
			continue // -psecret asks for nothing
		}
		class = class.worst(effect)
	}
	return class.worst(o.byValue(taken))
}

// effect is what a flag adds, by its name or by a pattern (-dump:*).
func (o *outsider) effect(name string) (class Class) {
	if known, listed := o.effects[name]; listed {
		return known
	}
	for pattern := range o.patterns {
		if fits(pattern, name) {
			class = class.worst(o.effects[pattern])
		}
	}
	return class
}

// byValue is what the values of flags add: a flag is listed with a pattern for them (-l=scterc?*).
func (o *outsider) byValue(taken *call) (class Class) {
	for _, v := range o.values {
		for _, value := range taken.values(v.flag) {
			switch {
			case v.class.Risk == Read && strings.ContainsAny(value, ";|>\n"):
				class = class.worst(unknown("a sign in the value of " + v.flag + " may begin another command"))
			case v.fits(value):
				class = class.worst(v.class)
			case v.class.Risk == Read && !slices.ContainsFunc(o.values, func(other valueFlag) bool { return other.flag == v.flag && other.fits(value) }):
				class = class.worst(unknown("the table does not know what " + v.flag + " " + shown(value) + " does"))
			}
		}
	}
	return class
}

// fits reports a value that the pattern stands for.
func (v valueFlag) fits(value string) bool {
	ok, err := path.Match(v.pattern, strings.ReplaceAll(value, "/", "_"))
	return ok || err != nil
}

func merged(a, b map[string][]string) map[string][]string {
	all := map[string][]string{}
	maps.Copy(all, a)
	for name, values := range b {
		all[name] = append(all[name], values...)
	}
	return all
}
