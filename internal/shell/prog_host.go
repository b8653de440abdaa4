package shell

import "strings"

// hostPrograms look at the machine they run on.
var hostPrograms = map[string]*program{
	"df":     listing("shows disk space", "-h -H -i -T -a -l -k -m -P --total -t= -x= --output? --human-readable --local --inodes"),
	"free":   {class: read("shows memory"), flags: flags("-h -m -g -k -b -t -w -l -s= -c= --human --mega --giga --total"), refine: repeats},
	"uptime": listing("shows load", "-p -s"),
	"ps":     {class: read("lists processes"), flags: flags("-e -f -A -a -x -u= -U= -p= -C= -L -T -H -l -F -w -M -q= -o= -O= --sort= --no-headers --forest --pid= --ppid= -N -d"), refine: psStyle},
	"top":    {class: read("shows the busiest processes"), flags: flags("-b -n= -d= -o= -p= -u= -H -c -w= -1 -i -E= -e= -s -S"), refine: topMode},
	"ping":   {class: read("asks a host for answers"), flags: flags("-c= -i= -W= -w= -n -q -4 -6 -s= -t= -I= -M="), refine: pinged},
	"vmstat": {class: read("shows load"), flags: flags("-a -s -w -S= -d -t -n -m -D"), refine: repeated}, "mpstat": {class: read("shows load"), flags: flags("-P= -A -u -I="), refine: repeated}, "pidstat": {class: read("shows load"), flags: flags("-u -d -r -w -p= -t -l -h -C= -U="), refine: repeated}, "iostat": {class: read("shows disk load"), flags: flags("-x -d -c -k -m -h -y -z"), refine: repeated},
	"ss":      killing("lists connections", "-t -u -l -n -p -a -s -4 -6 -e -i -m -o -x -r -H -A= -K"),
	"netstat": {class: read("lists connections"), flags: flags("-t -u -l -n -p -a -s -r -i -e -4 -6 -c"), effects: map[string]Class{"-c": follows}},
	"pgrep":   listing("finds processes", "-d= -P= -g= -i -v -w -t= -s= -f -l -a -u= -x -n -o -c"), "pidof": listing("finds processes", "-s -x"), "pstree": listing("shows processes", "-p -a -u"),
	"less": terminal, "more": terminal, "vi": terminal, "vim": terminal, "nano": terminal, "htop": terminal, "systemd-cgtop": terminal, "screen": terminal, "tmux": terminal,
}

// killing is ss, which ends the connections it lists with -K.
func killing(why, list string) *program {
	return &program{class: read(why), flags: flags(list), effects: map[string]Class{"-K": change("ends the connections")}}
}

var terminal = &program{class: interactive("it needs a terminal"), any: true}

func repeats(_ scope, c *call) Class {
	if c.has("-s") && !c.has("-c") {
		return follows
	}
	return Class{}
}

// psStyle finds the old-style letter e, which prints environments: ps auxe.
func psStyle(_ scope, c *call) Class {
	for _, word := range append(c.words(), c.values("-o", "-O")...) {
		if dynamic(word) || strings.Contains(word, "environ") {
			return discloses("may print the environment of processes")
		}
	}
	for _, word := range c.words() {
		if strings.Contains(word, "e") {
			return discloses("prints the environment of processes")
		}
	}
	return Class{}
}

func topMode(_ scope, c *call) Class {
	switch {
	case !c.has("-b"):
		return interactive("top without -b needs a terminal")
	case !c.has("-n"):
		return follows
	}
	return Class{}
}

// pinged names the host that ping asks. Inside a container it is the container's affair.
func pinged(s scope, c *call) (class Class) {
	if !c.has("-c", "-w") {
		class = stream("asks until it is stopped; -c 4 asks four times")
	}
	words := c.words()
	switch {
	case s.remote || len(words) == 0:
	case len(words) > 1:
		class = class.worst(refuse("ping takes one host: more of them are the way to the last"))
	case !dynamic(words[0]):
		class.Reaches = words[0]
	}
	return class
}

// repeated is vmstat 1: an interval without a count never ends.
func repeated(_ scope, c *call) Class {
	if len(c.words()) == 1 {
		return follows
	}
	return Class{}
}

var systemctl = &program{
	flags: systemFlags, bare: read("lists units"),
	refused: map[string]string{"-H= --host=": "it reaches another machine", "-M= --machine=": "it reaches a container"},
	verbs: map[string]*program{
		"status": units("shows a unit's state"), "is-active": units("asks whether a unit runs"), "is-failed": units("asks whether a unit failed"),
		"is-enabled": units("asks whether a unit starts at boot"), "is-system-running": units("asks for the system's state"),
		"list-units": units("lists units"), "list-unit-files": units("lists unit files"), "list-timers": units("lists timers"),
		"list-sockets": units("lists sockets"), "list-jobs": units("lists jobs"), "list-dependencies": units("lists dependencies"),
		"show":             {class: discloses("shows a unit's properties, its environment included"), flags: systemFlags},
		"cat":              {class: discloses("prints unit files, which may hold secrets"), flags: systemFlags},
		"show-environment": {class: discloses("prints the environment"), flags: systemFlags},
		"restart":          moves("restarts a unit"), "start": moves("starts a unit"), "stop": moves("stops a unit"), "reload": moves("makes a unit read its configuration again"),
		"try-restart": moves("restarts a unit"), "reload-or-restart": moves("restarts a unit"), "enable": moves("lets a unit start at boot"), "disable": moves("keeps a unit from starting at boot"),
		"reset-failed": moves("forgets a unit's failure"), "daemon-reload": moves("reads unit files again"), "mask": moves("forbids a unit; unmask permits it"), "unmask": moves("permits a unit"),
		"kill": moves("sends a signal to a unit"), "set-property": moves("changes a unit's limits"), "daemon-reexec": moves("starts the system manager again"), "preset": moves("enables or disables a unit"), "revert": moves("takes changes of a unit back"), "cancel": moves("stops a job"), "set-default": moves("changes what starts at boot"), "get-default": units("asks what starts at boot"), "list-machines": units("lists machines"), "clean": {class: destroy("deletes a unit's files"), flags: flags("--what= --no-pager")}, "isolate": {class: destroy("stops everything else"), flags: systemFlags},
		"reboot": {class: destroy("restarts the machine"), flags: systemFlags}, "poweroff": {class: destroy("stops the machine"), flags: systemFlags}, "halt": {class: destroy("stops the machine"), flags: systemFlags},
		"edit": {class: interactive("opens an editor"), any: true},
	},
}

var systemFlags = flags("--reverse --after --before --recursive --show-types --job-mode= --with-dependencies --no-wall --quiet --timestamp= --no-pager --no-legend --plain --full -l -a --all --failed --type= -t= --state= -p= --property= --user --system -n= --lines= -q -o= --output= --value --no-ask-password")

func units(why string) *program { return &program{class: read(why), flags: systemFlags} }

func moves(why string) *program {
	return &program{class: change(why), refine: unitNames, flags: flags("--now --no-block --wait --user --system --no-pager -q --quiet --runtime --signal= -s= --no-ask-password")}
}

// unitNames judges the units of a verb that moves them: a target may be the one that
// ends the machine, and a path makes any file a unit.
func unitNames(_ scope, c *call) (class Class) {
	for _, unit := range c.words() {
		switch {
		case strings.Contains(unit, "/"):
			return refuse("a unit's file may say anything; name a unit")
		case strings.HasSuffix(unit, ".target"), strings.ContainsAny(unit, "*?["):
			class = class.worst(destroy("a target or pattern moves much more than one unit"))
		case strings.Contains(unit, "systemd-poweroff"), strings.Contains(unit, "systemd-reboot"), strings.Contains(unit, "systemd-halt"), strings.Contains(unit, "systemd-kexec"), strings.Contains(unit, "systemd-suspend"), strings.Contains(unit, "systemd-hibernate"):
			class = class.worst(destroy("ends the machine"))
		}
	}
	return class
}

var journalctl = &program{
	class: read("reads the journal"), numeric: true,
	flags: flags(`-u= --unit= -n= --lines= -f --follow --since= -S= --until= -U= -p= --priority= -b? --boot? -k --dmesg -o= --output= --no-pager -r --reverse -x --catalog
		-e --pager-end -q --quiet -g= --grep= -t= --identifier= --disk-usage --list-boots --user --system --utc -a --all -l --full --no-hostname --no-full -N
		--vacuum-size= --vacuum-time= --vacuum-files= --rotate --flush --sync --cursor-file= --update-catalog --header --verify --utc`),
	effects: map[string]Class{
		"-f": follows, "--follow": follows, "--cursor-file": change("writes a file"), "--update-catalog": change("writes a file"), "--rotate": change("closes the journal's files"), "--flush": change("writes the journal to disk"), "--sync": change("writes the journal to disk"),
		"--vacuum-size": destroy("deletes old journal files"), "--vacuum-time": destroy("deletes old journal files"), "--vacuum-files": destroy("deletes old journal files"),
	},
	refused: map[string]string{"-D= --directory= --file= --root=": "it reads other files", "-M= --machine=": "it reaches a container"},
}
