package shell

import (
	"slices"
	"strings"
	"sync"
)

var (
	gitReads  = read("only reads the repository")
	gitLoses  = destroy("throws changes away")
	gitForces = destroy("overwrites or deletes what others have")
	gitOpens  = interactive("opens an editor or asks at the keyboard")
)

// git is a table of its own kind: what git starts (pagers, hooks, aliases, external
// diffs) is chosen by flags before the verb, and those are not known.
var git = &program{
	flags: flags("--no-pager -C= --no-optional-locks --version --literal-pathspecs"), bare: read("prints its help"),
	opaque:  map[string]string{"-c= --config-env= --exec-path= --git-dir= --work-tree= -p --paginate": "it chooses what git starts"},
	effects: map[string]Class{"--version": read("asks for the version")},
	verbs: map[string]*program{
		"status": gitVerb(gitReads, nil), "log": gitVerb(gitReads, gitWrites), "show": gitVerb(gitReads, gitWrites), "diff": gitVerb(gitReads, gitWrites), "shortlog": gitVerb(gitReads, gitWrites),
		"blame": gitVerb(gitReads, nil), "annotate": gitVerb(gitReads, nil), "describe": gitVerb(gitReads, nil), "rev-parse": gitVerb(gitReads, nil), "rev-list": gitVerb(gitReads, nil), "ls-files": gitVerb(gitReads, nil),
		"ls-tree": gitVerb(gitReads, nil), "ls-remote": gitVerb(gitReads, map[string]Class{"--upload-pack": unknown("it chooses what the other side starts"), "--exec": unknown("it chooses what the other side starts")}),
		"cat-file": gitVerb(gitReads, nil), "show-ref": gitVerb(gitReads, nil), "for-each-ref": gitVerb(gitReads, nil), "merge-base": gitVerb(gitReads, nil), "name-rev": gitVerb(gitReads, nil), "count-objects": gitVerb(gitReads, nil),
		"fsck": gitVerb(gitReads, map[string]Class{"--lost-found": change("writes what it finds to files")}), "cherry": gitVerb(gitReads, nil), "whatchanged": gitVerb(gitReads, gitWrites), "diff-tree": gitVerb(gitReads, gitWrites), "var": gitVerb(gitReads, nil), "version": gitVerb(gitReads, nil), "help": gitVerb(gitReads, map[string]Class{"-w": gitOpens, "--web": gitOpens, "-i": gitOpens, "--info": gitOpens}),
		"grep":   gitVerb(gitReads, map[string]Class{"-O": unknown("it opens a pager of its choice"), "--open-files-in-pager": unknown("it opens a pager of its choice")}),
		"reflog": gitWords(gitReads, "expire", gitLoses, "delete", gitLoses), "remote": gitWords(gitReads, "add", gitMoves, "set-url", gitMoves, "rename", gitMoves, "prune", gitMoves, "update", gitMoves, "set-head", gitMoves, "remove", gitLoses, "rm", gitLoses),
		"branch": gitVerb(gitReads, gitBranch), "tag": gitVerb(gitReads, gitTag), "config": gitVerb(Class{}, gitConfig), "stash": gitStash, "worktree": gitWords(unknown("no table tells what it does"), "list", gitReads, "add", gitMoves, "prune", gitMoves, "remove", gitLoses),
		"fetch": gitVerb(change("fetches what others pushed"), nil), "pull": gitVerb(change("fetches and merges"), map[string]Class{"--force": gitLoses, "-f": gitLoses}), "clone": gitVerb(change("copies a repository"), map[string]Class{"-c": unknown("it chooses what git starts"), "--config": unknown("it chooses what git starts"), "-u": unknown("it chooses what the other side starts"), "--upload-pack": unknown("it chooses what the other side starts")}),
		"init": gitVerb(gitMoves, nil), "add": gitVerb(gitMoves, gitAsks), "mv": gitVerb(gitMoves, map[string]Class{"-f": gitLoses, "--force": gitLoses}), "apply": gitVerb(gitMoves, map[string]Class{"--check": dryRun, "--stat": dryRun}), "am": gitVerb(gitMoves, nil),
		"merge": gitVerb(gitMoves, gitAsks), "cherry-pick": gitVerb(gitMoves, map[string]Class{"-e": gitOpens, "--edit": gitOpens}), "revert": gitUnless(gitOpens, gitMoves, "--no-edit", "-n", "--no-commit", "--abort", "--continue", "--quit"),
		"rebase": gitVerb(change("writes commits anew; the reflog keeps the old ones"), gitAsks), "commit": gitUnless(gitOpens, gitMoves, "-m", "-am", "--message", "-F", "--file", "--no-edit", "-C", "-qm", "-sm", "--dry-run"),
		"switch": gitVerb(gitMoves, map[string]Class{"-f": gitLoses, "--force": gitLoses, "--discard-changes": gitLoses, "-C": gitLoses}), "checkout": gitCheckout, "restore": gitUnless(gitLoses, change("takes files out of the index"), "--staged", "-S"),
		"reset": gitVerb(change("moves the branch; the reflog keeps the old place"), map[string]Class{"--hard": gitLoses, "--merge": gitLoses, "--keep": gitLoses}), "clean": gitVerb(gitLoses, map[string]Class{"-n": dryRun, "--dry-run": dryRun, "-nd": dryRun, "-ndx": dryRun, "-nfd": dryRun, "-ndf": dryRun, "-i": gitOpens}),
		"rm": gitVerb(destroy("removes files"), map[string]Class{"-n": dryRun, "--dry-run": dryRun}), "gc": gitVerb(change("tidies the repository"), map[string]Class{"--prune": gitLoses}), "prune": gitVerb(gitLoses, map[string]Class{"-n": dryRun, "--dry-run": dryRun}), "repack": gitVerb(gitMoves, nil), "maintenance": gitVerb(gitMoves, nil),
		"push": gitPush, "update-index": gitVerb(gitMoves, nil), "notes": gitWords(gitReads, "add", gitMoves, "append", gitMoves, "remove", gitLoses, "edit", gitOpens), "archive": gitVerb(change("writes an archive"), nil), "bundle": gitVerb(gitMoves, nil), "format-patch": gitVerb(change("writes patches"), nil),
		"submodule": gitWords(unknown("no table tells what it does"), "status", gitReads, "summary", gitReads, "update", gitMoves, "init", gitMoves, "add", gitMoves, "sync", gitMoves, "deinit", gitLoses), "filter-branch": gitVerb(gitForces, nil), "update-ref": gitVerb(gitLoses, nil),
		"gui": gitVerb(gitOpens, nil), "difftool": gitVerb(gitOpens, nil), "mergetool": gitVerb(gitOpens, nil), "bisect": gitWords(change("checks commits out"), "run", unknown("runs a program of its choice"), "log", gitReads, "visualize", gitOpens),
	},
}

var (
	gitMoves  = change("changes the repository or its files")
	gitWrites = map[string]Class{"--output": change("--output writes a file"), "--ext-diff": unknown("it starts a program of the configuration's choice"), "--textconv": unknown("it starts a program of the configuration's choice")}
	gitAsks   = map[string]Class{"-i": gitOpens, "--interactive": gitOpens, "-p": gitOpens, "--patch": gitOpens, "-e": gitOpens, "--edit": gitOpens, "--edit-todo": gitOpens, "-x": unknown("runs a program of its choice"), "--exec": unknown("runs a program of its choice"), "-n": {}, "--dry-run": {}}
	gitBranch = map[string]Class{
		"-d": change("deletes a merged branch"), "--delete": change("deletes a merged branch"), "-D": destroy("deletes a branch that may not be merged"), "-m": gitMoves, "-M": gitForces, "--move": gitMoves, "-c": gitMoves, "-C": gitForces,
		"-f": gitForces, "--force": gitForces, "-u": gitMoves, "--set-upstream-to": gitMoves, "--unset-upstream": gitMoves, "--edit-description": gitOpens, "word": gitMoves,
	}
	gitTag    = map[string]Class{"-d": destroy("deletes tags"), "--delete": destroy("deletes tags"), "-f": gitForces, "--force": gitForces, "-a": gitMoves, "-s": gitMoves, "-m": gitMoves, "word": gitMoves}
	gitConfig = map[string]Class{
		"-l": discloses("prints every setting, credentials included"), "--list": discloses("prints every setting, credentials included"), "--get": gitReads, "--get-all": gitReads, "--get-regexp": gitReads, "--unset": gitMoves, "--unset-all": gitMoves, "--add": gitMoves,
		"--replace-all": gitMoves, "-e": gitOpens, "--edit": gitOpens, "word": gitReads, "words": gitMoves, "--remove-section": gitMoves,
	}
)

// gitVerb is a verb; what some of its flags, or words at all, add stands in effects.
func gitVerb(class Class, effects map[string]Class) *program {
	known := sync.OnceValue(func() flagSet { return gitKnown(effects) })
	return &program{any: true, refine: func(_ scope, c *call) Class { return gitSure(gitEffects(class, c, effects), c.pos, known()) }}
}

func gitEffects(class Class, c *call, effects map[string]Class) Class {
	words, listing := 0, false
	for i, word := range c.pos {
		if word == "--" {
			break
		}
		if !strings.HasPrefix(word, "-") || word == "-" {
			if i == 0 || !listing {
				words++
			}
			continue
		}
		if dynamic(word) {
			return unknown("a flag of git is known only at run time")
		}
		name, _, _ := strings.Cut(word, "=")
		listing = listing || name == "-l" || name == "--list" || name == "--contains" || name == "--merged" || name == "--get" || name == "--get-all" || name == "--get-regexp" || name == "--sort" || name == "-n" || name == "--points-at" || name == "--no-merged"
		effect, listed := effects[name]
		if effect == dryRun {
			return read("a dry run changes nothing")
		}
		if !listed && len(name) > 2 && name[1] != '-' {
			for _, letter := range name[1:] {
				effect = effect.worst(effects["-"+string(letter)])
			}
		}
		class = class.worst(effect)
	}
	switch {
	case listing:
	case words > 1 && effects["words"].Why != "":
		class = class.worst(effects["words"])
	case words > 0:
		class = class.worst(effects["word"])
	}
	return class
}

// gitWords is a verb whose first word may be another verb: word, class, word, class, …
func gitWords(class Class, pairs ...any) *program {
	return &program{any: true, refine: func(_ scope, c *call) Class {
		for _, word := range c.pos {
			if strings.HasPrefix(word, "-") {
				continue
			}
			if dynamic(word) {
				return unknown("what git does here is known only at run time")
			}
			for i := 0; i+1 < len(pairs); i += 2 {
				if pairs[i] == word {
					return gitSure(pairs[i+1].(Class), c.pos, gitFlags) //nolint:forcetypeassert // the tables above
				}
			}
			break
		}
		return gitSure(class, c.pos, gitFlags)
	}}
}

// gitUnless is class, or mild when one of the flags stands there.
func gitUnless(class, mild Class, names ...string) *program {
	return &program{any: true, refine: func(_ scope, c *call) Class {
		for _, word := range c.pos {
			name, _, _ := strings.Cut(word, "=")
			if slices.Contains(names, name) {
				return mild
			}
		}
		return class
	}}
}

var gitStash = gitWords(change("sets changes aside; stash pop brings them back"), "list", gitReads, "show", gitReads, "drop", gitLoses, "clear", gitLoses)

// gitCheckout throws changes away when it is given files.
var gitCheckout = &program{any: true, refine: func(_ scope, c *call) Class {
	for _, word := range c.pos {
		switch word {
		case "--", ".", "-f", "--force", "-B", "--ours", "--theirs":
			return gitLoses
		case "-p", "--patch":
			return gitOpens
		}
	}
	return change("checks another commit out")
}}

// gitPush overwrites with --force, and deletes with a refspec that begins with a colon.
var gitPush = &program{any: true, refine: func(_ scope, c *call) Class {
	class := change("publishes commits")
	for _, word := range c.pos {
		name, _, _ := strings.Cut(word, "=")
		switch {
		case name == "-n" || name == "--dry-run":
			return gitSure(read("a dry run changes nothing"), c.pos, gitFlags)
		case name == "--receive-pack" || name == "--exec":
			return unknown("it chooses what the other side starts")
		case name == "-f" || strings.HasPrefix(name, "--force") || name == "-d" || name == "--delete" || name == "--mirror" || name == "--prune", strings.HasPrefix(word, ":"), strings.HasPrefix(word, "+"):
			class = gitForces
		}
	}
	return class
}}
