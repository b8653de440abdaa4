package shell

import (
	"slices"
	"strings"
)

const (
	kubeGlobal = "-n= --namespace= -v= --v= --request-timeout= --warnings-as-errors --match-server-version "
	kubeOutput = "-o= --output= --template= --no-headers --show-labels --show-kind --sort-by= -L= --label-columns= --show-managed-fields --allow-missing-template-keys "
	kubeSelect = "-l= --selector= --field-selector= -A --all-namespaces --ignore-not-found --chunk-size= "
	kubeFile   = "-f= --filename= -R --recursive "
	kubeAlter  = kubeGlobal + kubeFile + "--dry-run? -o= --output= --field-manager= --template= --allow-missing-template-keys --record? --show-managed-fields "
)

// kubeRefused are flags that would lead kubectl away from the environment's own
// cluster, identity or files.
var kubeRefused = map[string]string{
	"--kubeconfig=": "credentials come from the environment only", "--server=": "the environment names the cluster", "-s=": "the environment names the cluster",
	"--token=": "credentials come from the environment only", "--user=": "credentials come from the environment only", "--username=": "credentials come from the environment only",
	"--password=": "credentials come from the environment only", "--cluster=": "the environment names the cluster", "--context=": "the environment names the cluster",
	"--as= --as-group= --as-uid=": "who acts is not the command's choice", "--client-certificate= --client-key=": "credentials come from the environment only",
	"--certificate-authority=": "the environment names the cluster", "--insecure-skip-tls-verify": "the server must be verified", "--tls-server-name=": "the server must be verified",
	"--cache-dir=": "it writes outside the scratch folder", "--profile= --profile-output=": "it writes files", "--kuberc=": "it reads a file that changes commands",
	"-k= --kustomize=": "it may fetch from anywhere", "--raw=": "it asks for any path of the API", "--flatten": "it prints credentials",
}

// kubectl is read from the outside in: verb, flags, then what refine finds in the
// types and names.
var kubectl = &program{
	flags: flags(kubeGlobal), refused: kubeRefused, bare: read("prints its help"), refine: kubeCommon,
	verbs: map[string]*program{
		"get":           kube(read("only reads objects"), kubeGlobal+kubeOutput+kubeSelect+kubeFile+"-w --watch --watch-only --output-watch-events --server-print --subresource=", kubeGet),
		"describe":      kube(read("only reads objects"), kubeGlobal+kubeSelect+kubeFile+"--show-events", kubeGet),
		"logs":          kubeLogs,
		"top":           kubeTop,
		"events":        kube(read("only reads events"), kubeGlobal+kubeOutput+"-A --all-namespaces --for= --types= -w --watch", nil),
		"explain":       kube(read("explains a type"), kubeGlobal+"--api-version= --recursive --output= -o=", nil),
		"api-resources": kube(read("lists types"), kubeGlobal+"--api-group= --namespaced --no-headers -o= --output= --sort-by= --verbs= --categories= --cached", nil),
		"api-versions":  kube(read("lists versions"), kubeGlobal, nil),
		"version":       kube(read("asks for versions"), kubeGlobal+"--client --short -o= --output=", nil),
		"wait":          kube(read("waits for a condition"), kubeGlobal+kubeFile+"--for= --timeout= --all -l= --selector= --field-selector= -A --all-namespaces -o= --output=", nil),
		"diff":          kube(read("compares a file with the cluster"), kubeGlobal+kubeFile+"-l= --selector= --server-side --field-manager= --prune", nil),
		"cluster-info":  {class: read("names the cluster's services"), flags: flags(kubeGlobal, "--namespaces= --output-directory= -A --all-namespaces -o= --output= --pod-running-timeout="), refused: kubeRefused, refine: kubeClusterInfo},
		"auth":          kubeGroup(map[string]*program{"can-i": kube(read("asks what is permitted"), kubeGlobal+"--list --quiet -q -A --all-namespaces --no-headers --subresource=", nil), "whoami": kube(read("asks who acts"), kubeGlobal+"-o= --output=", nil), "reconcile": kubeElsewhere(change("changes roles and who has them"), "auth reconcile")}),
		"rollout":       kubeRollout,
		"config": kubeGroup(map[string]*program{
			"view": kube(read("shows the configuration without secrets"), kubeGlobal+"--minify -o= --output=", nil), "current-context": kube(read("names the context"), kubeGlobal, nil),
			"use-context": kubeElsewhere(change("switches the cluster"), "config use-context"), "set-context": kubeElsewhere(change("changes the configuration"), "config set-context"), "set": kubeElsewhere(change("changes the configuration"), "config set"),
			"set-cluster": kubeElsewhere(change("changes the configuration"), "config set-cluster"), "set-credentials": kubeElsewhere(change("changes the configuration"), "config set-credentials"), "unset": kubeElsewhere(change("changes the configuration"), "config unset"), "rename-context": kubeElsewhere(change("changes the configuration"), "config rename-context"),
			"delete-context": kubeElsewhere(change("changes the configuration"), "config delete-context"), "delete-cluster": kubeElsewhere(change("changes the configuration"), "config delete-cluster"), "delete-user": kubeElsewhere(change("changes the configuration"), "config delete-user"), "get-contexts": kube(read("lists contexts"), kubeGlobal+"-o= --output= --no-headers", nil), "get-clusters": kube(read("lists clusters"), kubeGlobal, nil), "get-users": kube(read("lists users"), kubeGlobal, nil),
		}),
		"scale":     kubeWrite("changes how many replicas run", "--replicas= --current-replicas= --resource-version= --timeout= --all -l= --selector="),
		"autoscale": kubeWrite("creates an autoscaler", "--min= --max= --cpu-percent= --cpu= --memory= --name="),
		"expose":    kubeWrite("creates a service", "--port= --target-port= --type= --name= --protocol= -l= --selector= --cluster-ip= --load-balancer-ip= --external-ip="),
		"patch":     kubePatch,
		"label":     kubeListing("changes labels", read("lists them"), "--overwrite --all -l= --selector= --field-selector= -A --all-namespaces --list --local --resource-version="),
		"annotate":  kubeListing("changes annotations", read("lists them"), "--overwrite --all -l= --selector= --field-selector= -A --all-namespaces --list --local --resource-version="),
		"apply":     kubeForce("creates or changes objects", "--server-side --force-conflicts --validate? --wait --timeout= --grace-period= -l= --selector= --all --overwrite --openapi-patch --force --prune --prune-allowlist= --subresource="),
		"replace":   kubeForce("replaces objects", "--validate? --wait --timeout= --grace-period= --force --save-config --cascade?"),
		"create":    kubeCreate,
		"set":       kubeSet,
		"cordon":    kubeNode("keeps new pods off a node"),
		"uncordon":  kubeNode("lets pods onto a node"),
		"drain":     kubeDrain,
		"kustomize": {any: true, refine: kustomize}, "plugin": kubeElsewhere(read("lists plugins"), "plugin"), "completion": kubeElsewhere(read("prints a script"), "completion"), "options": kubeElsewhere(read("prints its help"), "options"),
		"certificate":  kubeElsewhere(change("approves or denies a certificate"), "certificate"),
		"taint":        kubeWrite("changes what a node repels", "--overwrite --all -l= --selector= --validate?"),
		"delete":       kubeDelete,
		"exec":         kubeExec,
		"cp":           kubeCopy,
		"run":          kubeRun,
		"debug":        kubeDebug,
		"edit":         {class: Class{Risk: Interactive, Why: "opens an editor", Refused: "kubectl edit needs an editor; copy it and run it elsewhere"}, any: true},
		"proxy":        {class: Class{Risk: Interactive, Why: "opens a listener", Refused: "kubectl proxy opens the cluster to others; copy it and run it elsewhere"}, any: true},
		"port-forward": {class: interactive("opens a listener"), any: true}, "attach": {class: interactive("attaches to a running container"), any: true},
	},
}

func kube(class Class, list string, refine func(scope, *call) Class) *program {
	return &program{class: class, flags: flags(list), refused: kubeRefused, effects: kubeStreams, refine: alsoCommon(refine)}
}

var kubeStreams = map[string]Class{"-w": follows, "--watch": follows, "--watch-only": follows}

// kubeWrite is a verb that changes objects of a type, or reads under --dry-run.
func kubeWrite(why, list string) *program {
	return &program{flags: flags(kubeAlter, list), refused: kubeRefused, refine: alsoCommon(func(_ scope, c *call) Class {
		if _, ok := kubeTypes(c); !ok {
			return unknown("the type of object is known only at run time")
		}
		return printsObject(c, dry(c, change(why)))
	})}
}

// kubeListing is a verb that only lists with --list.
func kubeListing(why string, lists Class, list string) *program {
	p := kubeWrite(why, list)
	alters := p.refine
	p.refine = func(s scope, c *call) Class {
		if slices.Contains(c.values("--list"), "") || slices.Contains(c.values("--list"), "true") {
			return kubeCommon(s, c).worst(lists)
		}
		return alters(s, c)
	}
	return p
}

// kubeElsewhere is a verb that playbooks hold but this room never starts.
// kubePlugins are programs of their own that kubectl starts for a verb that it does not have. The
// bundled one starts none.
var kubePlugins = []string{
	"argo", "cnpg", "rook-ceph", "cert-manager", "krew", "ns", "ctx", "stern", "node-shell", "view-secret", "tree", "who-can", "resource-capacity",
	"df-pv", "get-all", "images", "lineage",
}

// withPlugins adds the verbs of plugins, whose tables bear the names of their programs.
func withPlugins(p *program) *program {
	for _, plugin := range kubePlugins {
		name := "kubectl-" + strings.ReplaceAll(plugin, "-", "_")
		p.verbs[plugin] = &program{any: true, refine: func(s scope, c *call) Class {
			return startAs(s, name, c.pos).worst(Class{Refused: "kubectl starts no plugins here; copy it and run it elsewhere"})
		}}
	}
	return p
}

// kustomize prints what it builds; plugins and charts start programs.
func kustomize(_ scope, c *call) Class {
	class := read("builds objects out of files")
	for _, word := range c.pos {
		switch name, _, _ := strings.Cut(word, "="); {
		case strings.HasPrefix(name, "--enable-"), name == "--helm-command":
			class = class.worst(unknown("it starts other programs"))
		case strings.HasPrefix(name, "-o"), name == "--output":
			class = class.worst(change("writes files"))
		}
	}
	class.Refused = "kubectl kustomize is not permitted in a playbook; copy it and run it elsewhere"
	return class
}

func kubeElsewhere(class Class, verb string) *program {
	class.Refused = "kubectl " + verb + " is not permitted in a playbook; copy it and run it elsewhere"
	return &program{class: class, any: true}
}

// kubeNode is a verb that changes nodes, which it takes by name.
func kubeNode(why string) *program {
	return &program{flags: flags(kubeAlter, "-l= --selector="), refused: kubeRefused, refine: alsoCommon(unlessDry(change(why)))}
}

// kubeForce is a writing verb whose --force and --prune delete.
func kubeForce(why, list string) *program {
	return &program{flags: flags(kubeAlter, list), refused: kubeRefused, refine: alsoCommon(func(_ scope, c *call) Class {
		class := change(why)
		if c.has("--force", "--prune", "--cascade") {
			class = destroy("--force and --prune delete objects")
		}
		return printsObject(c, dry(c, class))
	})}
}

func kubeGroup(verbs map[string]*program) *program {
	return &program{flags: flags(kubeGlobal), refused: kubeRefused, verbs: verbs, bare: read("prints its help"), refine: kubeCommon}
}

func alsoCommon(refine func(scope, *call) Class) func(scope, *call) Class {
	return func(s scope, c *call) Class {
		class := kubeCommon(s, c)
		if refine != nil {
			class = class.worst(refine(s, c))
		}
		return class
	}
}

func unlessDry(class Class) func(scope, *call) Class {
	return func(_ scope, c *call) Class { return dry(c, class) }
}

// dry makes a writing call a read when every --dry-run of it says so.
func dry(c *call, class Class) Class {
	runs := c.values("--dry-run")
	if len(runs) > 0 && !slices.ContainsFunc(runs, func(v string) bool { return v != "client" && v != "server" }) {
		return read("--dry-run changes nothing")
	}
	return class
}

// printsObject marks a writing verb that prints the object it wrote: a secret's values
// stand in it too.
func printsObject(c *call, class Class) Class {
	for _, format := range c.values("-o", "--output", "--template") {
		if format == "name" || format == "" {
			continue
		}
		types, known := kubeTypes(c)
		secret := !known || len(types) == 0
		for _, kind := range types {
			secret = secret || strings.HasPrefix(kind, "secret") || strings.HasSuffix(kind, "secret") || strings.HasSuffix(kind, "secrets")
		}
		if secret {
			class.Discloses = true
		}
	}
	return class
}

// kubeCommon judges the flags that every verb shares: namespaces, files, templates, verbosity.
func kubeCommon(s scope, c *call) (class Class) {
	for _, ns := range c.values("-n", "--namespace") {
		if !dynamic(ns) && !s.remote && len(s.policy.Namespaces) > 0 && !slices.Contains(s.policy.Namespaces, ns) {
			class = class.worst(refuse("this environment permits the namespaces %s, not %s", strings.Join(s.policy.Namespaces, ", "), shown(ns)))
		}
	}
	if len(s.policy.Namespaces) > 0 && !s.remote && c.has("-A", "--all-namespaces") {
		class = class.worst(refuse("this environment permits the namespaces %s only", strings.Join(s.policy.Namespaces, ", ")))
	}
	for _, level := range c.values("-v", "--v") {
		if len(level) != 1 || level[0] < '0' || level[0] > '5' {
			class = class.worst(refuse("-v above 5 prints credentials"))
		}
	}
	for _, list := range c.values("-f", "--filename", "--patch-file", "--from-file", "--from-env-file", "--cert", "--key") {
		class = class.worst(kubeFiles(list, c.has("--from-file")))
	}
	for _, format := range c.values("-o", "--output") {
		if strings.Contains(strings.SplitN(format, "=", 2)[0], "file") || strings.Contains(strings.SplitN(format, "=", 2)[0], later) {
			class = class.worst(refuse("an output template from a file is not permitted"))
		}
	}
	return class
}

// kubeFiles judges the value of a flag that names files: kubectl reads it as a line of CSV, so there may be several, and quotes would hide where a name begins.
func kubeFiles(list string, keyed bool) (class Class) {
	if strings.Contains(list, `"`) {
		return refuse("a quote in the name of a file is not permitted")
	}
	for file := range strings.SplitSeq(list, ",") {
		if _, path, found := strings.Cut(file, "="); found && keyed {
			file = path
		}
		if file != "-" && file != "" {
			class = class.worst(scratchFile(file))
		}
	}
	return class
}

// scratchFile permits files of the run's own folder only.
func scratchFile(name string) Class {
	switch {
	case dynamic(name):
		return unknown("the file's name is known only at run time")
	case strings.Contains(name, "://"):
		return refuse("fetching %s is not permitted", shown(name))
	case strings.HasPrefix(name, "/"), strings.HasPrefix(name, "~"), slices.Contains(strings.Split(name, "/"), ".."):
		return refuse("%s lies outside the run's own folder", shown(name))
	}
	return Class{}
}
