package diagnostics

import (
	"regexp"
	"slices"
	"strings"

	"wardroom/internal/shell"
	"wardroom/internal/supervisor"
)

// remoteStart is a program that runs in a container, where our signals do not reach.
type remoteStart struct {
	client []string // up to the container: kubectl exec -n octollm api-0
	where  string
	inner  []string // what runs there
}

// execFlags take their value as the next word.
var execFlags = []string{
	"-n", "--namespace", "-c", "--container", "--request-timeout", "-e", "--env", "--env-file", "-w", "--workdir", "-u", "--user", "--index",
}

// remoteOf recognises kubectl exec, docker exec and docker compose exec.
func remoteOf(p supervisor.Program) *remoteStart {
	argv := p.Argv
	if !p.Permitted || !slices.Contains([]string{"kubectl", "oc", "docker", "docker-compose"}, argv[0]) {
		return nil
	}
	verb := slices.Index(argv, "exec")
	if verb < 0 {
		return nil
	}
	for at := verb + 1; at < len(argv); at++ {
		word := argv[at]
		switch {
		case slices.Contains(execFlags, word):
			at++
		case strings.HasPrefix(word, "-"):
		default:
			inner := argv[at+1:]
			if dashes := slices.Index(inner, "--"); dashes >= 0 && argv[0] != "docker" && argv[0] != "docker-compose" {
				return &remoteStart{client: append(slices.Clone(argv[:at+1]), inner[:dashes]...), where: word, inner: inner[dashes+1:]}
			}
			return &remoteStart{client: argv[:at+1], where: word, inner: inner}
		}
	}
	return nil
}

// warning says what may go on, and the command that ends it.
func (r *remoteStart) warning() string {
	end := slices.Clone(r.client)
	if !strings.HasPrefix(r.client[0], "docker") {
		end = append(end, "--")
	}
	end = append(end, "pkill", "-f", regexp.QuoteMeta(strings.Join(r.inner, " ")))
	for i, word := range end {
		quoted, err := shell.Quote(word)
		if err != nil { // a control character: nothing that a person could paste
			return "The process in " + r.where + " may still run."
		}
		end[i] = quoted
	}
	return "The process in " + r.where + " may still run. This ends it: " + strings.Join(end, " ")
}
