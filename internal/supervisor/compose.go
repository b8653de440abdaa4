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
	args := project(standalone.Args, env)
	if args == nil {
		return shell.HostProgram{}, nil, errNoProject
	}
	words = slices.Concat(args, shell.WithoutTerminal(words))
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

// project says as flags, and no longer as variables, which project is meant; nil when no file is. Where a variable names it, Compose does not say that a service or a file is
// not there, but does nothing and succeeds.
func project(configured []string, env map[string]string) []string {
	files, name := strings.Split(env["COMPOSE_FILE"], ":"), env["COMPOSE_PROJECT_NAME"]
	delete(env, "COMPOSE_FILE")
	delete(env, "COMPOSE_PROJECT_NAME")
	args := slices.Clone(configured)
	if len(args) == 0 { // Compose's own idea of it differs from version to version
		args = append(args, "--project-directory="+filepath.Dir(files[0]))
	}
	if name != "" {
		args = append(args, "--project-name="+name)
	}
	for _, file := range files {
		if !filepath.IsAbs(file) {
			return nil
		}
		args = append(args, "--file="+file)
	}
	return args
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
