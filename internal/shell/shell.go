package shell

import (
	"fmt"
	"strings"
)

// Risk is what a command may do. The order matters: a tree has the worst class
// of anything in it.
type Risk uint8

// The classes, mildest first.
const (
	Read        Risk = iota // only observes
	Change                  // alters state and can be undone
	Destroy                 // may lose data or is hard to undo
	Interactive             // needs a terminal or keyboard, or opens a listener
	Unknown                 // the text does not tell what it does
)

var riskNames = [...]string{"read", "change", "destroy", "interactive", "unknown"}

// String gives the word that people read and files store.
func (r Risk) String() string {
	if int(r) >= len(riskNames) {
		return riskNames[Unknown]
	}
	return riskNames[r]
}

// ParseRisk reads what String wrote.
func ParseRisk(s string) (Risk, error) {
	for i, name := range riskNames {
		if strings.EqualFold(s, name) {
			return Risk(i), nil
		}
	}
	return Unknown, fmt.Errorf("risk %q is none of %s", s, strings.Join(riskNames[:], ", "))
}

// MarshalText implements encoding.TextMarshaler.
func (r Risk) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler; a word it does not know is an error.
func (r *Risk) UnmarshalText(text []byte) error {
	parsed, err := ParseRisk(string(text))
	if err != nil {
		return err
	}
	*r = parsed
	return nil
}

// Platform is where a command makes sense.
type Platform string

// The platforms. Any means that a command belongs to none in particular.
const (
	Docker     Platform = "docker"
	Kubernetes Platform = "kubernetes"
	Local      Platform = "local"
	Any        Platform = "any"
)

// HostProgram is a program that an environments file lists: its first word is a
// verb, and a verb that is not listed is refused.
type HostProgram struct {
	Name  string            `json:"name"`
	Path  string            `json:"path"`
	Verbs map[string]Risk   `json:"verbs,omitempty"`
	Env   map[string]string `json:"env,omitempty"`
	Args  []string          `json:"args,omitempty"` // stand before a command's own words: what it may not say itself
}

// Policy is what an environment permits. It travels as JSON to the child process
// of a run, so both sides class by the same rules.
type Policy struct {
	Platform   Platform          `json:"platform"` // empty: no environment in particular, so no program is missing
	Programs   []HostProgram     `json:"programs,omitempty"`
	Fixed      map[string]string `json:"fixed,omitempty"`      // variables that beat any given value
	Namespaces []string          `json:"namespaces,omitempty"` // empty: not limited here
	Hosts      []string          `json:"-"`                    // names that programs may ask, without ports; nil: not told here
	Servers    []string          `json:"-"`                    // the same of databases and caches, and their aliases
	Secrets    bool              `json:"secrets,omitempty"`    // secret parameters are given: a credential among the words is one of them
}

// Class is the verdict on one program start.
type Class struct {
	Risk      Risk   `json:"risk"`
	Why       string `json:"why"`       // one sentence for people
	Discloses bool   `json:"discloses"` // its output may hold secrets
	Stream    bool   `json:"stream"`    // runs until it is stopped
	Refused   string `json:"refused,omitempty"`
	Reaches   string `json:"reaches,omitempty"` // the host that a program of this machine talks to: the environment must list it
}

// worst merges two verdicts about one tree: the higher risk with its reason, and
// every warning of both.
func (c Class) worst(other Class) Class {
	if other.Why != "" && (other.Risk > c.Risk || c.Why == "" || other.Risk == c.Risk && other.Discloses && !c.Discloses) {
		c.Risk, c.Why = max(c.Risk, other.Risk), other.Why
	}
	c.Risk = max(c.Risk, other.Risk)
	c.Discloses = c.Discloses || other.Discloses
	c.Stream = c.Stream || other.Stream
	if c.Refused == "" {
		c.Refused = other.Refused
	}
	if c.Reaches == "" {
		c.Reaches = other.Reaches
	}
	return c
}

// Analysis is the verdict on a whole command text.
type Analysis struct {
	Risk      Risk     `json:"risk"`
	Why       string   `json:"why"`
	Discloses bool     `json:"discloses"`
	Stream    bool     `json:"stream"`
	Runnable  bool     `json:"runnable"` // may be started here once it is confirmed and its values are given
	Refused   string   `json:"refused,omitempty"`
	Programs  []string `json:"programs,omitempty"`
	Platform  Platform `json:"platform"`
	Params    []Param  `json:"params,omitempty"`
	Problems  []string `json:"problems,omitempty"`
}

// Param is a blank that somebody or something must fill before a command runs.
type Param struct {
	Name   string `json:"name"`            // pod-name: one name for <pod-name>, <pod_name> and $POD_NAME
	Text   string `json:"text"`            // as the author wrote it
	Label  string `json:"label,omitempty"` // the alert label that fills it
	Secret bool   `json:"secret,omitempty"`
}

func read(why string) Class        { return Class{Risk: Read, Why: why} }
func change(why string) Class      { return Class{Risk: Change, Why: why} }
func destroy(why string) Class     { return Class{Risk: Destroy, Why: why} }
func interactive(why string) Class { return Class{Risk: Interactive, Why: why} }
func unknown(why string) Class     { return Class{Risk: Unknown, Why: why} }
func discloses(why string) Class   { return Class{Risk: Read, Why: why, Discloses: true} }
func stream(why string) Class      { return Class{Risk: Read, Why: why, Stream: true} }

// refuse is for what no confirmation can permit.
func refuse(format string, args ...any) Class {
	why := fmt.Sprintf(format, args...)
	return Class{Risk: Unknown, Why: why, Refused: why}
}
