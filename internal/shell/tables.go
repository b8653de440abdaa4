package shell

import "maps"

// programs is every program that the tables describe, by name. One file per
// program (or family) holds its table.
var programs = collect(
	textPrograms, filePrograms, hostPrograms, networkPrograms, languagePrograms, wrapperPrograms, helmPrograms,
	map[string]*program{
		"kubectl": kubectl, "oc": kubectl,
		"docker": docker, "docker-compose": compose,
		"curl": curl, "psql": psql, "redis-cli": redisCLI,
		"systemctl": systemctl, "journalctl": journalctl,
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
