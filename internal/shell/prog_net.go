package shell

import (
	"regexp"
	"strings"
)

// ipVerbs only show, in every spelling that ip understands.
var ipVerbs = words("show sh list ls lst l get identify pids monitor help")

// ipWords is ip OBJECT VERB: without a verb it shows. Verbs may be cut short (ip route d),
// so one that is not surely a read is none.
func ipWords(s scope, c *call) Class {
	flags := flags("-4 -6 -0 -o -s -d -j -p -h -N -r -br -c? -a -t -n= -f= -l= -netns= -family= -stats -statistics -details -oneline -brief -json -pretty -color? -resolve -human -numeric -all -V")
	taken, unlisted := flags.take(c.pos, true)
	class := read("shows the network")
	left := taken.words()
	for i, word := range left {
		switch word {
		case "add", "del", "delete", "set", "replace", "change", "append", "up", "down", "restore":
			if i != 0 && (i == 1 || left[1] != "show") {
				class = class.worst(change("changes the network"))
			}
		case "flush":
			class = class.worst(destroy("deletes all of them"))
		case "monitor":
			class = class.worst(follows)
		case "exec":
			if i != 1 || left[0] != "netns" || len(left) < 4 {
				return unknown("it starts a program")
			}
			return wrapped(s, &call{pos: left[3:]})
		}
	}
	switch {
	case unlisted != "":
		return class.worst(unknown("no table tells what its flag " + shown(unlisted) + " does"))
	case len(left) > 1 && class.Risk == Read && !ipVerbs[left[1]] && (left[1] != "s" || left[0] == "link"[:min(4, len(left[0]))]):
		return unknown("no table tells what ip does here")
	}
	return class
}

var sysctlSets = regexp.MustCompile(`^-[a-zA-Z]*[wpf]|^--(write|load|system)`)

func sysctlWords(_ scope, c *call) Class {
	for _, word := range c.pos {
		if strings.Contains(word, "=") || sysctlSets.MatchString(word) || dynamic(word) {
			return change("changes a setting of the kernel")
		}
	}
	return onlyKnown(read("shows settings of the kernel"), c.pos, sysctlFlags)
}

var (
	traceFlags  = flags("-f -ff -c -C -v -t -tt -ttt -r -q -k -i -T -x -xx -w -y -yy -n -z -Z -D -e= -s= -p= -P= -a= -S= -O= -I= -b= -o= -l= --attach= --output= --trace= --summary --follow-forks")
	perfFlags   = flags("-a -d -v -n -A -B -s -x= -e= -p= -t= -r= -I= -C= -G= -D= -o= --pid= --tid= --cpu= --event= --output= --repeat= --timeout= --all-cpus --no-big-num --per-core --per-socket --metrics=")
	reportFlags = flags(`--stdio -i= --input= -s= --sort= -n --show-nr-samples --no-children --children --header --header-only -F= --fields= --percent-limit= -T --threads -C= --cpu= -c=
		-d= -p= -S= --comms= --dsos= --symbols= --tid= --pid= --call-graph? -g? --max-stack= -G --inverted -q --quiet -v --verbose -D --dump-raw-trace -k= --vmlinux= --time= --demangle
		--no-demangle --group --ignore-vmlinux --symfs= --stats --tasks --mmaps --ns --hierarchy --percentage= -l --print-line -P --full-paths -f --force --parent= --branch-stack
		--mem-mode --total-period --show-total-period --field-separator= -t= --kallsyms= -m --modules --symbol-filter= --showcpuutilization --inline --no-inline`)
	sysctlFlags = flags("-a -A -X --all -n --values -N --names -e --ignore -q --quiet -b --binary -r= --pattern= -d -V --version -h --help --deprecated")
	recordFlags = flags("--freq= --count= --event= --tid= -a -g -v -q -e= -p= -t= -C= -F= -c= -o= -m= --call-graph= --pid= --all-cpus --output=")
)

// tracer watches a process that runs, or a program that it starts.
func tracer(s scope, c *call) Class {
	return traced(s, c.pos, traceFlags, stream("watches a process until it is stopped"))
}

func traced(s scope, args []string, known flagSet, class Class) Class {
	taken, unlisted := known.take(args, true)
	if unlisted != "" {
		return unknown("no table tells what its flag " + shown(unlisted) + " does")
	}
	for _, value := range taken.values("-o", "--output") {
		class = class.worst(change("writes what it sees to a file"))
		if strings.HasPrefix(value, "|") || strings.HasPrefix(value, "!") || dynamic(value) {
			return unknown("it hands what it sees to a program")
		}
	}
	for _, value := range taken.values("-e") {
		if strings.Contains(value, "inject") || strings.Contains(value, "fault") || dynamic(value) {
			class = class.worst(change("makes calls of the process fail"))
		}
	}
	return class.worst(wrapped(s, &taken))
}

// perfWords is perf VERB; stat and trace start a program or watch one.
func perfWords(s scope, c *call) Class {
	if len(c.pos) == 0 {
		return read("prints its help")
	}
	switch rest := c.pos[1:]; c.pos[0] {
	case "stat":
		return traced(s, rest, perfFlags, read("counts events"))
	case "trace":
		return traced(s, rest, perfFlags, stream("watches a process until it is stopped"))
	case "list", "evlist", "version":
		return read("lists events")
	case "report", "annotate", "diff":
		if chooses(&call{pos: rest}, "--stdio") {
			return onlyKnown(read("shows a recording"), rest, reportFlags)
		}
		return interactive("without --stdio it needs a terminal")
	case "record":
		return traced(s, rest, recordFlags, change("writes a recording"))
	case "top":
		return interactive("it needs a terminal")
	}
	return unknown("no table tells what perf does here")
}

// ifconfig changes an interface with more than its name.
func ifconfigWords(_ scope, c *call) Class {
	if len(c.pos) > 1 || len(c.pos) == 1 && c.pos[0] != "-a" && strings.HasPrefix(c.pos[0], "-") {
		return change("changes an interface")
	}
	return read("shows interfaces")
}
