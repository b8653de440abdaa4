package supervisor

import (
	"time"

	"wardroom/internal/shell"
)

// Event is one thing that happened in a run; exactly one of Output, Program and Exit is set.
type Event struct {
	Output  []byte // raw bytes of a program or of the interpreter, not redacted
	Stderr  bool
	Program *Program
	Exit    *Exit
}

// Program says that a program was started, or that its start was refused.
type Program struct {
	Argv      []string    `json:"argv"`
	Class     shell.Class `json:"class"`
	Permitted bool        `json:"permitted"`
	Reason    string      `json:"reason"` // why it was refused
}

// The reasons why a run ended other than by itself.
const (
	ReasonTimeout = "timeout"
	ReasonLimit   = "limit"
	ReasonStopped = "stopped"
	ReasonCrashed = "crashed"
)

// Exit is the end of a run. It is the last event.
type Exit struct {
	Code    int               `json:"code"`
	Signal  string            `json:"signal"`
	Answer  string            `json:"answer"` // what a Code beside 0 says when nothing has failed: "grep found nothing."
	Reason  string            `json:"reason"` // "" or one of the Reason constants
	Clean   bool              `json:"-"`      // nothing of the run's tree is left
	Vars    map[string]string `json:"vars"`   // top-level assignments of a successful run
	CPU     time.Duration     `json:"-"`      // of the whole tree
	PeakRSS int64             `json:"-"`      // bytes, of the largest process of the tree
	Crash   string            `json:"-"`      // what the supervisor wrote when it died, shortened: for the log, not for people
}
