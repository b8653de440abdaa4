package shell

import (
	"regexp"
	"slices"
	"strings"
)

// What a program may do is judged by its table wherever it runs. On this machine the supervisor of a
// run has the program itself, and it does not know every flag that the real one has; in a container the
// real one runs.

// lacks are flags that a program of the supervisor does not know.
var lacks = map[string]flagSet{
	"column": flags("-n -c -x"), "tac": flags("-b -s"), "sort": flags("-R -z -d -i"), "wc": flags("-L"), "tr": flags("-t"), "seq": flags("-f"), "time": flags("-v -f"),
	"watch": flags("-g"), "ls": flags("-i -s -c -u -X"), "nc": flags("-u -U -k"), "curl": flags("-c --cookie-jar --limit-rate"), "psql": flags("-E -a -e -b -z -0"),
	"grep": flags("-z -Z"), "egrep": flags("-z -Z"), "fgrep": flags("-z -Z"),
	"redis-cli": flags("-3 --json -t --latency-dist --hotkeys --intrinsic-latency --cluster-yes --cluster-fix-with-unreachable-masters"),
}

// builtIn says why the supervisor's own program cannot do what the words ask for, or "".
func builtIn(name string, args []string) string {
	p := table(name)
	if p == nil || !slices.Contains(Builtins, name) {
		return ""
	}
	c := call{pos: args}
	if !p.any {
		if p.numeric {
			args = slices.DeleteFunc(slices.Clone(args), numericFlag.MatchString)
		}
		c, _ = p.flags.take(args, p.stop || p.verbs != nil)
	}
	for flag := range c.set {
		if _, lacking := lacks[name][flag]; lacking {
			return "the " + name + " that is built in here does not know " + flag + copyInstead
		}
	}
	if reason := limits[name]; reason != nil {
		if why := reason(&c); why != "" {
			return why + copyInstead
		}
	}
	return ""
}

const copyInstead = "; copy it and run it elsewhere"

// findLacks are tests that the supervisor's own find does not know.
var findLacks = flags(`-L -regex -iregex -regextype -ctime -cmin -atime -amin -user -group -perm -readable -writable -executable -ls -daystart -links -inum
	-samefile -anewer -cnewer -newerct -lname -nouser -nogroup`)

// limits say of a program that is built in what it cannot do beside flags.
var limits = map[string]func(c *call) string{
	"column": func(c *call) string {
		return unless(c.has("-t", "--table"), "only column -t is built in here")
	},
	"find": func(c *call) string {
		own, _, _ := findWords(c.pos)
		taken, _ := findTable.flags.take(own, false)
		for flag := range taken.set {
			if _, lacking := findLacks[flag]; lacking {
				return "the find that is built in here does not know " + flag
			}
		}
		return ""
	},
	"sudo": func(c *call) string {
		users := c.values("-u")
		return unless(!c.has("-g", "-l") && !slices.ContainsFunc(users, func(user string) bool { return user != "root" && !dynamic(user) }), "nothing runs as another user here")
	},
	"nc": func(c *call) string {
		return unless(c.has("-z"), "only nc -z is built in here")
	},
	"redis-cli": func(c *call) string {
		words := append(c.words(), "")
		return unless(!strings.EqualFold(words[0], "HELLO"), "the redis-cli that is built in here speaks one protocol only")
	},
	"nslookup": func(c *call) string { return addressesOnly(nslookupType, c.pos) },
	"dig":      func(c *call) string { return addressesOnly(digType, c.pos) },
	"psql": func(c *call) string {
		for _, word := range append(c.values("-d", "--dbname"), c.words()...) {
			switch {
			case databasePassword.MatchString(word):
				return "credentials do not belong in a command"
			case strings.Contains(word, "=") && !strings.Contains(word, "://") && !strings.Contains(word, later):
				return "a connection string is not known here: name the database, or give its URL"
			}
		}
		return ""
	},
	"curl": func(c *call) string {
		for _, header := range c.values("-H", "--header") {
			if name, _, _ := strings.Cut(header, ":"); strings.EqualFold(strings.TrimSpace(name), "Host") {
				return "another host behind a listed one may not be asked for"
			}
		}
		return ""
	},
}

func unless(ok bool, reason string) string {
	if ok {
		return ""
	}
	return reason
}

var (
	databasePassword = regexp.MustCompile(`^postgres(ql)?://[^/@]*:[^/@]*@`)
	nslookupType     = regexp.MustCompile(`(?i)^-(?:type|query|q|querytype)=(.*)$`)
	digType          = regexp.MustCompile(`^(AAAA|A|ANY|CNAME|MX|NS|PTR|SOA|SRV|TXT|CAA|DS|DNSKEY|HTTPS|SVCB|-x)$`)
)

// addressesOnly: the supervisor asks for the addresses of hosts, and for nothing else.
func addressesOnly(kinds *regexp.Regexp, words []string) string {
	for _, word := range words {
		m := kinds.FindStringSubmatch(word)
		if m == nil {
			continue
		}
		switch strings.ToUpper(m[1]) {
		case "A", "AAAA", "ANY":
		default:
			return "only the addresses of a name can be asked for here"
		}
	}
	return ""
}
