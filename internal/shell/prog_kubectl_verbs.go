package shell

import (
	"regexp"
	"slices"
	"strings"
)

var kubeLogs = &program{
	class: read("only reads logs"), refused: kubeRefused, refine: kubeCommonOnly,
	flags: flags("-n= --namespace= --request-timeout= -v= --v=", `-f --follow --tail= -p --previous -c= --container= --all-containers --since= --since-time= --timestamps
		-l= --selector= --prefix --max-log-requests= --limit-bytes= --ignore-errors --pod-running-timeout= --all-pods`),
	effects: map[string]Class{"-f": follows, "--follow": follows},
}

// kubeCommonOnly is kubeCommon for verbs whose -f is not a file.
func kubeCommonOnly(s scope, c *call) Class {
	without := *c
	without.set = map[string][]string{}
	for name, values := range c.set {
		if name != "-f" {
			without.set[name] = values
		}
	}
	return kubeCommon(s, &without)
}

var kubeTop = kubeGroup(map[string]*program{
	"pod": topPods, "pods": topPods, "po": topPods, "node": topNodes, "nodes": topNodes, "no": topNodes,
})

var (
	topPods  = kube(read("shows what pods use"), kubeGlobal+"-A --all-namespaces --containers -l= --selector= --field-selector= --no-headers --sort-by= --sum --show-swap --use-protocol-buffers -w --watch", nil)
	topNodes = kube(read("shows what nodes use"), kubeGlobal+"-l= --selector= --no-headers --sort-by= --show-capacity --show-swap --use-protocol-buffers -w --watch", nil)
)

var kubeRollout = kubeGroup(map[string]*program{
	"status":  kube(read("waits for a rollout and says how it goes"), kubeGlobal+kubeFile+"-w? --watch? --timeout= --revision= -l= --selector=", nil),
	"history": kube(read("lists revisions"), kubeGlobal+kubeFile+"--revision= -o= --output= -l= --selector=", nil),
	"restart": kubeWrite("restarts the pods one after another", "-l= --selector="),
	"undo":    kubeWrite("goes back to an earlier revision", "--to-revision= -l= --selector="),
	"pause":   kubeWrite("pauses a rollout", "-l= --selector="),
	"resume":  kubeWrite("resumes a rollout", "-l= --selector="),
})

var kubeSet = kubeGroup(map[string]*program{
	"image":          kubeWrite("changes an image", "--all -l= --selector= --local"),
	"env":            kubeListing("changes environment variables", discloses("prints the variables, which may hold passwords"), "--list --resolve --all -l= --selector= --local -c= --containers= -e= --env= --overwrite --prefix= --keys="),
	"resources":      kubeWrite("changes requests and limits", "--all -l= --selector= --local -c= --containers= --limits= --requests="),
	"selector":       kubeWrite("changes a selector", "--all --local --resource-version="),
	"serviceaccount": kubeWrite("changes a service account", "--all --local"),
	"subject":        kubeWrite("changes who a role is given to", "--all --local --user= --group= --serviceaccount="),
})

var kubeCreate = &program{
	refused: kubeRefused,
	flags: flags(kubeAlter, `--from-literal= --from-file= --from-env-file= --cert= --key= --image= --replicas= --port= --save-config --validate? --from= --schedule= --restart= --type=
		--tcp= --clusterip= --verb= --resource= --resource-name= --role= --clusterrole= --serviceaccount= --group= --min-available= --max-unavailable= --selector= -l=
		--class= --rule= --default-backend= --annotation= --append-hash --duration= --audience= --bound-object-kind= --bound-object-name= --edit --windows-line-endings`),
	effects: map[string]Class{"--edit": interactive("--edit opens an editor")},
	refine: alsoCommon(func(_ scope, c *call) Class {
		class := change("creates an object")
		for _, word := range c.words() {
			if word == "token" {
				class.Discloses = true
			}
		}
		if len(c.pos) > 0 && dynamic(c.pos[0]) {
			return unknown("the type of object is known only at run time")
		}
		return dry(c, class)
	}),
}

var kubeDrain = &program{
	refused: kubeRefused,
	flags:   flags(kubeGlobal, "--dry-run? --ignore-daemonsets --delete-emptydir-data --delete-local-data --force --grace-period= --timeout= --pod-selector= -l= --selector= --disable-eviction --skip-wait-for-delete-timeout= --chunk-size="),
	refine: alsoCommon(func(_ scope, c *call) Class {
		class := change("moves the pods off a node; uncordon lets them back")
		if c.has("--delete-emptydir-data", "--delete-local-data", "--force", "--disable-eviction", "--grace-period") {
			class = destroy("pods that nothing brings back, or their data, are lost")
		}
		return dry(c, class)
	}),
}

// reborn are the types whose deletion something usually makes good again, with the kind that they are.
var reborn = map[string]string{
	"pod": "pod", "pods": "pod", "po": "pod", "lease": "lease", "leases": "lease", "job": "job", "jobs": "job", "job.batch": "job", "jobs.batch": "job",
}

var kubeDelete = &program{
	refused: kubeRefused,
	flags:   flags(kubeGlobal, kubeFile, kubeSelect, "--all --force --grace-period= --now --wait --timeout= --cascade? --dry-run? -o= --output= -i --interactive"),
	effects: map[string]Class{"-i": interactive("-i asks at the keyboard"), "--interactive": interactive("-i asks at the keyboard")},
	refine: alsoCommon(func(_ scope, c *call) Class {
		types, ok := kubeTypes(c)
		class := change("deletes objects that their owner makes again")
		if !ok {
			return unknown("the type of object is known only at run time")
		}
		for _, kind := range types {
			if reborn[kind] == "" {
				class = destroy("deletes " + shown(kind) + " objects, which nothing brings back")
			}
		}
		switch {
		case len(types) == 0:
			class = destroy("deletes whatever a file or selector names")
		case c.has("--all", "-A", "--all-namespaces"):
			class = destroy("deletes all of them")
		case c.has("--force", "--now", "--grace-period", "--cascade"):
			class = destroy("does not let them end in order")
		}
		for _, selector := range c.values("-l", "--selector", "--field-selector") {
			if strings.TrimSpace(selector) == "" || strings.HasPrefix(selector, hole) || strings.HasPrefix(selector, later) {
				class = destroy("an empty selector names everything")
			}
		}
		return dry(c, class)
	}),
}

// kubeTypes gives the literal resource types that a call names, with the group if
// one is written; ok is false when one is known only at run time.
func kubeTypes(c *call) (types []string, ok bool) {
	words := c.words()
	if len(words) == 0 {
		return nil, true
	}
	add := func(list string) bool {
		for kind := range strings.SplitSeq(list, ",") {
			if dynamic(kind) || kind == "" {
				return false
			}
			types = append(types, strings.ToLower(kind))
		}
		return true
	}
	first, _, slashed := strings.Cut(words[0], "/")
	if !add(first) {
		return nil, false
	}
	for _, word := range words[1:] {
		kind, _, found := strings.Cut(word, "/")
		if found && !add(kind) || slashed && dynamic(word) {
			return nil, false
		}
	}
	return types, true
}

func kubeGet(_ scope, c *call) Class {
	types, ok := kubeTypes(c)
	if !ok {
		return unknown("the type of object is known only at run time")
	}
	formats := c.values("-o", "--output", "--template")
	for _, kind := range types {
		if strings.HasPrefix(kind, "secret") || kind == "externalsecret" || kind == "sealedsecret" {
			for _, format := range formats {
				if format != "name" && format != "wide" {
					return discloses("prints the values of secrets")
				}
			}
		}
	}
	if len(types) == 0 && len(formats) > 0 {
		return discloses("prints whatever the file names, secrets included")
	}
	return Class{}
}

// kubeExec is classed by the command after --.
var kubeExec = &program{
	flags: flags(kubeGlobal, "-i --stdin -t --tty -c= --container= -q --quiet --pod-running-timeout="), refused: kubeRefused,
	refine: alsoCommon(func(s scope, c *call) Class {
		if !c.dash {
			return unknown("the command for the container must follow --")
		}
		if len(c.rest) == 0 {
			return unknown("there is no command for the container")
		}
		deeper, ok := s.within(true)
		if !ok {
			return tooDeep
		}
		return deeper.start(deeper, c.rest)
	}),
}

var kubeCopy = &program{
	class: change("copies files into or out of a container"), refused: kubeRefused,
	flags: flags(kubeGlobal, "-c= --container= --no-preserve --retries="),
	refine: alsoCommon(func(_ scope, c *call) (class Class) {
		for _, word := range c.words() {
			if !strings.Contains(word, ":") {
				local := scratchFile(word)
				if local.Refused != "" { // it is a copy all the same
					local.Risk, local.Why = Change, "copies files into or out of a container"
				}
				class = class.worst(local)
			}
			class = class.worst(fileRead(word))
		}
		return class
	}),
}

var kubeTerminal = map[string]Class{
	"-i": interactive("it attaches the keyboard"), "--stdin": interactive("it attaches the keyboard"),
	"-t": interactive("it needs a terminal"), "--tty": interactive("it needs a terminal"),
}

var kubeRun = &program{
	effects: kubeTerminal, refused: kubeRefused,
	flags:  flags(kubeGlobal, "--image= --restart= --rm -i --stdin -t --tty --command --env= --labels= -l= --port= --dry-run? -o= --output= --attach --quiet -q --image-pull-policy= --pod-running-timeout= --timeout="),
	refine: alsoCommon(unlessDry(change("starts a new pod"))),
}

var kubeDebug = &program{
	effects: kubeTerminal, refused: kubeRefused, class: change("adds a container to a pod or starts a copy"),
	flags:  flags(kubeGlobal, "--image= -i --stdin -t --tty --target= -c= --container= --copy-to= --share-processes --same-node --attach --quiet -q --image-pull-policy="),
	refine: alsoCommon(kubeDebugNode),
}

func kubeDebugNode(_ scope, c *call) Class {
	if c.has("-i", "--stdin", "-t", "--tty") {
		return Class{}
	}
	for _, word := range c.pos {
		if strings.Contains(word, later) || word == "node" || word == "nodes" || word == "no" || strings.Contains(word, "/") && !strings.HasPrefix(word, "pod/") {
			return unknown("a pod that debugs a node may do anything to it")
		}
	}
	return Class{}
}

func kubeClusterInfo(s scope, c *call) Class {
	class := kubeCommon(s, c)
	if len(c.words()) == 0 {
		return class
	}
	dump := discloses("prints everything of the cluster")
	for _, dir := range c.values("--output-directory") {
		if dir != "-" {
			dump = change("writes everything of the cluster into files")
		}
	}
	dump.Refused = "cluster-info dump writes and prints everything; copy it and run it elsewhere"
	return class.worst(dump)
}

// finalizersGone finds a patch that takes the finalizers off: what waited to be deleted is gone then, and nobody cleans up after it.
var finalizersGone = regexp.MustCompile(`finalizers"?\s*:\s*(?:null|\[\s*\])|"remove"[^{}]*/metadata/finalizers|/metadata/finalizers[^{}]*"remove"`)

var kubePatch = func() *program {
	p := kubeWrite("changes fields of an object", "-p= --patch= --patch-file= --type= --subresource= --local")
	alters := p.refine
	p.refine = func(s scope, c *call) Class {
		class := alters(s, c)
		if class.Risk == Change && slices.ContainsFunc(c.values("-p", "--patch"), finalizersGone.MatchString) {
			return class.worst(destroy("takes the finalizers off: what waits to be deleted is gone then"))
		}
		return class
	}
	return p
}()
