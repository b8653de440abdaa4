package shell

import (
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
)

// A program is one entry of the tables: what it may do, which flags it may be
// given, and what some flags or verbs change about that. What data cannot say is
// said by refine.
type program struct {
	class   Class
	flags   flagSet
	effects map[string]Class    // what a flag adds to the class
	refused map[string]string   // flags that no playbook may use, though they do not change what the command does; a name ending in * is a prefix
	opaque  map[string]string   // flags that no playbook may use and behind which anything may stand
	verbs   map[string]*program // non-nil: the first word is a verb, and an unlisted one is unknown
	bare    Class               // with verbs: what it does without one
	stop    bool                // flags end at the first word that is none
	numeric bool                // -20 is a flag
	any     bool                // every word is data (echo)
	settled bool
	refine  func(s scope, c *call) Class // merged by worst
}

// scope is where a program starts.
type scope struct {
	policy *Policy
	remote bool    // inside a container: nothing of this machine is involved
	fed    bool    // standard input is given
	input  *string // what it is, where the text tells
	told   bool    // people are told what a run would do: literal words are judged that a start need not be
	blind  bool    // words are expanded in the container: no start is classed again
	depth  int
	start  func(s scope, argv []string) Class // classes another start, for wrappers
	text   func(s scope, text string) Class   // classes a nested shell text
	saw    func(name string)                  // is told every program that this machine would start
}

// maxDepth bounds how deep wrappers and nested shells may go.
const maxDepth = 8

// within is the scope of something that this scope starts; ok is false when it is too deep.
func (s scope) within(remote bool) (scope, bool) {
	s.remote = s.remote || remote
	s.depth++
	return s, s.depth <= maxDepth
}

var tooDeep = unknown("commands are nested too deep in one another to be followed")

// classify judges the words after the program's name (and verbs).
func (p *program) classify(s scope, name string, args []string) Class {
	if p.any {
		return p.finish(s, &call{pos: args})
	}
	if p.numeric {
		args = slices.DeleteFunc(slices.Clone(args), numericFlag.MatchString)
	}
	c, unlisted := p.flags.take(args, p.stop || p.verbs != nil)
	if unlisted != "" {
		return p.notPermitted(name, unlisted)
	}
	if p.verbs == nil {
		return p.finish(s, &c)
	}
	class := p.adds(&c)
	if p.refine != nil {
		class = class.worst(p.refine(s, &c))
	}
	words := c.words()
	if len(words) == 0 {
		return class.worst(p.bare)
	}
	verb := words[0]
	if dynamic(verb) {
		return unknown(fmt.Sprintf("what %s does here is known only at run time", name))
	}
	next, ok := p.verbs[verb]
	if !ok {
		return refuse("%s %s is not permitted in a playbook", name, shown(verb))
	}
	return class.worst(next.classify(s, name+" "+verb, words[1:]))
}

var numericFlag = regexp.MustCompile(`^-[0-9]+$`)

// finish is the class of a call whose flags are all listed.
func (p *program) finish(s scope, c *call) Class {
	class := p.class.worst(p.adds(c))
	if p.refine != nil {
		class = class.worst(p.refine(s, c))
	}
	return class
}

func (p *program) adds(c *call) (class Class) {
	for name := range p.effects {
		if c.has(name) {
			class = class.worst(p.effects[name])
		}
	}
	return class
}

// settle makes the flags that are refused known, with their values, so that a
// command is classed by what it would do and refused all the same.
func (p *program) settle() {
	if p.settled {
		return
	}
	p.settled = true
	own, effects := maps.Clone(p.flags), maps.Clone(p.effects)
	if own == nil {
		own = flagSet{}
	}
	if effects == nil {
		effects = map[string]Class{}
	}
	for _, list := range []map[string]string{p.refused, p.opaque} {
		for written, why := range list {
			for name, kind := range flags(written) {
				if _, listed := own[name]; listed || strings.HasSuffix(name, "*") {
					continue
				}
				own[name] = kind
				class := refuse("%s is refused: %s", name, why)
				if _, hides := p.opaque[written]; !hides {
					class.Risk, class.Why = Read, ""
				}
				effects[name] = class
			}
		}
	}
	p.flags, p.effects = own, effects
	for _, verb := range p.verbs {
		verb.settle()
	}
}

func (p *program) notPermitted(name, flag string) Class {
	if dynamic(flag) {
		return unknown(fmt.Sprintf("a flag of %s is known only at run time", name))
	}
	flag, _, _ = strings.Cut(flag, "=")
	for refused, why := range p.refused {
		if prefix, isPrefix := strings.CutSuffix(refused, "*"); isPrefix && strings.HasPrefix(flag, prefix) {
			return refuse("%s of %s is refused: %s", shown(flag), name, why)
		}
	}
	return refuse("%s is not a flag that %s may be given in a playbook", shown(flag), name)
}

// shown makes a word fit for a sentence.
func shown(word string) string {
	word = strings.Map(func(r rune) rune {
		if r < ' ' || hidden(r) {
			return '…'
		}
		return r
	}, word)
	if len(word) > 60 {
		word = strings.ToValidUTF8(word[:60], "") + "…"
	}
	return word
}

// Builtins are the programs that the supervisor of a run implements itself;
// echo and printf come with the interpreter.
var Builtins = []string{
	"awk", "base64", "cat", "column", "comm", "curl", "cut", "date", "dig", "echo", "egrep", "env", "false", "fgrep", "find", "grep", "head", "jq", "ls", "nc", "nl",
	"nslookup", "paste", "pg_isready", "printf", "promql", "psql", "redis-cli", "rev", "sed", "seq", "sleep", "sort", "sudo", "tac", "tail", "tee", "test", "time", "timeout", "tr", "true",
	"uniq", "watch", "wc", "xargs",
}

// localPrograms look at this machine: they start only where an environment names it, and lists them.
var localPrograms = []string{"df", "free", "journalctl", "ping", "ps", "systemctl", "top", "uptime"}

// Known reports whether a word is a program that the tables describe; it tells an
// inline code span that holds a command from one that holds a name.
func Known(name string) bool {
	return programs[name] != nil || outsiders()[name] != nil
}

func (p Policy) host(name string) (HostProgram, bool) {
	for _, h := range p.Programs {
		if h.Name == name {
			return h, true
		}
	}
	return HostProgram{}, false
}

// missing says why a program cannot be started in this environment, or "".
func (p Policy) missing(name string) string {
	wants, local := platformOf(name), slices.Contains(localPrograms, name)
	_, listed := p.host(name)
	switch {
	case p.Platform == "": // no environment in particular
		return ""
	case local && wants != p.Platform:
		return fmt.Sprintf("%s is for %s environments and this one is not; copy it and run it elsewhere", name, wants)
	case listed || shellBuiltins[name] != nil || slices.Contains(Builtins, name):
		return ""
	case local:
		return name + " is not among the programs that this environment lists; copy it and run it elsewhere"
	case name == "kubectl" || name == "oc" || name == "docker" || name == "docker-compose":
		if wants == p.Platform {
			return ""
		}
		return fmt.Sprintf("%s is for %s environments and this one is not; copy it and run it elsewhere", name, wants)
	default:
		return shown(name) + " is not available here; copy it and run it elsewhere"
	}
}

func platformOf(name string) Platform {
	switch {
	case name == "docker" || name == "docker-compose":
		return Docker
	case name == "kubectl" || name == "oc" || name == "helm":
		return Kubernetes
	case slices.Contains(localPrograms, name):
		return Local
	}
	return Any
}

// classify judges a program that an environments file lists and no table knows.
func (h HostProgram) classify(args []string) Class {
	verb := ""
	if len(args) > 0 {
		verb = args[0]
	}
	switch {
	case dynamic(verb):
		return unknown("what " + h.Name + " does here is known only at run time")
	case strings.HasPrefix(verb, "-"):
		// A flag before the verb may take the word after it as its value, so the verb would be a guess.
		return refuse("%s must be given its verb before any flag", h.Name)
	}
	risk, ok := h.Verbs[verb]
	if !ok {
		verbs := slices.Sorted(maps.Keys(h.Verbs))
		return refuse("this environment does not permit %s %s (it permits %s)", h.Name, shown(verb), strings.Join(verbs, ", "))
	}
	return Class{Risk: risk, Why: fmt.Sprintf("the environment declares %s %s as %s", h.Name, verb, risk)}
}

// systemFolder is one that holds the programs of its name: the system's, and those of packages that bring their own.
var systemFolder = regexp.MustCompile(`^/(usr/(local/)?)?s?bin/$|^/snap/bin/$|^/usr/lib/postgresql/[0-9.]+/bin/$|^/usr/pgsql-[0-9.]+/bin/$|^/opt/(gitlab|wal-g|wal-e|kafka|puppetlabs|cassandra|bitnami/[a-z-]+)/((embedded|postgresql)/)*s?bin/$`)

// programName is the name that the tables know a started path by: the usual folders are trusted to hold
// the usual programs. Outside a container such a start is only told of, for programs that a table has.
func programName(s scope, word string) (name string, byPath bool) {
	dir, base := path.Split(word)
	if !systemFolder.MatchString(dir) || !s.remote && !Known(base) {
		return word, false
	}
	return base, true
}
