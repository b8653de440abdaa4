package shell

import "regexp"

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
		"logs":    {class: read("only reads logs"), flags: flags("-f --follow --tail= -n= --since= --until= -t --timestamps --details"), refused: dockerRefused, effects: map[string]Class{"-f": follows, "--follow": follows}},
		"stats":   dockerStats,
		"top":     dockerReads("lists a container's processes", ""),
		"port":    dockerReads("lists ports", ""),
		"images":  dockerReads("lists images", "-a --all -q --quiet -f= --filter= --format= --no-trunc --digests"),
		"events":  {class: follows, flags: flags("--since= --until= -f= --filter= --format="), refused: dockerRefused},
		"inspect": {class: read("only reads settings"), flags: flags("-f= --format= -s --size --type="), refused: dockerRefused, refine: dockerInspect},
		"version": dockerReads("asks for versions", "-f= --format="), "info": dockerReads("asks about the engine", "-f= --format="), "diff": dockerReads("lists changed files", ""),
		"restart": dockerMoves("restarts containers", "-t= --time= --timeout= -s= --signal="), "start": dockerMoves("starts containers", ""),
		"stop":    dockerMoves("stops containers; start brings them back", "-t= --time= --timeout= -s= --signal="),
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
			"prune":  elsewhere(destroy("removes everything that nothing uses now, volumes with --volumes"), "system prune"),
			"events": {class: follows, flags: flags("--since= --until= -f= --filter= --format="), refused: dockerRefused},
		}},
		"volume": {flags: flags(""), bare: read("prints its help"), verbs: map[string]*program{
			"ls": dockerReads("lists volumes", "-q --quiet -f= --filter= --format="), "rm": elsewhere(destroy("removes a volume and its data"), "volume rm"),
			"prune": elsewhere(destroy("removes volumes and their data"), "volume prune"),
		}},
		"image": {flags: flags(""), bare: read("prints its help"), verbs: map[string]*program{
			"ls": dockerReads("lists images", "-a -q -f= --filter= --format="), "prune": elsewhere(destroy("removes images"), "image prune"), "rm": elsewhere(destroy("removes an image"), "image rm"),
		}},
		"container": {flags: flags(""), bare: read("prints its help"), verbs: map[string]*program{
			"ls": dockerReads("lists containers", "-a -q -f= --filter= --format="), "prune": elsewhere(destroy("removes stopped containers"), "container prune"),
		}},
		"kill": elsewhere(change("kills containers"), "kill"), "pause": elsewhere(change("pauses containers"), "pause"), "unpause": elsewhere(change("resumes containers"), "unpause"),
		"rm": elsewhere(destroy("removes containers"), "rm"), "rmi": elsewhere(destroy("removes images"), "rmi"), "pull": elsewhere(change("fetches an image"), "pull"),
		"run": elsewhere(unknown("starts a container that may do anything"), "run"), "create": elsewhere(unknown("makes a container that may do anything"), "create"),
		"build": elsewhere(unknown("runs the steps of a build"), "build"), "cp": elsewhere(change("copies files"), "cp"), "plugin": elsewhere(unknown("plugins may do anything"), "plugin"),
		"swarm": elsewhere(destroy("changes the whole cluster"), "swarm"), "update": elsewhere(change("changes limits"), "update"), "attach": elsewhere(interactive("attaches to a container"), "attach"),
	},
}

func dockerReads(why, list string) *program {
	return &program{class: read(why), flags: flags(list), refused: dockerRefused}
}

func dockerMoves(why, list string) *program {
	return &program{class: change(why), flags: flags(list), refused: dockerRefused}
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
	flags: flags("-i --interactive -t --tty -w= --workdir="), stop: true, refused: dockerRefused, refine: inContainer,
}

// inContainer is exec SERVICE COMMAND…: the command decides.
func inContainer(s scope, c *call) Class {
	words := c.words()
	if len(words) < 2 {
		return unknown("there is no command for the container")
	}
	deeper, ok := s.within(true)
	if !ok {
		return tooDeep
	}
	return deeper.start(deeper, words[1:])
}

var compose = &program{
	flags: flags("--ansi= --progress= --profile= --compatibility"), refused: dockerRefused, bare: read("prints its help"),
	verbs: map[string]*program{
		"ps":      dockerReads("lists services", "-a --all -q --quiet --format= --services --status= --filter= --no-trunc --orphans"),
		"logs":    {class: read("only reads logs"), flags: flags("-f --follow --tail= -n= --since= --until= -t --timestamps --no-log-prefix --no-color --index="), refused: dockerRefused, effects: map[string]Class{"-f": follows, "--follow": follows}},
		"top":     dockerReads("lists processes", ""),
		"port":    dockerReads("shows a port", "--protocol= --index="),
		"images":  dockerReads("lists images", "-q --quiet --format="),
		"ls":      dockerReads("lists projects", "-a --all -q --quiet --filter= --format="),
		"version": dockerReads("asks for the version", "-f= --format= --short"),
		"events":  {class: follows, flags: flags("--json"), refused: dockerRefused},
		"stats":   dockerStats,
		"exec":    {flags: flags("-T --no-tty --no-TTY -i --interactive -t --tty --index= -w= --workdir="), stop: true, refused: dockerRefused, refine: inContainer},
		"config":  {class: read("only reads the project's files"), flags: flags("--services --volumes --images --profiles --networks --hash= -q --quiet --format= --no-interpolate --no-normalize --resolve-image-digests --environment"), refused: dockerRefused, refine: composeConfig},
		"restart": dockerMoves("restarts services", "-t= --timeout= --no-deps"),
		"start":   dockerMoves("starts services", ""),
		"stop":    dockerMoves("stops services; start brings them back", "-t= --timeout="),
		"up":      composeUp,
		"down": {
			class: change("removes the project's containers; up -d makes them again"), flags: flags("-v --volumes --rmi= --remove-orphans -t= --timeout="),
			effects: map[string]Class{"-v": destroy("-v removes the volumes and their data"), "--volumes": destroy("removes the volumes and their data"), "--rmi": destroy("removes images")},
		},
		"kill": elsewhere(change("kills services"), "compose kill"), "pause": elsewhere(change("pauses services"), "compose pause"), "unpause": elsewhere(change("resumes services"), "compose unpause"),
		"rm": elsewhere(destroy("removes containers"), "compose rm"), "pull": elsewhere(change("fetches images"), "compose pull"), "build": elsewhere(unknown("runs the steps of a build"), "compose build"),
		"run": elsewhere(unknown("starts a container that may do anything"), "compose run"), "create": elsewhere(change("makes containers"), "compose create"), "cp": elsewhere(change("copies files"), "compose cp"),
		"scale": elsewhere(change("changes how many containers run"), "compose scale"), "attach": elsewhere(interactive("attaches to a container"), "compose attach"),
	},
}

func composeConfig(_ scope, c *call) Class {
	if c.has("--services", "--volumes", "--images", "--profiles", "--networks", "--hash", "-q", "--quiet") && !c.has("--environment") {
		return Class{}
	}
	return discloses("prints every setting, passwords in the environment included")
}

var composeUp = &program{
	class: change("creates and starts services"), refused: dockerRefused,
	flags:   flags("-d --detach --no-deps --force-recreate --no-recreate --scale= --remove-orphans --wait --wait-timeout= -t= --timeout= --no-build --no-start --quiet-pull -V --renew-anon-volumes --always-recreate-deps"),
	effects: map[string]Class{"-V": destroy("-V throws volumes away"), "--renew-anon-volumes": destroy("throws volumes away")},
	refine: func(_ scope, c *call) Class {
		if !c.has("-d", "--detach", "--wait", "--no-start") {
			return Class{Risk: Change, Why: "creates and starts services", Refused: "without -d it would stop the services when it ends; add -d"}
		}
		return Class{}
	},
}
