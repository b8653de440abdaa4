package shell

var crictl = &program{
	flags: flags("-r= --runtime-endpoint= -i= --image-endpoint= -t= --timeout= -c= --config= -D --debug"), bare: read("prints its help"),
	verbs: map[string]*program{
		"ps": crictlReads("lists containers"), "pods": crictlReads("lists pods"), "images": crictlReads("lists images"), "image": crictlReads("lists images"), "info": crictlReads("asks about the runtime"),
		"stats": crictlReads("shows what containers use"), "statsp": crictlReads("shows what pods use"), "version": crictlReads("asks for versions"), "imagefsinfo": crictlReads("shows disk use"),
		"inspect": {any: true, refine: crictlFlags(discloses("prints a container's settings, its environment included"))}, "inspecti": crictlReads("prints an image's settings"), "inspectp": crictlReads("prints a pod's settings"),
		"logs":   {class: read("only reads logs"), effects: map[string]Class{"-f": follows, "--follow": follows}, flags: flags("-f --follow --tail= --since= -t --timestamps --limit-bytes= -p --previous -r")},
		"events": {any: true, refine: crictlFlags(follows)}, "attach": {any: true, class: interactive("attaches to a container")}, "port-forward": {any: true, class: interactive("opens a listener")},
		"exec":  {flags: flags("-i --interactive -t --tty -s --sync --timeout="), stop: true, refine: inContainer},
		"start": crictlMoves("starts containers"), "stop": crictlMoves("stops containers; the kubelet starts them again"), "stopp": crictlMoves("stops pods"), "update": crictlMoves("changes limits"), "pull": crictlMoves("fetches an image"),
		"create": crictlMoves("makes a container"), "run": crictlMoves("starts a container"), "runp": crictlMoves("starts a pod"), "checkpoint": crictlMoves("writes a checkpoint"), "config": crictlMoves("changes its settings"),
		"rm": crictlLoses("removes containers"), "rmp": crictlLoses("removes pods"), "rmi": crictlLoses("removes images"),
	},
}

var crictlReading = flags(`-a --all -q --quiet -o= --output= --name= --label= -p= --pod= --state= -s= --id= --image= --namespace= --no-trunc -n= --last= -l --latest -v
	--verbose -r --resolve-image-path --digests --pinned --filter= -w --watch --seconds= --template= --path= -h --help`)

// crictlFlags is a verb that only reads with flags that all of these have.
func crictlFlags(class Class) func(scope, *call) Class {
	return func(_ scope, c *call) Class { return onlyKnown(class, c.pos, crictlReading) }
}

func crictlReads(why string) *program { return &program{any: true, refine: crictlFlags(read(why))} }
func crictlMoves(why string) *program { return &program{any: true, class: change(why)} }
func crictlLoses(why string) *program { return &program{any: true, class: destroy(why)} }
