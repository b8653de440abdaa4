package shell

import (
	"slices"
	"strings"
)

// transferPrograms move files between machines and archives, or reach a machine.
var transferPrograms = map[string]*program{
	"ssh": sshProgram, "scp": {any: true, refine: transfer(change("copies files over others"), "-S", "-F")},
	"sftp": {any: true, class: interactive("asks at the keyboard")}, "rsync": rsync, "tar": tar, "wget": wget,
	"unzip": {any: true, refine: archive("-l", "-v", "-t", "-Z")}, "zip": {any: true, class: change("writes an archive")}, "gunzip": unpacking(change("unpacks files in place"), "-k -f -v -c -l -t -q"),
}

// chooses reports an option that may start a program of its own.
func chooses(c *call, flags ...string) bool {
	for _, word := range c.pos {
		for _, flag := range flags {
			if word == flag || strings.HasPrefix(word, flag+"=") || len(flag) == 2 && strings.HasPrefix(word, flag) {
				return true
			}
		}
	}
	return false
}

// options of ssh that choose what it starts or where it connects.
func sshOption(option string) bool {
	name, _, _ := strings.Cut(strings.ToLower(option), "=")
	name, _, _ = strings.Cut(name, " ")
	return !slices.Contains([]string{"stricthostkeychecking", "userknownhostsfile", "connecttimeout", "batchmode", "loglevel", "serveraliveinterval", "serveralivecountmax", "identitiesonly", "passwordauthentication"}, strings.TrimSpace(name))
}

func transfer(class Class, opaque ...string) func(scope, *call) Class {
	return func(_ scope, c *call) Class {
		for i, word := range c.pos {
			if word == "-o" && i+1 < len(c.pos) && sshOption(c.pos[i+1]) || strings.HasPrefix(word, "-o") && len(word) > 2 && sshOption(word[2:]) {
				return unknown("an option of ssh may start a program")
			}
		}
		if chooses(c, opaque...) {
			return unknown("a flag of it may start a program")
		}
		return class
	}
}

// sshProgram is a terminal on another machine, or a command there.
var sshProgram = &program{
	flags: flags("-p= -i= -l= -o= -q -n -T -v -A -C -x -X -4 -6 -J= -t -L= -R= -D= -N -f -W= -F= -E= -b= -c= -m= -e= -a -k -K"), stop: true,
	effects: map[string]Class{
		"-L": interactive("opens a listener"), "-R": interactive("opens a listener"), "-D": interactive("opens a listener"), "-N": interactive("stays connected"), "-W": interactive("passes a connection on"),
		"-F": unknown("its file may start a program"), "-E": change("writes a file"),
	},
	refine: func(s scope, c *call) Class {
		if slices.ContainsFunc(c.values("-o"), sshOption) {
			return unknown("an option of ssh may start a program")
		}
		words := c.words()
		if len(words) < 2 {
			return interactive("it needs a terminal")
		}
		deeper, ok := s.within(true)
		if !ok {
			return tooDeep
		}
		class := deeper.text(deeper, strings.Join(words[1:], " "))
		if s.fed && class.Risk == Interactive {
			return unknown("the other side runs what it is fed")
		}
		return class
	},
}

var rsync = &program{any: true, refine: func(s scope, c *call) Class {
	if class := transfer(Class{}, "-e", "--rsh", "--rsync-path")(s, c); class.Risk != Read {
		return class
	}
	class := change("copies files over others")
	for _, word := range c.pos {
		if strings.HasPrefix(word, "--del") || word == "--remove-source-files" {
			class = destroy("deletes files that are not on the other side")
		}
	}
	switch taken, unlisted := rsyncFlags.take(c.pos, false); {
	case !taken.has("-n", "--dry-run", "--list-only"):
		return class
	case unlisted != "":
		return unlistedFlag(unlisted)
	}
	return read("a dry run changes nothing")
}}

// rsyncFlags write nothing in a dry run: --log-file and --write-batch would.
var rsyncFlags = flags(`-n --dry-run --list-only -a -v -r -z -h -P -i -u -c -l -H -A -X -S -x -R -t -p -o -g -D -q -W -k -K -L -d -m -b -y -E -J -O -0 -4 -6 -f= -B= -C -I -F -s -N -U
	--archive --verbose --recursive --compress --human-readable? --progress --partial --itemize-changes --update --checksum --delete --delete-before --delete-during
	--delete-delay --delete-after --delete-excluded --del --ignore-errors --max-delete= --exclude= --include= --exclude-from= --include-from= --filter= --files-from= --from0
	--stats --size-only --ignore-times --existing --ignore-existing --ignore-non-existing --max-size= --min-size= --bwlimit= --timeout= --contimeout= --port=
	--links --copy-links --copy-unsafe-links --safe-links --copy-dirlinks --keep-dirlinks --hard-links --acls --xattrs --sparse --one-file-system --relative
	--perms --executability --chmod= --times --omit-dir-times --omit-link-times --atimes --owner --group --numeric-ids --usermap= --groupmap= --chown=
	--inplace --append --append-verify --dirs --devices --specials --no-owner --no-group --no-perms --no-times --no-links --no-o --no-g --no-p --no-t --no-D
	--no-relative --no-implied-dirs --no-motd --info= --debug= --out-format= --password-file= --ipv4 --ipv6 --remove-source-files --backup --backup-dir=
	--suffix= --compare-dest= --copy-dest= --link-dest= --whole-file --no-whole-file --fuzzy --delay-updates --prune-empty-dirs --cvs-exclude --modify-window=
	--mkpath --partial-dir= --compress-level= --compress-choice= --zc= --checksum-choice= --secluded-args --protect-args --fake-super --super --quiet --force
	--8-bit-output --no-human-readable --open-noatime --blocking-io --outbuf= --skip-compress= --address= --temp-dir= -T= --version --help`)

// tar lists, writes or unpacks, by a letter of its first word.
var tar = &program{any: true, refine: func(_ scope, c *call) Class {
	if chooses(c, "--to-command", "--checkpoint-action", "-I", "--use-compress-program", "--rsh-command", "-F", "--info-script", "--new-volume-script") {
		return unknown("a flag of tar may start a program")
	}
	args := c.pos
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		if dynamic(args[0]) {
			return unknown("what tar does here is known only at run time")
		}
		args = append(strings.Split("-"+strings.Join(strings.Split(args[0], ""), " -"), " "), args[1:]...) // tvf x is -t -v -f x
	}
	class := Class{}
	for _, word := range args {
		short := strings.HasPrefix(word, "-") && !strings.HasPrefix(word, "--")
		switch {
		case dynamic(word) && short:
			return unknown("what tar does here is known only at run time")
		case word == "--delete", word == "--remove-files":
			return destroy("deletes files")
		case word == "--create", word == "--extract", word == "--get", word == "--append", word == "--update", word == "--concatenate", word == "--catenate", short && strings.ContainsAny(word, "cxru"):
			class = change("writes an archive or its files")
		}
	}
	taken, unlisted := tarFlags.take(args, false)
	switch {
	case class.Risk == Change:
		return class
	case !taken.has("-t", "--list"):
		return unknown("no table tells what it does here")
	case unlisted != "":
		return unlistedFlag(unlisted)
	}
	return read("lists an archive")
}}

// tarFlags change nothing about a list: --index-file would write one.
var tarFlags = flags(`-t --list -f= --file= -v --verbose -z --gzip -j --bzip2 -J --xz --zstd --lzma --lz4 -Z -a --auto-compress --exclude= --wildcards --no-wildcards --strip-components= -C=
	--directory= -T= --files-from= -X= --exclude-from= --full-time --numeric-owner --no-recursion -R --block-number --totals? --utc --ignore-failed-read -i --ignore-zeros
	--show-transformed-names --transform= --warning= --force-local --anchored --no-anchored --ignore-case -h -p -P -O -w -b= -B -M -G --occurrence? --null -k -m -o -s -S
	--quoting-style= --show-stored-names -n --seek --no-seek --restrict --exclude-vcs --version --help`)

func archive(reads ...string) func(scope, *call) Class {
	return func(_ scope, c *call) Class {
		if chooses(c, reads...) {
			return read("looks into an archive")
		}
		return change("unpacks files over others")
	}
}

// wget writes a file unless it is told to print or only to look.
var wget = &program{
	flags: flags(`-q --quiet -O= --output-document= --spider -S --server-response -T= --timeout= -t= --tries= --header= --no-verbose -nv -v --no-check-certificate --method= --post-data= --body-data= --post-file= --body-file=
		-r --recursive -np --no-parent -P= --directory-prefix= -c --continue -N --timestamping -i= --input-file= -l= --level= -nc -nd -nH -A= -R= -m -k -p -E -b --user= --password= -U= --user-agent= --max-redirect= -4 -6 --content-on-error -w= --limit-rate= --progress= -e= --use-askpass=`),
	effects: map[string]Class{
		"-e": unknown("it may set anything"), "-i": unknown("it fetches what a file lists"), "--input-file": unknown("it fetches what a file lists"), "--use-askpass": unknown("it starts a program"),
		"--post-data": change("sends data to the address (POST)"), "--post-file": change("sends a file to the address"), "--body-data": change("sends data to the address"), "--body-file": change("sends a file to the address"),
	},
	refine: func(_ scope, c *call) (class Class) {
		for _, method := range c.values("--method") {
			class = class.worst(curlMethods(&call{set: map[string][]string{"-X": {method}}}))
		}
		outputs := c.values("-O", "--output-document")
		switch {
		case c.has("--spider"):
			return class.worst(read("only asks the address"))
		case len(outputs) == 0:
			return class.worst(change("writes what it got to a file"))
		}
		for _, name := range outputs {
			switch {
			case name == "-":
			case dynamic(name):
				return unknown("the file that wget writes is known only at run time")
			case name != "/dev/null":
				class = class.worst(change("writes what it got to the file " + shown(name)))
			}
		}
		return class.worst(read("only asks the address"))
	},
}
