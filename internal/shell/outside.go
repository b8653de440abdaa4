package shell

import (
	"path"
	"slices"
	"strings"
)

// An outsider is a program that Wardroom never starts by itself: people copy its
// commands. It is classed all the same, so that a reader knows what a command would
// do, and so that what an environment declares about it is never milder. Its flags
// are no allow-list, with one exception: before the verb is complete a flag must be
// known, because one that takes a value would make that value look like the verb.
//
// A verb is one or more words, each a pattern of path.Match; the longest that fits
// counts, and of equally long ones the first.
type outsider struct {
	verbs   []verb
	global  flagSet          // flags that may stand before or within the verb
	effects map[string]Class // what a flag adds wherever it stands; --dry-run makes a read
	bound   []boundFlag      // what a flag adds to some verbs only
	values  []valueFlag      // what some values of a flag add
	bare    Class            // without any verb
	search  bool             // the verb may stand behind any number of group names
	several bool             // every word is a verb of its own
	decides flagSet          // flags that leave all others without an effect
	decided Class            // what a command with one of them is
}

// A boundFlag means something behind its verb only: -n of gsutil rsync is a dry run, that of gsutil cp is none.
type boundFlag struct {
	verb  []string
	flag  string
	class Class
}

type verb struct {
	words []string
	class Class
	asks  bool // only the person at the keyboard: what is fed asks nobody
}

type valueFlag struct {
	flag, pattern string
	class         Class
}

func (o *outsider) classify(s scope, c *call) Class {
	words, closed := o.lead(c.pos)
	class, found := o.find(words, closed, s.fed)
	if !found {
		switch {
		case len(words) == 0 && !closed && slices.ContainsFunc(c.pos, func(word string) bool { return o.effects[word].Why != "" }):
		case len(words) == 0 && o.bare.Why != "":
			class = o.bare
		case slices.ContainsFunc(words, dynamic):
			return unknown("what it does here is known only at run time")
		default:
			return unknown("no table tells what these words do")
		}
	}
	flagged, dry := o.flagged(words, c.pos)
	switch class = class.worst(flagged); {
	case dry:
		return read("a dry run changes nothing")
	case class.Risk == Read && !o.search && slices.ContainsFunc(words, func(word string) bool { return strings.ContainsAny(word, ";\n") }):
		return unknown("a semicolon may begin another command of the program's own")
	}
	return class
}

// flagged is what the flags of a command add to its class, and whether one makes it a dry run.
func (o *outsider) flagged(verb, args []string) (class Class, dry bool) {
	add := func(word, flag string, effect Class) {
		name, value, _ := strings.Cut(word, "=")
		exact := word == flag || name == flag
		switch {
		case effect == dryRun && exact:
			dry = value != "false" && value != "none"
		case effect != dryRun && (exact || o.clustered(name, flag)):
			class = class.worst(effect)
		}
	}
	for _, word := range args {
		if !strings.HasPrefix(word, "-") {
			continue
		}
		for flag, effect := range o.effects {
			add(word, flag, effect)
		}
		for _, b := range o.bound {
			if matching(b.verb, verb) == len(b.verb) {
				add(word, b.flag, b.class)
			}
		}
	}
	return class, dry
}

// clustered reports whether a flag of one letter may stand in a word with others, or with its value.
func (o *outsider) clustered(word, flag string) bool {
	_, whole := o.effects[word]
	_, known := o.global[word]
	return len(flag) == 2 && flag != "--" && !whole && !known && !strings.HasPrefix(word, "--") && strings.Contains(word, flag[1:])
}

// dryRun is the effect of a flag that keeps everything as it is.
var dryRun = Class{Why: "dry run"}

// lead gives the words before the first flag that is not known; closed reports that
// there was one, so that words behind it may belong to it.
func (o *outsider) lead(args []string) (words []string, closed bool) {
	for i := 0; i < len(args); i++ {
		if args[i] == "" || args[i][0] != '-' || args[i] == "-" {
			words = append(words, args[i])
			continue
		}
		var taken call
		used, ok := o.global.long(&taken, args[i], args[i+1:])
		if !ok {
			used, ok = o.global.short(&taken, args[i], args[i+1:])
		}
		if _, listed := o.effects[args[i]]; !ok && !listed {
			return words, true
		}
		i += used
	}
	return words, false
}

// find gives the class of the verb that the words begin with.
func (o *outsider) find(words []string, closed, fed bool) (class Class, found bool) {
	switch {
	case o.search:
		return o.anywhere(words)
	case o.several:
		return o.each(words)
	}
	longest := 0
	for _, v := range o.verbs {
		switch n := matching(v.words, words); {
		case n == len(v.words) && n > longest:
			class, found, longest = v.class, true, n
			if v.asks && fed {
				class = read("sends what it is fed and prints the answer")
			}
		case closed && n == len(words) && n < len(v.words):
			// The verb might go on behind the unknown flag, and be another one.
			return Class{}, false
		}
	}
	return class, found
}

// anywhere is the worst of all verbs that stand among the words: a group that is
// called like a verb makes a command worse, never milder.
func (o *outsider) anywhere(words []string) (class Class, found bool) {
	for i, word := range words {
		for _, v := range o.verbs {
			if ok, err := path.Match(v.words[0], word); (i > 0 || len(words) == 1) && ok && err == nil || len(v.words) > 1 && matching(v.words, words) == len(v.words) {
				class, found = class.worst(v.class), true
				break
			}
		}
	}
	return class, found
}

// each is the worst of all words. A word that is no verb belongs to the one before it, and
// behind a read it may be anything.
func (o *outsider) each(words []string) (class Class, found bool) {
	for i := range words {
		fits := slices.IndexFunc(o.verbs, func(v verb) bool { return matching(v.words, words[i:]) == len(v.words) })
		switch {
		case fits >= 0:
			class, found = class.worst(o.verbs[fits].class), true
		case class.Risk == Read:
			return Class{}, false
		}
	}
	return class, found
}

// matching counts how many patterns the words fit, from the first on.
func matching(patterns, words []string) int {
	for i, pattern := range patterns {
		if i >= len(words) {
			return i
		}
		if ok, err := path.Match(pattern, words[i]); !ok || err != nil {
			return i
		}
	}
	return len(patterns)
}
