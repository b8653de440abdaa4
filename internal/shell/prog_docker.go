package shell

import (
	"maps"
	"regexp"
	"strings"
)

var dockerRefused = map[string]string{
	"-H= --host= --context= -c=": "the environment names the engine", "--config=": "credentials come from the environment only", "--tls*": "the environment names the engine",
	"-f= --file= --env-file=": "the environment names the project's files", "--project-directory= -p= --project-name=": "the environment names the project",
	"-v= --volume= --mount=": "it mounts folders of the host", "--privileged": "it takes every right on the host", "-u= --user=": "it chooses another user",
}

const dockerElsewhere = "docker %s is not permitted in a playbook; copy it and run it elsewhere"

var docker = &program{
	flags: flags(""), refused: dockerRefused, bare: read("prints its help"),
	verbs: map[string]*program{
		"ps":      dockerReads("lists containers", "-a --all -q --quiet -f= --filter= --format= --no-trunc -n= --last= -l --latest -s --size"),
		"logs":    dockerLogs,
		"stats":   dockerStats,
		"top":     {class: read("lists a container's processes"), refused: dockerRefused, any: true, refine: dockerTop},
		"port":    dockerReads("lists ports", ""),
		"images":  dockerReads("lists images", "-a --all -q --quiet -f= --filter= --format= --no-trunc --digests"),
		"events":  {class: follows, flags: flags("--since= --until= -f= --filter= --format="), refused: dockerRefused},
		"inspect": {class: read("only reads settings"), flags: flags("-f= --format= -s --size --type="), refused: dockerRefused, refine: dockerInspect},
		"version": dockerReads("asks for versions", "-f= --format="), "info": dockerReads("asks about the engine", "-f= --format="), "diff": dockerReads("lists changed files", ""),
		"restart": dockerMoves("restarts containers", "-t= --time= --timeout= -s= --signal="), "start": dockerMoves("starts containers", ""),
		"stop":    dockerMoves("stops containers", "-t= --time= --timeout= -s= --signal="),
		"exec":    dockerExec,
		"compose": compose,
		"network": {flags: flags(""), refused: dockerRefused, bare: read("prints its help"), verbs: map[string]*program{
			"ls": dockerReads("lists networks", "-q --quiet -f= --filter= --format= --no-trunc"), "list": dockerReads("lists networks", "-q --quiet -f= --filter= --format="),
			"inspect": dockerReads("only reads a network", "-f= --format= -v --verbose"), "prune": elsewhere(destroy("removes every network that nothing uses now"), "network prune"),
			"rm": elsewhere(destroy("removes a network"), "network rm"), "create": elsewhere(change("creates a network"), "network create"),
			"connect": elsewhere(change("connects a container"), "network connect"), "disconnect": elsewhere(change("disconnects a container"), "network disconnect"),
		}},
		"system": {flags: flags(""), refused: dockerRefused, bare: read("prints its help"), verbs: map[string]*program{
			"df": dockerReads("shows disk use", "-v --verbose --format="), "info": dockerReads("asks about the engine", "-f= --format="),
			"reset":  elsewhere(destroy("removes everything"), "system reset"),
			"prune":  elsewhere(destroy("removes everything that nothing uses now, volumes with --volumes"), "system prune"),
			"events": {class: follows, flags: flags("--since= --until= -f= --filter= --format="), refused: dockerRefused},
		}},
		"volume": dockerGroup(map[string]*program{
			"ls": dockerReads("lists volumes", "-q --quiet -f= --filter= --format="), "inspect": dockerReads("only reads a volume", "-f= --format="), "create": elsewhere(change("creates a volume"), "volume create"),
			"rm": elsewhere(destroy("removes a volume and its data"), "volume rm"), "prune": elsewhere(destroy("removes volumes and their data"), "volume prune"),
		}),
		"image": dockerGroup(map[string]*program{
			"ls": dockerReads("lists images", "-a -q -f= --filter= --format= --no-trunc --digests"), "inspect": dockerReads("only reads an image", "-f= --format="), "history": dockerReads("lists an image's layers", "-q --quiet --no-trunc -H --human --format="),
			"pull": elsewhere(change("fetches an image"), "image pull"), "push": elsewhere(change("publishes an image"), "image push"), "tag": elsewhere(change("tags an image"), "image tag"), "load": elsewhere(change("reads images from a file"), "image load"), "save": elsewhere(change("writes images to a file"), "image save"), "build": elsewhere(change("builds an image"), "image build"),
			"prune": elsewhere(destroy("removes images"), "image prune"), "rm": elsewhere(destroy("removes an image"), "image rm"),
		}),
		"container": dockerGroup(map[string]*program{
			"ls": dockerReads("lists containers", "-a -q -f= --filter= --format= --no-trunc -n= --last= -l --latest -s --size"), "ps": dockerReads("lists containers", "-a -q -f= --filter= --format="), "inspect": {class: read("only reads settings"), flags: flags("-f= --format= -s --size"), refused: dockerRefused, refine: dockerInspect},
			"logs": dockerLogs, "stats": dockerStats, "top": {class: read("lists a container's processes"), any: true, refine: dockerTop}, "port": dockerReads("lists ports", ""), "diff": dockerReads("lists changed files", ""), "exec": dockerExec, "wait": dockerReads("waits until containers end", ""),
			"restart": dockerMoves("restarts containers", "-t= --time= --timeout= -s= --signal="), "start": dockerMoves("starts containers", ""), "stop": dockerMoves("stops containers", "-t= --time= --timeout= -s= --signal="),
			"kill": elsewhere(change("kills containers"), "container kill"), "pause": elsewhere(change("pauses containers"), "container pause"), "unpause": elsewhere(change("resumes containers"), "container unpause"), "rename": elsewhere(change("renames a container"), "container rename"), "update": elsewhere(change("changes limits"), "container update"), "cp": elsewhere(change("copies files"), "container cp"), "commit": elsewhere(change("makes an image"), "container commit"), "export": elsewhere(change("writes a container's files"), "container export"),
			"run": dockerRun("run"), "create": dockerRun("create"), "attach": elsewhere(interactive("attaches to a container"), "container attach"), "rm": elsewhere(destroy("removes containers"), "container rm"), "prune": elsewhere(destroy("removes stopped containers"), "container prune"),
		}),
		"service": dockerGroup(map[string]*program{
			"ls": dockerReads("lists services", "-q -f= --filter= --format="), "ps": dockerReads("lists tasks", "-q -f= --filter= --format= --no-trunc --no-resolve"), "inspect": dockerReads("only reads a service", "-f= --format= --pretty"), "logs": dockerLogs,
			"scale": elsewhere(change("changes how many tasks run"), "service scale"), "update": elsewhere(change("changes a service; rollback takes it back"), "service update"), "rollback": elsewhere(change("goes back to the service before"), "service rollback"), "create": elsewhere(change("creates a service"), "service create"), "rm": elsewhere(destroy("removes a service"), "service rm"),
		}),
		"node": dockerGroup(map[string]*program{
			"ls": dockerReads("lists nodes", "-q -f= --filter= --format="), "ps": dockerReads("lists tasks", "-q -f= --filter= --format= --no-trunc"), "inspect": dockerReads("only reads a node", "-f= --format= --pretty"),
			"update": elsewhere(change("changes a node"), "node update"), "promote": elsewhere(change("makes a node a manager"), "node promote"), "demote": elsewhere(change("makes a node a worker"), "node demote"), "rm": elsewhere(destroy("removes a node"), "node rm"),
		}),
		"stack": dockerGroup(map[string]*program{
			"ls": dockerReads("lists stacks", "--format="), "ps": dockerReads("lists tasks", "-q -f= --filter= --format= --no-trunc"), "services": dockerReads("lists services", "-q -f= --filter= --format="), "deploy": elsewhere(change("creates or changes a stack"), "stack deploy"), "up": elsewhere(change("creates or changes a stack"), "stack up"), "rm": elsewhere(destroy("removes a stack"), "stack rm"), "down": elsewhere(destroy("removes a stack"), "stack down"),
		}),
		"secret":   dockerGroup(map[string]*program{"ls": dockerReads("lists secrets", "-q -f= --filter= --format="), "inspect": dockerReads("describes a secret", "-f= --format= --pretty"), "create": elsewhere(change("creates a secret"), "secret create"), "rm": elsewhere(destroy("removes a secret"), "secret rm")}),
		"config":   dockerGroup(map[string]*program{"ls": dockerReads("lists configurations", "-q -f= --filter= --format="), "inspect": {any: true, class: discloses("prints a configuration")}, "create": elsewhere(change("creates a configuration"), "config create"), "rm": elsewhere(destroy("removes a configuration"), "config rm")}),
		"context":  dockerGroup(map[string]*program{"ls": elsewhere(read("lists engines"), "context ls"), "show": elsewhere(read("names the engine"), "context show"), "inspect": elsewhere(read("describes an engine"), "context inspect"), "use": elsewhere(change("switches the engine"), "context use"), "create": elsewhere(change("adds an engine"), "context create"), "update": elsewhere(change("changes an engine"), "context update"), "rm": elsewhere(destroy("removes an engine's settings"), "context rm")}),
		"builder":  dockerGroup(map[string]*program{"prune": elsewhere(destroy("removes the build cache"), "builder prune"), "build": elsewhere(change("builds an image"), "builder build"), "du": elsewhere(read("shows the build cache"), "builder du")}),
		"buildx":   dockerGroup(map[string]*program{"ls": elsewhere(read("lists builders"), "buildx ls"), "du": elsewhere(read("shows the build cache"), "buildx du"), "inspect": elsewhere(read("describes a builder"), "buildx inspect"), "build": elsewhere(change("builds an image"), "buildx build"), "bake": elsewhere(change("builds images"), "buildx bake"), "create": elsewhere(change("creates a builder"), "buildx create"), "use": elsewhere(change("switches the builder"), "buildx use"), "prune": elsewhere(destroy("removes the build cache"), "buildx prune"), "rm": elsewhere(destroy("removes a builder"), "buildx rm"), "imagetools": elsewhere(read("describes an image"), "buildx imagetools")}),
		"manifest": dockerGroup(map[string]*program{"inspect": elsewhere(read("describes an image"), "manifest inspect"), "create": elsewhere(change("makes a manifest"), "manifest create"), "push": elsewhere(change("publishes a manifest"), "manifest push"), "rm": elsewhere(destroy("removes a manifest"), "manifest rm")}),
		"history":  dockerReads("lists an image's layers", "-q --quiet --no-trunc -H --human --format="), "wait": dockerReads("waits until containers end", ""), "search": elsewhere(read("looks for images"), "search"), "login": elsewhere(interactive("asks at the keyboard"), "login"), "logout": elsewhere(change("forgets who acts"), "logout"),
		"push": elsewhere(change("publishes an image"), "push"), "tag": elsewhere(change("tags an image"), "tag"), "commit": elsewhere(change("makes an image of a container"), "commit"), "save": elsewhere(change("writes images to a file"), "save"), "load": elsewhere(change("reads images from a file"), "load"), "import": elsewhere(change("makes an image of a file"), "import"), "export": elsewhere(change("writes a container's files"), "export"), "rename": elsewhere(change("renames a container"), "rename"),
		"kill": elsewhere(change("kills containers"), "kill"), "pause": elsewhere(change("pauses containers"), "pause"), "unpause": elsewhere(change("resumes containers"), "unpause"),
		"rm": elsewhere(destroy("removes containers"), "rm"), "rmi": elsewhere(destroy("removes images"), "rmi"), "pull": elsewhere(change("fetches an image"), "pull"),
		"run": dockerRun("run"), "create": dockerRun("create"), "build": elsewhere(change("builds an image"), "build"), "cp": elsewhere(change("copies files"), "cp"), "plugin": elsewhere(unknown("plugins may do anything"), "plugin"),
		"swarm": elsewhere(destroy("changes the whole cluster"), "swarm"), "update": elsewhere(change("changes limits"), "update"), "attach": elsewhere(interactive("attaches to a container"), "attach"),
	},
}

func dockerReads(why, list string) *program {
	return &program{class: read(why), flags: flags(list), refused: dockerRefused}
}

func dockerMoves(why, list string) *program {
	return &program{class: change(why), flags: flags(list), refused: dockerRefused}
}

var dockerLogs = &program{
	class: read("only reads logs"), flags: flags("-f --follow --tail= -n= --since= --until= -t --timestamps --details --raw --no-trunc --no-resolve --no-task-ids"), refused: dockerRefused,
	effects: map[string]Class{"-f": follows, "--follow": follows},
}

func dockerGroup(verbs map[string]*program) *program {
	return &program{flags: flags(""), refused: dockerRefused, bare: read("prints its help"), verbs: verbs}
}

// dockerRun starts a container of its own, which is refused; with a terminal it is a shell.
func dockerRun(verb string) *program {
	p := elsewhere(change("starts a container of its own"), verb)
	p.refine = func(_ scope, c *call) Class {
		for _, word := range c.pos {
			switch {
			case dynamic(word) || !strings.HasPrefix(word, "-"):
				continue
			case word == "--interactive" || word == "--tty" || !strings.HasPrefix(word, "--") && len(word) <= 4 && strings.Trim(word, "-itd") == "" && strings.ContainsAny(word, "it"):
				return interactive("it attaches the keyboard")
			}
		}
		return Class{}
	}
	return p
}

// elsewhere classes a verb that playbooks hold but this room never starts.
func elsewhere(class Class, verb string) *program {
	class.Refused = refuse(dockerElsewhere, verb).Refused
	return &program{class: class, any: true}
}

var dockerStats = &program{
	class: read("shows what containers use"), flags: flags("-a --all --no-stream --format= --no-trunc"), refused: dockerRefused,
	refine: func(_ scope, c *call) Class {
		if c.has("--no-stream") {
			return Class{}
		}
		return follows
	},
}

// harmlessField is a template that shows state only; settings hold the environment.
var harmlessField = regexp.MustCompile(`^([^{}]|\{\{\s*(json\s+)?\.(State|Name|Id|RestartCount|Created|NetworkSettings|LogPath)(\.[A-Za-z]+)*\s*\}\})*$`)

func dockerInspect(_ scope, c *call) Class {
	formats := c.values("-f", "--format")
	for _, format := range formats {
		if !harmlessField.MatchString(format) {
			return discloses("prints a container's settings, its environment included")
		}
	}
	if len(formats) == 0 {
		return discloses("prints a container's settings, its environment included")
	}
	return Class{}
}

var dockerExec = &program{
	flags: flags("-e= --env= -d --detach --detach-keys= -i --interactive -t --tty -w= --workdir="), stop: true, refused: dockerRefused, refine: inContainer,
}

// inContainer is exec SERVICE COMMAND…: the command decides.
func inContainer(s scope, c *call) (class Class) {
	words := c.words()
	if len(words) < 2 {
		return unknown("there is no command for the container")
	}
	for _, variable := range c.values("-e", "--env") {
		name, _, _ := strings.Cut(variable, "=")
		if !connects.MatchString(name) && !benign.MatchString(name) {
			return unknown("a variable that a program is given may change what it does")
		}
		class.Refused = "variables are not given to a container's command"
	}
	deeper, ok := s.within(true)
	if !ok {
		return tooDeep
	}
	return class.worst(deeper.start(deeper, words[1:]))
}

// dockerTop gives its words to the host's ps: auxe prints environments.
func dockerTop(s scope, c *call) Class {
	if len(c.pos) < 2 {
		return Class{}
	}
	return psStyle(s, &call{pos: c.pos[1:]})
}

// podman is docker with some verbs more.
var podman = podmanTable()

func podmanTable() *program {
	verbs := maps.Clone(docker.verbs)
	maps.Copy(verbs, map[string]*program{
		"generate": elsewhere(change("writes units or manifests"), "generate"), "healthcheck": elsewhere(unknown("runs the container's own check"), "healthcheck"), "play": elsewhere(change("creates pods"), "play"), "kube": elsewhere(change("creates pods"), "kube"),
		"pod": dockerGroup(map[string]*program{
			"ps": dockerReads("lists pods", "-q --format= --filter="), "list": dockerReads("lists pods", "-q"), "inspect": dockerReads("describes a pod", ""), "stats": dockerStats, "top": dockerReads("lists processes", ""), "logs": dockerLogs,
			"start": dockerMoves("starts pods", ""), "stop": dockerMoves("stops pods", "-t="), "restart": dockerMoves("restarts pods", ""), "create": elsewhere(change("creates a pod"), "pod create"), "kill": elsewhere(change("kills a pod"), "pod kill"),
			"rm": elsewhere(destroy("removes pods"), "pod rm"), "prune": elsewhere(destroy("removes pods"), "pod prune"),
		}),
	})
	list := *verbs["ps"]
	list.flags = maps.Clone(list.flags)
	maps.Copy(list.flags, flags("-p --pod --ns --sort= --noheading --sync"))
	verbs["ps"] = &list
	return &program{flags: docker.flags, refused: docker.refused, bare: docker.bare, verbs: verbs}
}
