package shell

import (
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
)

// The tables of programs that people copy: see tables/README.md for their form.
//
//go:embed tables/*.txt
var outsiderFiles embed.FS

// outsiderPrograms reads the tables. They are part of the program: a mistake in them is
// one in it, and is found by its first test.
func outsiderPrograms() map[string]*program {
	all := map[string]*program{}
	names, err := fs.Glob(outsiderFiles, "tables/*.txt")
	if err != nil {
		panic(err)
	}
	for _, name := range names {
		text, err := outsiderFiles.ReadFile(name)
		if err != nil {
			panic(err)
		}
		for block := range strings.SplitSeq(unwrap(string(text)), "\n\n") {
			for _, head := range blocks(block) {
				for program := range strings.FieldsSeq(head.programs) {
					if all[program] != nil {
						panic(fmt.Sprintf("%s: %s stands in the tables twice", path.Base(name), program))
					}
					all[program] = head.program()
				}
			}
		}
	}
	return all
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

// outsiderTable is one block: programs, how they are told what to do, and its lines.
type outsiderTable struct {
	programs, mode string
	otherwise      Class
	lines          []string
}

func blocks(block string) (all []outsiderTable) {
	for line := range strings.SplitSeq(block, "\n") {
		switch {
		case strings.TrimSpace(line) == "":
		case strings.HasPrefix(line, "  "):
			all[len(all)-1].lines = append(all[len(all)-1].lines, strings.TrimSpace(line))
		default:
			programs, rest, _ := strings.Cut(line, ": ")
			mode, otherwise, _ := strings.Cut(rest, " else ")
			t := outsiderTable{programs: programs, mode: mode}
			if mode == rest && strings.Contains(rest, " ; ") {
				t.mode, otherwise = "always", rest
			}
			t.otherwise = classLine(otherwise)
			all = append(all, t)
		}
	}
	return all
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

func (t outsiderTable) program() *program {
	o := outsider{bare: t.otherwise, search: t.mode == "search", several: t.mode == "several", effects: map[string]Class{}, global: flagSet{}}
	listed := flagSet{}
	for _, line := range t.lines {
		name, rest, _ := strings.Cut(line, " ")
		switch name {
		case "decides":
			items, why, _ := strings.Cut(rest, " ; ")
			o.decides, o.decided = flags(strings.ReplaceAll(items, ",", " ")), read(why)
			maps.Copy(listed, o.decides)
			continue
		case "within", "with":
			o.global = flags(rest)
			continue
		}
		items, why, _ := strings.Cut(rest, " ; ")
		class := classLine(name + " ; " + why)
		for item := range strings.SplitSeq(items, ",") {
			item = strings.TrimSpace(item)
			if !strings.HasPrefix(item, "-") {
				o.add(item, class, name == "asks")
				continue
			}
			if flag, pattern, found := strings.Cut(item, "="); found && pattern != "" && pattern != "=" {
				o.values = append(o.values, valueFlag{flag, pattern, class})
				continue
			}
			for flag, kind := range flags(item) {
				listed[flag], o.effects[flag] = kind, class
			}
		}
	}
	switch t.mode {
	case "always":
		return &program{any: true, class: t.otherwise}
	case "flags":
		return toldByFlags(t.otherwise, listed, &o)
	case "verbs", "search", "several":
		return &program{any: true, refine: o.classify}
	}
	panic("no such kind of table: " + t.mode)
}

// add takes a verb, or a flag behind the verb that it belongs to.
func (o *outsider) add(item string, class Class, asks bool) {
	at := strings.Index(item, " -")
	if at < 0 || at == len(item)-2 { // - alone is a word: s3 cp X -
		o.verbs = append(o.verbs, verb{strings.Fields(item), class, asks})
		return
	}
	for flag := range flags(item[at+1:]) {
		o.bound = append(o.bound, boundFlag{strings.Fields(item[:at]), flag, class})
	}
}

// toldByFlags is a program whose flags say what it does. A read with a flag that is
// not listed is unknown: that flag might be the one that counts.
func toldByFlags(otherwise Class, listed flagSet, o *outsider) *program {
	maps.Copy(listed, o.global)
	return &program{any: true, refine: func(_ scope, c *call) (class Class) {
		taken, unlisted := listed.take(c.pos, false)
		if unlisted != "" {
			// What stands behind an unlisted flag counts as well, flag by flag.
			for _, word := range c.pos {
				if next, bad := listed.take([]string{word, ""}, false); bad == "" {
					taken.set = merged(taken.set, next.set)
				}
			}
		}
		for name := range taken.set {
			if _, ok := o.decides[name]; ok {
				class = o.decided
				break
			}
			if o.effects[name] == dryRun {
				return read("a dry run changes nothing")
			}
			if o.effects[name].Risk == Interactive && listed[name] == optional && !slices.Contains(taken.set[name], "") {
				continue // -psecret asks for nothing
			}
			class = class.worst(o.effects[name])
		}
		class = class.worst(o.byValue(&taken))
		if class.Why == "" {
			class = otherwise
		}
		if unlisted != "" && class.Risk == Read {
			return unknown("no table tells what its flag " + shown(unlisted) + " does")
		}
		if class.Why == "" {
			return unknown("no table tells what it does without a flag")
		}
		return class
	}}
}

// byValue is what the values of flags add: a flag is listed with a pattern for them (-l=scterc?*).
func (o *outsider) byValue(taken *call) (class Class) {
	for _, v := range o.values {
		for _, value := range taken.values(v.flag) {
			if ok, err := path.Match(v.pattern, value); ok || err != nil {
				class = class.worst(v.class)
			}
		}
	}
	return class
}

func merged(a, b map[string][]string) map[string][]string {
	all := map[string][]string{}
	maps.Copy(all, a)
	for name, values := range b {
		all[name] = append(all[name], values...)
	}
	return all
}
