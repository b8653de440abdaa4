package shell

import (
	"maps"
	"slices"
	"strings"
)

// oc is kubectl for the verbs that they share; the others are copied.
var oc = ocTable()

func ocTable() *program {
	own := map[string]*program{
		"whoami": {any: true, refine: ocWhoami}, "projects": ocCopies(read("lists projects")), "status": ocCopies(read("shows the project")), "process": ocCopies(read("fills a template")), "image": {any: true, refine: ocImage}, "explain": kubectl.verbs["explain"],
		"project": ocCopies(change("switches the project")), "new-project": ocCopies(change("creates a project")), "new-app": ocCopies(change("creates an application")), "new-build": ocCopies(change("creates a build")), "start-build": ocCopies(change("starts a build")), "cancel-build": ocCopies(change("stops a build")),
		"rollout": {any: true, refine: ocRollout}, "rollback": ocCopies(change("goes back to an earlier deployment")), "import-image": ocCopies(change("imports an image")), "tag": ocCopies(change("tags an image")), "extract": {any: true, refine: ocExtract}, "logout": ocCopies(change("forgets who acts")), "idle": ocCopies(change("stops what nobody uses")), "policy": ocCopies(change("changes rights")), "rsync": ocCopies(change("copies files")),
		"login": ocCopies(interactive("asks at the keyboard")), "rsh": ocCopies(interactive("opens a shell")), "adm": {any: true, refine: ocAdmin},
	}
	all := maps.Clone(kubectl.verbs)
	maps.Copy(all, own)
	return &program{flags: kubectl.flags, effects: kubectl.effects, refused: kubectl.refused, bare: kubectl.bare, refine: kubectl.refine, verbs: all}
}

const ocElsewhere = "only the verbs that oc shares with kubectl run here; copy it and run it elsewhere"

func ocCopies(class Class) *program {
	class.Refused = ocElsewhere
	return &program{any: true, class: class}
}

func ocImage(_ scope, c *call) Class {
	class := change("writes an image or its files")
	if len(c.pos) > 0 && c.pos[0] == "info" {
		class = read("describes an image")
	}
	class.Refused = ocElsewhere
	return class
}

// ocExtract prints an object's contents with --to=-.
func ocExtract(_ scope, c *call) Class {
	class := change("writes the contents of an object into files")
	for _, word := range c.pos {
		if word == "--to=-" {
			class = discloses("prints the contents of an object")
		}
	}
	class.Refused = ocElsewhere
	return class
}

// ocRollout has verbs for deployment configs beside kubectl's.
func ocRollout(s scope, c *call) Class {
	if len(c.pos) > 0 && slices.Contains([]string{"latest", "cancel", "retry"}, c.pos[0]) {
		return Class{Risk: Change, Why: "deploys, or stops deploying", Refused: ocElsewhere}
	}
	return kubectl.verbs["rollout"].classify(s, "oc rollout", c.pos)
}

// ocWhoami prints the caller's token with -t.
func ocWhoami(_ scope, c *call) Class {
	class := read("asks who acts")
	if chooses(c, "-t", "--show-token") {
		class = discloses("prints the caller's token")
	}
	class.Refused = ocElsewhere
	return class
}

// ocAdmin is oc adm VERB.
func ocAdmin(s scope, c *call) Class {
	if len(c.pos) == 0 || dynamic(c.pos[0]) {
		return unknown("what oc adm does here is not known")
	}
	verb, rest := c.pos[0], &call{pos: c.pos[1:]}
	class := unknown("no table tells what oc adm " + shown(verb) + " does")
	switch verb {
	case "cordon", "uncordon", "drain", "taint", "top", "certificate":
		return kubectl.verbs[verb].classify(s, "oc adm "+verb, rest.pos).worst(Class{Refused: ocElsewhere})
	case "node-logs":
		class = read("only reads")
	case "release":
		class = change("writes files or images")
		if len(rest.pos) > 0 && rest.pos[0] == "info" {
			class = read("describes a release")
		}
	case "must-gather", "inspect":
		class = change("collects everything of the cluster into files")
	case "policy":
		class = change("changes rights")
		if len(rest.pos) > 0 && (rest.pos[0] == "who-can" || strings.HasPrefix(rest.pos[0], "scc-review")) {
			class = read("asks what is permitted")
		}
	case "prune":
		class = read("says what it would remove")
		if chooses(rest, "--confirm") {
			class = destroy("removes what nothing uses now")
		}
	case "upgrade":
		class = read("shows the cluster's version")
		if len(rest.pos) > 0 && !strings.HasPrefix(rest.pos[0], "-") && rest.pos[0] != "status" && rest.pos[0] != "recommend" {
			class = change("changes what the cluster upgrades to")
		}
		if chooses(rest, "--to", "--to-latest", "--to-image", "--force", "--clear", "--allow-explicit-upgrade") {
			class = destroy("upgrades the cluster, which cannot go back")
		}
	}
	class.Refused = ocElsewhere
	return class
}
