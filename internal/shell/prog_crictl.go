package shell

import "slices"

var crictl = &program{
	flags: flags("-r= --runtime-endpoint= -i= --image-endpoint= -t= --timeout= -c= --config= -D --debug"), bare: read("prints its help"),
	verbs: map[string]*program{
		"ps": crictlReads("lists containers"), "pods": crictlReads("lists pods"), "images": crictlReads("lists images"), "image": crictlReads("lists images"), "info": crictlReads("asks about the runtime"),
		"stats": crictlReads("shows what containers use"), "statsp": crictlReads("shows what pods use"), "version": crictlReads("asks for versions"), "imagefsinfo": crictlReads("shows disk use"),
		"inspect": {any: true, class: discloses("prints a container's settings, its environment included")}, "inspecti": crictlReads("prints an image's settings"), "inspectp": crictlReads("prints a pod's settings"),
		"logs":   {any: true, class: read("only reads logs"), refine: followsFlag("-f", "--follow")},
		"events": {any: true, class: follows}, "attach": {any: true, class: interactive("attaches to a container")}, "port-forward": {any: true, class: interactive("opens a listener")},
		"exec":  {flags: flags("-i --interactive -t --tty -s --sync --timeout="), stop: true, refine: inContainer},
		"start": crictlMoves("starts containers"), "stop": crictlMoves("stops containers; the kubelet starts them again"), "stopp": crictlMoves("stops pods"), "update": crictlMoves("changes limits"), "pull": crictlMoves("fetches an image"),
		"create": crictlMoves("makes a container"), "run": crictlMoves("starts a container"), "runp": crictlMoves("starts a pod"), "checkpoint": crictlMoves("writes a checkpoint"), "config": crictlMoves("changes its settings"),
		"rm": crictlLoses("removes containers"), "rmp": crictlLoses("removes pods"), "rmi": crictlLoses("removes images"),
	},
}

func crictlReads(why string) *program { return &program{any: true, class: read(why)} }
func crictlMoves(why string) *program { return &program{any: true, class: change(why)} }
func crictlLoses(why string) *program { return &program{any: true, class: destroy(why)} }

// followsFlag makes a stream of what one of the flags keeps open.
func followsFlag(names ...string) func(scope, *call) Class {
	return func(_ scope, c *call) Class {
		for _, word := range c.words() {
			if slices.Contains(names, word) {
				return follows
			}
		}
		return Class{}
	}
}
