package shell

import "strings"

// Classify judges one program start by its expanded, literal argv: what it may do
// and whether this environment may start it at all. The supervisor of a run asks
// it before each start, with the same answer that was shown.
func (p Policy) Classify(argv []string) Class {
	return start(newScope(&p), argv)
}

func newScope(p *Policy) scope {
	return scope{policy: p, start: start, text: nestedText, saw: func(string) {}}
}

// start classes a program start and whether it is possible here.
func start(s scope, argv []string) Class {
	if s.depth > maxDepth {
		return tooDeep
	}
	if len(argv) == 0 {
		return read("starts nothing")
	}
	name, byPath := programName(s, argv[0])
	if dynamic(name) {
		return unknown("which program starts is known only at run time")
	}
	class := judge(s, name, argv[1:])
	if s.blind && strings.Contains(strings.Join(argv[1:], " "), later) && !takesAnything(name) {
		class = class.worst(unknown("the container's shell works out a word that may become a flag"))
	}
	if !s.remote {
		s.saw(name)
		if byPath && class.Refused == "" {
			class.Refused = "a playbook starts programs by their names; take the folder away, or copy it and run it elsewhere"
		}
		if class.Refused == "" {
			class.Refused = s.policy.missing(name)
		}
		if class.Refused == "" && class.Risk < Interactive {
			class.Refused = builtIn(name, argv[1:])
		}
		if class.Refused == "" && class.Risk < Interactive {
			class.Refused = s.tell(name, argv[1:], class.Reaches)
		}
	}
	return class
}

// takesAnything reports builtins that take every word as data.
func takesAnything(name string) bool {
	prog := shellBuiltins[name]
	return prog == prints || prog == tests || prog == quiet
}

func judge(s scope, name string, args []string) Class {
	if prog := shellBuiltins[name]; prog != nil {
		return prog.classify(s, name, args)
	}
	if strings.HasPrefix(name, "mkfs.") {
		name = "mkfs"
	}
	if prog := table(name); prog != nil {
		class := prog.classify(s, name, args)
		if h, ok := s.policy.host(name); ok && !s.remote && len(h.Verbs) > 0 {
			class = class.worst(h.classify(args))
		}
		return class
	}
	if h, ok := s.policy.host(name); ok && !s.remote {
		return h.classify(args)
	}
	if strings.Contains(name, "/") {
		return unknown("the text does not tell what the script or program " + shown(name) + " does")
	}
	return unknown("no table tells what " + shown(name) + " does")
}

// nestedText classes a shell text that another program is given, like sh -c.
func nestedText(s scope, text string) Class {
	inner, ok := s.within(false)
	if !ok {
		return tooDeep
	}
	inner.blind = inner.remote
	if strings.Contains(text, later) {
		return unknown("the text of a nested shell is known only at run time")
	}
	file, err := parse(text)
	if err != nil {
		return unknown("a nested shell text cannot be parsed")
	}
	w := newWalker(inner)
	w.file(file)
	return w.class
}
