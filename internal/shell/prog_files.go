package shell

import "strings"

// filePrograms look at the machine's files and state, or change them.
var filePrograms = map[string]*program{
	"ls":       listing("lists files", "-l -a -A -h -t -r -R -1 -S -d -i -n -F -s -c -u -X -L --color? --all --human-readable --full-time --time-style="),
	"du":       listing("sums up disk usage", "-h -s -a -c -d= -k -m -x -b --max-depth= --summarize --human-readable --total"),
	"stat":     listing("prints a file's state", "-c= -f -L -t --format= --printf="),
	"file":     listing("tells a file's type", "-b -i -L"),
	"which":    listing("finds a program", "-a"),
	"basename": listing("cuts a path", "-s= -a"), "dirname": listing("cuts a path", ""),
	"readlink": listing("follows a link", "-f -e -m"), "realpath": listing("follows a link", "-e -m -s"),
	"hostname": {class: read("prints the host's name"), flags: flags("-f -i -I -s -d -A --fqdn"), refine: takesNothing},
	"whoami":   listing("prints the user", ""), "id": listing("prints the user", "-u -g -G -n"), "uname": listing("prints the system", "-a -r -s -m -n -v -p -o"),
	"nproc": listing("counts processors", "--all"), "lscpu": listing("describes processors", "-e -p"), "lsblk": listing("lists block devices", "-f -a -o="),
	"mount":    {class: read("lists mounts"), flags: flags("-l -t= -o= -a -r -w --bind -v -L= -U="), effects: map[string]Class{"-a": change("mounts file systems"), "-o": change("mounts a file system")}, refine: mounts},
	"lsof":     listing("lists open files", "-i? -p= -n -P -u= -c= -t -s? -a -l -U -R -w -b -F?"),
	"dmesg":    {class: read("prints the kernel's messages"), flags: flags("-C -c -T -H -l= -f= --level= -k -x -w -n= -D -E --console-off --console-on --console-level="), effects: map[string]Class{"-n": consoles, "-D": consoles, "-E": consoles, "--console-off": consoles, "--console-on": consoles, "--console-level": consoles, "-w": follows, "-C": destroy("empties the kernel's messages"), "-c": destroy("empties the kernel's messages")}, refine: takesNothing},
	"printenv": {class: discloses("prints the environment, which often holds passwords"), flags: flags("-0")},
	"getent":   {class: read("looks a name up"), flags: flags("-s="), refine: readsFiles},
	"mkdir":    altering(change("makes a folder"), "-p -v -m="),
	"touch":    altering(change("makes a file or its date new"), "-a -m -c -d= -t= -r="),
	"ln":       altering(change("makes a link"), "-s -f -n -v -T"),
	"cp":       {class: change("copies files over others"), refine: copiesNothing, flags: flags("-r -R -a -f -p -v -n -d -L -u -T -t= --recursive")},
	"mv":       altering(change("moves files over others"), "-f -n -v -u -T -t="),
	"chmod":    altering(change("changes who may use files"), "-R -v -f"),
	"chown":    altering(change("changes who owns files"), "-R -v -f -h"),
	"chgrp":    altering(change("changes who owns files"), "-R -v -f -h"),
	"rm":       altering(destroy("removes files"), "-r -R -f -v -d --recursive --force"),
	"rmdir":    altering(destroy("removes folders"), "-p -v"),
	"unlink":   altering(destroy("removes a file"), ""),
	"truncate": altering(destroy("cuts files"), "-s= --size= -c"),
	"shred":    altering(destroy("overwrites files"), "-u -n= -z -v -f"),
	"dd":       {any: true, refine: ddOutput},
	"gzip":     unpacking(change("packs files in place"), "-k -f -v -9 -1 -d -c -l -t -q -n -r"),
	"kill":     {any: true, refine: signals}, "pkill": {class: change("ends processes by name"), any: true}, "killall": {class: change("ends processes by name"), any: true},
	"reboot": {class: destroy("restarts the machine"), any: true}, "shutdown": {class: destroy("stops the machine"), any: true},
	"poweroff": {class: destroy("stops the machine"), any: true}, "halt": {class: destroy("stops the machine"), any: true},
	"mkfs": {class: destroy("formats a device"), any: true},
	"apt":  installer, "apt-get": installer, "apk": installer, "yum": installer, "dnf": installer,
}

// installer knows only the verbs that add something.
var installer = &program{
	flags: flags("-y -q --yes"), bare: unknown("without a verb it does nothing known"),
	verbs: map[string]*program{
		"install": {class: change("installs packages"), flags: flags("-y -q --yes --no-cache --no-install-recommends")},
		"update":  {class: change("renews the lists of packages"), flags: flags("-y -q --yes")},
		"remove":  {class: destroy("removes packages"), flags: flags("-y -q --yes --purge --auto-remove")}, "purge": {class: destroy("removes packages"), flags: flags("-y -q --yes --auto-remove")}, "autoremove": {class: destroy("removes packages"), flags: flags("-y -q --yes --purge")},
		"erase": {class: destroy("removes packages"), flags: flags("-y -q")}, "del": {class: destroy("removes packages"), flags: flags("-q")},
		"upgrade": {class: change("installs newer packages"), flags: flags("-y -q --yes --security")}, "dist-upgrade": {class: change("installs newer packages"), flags: flags("-y -q --yes")}, "full-upgrade": {class: change("installs newer packages"), flags: flags("-y -q --yes")},
		"add": {class: change("installs packages"), flags: flags("-q --no-cache")}, "reinstall": {class: change("installs packages"), flags: flags("-y -q")}, "clean": {class: change("forgets fetched packages"), flags: flags("-y -q")}, "downgrade": {class: change("installs older packages"), flags: flags("-y -q")},
		"show": {class: read("describes packages"), flags: flags("-a")}, "search": {class: read("looks for packages"), flags: flags("-n")}, "policy": {class: read("describes packages")}, "info": {class: read("describes packages"), flags: flags("-a")},
		"check-update": {class: read("looks for newer packages"), flags: flags("-q")}, "history": installHistory, "repolist": {class: read("lists repositories"), flags: flags("-v")},
		"list": {class: read("lists packages"), flags: flags("--installed --upgradable -a --all-versions")},
	},
}

// installHistory is that of dnf and yum, whose verbs take back what was done.
var installHistory = &program{
	bare: read("lists what was installed"),
	verbs: map[string]*program{
		"list": {class: read("lists what was installed")}, "info": {class: read("describes what was installed")},
		"undo": {class: change("takes an installation back")}, "redo": {class: change("does an installation again")}, "rollback": {class: change("takes installations back")},
	},
}

// mounts is mount DEVICE FOLDER.
func mounts(_ scope, c *call) Class {
	if len(c.words()) > 0 {
		return change("mounts a file system")
	}
	return Class{}
}

// signals is kill: -0 asks and -l lists.
func signals(_ scope, c *call) Class {
	if len(c.pos) > 0 && (c.pos[0] == "-0" || c.pos[0] == "-l" || c.pos[0] == "-L") {
		return read("asks whether processes live")
	}
	return change("ends processes")
}

// copiesNothing is cp /dev/null FILE, which empties it.
func copiesNothing(_ scope, c *call) Class {
	if words := c.words(); len(words) > 1 && words[0] == "/dev/null" {
		return destroy("empties the file " + shown(words[1]))
	}
	return Class{}
}

// unpacking is a packer, which only prints with -c.
func unpacking(class Class, list string) *program {
	return &program{flags: flags(list), refine: func(s scope, c *call) Class {
		if c.has("-c", "-l", "-t") || s.fed && len(c.words()) == 0 {
			return read("prints a packed or unpacked file")
		}
		return class
	}}
}

// ddOutput is dd of=FILE; without one, or into /dev/null, it only reads.
func ddOutput(_ scope, c *call) Class {
	for _, word := range c.pos {
		if name, found := strings.CutPrefix(word, "of="); found && name != "/dev/null" || dynamic(word) && !strings.HasPrefix(word, "if=") {
			return destroy("overwrites files or devices")
		}
	}
	return read("copies to nowhere or to what follows")
}

func listing(why, list string) *program { return &program{class: read(why), flags: flags(list)} }

func altering(class Class, list string) *program { return &program{class: class, flags: flags(list)} }

func takesNothing(_ scope, c *call) Class {
	if len(c.words()) > 0 {
		return unknown("with a word after it the program may change the machine")
	}
	return Class{}
}

var consoles = change("changes what the console shows")
