package shell

import (
	"path"
	"slices"
	"strings"
)

// An outsider is a program that Wardroom never starts by itself: people copy its
// commands. It is classed all the same, so that a reader knows what a command would
// do, and so that what an environment declares about it is never milder.
//
// A verb is one or more words, each a pattern of path.Match; the longest that fits
// counts, and of equally long ones the first. Before the verb is complete a flag must be
// known, because one that takes a value would make that value look like the verb. What
// makes a command no read counts wherever it stands; a read is one only when the table
// knows every flag and word behind it (sure).
type outsider struct {
	started  *program // as others are described
	verbs    []verb
	known    flagSet           // flags that may stand anywhere
	patterns flagSet           // known by a pattern: --*-name
	own      []ownFlags        // known behind some verbs only
	effects  map[string]Class  // what a flag adds wherever it stands; --dry-run makes a read
	bound    []boundFlag       // what a flag adds to some verbs only
	values   []valueFlag       // what some values of a flag add
	bare     Class             // without any verb
	groups   map[string]bool   // the words that a search may pass before it finds a verb
	devices  []string          // those of them that are patterns
	ahead    map[string]bool   // words that may stand before the groups: beta
	always   bool              // it does one thing
	verbless bool              // its flags tell what it does
	search   bool              // the verb may stand behind any number of group names
	apart    string            // characters that a word of a read may not hold, besides a semicolon
	several  bool              // every word is a verb of its own
	starts   map[string]string // first words behind which another program's own stand: k3s kubectl
	decides  flagSet           // flags that leave all others without an effect
	decided  Class             // what a command with one of them is
}

// A boundFlag means something behind its verb only: -n of gsutil rsync is a dry run, that of gsutil cp is none.
type boundFlag struct {
	verb  []string
	flag  string
	class Class
}

// ownFlags may stand behind their verb.
type ownFlags struct {
	verb []string
	list flagSet
}

type verb struct {
	words []string
	class Class
	asks  bool // only the person at the keyboard: what is fed asks nobody
	more  bool // names of things may follow, any number of them
}

type valueFlag struct {
	flag, pattern string
	class         Class
}

func (o *outsider) classify(s scope, c *call) Class {
	if len(c.pos) > 0 && o.starts[c.pos[0]] != "" {
		return startAs(s, o.starts[c.pos[0]], c.pos[1:])
	}
	if o.verbless {
		return o.byFlags(c)
	}
	words, closed := o.lead(c.pos)
	words = o.behind(words)
	class, fits, found := o.find(words, closed, s.fed)
	if !found {
		switch {
		case len(words) == 0 && !closed && !o.always && slices.ContainsFunc(c.pos, func(word string) bool { return o.effects[word].Why != "" }):
		case o.always, len(words) == 0 && o.bare.Why != "":
			class = o.bare
		case slices.ContainsFunc(words, dynamic):
			return unknown("what it does here is known only at run time")
		default:
			return unknown("no table tells what these words do")
		}
	}
	flagged, dry := o.flagged(words, c.pos)
	if class = class.worst(flagged); dry && o.drily(words, c.pos) || o.dryTogether(words, c.pos) {
		class = read("a dry run changes nothing")
		fits.more = true
	}
	switch {
	case class.Why == "":
		return unknown("no table tells what these words do")
	case class.Risk != Read:
		return class
	}
	return class.worst(o.sure(fits, words, c.pos))
}

// flagged is what the flags of a command add to its class, and whether one makes it a dry run.
func (o *outsider) flagged(words, args []string) (class Class, dry bool) {
	own := o.owned(words)
	add := func(word, flag string, effect Class) {
		name, value, _ := strings.Cut(word, "=")
		exact := word == flag || name == flag
		switch {
		case effect.Risk == Interactive && o.known[flag] == optional && word != flag && strings.HasPrefix(word, flag):
			// -psecret asks for nothing.
		case effect == dryRun && exact:
			dry = value != "false" && value != "none"
		case effect != dryRun && (exact || o.clustered(name, flag, own)):
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
			if matching(b.verb, words) == len(b.verb) {
				add(word, b.flag, b.class)
			}
		}
	}
	return class, dry
}

// dryTogether finds the flag of a dry run among others in one word: -nv. All flags must be known, so that it
// is no other's value.
func (o *outsider) dryTogether(words, args []string) bool {
	taken, unlisted := o.take(words, args)
	return unlisted == "" && slices.ContainsFunc(o.bound, func(b boundFlag) bool {
		return b.class == dryRun && len(b.flag) == 2 && taken.has(b.flag) && matching(b.verb, words) == len(b.verb)
	})
}

// clustered reports whether a flag of one letter may stand in a word with others, or with its value.
func (o *outsider) clustered(word, flag string, own []flagSet) bool {
	if len(flag) != 2 || flag == "--" || strings.HasPrefix(word, "--") || !strings.Contains(word, flag[1:]) {
		return false
	}
	_, whole := o.kind(word, own)
	return !whole
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
		list := o.listed(o.owned(words), args[i:i+1])
		used, ok := list.long(&taken, args[i], args[i+1:])
		if !ok {
			used, ok = list.short(&taken, args[i], args[i+1:])
		}
		if !ok {
			return words, true
		}
		i += used
	}
	return words, false
}

// find gives the class of the verb that the words begin with, and where it is one verb that too.
func (o *outsider) find(words []string, closed, fed bool) (class Class, fits verb, found bool) {
	switch {
	case o.search:
		class, found = o.anywhere(words)
		return class, fits, found
	case o.several:
		class, found = o.each(words)
		return class, fits, found
	}
	var longer Class
	for _, v := range o.verbs {
		switch n := matching(v.words, words); {
		case n == len(v.words) && n > len(fits.words):
			class, fits, found = v.class, v, true
			if v.asks && fed {
				class = read("sends what it is fed and prints the answer")
			}
		case closed && n == len(words) && n < len(v.words):
			// The verb might go on behind the unknown flag, and be another one.
			longer = longer.worst(v.class)
		}
	}
	if class.Risk != Read {
		class = class.worst(longer)
	}
	return class, fits, found
}

// anywhere is the worst of all verbs that stand among the words: a group that is
// called like a verb makes a command worse, never milder. A verb of several words
// stands at the beginning.
func (o *outsider) anywhere(words []string) (class Class, found bool) {
	for i := range words {
		for _, v := range o.verbs {
			if v.standsAt(i, words) {
				class, found = class.worst(v.class), true
			}
		}
	}
	return class, found
}

// standsAt reports a verb behind its groups. The first word is a group, unless there is no other.
func (v verb) standsAt(i int, words []string) bool {
	if len(v.words) > 1 {
		return i == 0 && matching(v.words, words) == len(v.words)
	}
	return (i > 0 || len(words) == 1) && matching(v.words, words[i:]) == 1
}

// each is the worst of all words. A word that is no verb belongs to the one before it, and
// behind a read it may be anything.
func (o *outsider) each(words []string) (class Class, found bool) {
	for i := 0; i < len(words); i++ {
		fits := slices.IndexFunc(o.verbs, func(v verb) bool { return matching(v.words, words[i:]) == len(v.words) })
		switch {
		case fits >= 0:
			class, found = class.worst(o.verbs[fits].class), true
			i += len(o.verbs[fits].words) - 1
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
		if !fits(pattern, words[i]) {
			return i
		}
	}
	return len(patterns)
}

// fits reports a word that a pattern stands for: * for any word, and for any part of one but slashes.
func fits(pattern, word string) bool {
	if pattern == word || pattern == "*" {
		return true
	}
	before, after, part := strings.Cut(pattern, "*")
	if !part || !strings.HasPrefix(word, before) {
		return false
	}
	if strings.Contains(after, "*") {
		ok, err := path.Match(pattern, word)
		return ok && err == nil
	}
	word = word[len(before):]
	return strings.HasSuffix(word, after) && !strings.Contains(word[:len(word)-len(after)], "/")
}
