package shell

import (
	"regexp"
	"slices"
	"strings"
)

// enterPrograms start a command elsewhere than where they stand: in the namespaces of another process,
// in another root, as somebody else, on other machines, or under another program's eye. It is classed
// like one on another machine. Wardroom never starts them: what they start would not be asked for again.
var enterPrograms = map[string]*program{
	"nsenter": enters(`-t= --target= -a --all -m? --mount? -u? --uts? -i? --ipc? -n? --net? -p? --pid? -U? --user? -C? --cgroup? -T? --time?
		-r? --root? -w? --wd? -W= --wdns= -S= --setuid= -G= --setgid= --preserve-credentials --keep-caps -F --no-fork -e --env`, wrapped),
	"unshare": enters(`-m? --mount? -u? --uts? -i? --ipc? -n? --net? -p? --pid? -U? --user? -C? --cgroup? -T? --time? -f --fork --mount-proc? -r
		--map-root-user -c --map-current-user --propagation= --keep-caps -R= --root= -w= --wd= -S= --setuid= -G= --setgid= --kill-child?`, wrapped),
	"chroot": enters("--userspec= --groups= --skip-chdir", behindFirst),
	"setpriv": enters(`--reuid= --ruid= --euid= --regid= --rgid= --egid= --clear-groups --keep-groups --init-groups --groups= --inh-caps= --ambient-caps=
		--bounding-set= --no-new-privs --nnp --securebits= --pdeathsig= --reset-env`, wrapped),
	"gosu": enters("", behindFirst), "su-exec": enters("", behindFirst), "envdir": enters("", behindFirst), "doas": enters("-n -u=", wrapped),
	"runuser": {any: true, refine: asUser}, "su": {any: true, refine: asUser},
	"unbuffer": enters("", wrapped), "dumb-init": enters("-c --single-child -v --verbose", wrapped), "tini": enters("-s -g -v -w -e= -p=", wrapped),
	"script":       {flags: flags("-a --append -c= --command= -e --return -f --flush -q --quiet -E= --echo= -o= --output-limit= --force"), refine: recorded},
	"lxc-attach":   enters("-n= --name= -P= --lxcpath= --clear-env -u= --uid= -g= --gid=", wrapped),
	"sshpass":      enters("-p= -e -f= -d= -P= -v", wrapped),
	"pdsh":         enters("-w= -x= -g= -a -l= -u= -t= -f= -R= -S -N -b", asText),
	"clush":        enters("-w= -x= -g= -X= -a -l= -u= -t= -f= -S -N -b -B -q -d -L -v -n -r", asText),
	"parallel-ssh": parallelSSH, "pssh": parallelSSH,
}

var parallelSSH = enters("-h= --hosts= -H= --host= -l= --user= -p= --par= -t= --timeout= -i --inline -P --print -v", asText)

const entered = "what it starts would not be asked for again; copy it and run it elsewhere"

// enters is a program that starts the words behind its own flags elsewhere.
func enters(list string, inner func(scope, *call) Class) *program {
	return &program{flags: flags(list), stop: true, refine: func(s scope, c *call) Class {
		if len(c.words()) == 0 {
			return interactive("without a command it opens a shell")
		}
		return startsElsewhere(s, c, inner)
	}}
}

// startsElsewhere is the class of what starts, which Wardroom does not start.
func startsElsewhere(s scope, c *call, inner func(scope, *call) Class) Class {
	deeper, ok := s.within(true)
	if !ok {
		return tooDeep
	}
	class := inner(deeper, c)
	if class.Refused == "" {
		class.Refused = entered
	}
	return class
}

// asText is given to the shells of other machines.
func asText(s scope, c *call) Class { return s.text(s, strings.Join(c.words(), " ")) }

// behindFirst is chroot ROOT [COMMAND].
func behindFirst(s scope, c *call) Class {
	words := c.words()
	switch {
	case dynamic(words[0]):
		return unknown("a word before the command is known only at run time, so the command's place is too")
	case len(words) == 1:
		return interactive("without a command it opens a shell")
	}
	return wrapped(s, &call{pos: words[1:]})
}

var userFlags = flags("-l --login -m -p --preserve-environment -P --pty -T --no-pty -f --fast -s= --shell= -g= --group= -G= --supp-group= -c= --command= -u= --user=")

var plainShell = regexp.MustCompile(`^(/usr)?/bin/(ba|da|a|z|k)?sh$`)

// asUser is su USER -c TEXT and runuser -u USER COMMAND; without a command it is a shell.
func asUser(s scope, c *call) Class {
	words := slices.DeleteFunc(slices.Clone(c.pos), func(word string) bool { return word == "-" })
	first, unlisted := userFlags.take(words, true)
	if unlisted == "" && first.has("-u", "--user") && !first.has("-c", "--command") && len(first.words()) > 0 {
		return startsElsewhere(s, &first, wrapped)
	}
	all, unlisted := userFlags.take(words, false)
	texts := all.values("-c", "--command")
	switch {
	case unlisted != "", len(all.words()) > 1, len(texts) > 1, first.has("-u", "--user") && len(texts) > 0:
		return unknown("the words behind the user belong to the shell that starts")
	case len(texts) == 0:
		return interactive("without a command it opens a shell")
	case slices.ContainsFunc(all.values("-s", "--shell"), func(shell string) bool { return !plainShell.MatchString(shell) }):
		return unknown("the text does not tell what its shell does")
	}
	return startsElsewhere(s, &all, func(s scope, _ *call) Class { return s.text(s, texts[0]) })
}

// recorded is script -c TEXT FILE; nothing is left of what goes to /dev/null.
func recorded(s scope, c *call) Class {
	texts := c.values("-c", "--command")
	if len(texts) != 1 {
		return interactive("without a command it opens a shell")
	}
	class := startsElsewhere(s, c, func(s scope, _ *call) Class { return s.text(s, texts[0]) })
	if !slices.Equal(c.words(), []string{"/dev/null"}) {
		class = class.worst(change("writes what it shows to a file"))
	}
	return class
}

// startAs classes the words as those of another program. What holds for that one as it runs here (whose
// credentials it uses, in which transaction) holds for none that brings its own.
func startAs(s scope, name string, words []string) Class {
	deeper, ok := s.within(false)
	if !ok {
		return tooDeep
	}
	class := s.start(deeper, append([]string{name}, words...))
	if class.Refused == "" && !s.remote {
		class.Refused = entered
	}
	return class
}
