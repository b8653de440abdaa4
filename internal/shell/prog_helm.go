package shell

import (
	"slices"
	"strings"
)

const helmGlobal = "-n= --namespace= --debug "

var helmRefused = map[string]string{
	"--kube-context= --kubeconfig= --kube-apiserver= --kube-token= --kube-as-user= --kube-as-group= --kube-ca-file= --kube-tls-server-name= --kube-insecure-skip-tls-verify": "the environment names the cluster and who acts",
	"--registry-config= --repository-config= --repository-cache=": "it reads other files", "--insecure-skip-tls-verify": "the server must be verified",
}

var helmPrograms = map[string]*program{"helm": {
	flags: flags(helmGlobal), refused: helmRefused, bare: read("prints its help"), refine: kubeCommon,
	verbs: map[string]*program{
		"list": helm(read("lists releases"), "-a --all -A --all-namespaces -o= --output= -q --short --failed --pending --deployed -f= --filter="), "ls": helm(read("lists releases"), "-a --all -A --all-namespaces -o= --output= -q --short --failed --pending --deployed -f= --filter="),
		"status": helm(read("shows a release"), "-o= --output= --revision= --show-resources"), "history": helm(read("lists revisions"), "-o= --output= --max="),
		"get": {flags: flags(helmGlobal), refused: helmRefused, bare: read("prints its help"), verbs: map[string]*program{
			"values": helm(discloses("prints a release's values, which may hold secrets"), "-a --all -o= --output= --revision="), "all": helm(discloses("prints everything of a release"), "--revision="),
			"manifest": helm(discloses("prints a release's objects, secrets included"), "--revision="), "hooks": helm(read("prints hooks"), "--revision="), "notes": helm(read("prints notes"), "--revision="),
		}},
		"repo": {flags: flags(helmGlobal), refused: helmRefused, bare: read("prints its help"), verbs: map[string]*program{
			"list": helm(read("lists repositories"), "-o= --output="), "ls": helm(read("lists repositories"), "-o= --output="), "add": helmElsewhere(change("adds a repository"), "repo add"), "update": helmElsewhere(change("fetches what repositories hold"), "repo update"), "remove": helmElsewhere(change("takes a repository out"), "repo remove"), "index": helmElsewhere(change("writes an index"), "repo index"),
		}},
		"template": helmElsewhere(read("fills a chart's templates"), "template"), "show": helmElsewhere(read("describes a chart"), "show"), "inspect": helmElsewhere(read("describes a chart"), "inspect"), "lint": helmElsewhere(read("checks a chart"), "lint"), "env": helm(discloses("prints the environment"), ""),
		"dependency": helmElsewhere(change("fetches what a chart needs"), "dependency"), "dep": helmElsewhere(change("fetches what a chart needs"), "dependency"), "pull": helmElsewhere(change("fetches a chart"), "pull"), "push": helmElsewhere(change("publishes a chart"), "push"), "package": helmElsewhere(change("writes a chart"), "package"), "create": helmElsewhere(change("writes a chart"), "create"), "plugin": helmElsewhere(unknown("plugins may do anything"), "plugin"), "diff": helmElsewhere(read("compares a release with a chart"), "diff"),
		"version": helm(read("asks for the version"), "--short"), "search": helm(read("looks for charts"), "-o= --output= --versions --version="),
		"rollback":  helmWrites("goes back to an earlier revision", "--wait --timeout= --no-hooks --cleanup-on-fail --history-max= --dry-run? --force"),
		"upgrade":   helmWrites("changes a release", "--force --create-namespace --render-subchart-notes --description= --devel --no-hooks --skip-crds --wait-for-jobs --reset-then-reuse-values -o= --output= --install -i --wait --timeout= --reuse-values --reset-values --set= --set-string= --version= --atomic --cleanup-on-fail --dry-run? --history-max="),
		"install":   helmWrites("installs a release", "--replace --description= --devel --no-hooks --skip-crds --wait-for-jobs -o= --output= --force --wait --timeout= --set= --set-string= --version= --atomic --create-namespace --dry-run? -g --generate-name"),
		"test":      helm(change("runs a release's tests"), "--timeout= --logs"),
		"uninstall": helm(destroy("removes a release and its objects"), "--wait --timeout= --keep-history --no-hooks"), "delete": helm(destroy("removes a release and its objects"), "--wait --timeout= --keep-history --purge --dry-run?"),
	},
}}

// helmWrites is a verb that only says what it would do with --dry-run, and that
// replaces objects with --force.
func helmWrites(why, list string) *program {
	return &program{
		flags: flags(helmGlobal, list, "-f= --values= --set-file= --set-json= --repo= --username= --password="), refused: helmRefused,
		refine: func(s scope, c *call) Class {
			class := change(why)
			switch {
			case helmDry(c.values("--dry-run")):
				class = read("--dry-run changes nothing")
			case c.has("--force"):
				class = destroy("--force deletes objects to replace them")
			}
			if c.has("-f", "--values", "--set-file", "--repo", "--username", "--password") {
				class.Refused = "helm may read the run's own values only; copy it and run it elsewhere"
			}
			return class.worst(kubeCommonOnly(s, c))
		},
	}
}

// helmDry reports that every --dry-run says so: =false and =none are none.
func helmDry(values []string) bool {
	return len(values) > 0 && !slices.ContainsFunc(values, func(v string) bool { return v != "" && v != "true" && v != "client" && v != "server" })
}

func helmElsewhere(class Class, verb string) *program {
	class.Refused = "helm " + verb + " is not permitted in a playbook; copy it and run it elsewhere"
	return &program{any: true, refine: func(_ scope, c *call) Class {
		class := class
		for _, word := range c.words() {
			switch name, _, _ := strings.Cut(word, "="); name {
			case "--post-renderer":
				return class.worst(unknown("helm starts a program that the text does not tell about"))
			case "--output-dir", "--dependency-update":
				class = class.worst(change("writes the objects into files"))
			}
		}
		return onlyKnown(class, c.pos, helmReading)
	}}
}

// helmReading are the flags of verbs that print what a chart holds.
var helmReading = flags(helmGlobal, `-f= --values= --set= --set-string= --set-file= --set-json= --set-literal= -s= --show-only= --include-crds --skip-crds --skip-tests --no-hooks --is-upgrade
	--validate --kube-version= -a= --api-versions= --name-template= -g --generate-name --release-name --repo= --version= --devel --username= --password= --ca-file= --cert-file= --key-file=
	--pass-credentials --insecure-skip-tls-verify --plain-http --verify --keyring= --strict --quiet --with-subcharts --dry-run? --kube-context= --kubeconfig= --timeout= --wait --atomic
	--description= --disable-openapi-validation --enable-dns --jsonpath= --reuse-values --reset-values --reset-then-reuse-values --allow-unreleased --install
	-C= --context= --color --no-color --output= -o= --show-secrets --suppress= --suppress-secrets --three-way-merge --detailed-exitcode --normalize-manifests --strip-trailing-cr
	--include-tests --find-renames= -D= -q --hide-notes --render-subchart-notes --skip-schema-validation --labels= -h --help`)

func helm(class Class, list string) *program {
	return &program{class: class, flags: flags(helmGlobal, list), refused: helmRefused, refine: kubeCommonOnly}
}
