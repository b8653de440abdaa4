package shell

import (
	"regexp"
	"slices"
	"strings"
)

// networkPrograms ask other machines.
var networkPrograms = map[string]*program{
	"promql": {class: read("asks Prometheus"), any: true},
	"nc":     netcat, "ncat": netcat, "netcat": netcat,
	"pg_isready": {class: read("asks whether PostgreSQL accepts connections"), flags: flags("-h= -p= -U= -d= -t= -q --host= --port= --username= --dbname= --timeout= --quiet")},
	"nslookup":   {any: true, class: read("looks a name up"), refine: nslookupWords},
	"dig":        {any: true, class: read("looks a name up"), refine: digWords},
	"host":       {class: read("looks a name up"), flags: flags("-t= -a -v -4 -6 -W=")},
	"traceroute": {class: read("follows the way to a host"), flags: flags("-n -m= -w= -q= -4 -6 -T -I -p=")}, "tracepath": {class: read("follows the way to a host"), flags: flags("-n -m= -4 -6")},
	"telnet": terminal,
}

var netcat = &program{
	class:   read("tries whether a port accepts connections"),
	flags:   flags("-z -v -w= -n -u -4 -6 -U -N -q= -l -k -p="),
	effects: map[string]Class{"-l": interactive("nc -l opens a listener"), "-p": interactive("nc -p binds a port")},
	refine: func(s scope, c *call) Class {
		switch {
		case c.has("-z"):
			return Class{}
		case s.fed:
			return s.fedClass("nc without -z sends what it is fed", asksByPort)
		}
		return interactive("nc without -z talks to the port from the keyboard")
	},
}

var (
	portReads   = words("ruok stat mntr srvr conf cons envi dirs wchs isro stats version quit PING INFO QUIT") // ZooKeeper, memcached, Redis
	socketReads = regexp.MustCompile(`^(show|help)( |$)`)
	socketMoves = regexp.MustCompile(`^(disable|enable|set|add|shutdown) `)
	socatPeer   = regexp.MustCompile(`^((?i:unix|unix-connect|unix-client|tcp|tcp4|tcp6|tcp-connect):[^,|!]+|/[^,|!]+)$`)
)

// asksByPort is a word that a server answers with its state.
func asksByPort(text string) Class {
	class := asksBySocket(strings.NewReplacer(`\r`, "", `\n`, "\n").Replace(text))
	if class.Risk != Read {
		return unknown("nc without -z sends what it is fed")
	}
	return class
}

// asksBySocket is what HAProxy is told by its socket; a semicolon begins another command.
func asksBySocket(text string) (class Class) {
	for order := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == ';' || r == '\n' }) {
		switch order = strings.TrimSpace(order); {
		case order == "", portReads[order], socketReads.MatchString(order):
			class = class.worst(read("asks a server for its state"))
		case socketMoves.MatchString(order):
			class = class.worst(change("tells a server to change something"))
		default:
			return unknown("no table tells what the server does")
		}
	}
	return class
}

// socatWords knows one use: what is fed goes to a socket.
func socatWords(s scope, c *call) Class {
	if s.fed && len(c.pos) == 2 {
		own := slices.IndexFunc(c.pos, func(word string) bool {
			return word == "-" || strings.EqualFold(word, "stdio") || strings.EqualFold(word, "stdin")
		})
		if own >= 0 && socatPeer.MatchString(c.pos[1-own]) {
			return s.fedClass("socat sends what it is fed", asksBySocket)
		}
	}
	return interactive("asks at the keyboard or opens a listener")
}

var nslookupFlag = regexp.MustCompile(`^-(type|query|q|querytype|class|timeout|retry|port|debug|nodebug|recurse|norecurse)(=[A-Za-z0-9]+)?$`)

// ownServer refuses another name server than the machine's own: what runs here asks only that one, and only for hosts that the environment lists.
var ownServer = Class{Refused: "a name server cannot be chosen"}

func nslookupWords(s scope, c *call) Class {
	names := 0
	for _, word := range c.pos {
		if word == "" || word[0] != '-' {
			names++
			continue
		}
		if !nslookupFlag.MatchString(word) {
			return refuse("%s is not a flag that nslookup may be given in a playbook", shown(word))
		}
	}
	if names == 0 {
		return interactive("nslookup without a name asks at the keyboard")
	}
	if names > 1 && !s.remote {
		return ownServer
	}
	return Class{}
}

var digFlag = regexp.MustCompile(`^(-[46x]|-[tpcqx]|-p[0-9]+|\+[a-z]+(=[A-Za-z0-9]+)?)$`)

func digWords(s scope, c *call) (class Class) {
	for _, word := range c.pos {
		if word != "" && (word[0] == '-' || word[0] == '+') && !digFlag.MatchString(word) {
			return refuse("%s is not a flag that dig may be given in a playbook", shown(word))
		}
		if strings.HasPrefix(word, "@") && !s.remote {
			class = ownServer
		}
	}
	return class
}
