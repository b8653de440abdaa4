package supervisor

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"wardroom/internal/shell"
)

var errNoProject = errors.New(notPermitted + ": the environment names no compose file")

// pluginFolders are where docker looks for its plugins, beside those of a user, which it does not see here.
var pluginFolders = []string{
	"/usr/local/lib/docker/cli-plugins", "/usr/local/libexec/docker/cli-plugins", "/usr/lib/docker/cli-plugins", "/usr/libexec/docker/cli-plugins",
}

// compose answers what starts for `docker compose WORDS` and `docker-compose WORDS`, which mean the same: the docker-compose that configuration names, else docker with
// its plugin, else the docker-compose beside docker.
func (c *child) compose(words []string) (shell.HostProgram, []string, error) {
	docker, dockerErr := c.locate("docker")
	standalone, listed := c.listed("docker-compose")
	env := maps.Clone(docker.Env)
	if env == nil {
		env = map[string]string{}
	}
	maps.Copy(env, standalone.Env)
	if !filepath.IsAbs(env["COMPOSE_FILE"]) {
		return shell.HostProgram{}, nil, errNoProject
	}
	if len(standalone.Args) == 0 { // Compose's own idea of it differs from version to version
		first, _, _ := strings.Cut(env["COMPOSE_FILE"], ":")
		standalone.Args = []string{"--project-directory=" + filepath.Dir(first)}
	}
	words = slices.Concat(standalone.Args, shell.WithoutTerminal(words))
	if listed && standalone.Path == "" && dockerErr == nil && !hasPlugin(env["DOCKER_CONFIG"]) {
		if beside := filepath.Join(filepath.Dir(docker.Path), "docker-compose"); isProgram(beside) {
			standalone.Path = beside
		}
	}
	if standalone.Path == "" {
		docker.Env = env
		return docker, slices.Concat(docker.Args, []string{"compose"}, words), dockerErr
	}
	if !filepath.IsAbs(standalone.Path) || c.inScratch(standalone.Path) {
		return shell.HostProgram{}, nil, errNotPermitted
	}
	standalone.Env = env
	return standalone, words, nil
}

// hasPlugin reports whether docker knows Compose by itself.
func hasPlugin(config string) bool {
	folders := pluginFolders
	if config != "" {
		folders = append(slices.Clone(folders), filepath.Join(config, "cli-plugins"))
	}
	return slices.ContainsFunc(folders, func(folder string) bool { return isProgram(filepath.Join(folder, "docker-compose")) })
}

func isProgram(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}
