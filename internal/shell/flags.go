package shell

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// A flagSet is the allow-list of flags of a program or verb. Written as words:
// "-w" stands alone, "-n=" takes a value, "--dry-run?" takes one only after an
// equals sign, "--arg==" takes two, "--ids+" takes all words up to the next flag.
type flagSet map[string]flagKind

type flagKind uint8

const (
	alone flagKind = iota
	valued
	optional
	paired
	many
)

func flags(lists ...string) flagSet {
	set := flagSet{}
	for _, list := range lists {
		for word := range strings.FieldsSeq(list) {
			switch {
			case strings.HasSuffix(word, "=="):
				set[word[:len(word)-2]] = paired
			case strings.HasSuffix(word, "="):
				set[word[:len(word)-1]] = valued
			case strings.HasSuffix(word, "?"):
				set[word[:len(word)-1]] = optional
			case strings.HasSuffix(word, "+"):
				set[word[:len(word)-1]] = many
			default:
				set[word] = alone
			}
		}
	}
	return set
}

// call is one program start, taken apart by an allow-list.
type call struct {
	set  map[string][]string // flag → its values; "" for one that stands alone
	pos  []string            // words that are no flags
	rest []string            // what follows --
	dash bool                // there was a --
}

func (c *call) has(names ...string) bool {
	for _, name := range names {
		if _, ok := c.set[name]; ok {
			return true
		}
	}
	return false
}

// values gives all values of a flag in all its spellings: with two given, a
// program may heed either.
func (c *call) values(names ...string) []string {
	var all []string
	for _, name := range names {
		all = append(all, c.set[name]...)
	}
	return all
}

// words are all words that are no flags, after -- too.
func (c *call) words() []string { return append(slices.Clip(c.pos), c.rest...) }

func (c *call) add(name, value string) {
	if c.set == nil {
		c.set = map[string][]string{}
	}
	c.set[name] = append(c.set[name], value)
}

// take reads args by the allow-list and stops at the first word that is no flag
// when stop is set. It returns the first flag that is not listed, or "".
func (f flagSet) take(args []string, stop bool) (c call, unlisted string) {
	for i := 0; i < len(args); i++ {
		arg := args[i]
		switch {
		case arg == "--":
			c.rest, c.dash = args[i+1:], true
			return c, ""
		case arg == "-" || arg == "" || arg[0] != '-':
			if stop {
				c.pos = args[i:]
				return c, ""
			}
			c.pos = append(c.pos, arg)
			continue
		}
		used, ok := f.long(&c, arg, args[i+1:])
		if !ok {
			used, ok = f.short(&c, arg, args[i+1:])
		}
		if !ok {
			return c, arg
		}
		i += used
	}
	return c, ""
}

// long reads a flag that is listed as a whole word (also -type and the like) and
// says how many of the following words it used.
func (f flagSet) long(c *call, arg string, next []string) (used int, ok bool) {
	name, value, given := strings.Cut(arg, "=")
	kind, listed := f[name]
	if !listed {
		return 0, false
	}
	switch {
	case given && kind == alone && value != "true" && value != "false":
		return 0, false
	case given && kind != paired, kind == alone, kind == optional:
		c.add(name, value)
		return 0, true
	case kind == valued && len(next) >= 1:
		c.add(name, next[0])
		return 1, true
	case kind == paired && len(next) >= 2:
		c.add(name, next[0])
		c.add(name, next[1])
		return 2, true
	case kind == many:
		used = slices.IndexFunc(next, func(word string) bool { return strings.HasPrefix(word, "-") })
		if used < 0 {
			used = len(next)
		}
		for _, word := range next[:used] {
			c.add(name, word)
		}
		return used, used > 0
	}
	return 0, false
}

// short reads a cluster of one-letter flags: -zv, -n5, -bn 1.
func (f flagSet) short(c *call, arg string, next []string) (used int, ok bool) {
	if strings.HasPrefix(arg, "--") {
		return 0, false
	}
	for letters := arg[1:]; letters != ""; {
		_, size := utf8.DecodeRuneInString(letters) // 1 for what is no UTF-8
		name, rest := "-"+letters[:size], letters[size:]
		letters = rest
		kind, listed := f[name]
		switch {
		case !listed || kind == paired || kind == many:
			return 0, false
		case kind == alone:
			c.add(name, "")
		case rest != "":
			c.add(name, strings.TrimPrefix(rest, "="))
			return 0, true
		case kind == optional:
			c.add(name, "")
			return 0, true
		case len(next) == 0:
			return 0, false
		default:
			c.add(name, next[0])
			return 1, true
		}
	}
	return 0, true
}
