package shell

import (
	"net"
	"net/url"
	"path"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// What a run would refuse by a literal word is told before it starts: a file outside its folder, a host that its environment does not list. A start is not
// judged by these: by then a word may be the run's own folder, and who opens a file or a connection judges for itself.

// outside reports whether a path surely lies outside the folder of a run.
func outside(name string) bool {
	switch name {
	case "/dev/null", "/dev/stdin", "/dev/stdout", "/dev/stderr":
		return false
	}
	return path.IsAbs(name) && !dynamic(name)
}

func outsideReason(name string) string {
	return shown(name) + " lies outside the run's own folder, and no command reaches it from here; copy it and run it elsewhere"
}

// outsideTarget is a redirection from or to a file outside.
func (s scope) outsideTarget(r *syntax.Redirect) (class Class) {
	if target := wordText(r.Word); s.told && !s.remote && r.Hdoc == nil && r.Op != syntax.WordHdoc && outside(target) {
		class.Refused = outsideReason(target)
	}
	return class
}

// tell says what a start would be refused for by its literal words, or "".
func (s scope) tell(name string, args []string, reaches string) string {
	switch {
	case !s.told:
		return ""
	case shellBuiltins[name] == nil && !slices.Contains(Builtins, name):
		return s.unlisted(name, reaches)
	}
	c := call{pos: args}
	if p := table(name); p != nil && !p.any && shellBuiltins[name] == nil {
		if p.numeric {
			args = slices.DeleteFunc(slices.Clone(args), numericFlag.MatchString)
		}
		c, _ = p.flags.take(args, p.stop)
	}
	for _, file := range filesOf(name, &c) {
		if outside(file) {
			return outsideReason(file)
		}
	}
	return s.unlisted(name, hostsOf(name, &c)...)
}

// unlisted says which of the hosts that a program would ask the environment does not list, or "".
func (s scope) unlisted(program string, asked ...string) string {
	hosts, known := s.policy.knows(program)
	for _, host := range asked {
		if known && host != "" && !dynamic(host) && !slices.ContainsFunc(hosts, func(listed string) bool { return strings.EqualFold(listed, host) }) {
			return "this environment does not list the host " + shown(host)
		}
	}
	return ""
}

// filesOf gives the words of a program that are files.
func filesOf(name string, c *call) []string {
	words := c.words()
	skip := func(flags ...string) []string { // the program's own text stands first, unless a flag gives it
		if c.has(flags...) || len(words) == 0 {
			return words
		}
		return words[1:]
	}
	switch name {
	case "cat", "tac", "head", "tail", "sort", "uniq", "wc", "cut", "base64", "column", "paste", "comm", "rev", "nl", "tee", "ls":
		return append(words, c.values("-o", "--output")...)
	case "grep", "egrep", "fgrep":
		return skip("-e", "--regexp")
	case "sed":
		return skip("-e", "--expression")
	case "awk", "jq":
		return skip()
	case "find":
		start := slices.IndexFunc(c.pos, func(word string) bool { return word == "" || strings.IndexByte("-(!", word[0]) >= 0 })
		if start < 0 {
			start = len(c.pos)
		}
		return c.pos[:start]
	case "date":
		return c.values("-r", "--reference")
	case "xargs":
		return c.values("-a", "--arg-file")
	case "curl":
		return c.values("-o", "--output", "-D", "--dump-header")
	case "cd", "pushd":
		return c.pos
	case "test", "[":
		var files []string
		for i, word := range c.pos[:max(0, len(c.pos)-1)] {
			if len(word) == 2 && word[0] == '-' && strings.IndexByte("abcdefghLprsSuwx", word[1]) >= 0 {
				files = append(files, c.pos[i+1])
			}
		}
		return files
	}
	return nil
}

// hostsOf gives the names of the hosts that a program would ask.
func hostsOf(name string, c *call) []string {
	words := append(c.words(), "")
	switch name {
	case "curl":
		var hosts []string
		for _, word := range c.words() {
			hosts = append(hosts, hostOf(word))
		}
		return hosts
	case "nc":
		return words[:1]
	case "nslookup", "dig":
		for _, word := range c.words() {
			if !strings.ContainsAny(word[:min(1, len(word))], "-+@") && !digType.MatchString(strings.ToUpper(word)) && !strings.EqualFold(word, "IN") {
				return []string{strings.TrimSuffix(word, ".")}
			}
		}
	case "psql":
		hosts := c.values("-h", "--host")
		for _, word := range append(c.values("-d", "--dbname"), words[0]) {
			if strings.Contains(word, "://") {
				hosts = append(hosts, hostOf(word))
			}
		}
		return hosts
	case "pg_isready":
		return c.values("-h", "--host")
	case "redis-cli":
		return c.values("-h")
	}
	return nil
}

// hostOf is the host of a URL, "" when the text does not tell.
func hostOf(word string) string {
	if strings.Contains(word, later) || strings.Contains(word, hole) {
		return ""
	}
	if !strings.Contains(word, "://") {
		word = "http://" + word
	}
	u, err := url.Parse(word)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// HostName gives the name in an address as the environments file has it: a URL, host:port or a name; "" when there is none.
func HostName(address string) string {
	if host, _, err := net.SplitHostPort(address); err == nil && !strings.Contains(address, "://") {
		return host
	}
	return hostOf(address)
}

// knows gives the names of the hosts that a program may ask; known is false where the policy does not say.
func (p Policy) knows(program string) (hosts []string, known bool) {
	if program == "curl" {
		return p.Hosts, p.Hosts != nil
	}
	return slices.Concat(p.Hosts, p.Servers), p.Hosts != nil && p.Servers != nil
}
