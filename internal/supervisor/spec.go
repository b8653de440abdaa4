package supervisor

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"mvdan.cc/sh/v3/syntax"

	"wardroom/internal/shell"
	"wardroom/internal/supervisor/programs"
)

// Conn is a database or cache that the environment lists. Its URL is a secret.
type Conn = programs.Conn

// Spec is everything that one run may know and do. It holds secrets and travels over a pipe only.
type Spec struct {
	RunID     string            `json:"run_id"`
	Text      string            `json:"text"`      // the exact, bound text that was confirmed
	Argv      []string          `json:"argv"`      // what the text comes down to when it is no shell text: this one program starts, and nothing is interpreted
	Params    []string          `json:"params"`    // the values of $1, $2, … in the SQL of Argv
	Secrets   []string          `json:"secrets"`   // values that no other process may see among the words of a program
	Scratch   string            `json:"scratch"`   // the only folder that the run may read and write; made when there is none
	Confirmed shell.Risk        `json:"confirmed"` // the worst class that may start
	Discloses bool              `json:"discloses"` // whether showing secrets was confirmed
	Policy    shell.Policy      `json:"policy"`
	Hosts     map[string]string `json:"hosts"` // "host:port", "https://host" or a name as a playbook writes it → where it really is
	Own       []string          `json:"own"`   // addresses, host:port, that Wardroom itself listens on: never reachable
	Redis     []Conn            `json:"redis"`
	Postgres  []Conn            `json:"postgres"`
	Metrics   string            `json:"metrics"` // the address of the environment's Prometheus
	Vars      map[string]string `json:"vars"`
	Timeout   time.Duration     `json:"timeout"` // 0: five minutes
	Grace     time.Duration     `json:"grace"`   // between SIGTERM and SIGKILL; 0: ten seconds
	Limits    Limits            `json:"limits"`
	RunAs     string            `json:"run_as"` // the user when the server is root; "": nobody
}

// Limits bound what one run may use. Zero means the default.
type Limits struct {
	Memory    int64 `json:"memory"`    // bytes that a process may write to, beside what the supervisor needs itself; 512 MiB
	Processes int   `json:"processes"` // processes and threads beside those that the user has already; 512
	File      int64 `json:"file"`      // bytes of one file, and of all files in the scratch folder together; 64 MiB
}

// MaxScratch is how many bytes the files of a scratch folder have together, where the limits do not say another number.
const MaxScratch = 64 << 20

const (
	maxText    = 64 << 10
	maxNesting = 100
	maxVars    = 64
	maxVar     = 4 << 10

	// mark is the one environment variable by which the processes of a run are found again.
	mark = "WARDROOM_RUN"
)

func (s *Spec) applyDefaults() {
	s.Timeout = positive(s.Timeout, 5*time.Minute)
	s.Grace = positive(s.Grace, 10*time.Second)
	s.Limits.Memory = positive(s.Limits.Memory, 512<<20)
	s.Limits.Processes = positive(s.Limits.Processes, 512)
	s.Limits.File = positive(s.Limits.File, MaxScratch)
	if s.RunAs == "" {
		s.RunAs = "nobody"
	}
}

func positive[T int | int64 | time.Duration](v, otherwise T) T {
	if v > 0 {
		return v
	}
	return otherwise
}

// validate refuses what no caller can mean. Both sides call it: the child does not trust its parent to have done so.
func (s *Spec) validate() error {
	switch {
	case s.RunID == "" || strings.ContainsAny(s.RunID, "\x00\n"):
		return errors.New("run without a proper id")
	case !filepath.IsAbs(s.Scratch) || filepath.Clean(s.Scratch) == "/":
		return fmt.Errorf("scratch folder %q is not an absolute path", s.Scratch)
	case s.Confirmed > shell.Destroy:
		return fmt.Errorf("class %v cannot be confirmed", s.Confirmed)
	}
	for name := range s.Vars {
		if !syntax.ValidName(name) || forbidden(name) {
			return fmt.Errorf("variable %q may not be set", name)
		}
	}
	return nil
}

// forbidden reports whether a variable of this name would steer a program, its credentials or its connections.
func forbidden(name string) bool {
	switch name {
	case "PATH", "HOME", "KUBECONFIG", "KUBERC", "TMPDIR", "BASH_ENV", "ENV", "SHELL", "SHELLOPTS", "BASHOPTS", "PS4", "PROMPT_COMMAND", mark:
		return true
	}
	upper := strings.ToUpper(name) // http_proxy counts like HTTP_PROXY
	for _, prefix := range []string{"LD_", "DOCKER_", "COMPOSE_", "HELM_", "GIT_", "PG"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	for _, suffix := range []string{"_PROXY", "PAGER", "EDITOR"} {
		if strings.HasSuffix(upper, suffix) {
			return true
		}
	}
	return false
}
