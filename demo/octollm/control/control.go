package control

import "time"

// The states of a service.
const (
	Starting = "starting"
	Running  = "running"
	Exited   = "exited"
)

// Service is one process that the supervisor keeps.
type Service struct {
	Name     string    `json:"name"`
	Address  string    `json:"address"` // host:port
	PID      int       `json:"pid"`     // 0 when it does not run
	State    string    `json:"state"`
	Since    time.Time `json:"since"` // when the state began
	Restarts int       `json:"restarts"`
	LastExit string    `json:"last_exit"` // how it ended the last time, empty when it never did
}

// Fault is something that can be broken on purpose.
type Fault struct {
	Name   string `json:"name"`
	On     bool   `json:"on"`
	Effect string `json:"effect"`
	Cure   string `json:"cure"`
}

// Failure is the answer to a request that was refused.
type Failure struct {
	Error string `json:"error"`
}
