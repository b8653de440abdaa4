package shell

import "maps"

// table is that of the program, nil when there is none.
func table(name string) *program {
	if p := programs[name]; p != nil {
		return p
	}
	if made := outsiders()[name]; made != nil {
		return made().started
	}
	return nil
}

// programs is every program that has a table in Go, by name. One file per
// program (or family) holds it.
var programs = collect(
	textPrograms, filePrograms, hostPrograms, networkPrograms, languagePrograms, wrapperPrograms, enterPrograms, sqlClients, helmPrograms, transferPrograms,
	map[string]*program{
		"kubectl": withPlugins(kubectl), "oc": oc,
		"docker": docker, "docker-compose": compose,
		"curl": curl, "psql": psql, "redis-cli": redisCLI,
		"systemctl": systemctl, "journalctl": journalctl, "crictl": crictl, "git": git, "mysql": mysql, "mariadb": mysql, "mongo": mongo, "mongosh": mongo,
		"ip": {any: true, refine: ipWords}, "ifconfig": {any: true, refine: ifconfigWords}, "sysctl": {any: true, refine: sysctlWords}, "strace": {any: true, refine: tracer}, "ltrace": {any: true, refine: tracer},
		"perf": {any: true, refine: perfWords}, "socat": {any: true, refine: socatWords}, "cqlsh": {any: true, refine: cqlWords},
		"podman": podman, "nerdctl": docker, "podman-compose": compose,
	},
)

func collect(tables ...map[string]*program) map[string]*program {
	all := map[string]*program{}
	for _, table := range tables {
		maps.Copy(all, table)
	}
	for _, p := range all {
		p.settle()
	}
	return all
}
