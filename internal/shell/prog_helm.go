package shell

const helmGlobal = "-n= --namespace= --debug "

var helmRefused = map[string]string{
	"--kube-context= --kubeconfig= --kube-apiserver= --kube-token= --kube-as-user= --kube-as-group= --kube-ca-file= --kube-tls-server-name= --kube-insecure-skip-tls-verify": "the environment names the cluster and who acts",
	"--registry-config= --repository-config= --repository-cache=": "it reads other files", "--insecure-skip-tls-verify": "the server must be verified",
}

var helmPrograms = map[string]*program{"helm": {
	flags: flags(helmGlobal), refused: helmRefused, bare: read("prints its help"), refine: kubeCommon,
	verbs: map[string]*program{
		"list": helm(read("lists releases"), "-a --all -A --all-namespaces -o= --output= -q --short --failed --pending --deployed -f= --filter="), "ls": helm(read("lists releases"), "-a --all -A --all-namespaces -o= --output= -q --short"),
		"status": helm(read("shows a release"), "-o= --output= --revision= --show-resources"), "history": helm(read("lists revisions"), "-o= --output= --max="),
		"get": {flags: flags(helmGlobal), refused: helmRefused, bare: read("prints its help"), verbs: map[string]*program{
			"values": helm(discloses("prints a release's values, which may hold secrets"), "-a --all -o= --output= --revision="), "all": helm(discloses("prints everything of a release"), "--revision="),
			"manifest": helm(discloses("prints a release's objects, secrets included"), "--revision="), "hooks": helm(read("prints hooks"), "--revision="), "notes": helm(read("prints notes"), "--revision="),
		}},
		"version": helm(read("asks for the version"), "--short"), "search": helm(read("looks for charts"), "-o= --output= --versions --version="),
		"rollback":  helm(change("goes back to an earlier revision"), "--wait --timeout= --no-hooks --cleanup-on-fail --history-max="),
		"upgrade":   helm(change("changes a release; rollback takes it back"), "--install -i --wait --timeout= --reuse-values --reset-values --set= --set-string= --version= --atomic --cleanup-on-fail --dry-run? --history-max="),
		"install":   helm(change("installs a release"), "--wait --timeout= --set= --set-string= --version= --atomic --create-namespace --dry-run? -g --generate-name"),
		"test":      helm(change("runs a release's tests"), "--timeout= --logs"),
		"uninstall": helm(destroy("removes a release and its objects"), "--wait --timeout= --keep-history --no-hooks"), "delete": helm(destroy("removes a release and its objects"), "--wait --timeout= --keep-history"),
	},
}}

func helm(class Class, list string) *program {
	return &program{class: class, flags: flags(helmGlobal, list), refused: helmRefused, refine: kubeCommonOnly}
}
