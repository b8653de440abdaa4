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

// warning says what may go on, and the commands that end it.
func (r *remoteStart) warning() string {
	may := "The process in " + r.where + " may still run."
	end, ok := quoted(r.end())
	if !ok { // a control character: nothing that a person could paste
		return may
	}
	warning := may + " This ends it: " + end
	if restart, ok := quoted(r.restart()); ok {
		warning += " (where there is no pkill, or something of it stays: " + restart + ")"
	}
	return warning
}

// end finds the process by its words. Of a shell only the text counts: it may have
// become its last command.
func (r *remoteStart) end() []string {
	words := strings.Join(r.inner, " ")
	if len(r.inner) == 3 && r.inner[1] == "-c" {
		words = r.inner[2]
	}
	end := slices.Clone(r.client)
	if !r.docker() {
		end = append(end, "--")
	}
	return append(end, "pkill", "-f", regexp.QuoteMeta(words)+"$")
}

// restart ends everything in a container of Docker, whatever is installed there.
func (r *remoteStart) restart() []string {
	if !r.docker() {
		return nil
	}
	verb := slices.Index(r.client, "exec")
	return append(slices.Clone(r.client[:verb]), "restart", r.where)
}

func (r *remoteStart) docker() bool { return strings.HasPrefix(r.client[0], "docker") }

// quoted is the command as one types it; not ok when there is none or nobody could.
func quoted(words []string) (text string, ok bool) {
	for i, word := range words {
		one, err := shell.Quote(word)
		if err != nil {
			return "", false
		}
		words[i] = one
	}
	return strings.Join(words, " "), len(words) > 0
}
