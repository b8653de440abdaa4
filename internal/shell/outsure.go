package shell

import (
	"fmt"
	"slices"
	"strings"
)

// sure makes a read unknown when its table does not know all that stands behind the verb: a flag
// may write a file, a word may make another verb. The zero Class says that it is one.
func (o *outsider) sure(found verb, words, args []string) Class {
	taken, unlisted := o.take(words, args)
	if unlisted != "" {
		return unlistedFlag(unlisted)
	}
	all := o.behind(taken.words())
	switch {
	case o.search:
		return o.passed(all)
	case slices.ContainsFunc(all, func(word string) bool { return strings.ContainsAny(word, ";\n"+o.apart) }):
		return unknown("a sign in its words may begin a command of the program's own, or start another program")
	case o.several, o.always, found.more, len(all) <= len(found.words):
		return Class{}
	}
	return unknown(fmt.Sprintf("the table does not know what %s does here", shown(all[len(found.words)])))
}

// take reads all words by the flags that the program knows, and those that the verb does.
func (o *outsider) take(words, args []string) (c call, unlisted string) {
	return o.listed(o.owned(words), args).take(args, false)
}

// drily reports that a flag for a dry run is one, and no value of the flag before it.
func (o *outsider) drily(words, args []string) bool {
	taken, _ := o.take(words, args)
	for name := range taken.set {
		bound := slices.ContainsFunc(o.bound, func(b boundFlag) bool {
			return b.flag == name && b.class == dryRun && matching(b.verb, words) == len(b.verb)
		})
		if bound || o.effects[name] == dryRun {
			return true
		}
	}
	return false
}

// owned gives the lists of flags that belong to the verb which the words begin with.
func (o *outsider) owned(words []string) (own []flagSet) {
	for _, o := range o.own {
		if matching(o.verb, words) == len(o.verb) {
			own = append(own, o.list)
		}
	}
	return own
}

// listed is the allow-list for a command: of all flags that are known, those that it may contain.
func (o *outsider) listed(own []flagSet, args []string) flagSet {
	if len(own) == 0 && len(o.patterns) == 0 {
		return o.known
	}
	list := flagSet{}
	for _, word := range args {
		for _, name := range flagNames(word) {
			if kind, ok := o.kind(name, own); ok {
				list[name] = kind
			}
		}
	}
	return list
}

// flagNames gives all flags that a word may stand for: -zv is itself, or -z and -v.
func flagNames(word string) (names []string) {
	if !strings.HasPrefix(word, "-") {
		return nil
	}
	name, _, _ := strings.Cut(word, "=")
	names = append(names, name)
	if !strings.HasPrefix(name, "--") {
		for _, letter := range name[1:] {
			names = append(names, "-"+string(letter))
		}
	}
	return names
}

// kind looks a flag up: in the list of the program, in those of its verb, and among the
// patterns, of which the longest that fits counts.
func (o *outsider) kind(name string, own []flagSet) (kind flagKind, ok bool) {
	if kind, ok = o.known[name]; ok {
		return kind, true
	}
	for _, list := range own {
		if kind, ok = list[name]; ok {
			return kind, true
		}
	}
	best := ""
	for pattern := range o.patterns {
		if fits(pattern, name) && (len(pattern) > len(best) || len(pattern) == len(best) && pattern < best) {
			best = pattern
		}
	}
	kind, ok = o.patterns[best]
	return kind, ok
}

// behind leaves out a word that only stands before the groups.
func (o *outsider) behind(words []string) []string {
	if len(words) > 1 && o.ahead[words[0]] {
		return words[1:]
	}
	return words
}

// passed makes sure that a search found its verb where the verb stands: words before it are groups,
// and another one may be a verb of which the one that was found is a name. A verb of several words
// counts when it says where it stands.
func (o *outsider) passed(words []string) Class {
	for i, word := range words {
		switch {
		case slices.ContainsFunc(o.verbs, func(v verb) bool { return v.words[0] != "*" && v.standsAt(i, words) }):
			return Class{}
		case !o.groups[word] && !slices.ContainsFunc(o.devices, func(pattern string) bool { return fits(pattern, word) }):
			return unknown(fmt.Sprintf("the table does not know what %s does here", shown(word)))
		}
	}
	return Class{}
}

func unlistedFlag(flag string) Class {
	name, _, _ := strings.Cut(flag, "=")
	return unknown("the table does not know the flag " + shown(name))
}
