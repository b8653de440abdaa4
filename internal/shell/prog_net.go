package shell

import "strings"

// ipWords is ip OBJECT VERB: without a verb it shows.
func ipWords(s scope, c *call) (class Class) {
	class = read("shows the network")
	for i, word := range c.pos {
		switch word {
		case "add", "del", "delete", "set", "replace", "change", "append", "up", "down", "restore":
			class = class.worst(change("changes the network"))
		case "flush":
			class = class.worst(destroy("deletes all of them"))
		case "monitor":
			class = class.worst(follows)
		case "-b", "-batch", "-force":
			return unknown("it runs what a file says")
		case "exec":
			if i == 0 || i+2 > len(c.pos) || c.pos[i-1] != "netns" {
				return unknown("it starts a program")
			}
			return wrapped(s, &call{pos: c.pos[i+2:]})
		}
		if dynamic(word) && !strings.ContainsAny(word, ".:/") && i < 2 {
			return unknown("what ip does here is known only at run time")
		}
	}
	return class
}

func sysctlWords(_ scope, c *call) Class {
	for _, word := range c.pos {
		if strings.Contains(word, "=") || word == "-w" || word == "-p" || word == "--system" || word == "--load" || dynamic(word) {
			return change("changes a setting of the kernel")
		}
	}
	return read("shows settings of the kernel")
}

// tracer watches a process that runs, or starts one.
func tracer(s scope, c *call) Class {
	watches := false
	for _, word := range c.pos {
		switch {
		case word == "-p" || strings.HasPrefix(word, "-p") && len(word) > 2 || word == "--attach":
			watches = true
		case word == "-o" || word == "--output":
			return change("writes what it sees to a file")
		}
	}
	if watches {
		return stream("watches a process until it is stopped")
	}
	return unknown("it starts a program")
}

// ifconfig changes an interface with more than its name.
func ifconfigWords(_ scope, c *call) Class {
	if len(c.pos) > 1 || len(c.pos) == 1 && c.pos[0] != "-a" && strings.HasPrefix(c.pos[0], "-") {
		return change("changes an interface")
	}
	return read("shows interfaces")
}
