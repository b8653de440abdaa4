package shell

import "slices"

var compose = &program{
	flags: flags("--ansi= --progress= --profile= --compatibility --dry-run --parallel= --all-resources"), effects: map[string]Class{"--dry-run": {Refused: "--dry-run is not passed on"}}, refused: dockerRefused, bare: read("prints its help"),
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
		"exec":    {flags: flags("-e= --env= -d --detach -T --no-tty --no-TTY -i --interactive -t --tty --index= -w= --workdir="), stop: true, refused: dockerRefused, refine: inContainer},
		"config":  {class: read("only reads the project's files"), flags: flags("--services --volumes --images --profiles --networks --hash= -q --quiet --format= --no-interpolate --no-normalize --resolve-image-digests --environment -o= --output="), refused: dockerRefused, refine: composeConfig, effects: map[string]Class{"-o": composeWrites, "--output": composeWrites}},
		"restart": dockerMoves("restarts services", "-t= --timeout= --no-deps"),
		"start":   dockerMoves("starts services", ""),
		"stop":    dockerMoves("stops services", "-t= --timeout="),
		"up":      composeUp,
		"down": {
			class: change("removes the project's containers; up -d makes them again"), flags: flags("-v --volumes --rmi= --remove-orphans -t= --timeout="),
			effects: map[string]Class{"-v": destroy("-v removes the volumes and their data"), "--volumes": destroy("removes the volumes and their data"), "--rmi": destroy("removes images")},
		},
		"kill": elsewhere(change("kills services"), "compose kill"), "pause": elsewhere(change("pauses services"), "compose pause"), "unpause": elsewhere(change("resumes services"), "compose unpause"),
		"rm": elsewhere(destroy("removes containers"), "compose rm"), "pull": elsewhere(change("fetches images"), "compose pull"), "push": elsewhere(change("publishes images"), "compose push"), "build": elsewhere(change("builds images"), "compose build"),
		"run": dockerRun("compose run"), "wait": dockerReads("waits until services end", ""), "watch": elsewhere(change("changes services as files change"), "compose watch"), "convert": {class: discloses("prints every setting, passwords in the environment included"), any: true}, "create": elsewhere(change("makes containers"), "compose create"), "cp": elsewhere(change("copies files"), "compose cp"),
		"scale": elsewhere(change("changes how many containers run"), "compose scale"), "attach": elsewhere(interactive("attaches to a container"), "compose attach"),
	},
}

var composeWrites = Class{Risk: Change, Why: "writes a file", Refused: "docker compose config may not write a file; copy it and run it elsewhere"}

// WithoutTerminal gives the words after `docker compose` a -T for exec, which would
// ask for a terminal by itself.
func WithoutTerminal(words []string) []string {
	c, unlisted := compose.flags.take(words, true)
	left := c.words()
	if unlisted != "" || len(left) == 0 || left[0] != "exec" {
		return words
	}
	if exec, _ := compose.verbs["exec"].flags.take(left[1:], true); exec.has("-T", "--no-tty", "--no-TTY") {
		return words
	}
	return slices.Insert(slices.Clone(words), len(words)-len(left)+1, "-T")
}

func composeConfig(_ scope, c *call) Class {
	if c.has("--services", "--volumes", "--images", "--profiles", "--networks", "--hash", "-q", "--quiet") && !c.has("--environment") {
		return Class{}
	}
	return discloses("prints every setting, passwords in the environment included")
}

var composeUp = &program{
	class: change("creates and starts services"), refused: dockerRefused,
	flags:   flags("-d --detach --no-deps --force-recreate --no-recreate --scale= --remove-orphans --wait --wait-timeout= -t= --timeout= --no-build --no-start --quiet-pull --build --pull= --abort-on-container-exit --exit-code-from= -V --renew-anon-volumes --always-recreate-deps"),
	effects: map[string]Class{"-V": destroy("-V throws volumes away"), "--renew-anon-volumes": destroy("throws volumes away")},
	refine: func(_ scope, c *call) Class {
		if c.has("--build") {
			return Class{Risk: Change, Why: "builds images, then creates and starts services", Refused: "images are not built from a playbook; without --build it starts what there is"}
		}
		if !c.has("-d", "--detach", "--wait", "--no-start") {
			return Class{Risk: Change, Why: "creates and starts services", Refused: "without -d it would stop the services when it ends; add -d"}
		}
		return Class{}
	},
}
