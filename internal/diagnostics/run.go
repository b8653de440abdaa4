package diagnostics

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/google/uuid"

	"wardroom/internal/errs"
	"wardroom/internal/postgres/dbgen"
	"wardroom/internal/shell"
)

// State is where a run is in its life.
type State string

// The states. The first four are unfinished; the rest are final.
const (
	Queued      State = "queued"
	Starting    State = "starting"
	Running     State = "running"
	Stopping    State = "stopping"
	Succeeded   State = "succeeded"
	Failed      State = "failed"
	Stopped     State = "stopped"
	TimedOut    State = "timed_out"
	Refused     State = "refused"     // a program was above the confirmed class, or not permitted
	Interrupted State = "interrupted" // Wardroom itself went away; the outcome is unknown
)

// Active says whether the run has not ended.
func (s State) Active() bool {
	return s == Queued || s == Starting || s == Running || s == Stopping
}

// Kinds of run.
const (
	KindCommand = "command"
	KindManual  = "manual" // done by hand and marked done
)

// Source is where the text of a run came from.
type Source string

// The sources.
const (
	FromPlaybook Source = "playbook"
	Edited       Source = "edited" // a playbook's command that somebody changed before it ran
	Typed        Source = "typed"  // a person's own
)

// Run is one execution of a command, or a step marked as done by hand.
type Run struct {
	ID         uuid.UUID
	IncidentID uuid.UUID
	Number     int
	AttachedID uuid.UUID // zero: beside no playbook
	StepID     string
	StepTitle  string
	Section    string
	CommandID  string
	Kind       string
	Source     Source
	Language   string // as a playbook's command: shell, sql or promql
	Written    string // what ran, with its placeholders
	Text       string // exactly what ran
	Env        string
	Risk       shell.Risk
	Discloses  bool
	Values     []Value
	State      State
	ByID       uuid.UUID
	By         string
	ActsAs     string // whom the cluster saw; "" where nobody was impersonated
	Host       string
	Created    time.Time
	Started    *time.Time
	Ended      *time.Time
	ExitCode   *int
	Reason     string // why it ended as it did
	Confirmed  bool   // nothing of its process tree was left at the end
	StopBy     string
	StopAt     *time.Time
	Lines      int64
	Bytes      int64
	CPU        time.Duration
	PeakRSS    int64 // bytes
	Note       string
	SetAside   bool // not to be proposed for the playbook
}

// Proposed says whether the run's text is one that its playbook does not have, and ran.
func (r Run) Proposed() bool { return r.Source != FromPlaybook && r.Started != nil }

// Took is how long the run lasted, or has lasted until now.
func (r Run) Took(now time.Time) time.Duration {
	if r.Started == nil {
		return 0
	}
	if r.Ended != nil {
		return r.Ended.Sub(*r.Started)
	}
	return now.Sub(*r.Started)
}

// Topic is the live topic of a run's output.
func Topic(run uuid.UUID) string { return "run:" + run.String() }

// RunOf is the run that a topic belongs to.
func RunOf(topic string) (uuid.UUID, bool) {
	id, ok := strings.CutPrefix(topic, "run:")
	if !ok {
		return uuid.Nil, false
	}
	run, err := uuid.Parse(id)
	return run, err == nil
}

func fromRow(row dbgen.Run) (Run, error) {
	risk, err := shell.ParseRisk(row.Risk)
	if err != nil {
		return Run{}, errs.Wrap(errs.Internal, "", err)
	}
	r := Run{
		ID: row.ID, IncidentID: row.IncidentID, Number: int(row.Number), StepID: row.StepID, StepTitle: row.StepTitle, Section: row.Section,
		CommandID: row.CommandID, Kind: row.Kind, Source: Source(row.Source), Language: row.Language, Written: row.Written, Text: row.Text, Env: row.Environment, Risk: risk, Discloses: row.Discloses,
		State: State(row.State), ByID: row.StartedBy, By: row.StartedName, ActsAs: row.ActsAs, Host: row.Host,
		Created: row.CreatedAt, Started: row.StartedAt, Ended: row.EndedAt, Reason: row.Reason, Confirmed: row.ConfirmedStop,
		StopBy: row.StopBy, StopAt: row.StopAt, Lines: row.Lines, Bytes: row.Bytes,
		CPU: time.Duration(row.CpuMs) * time.Millisecond, PeakRSS: row.PeakRss,
		SetAside: row.SetAsideAt != nil,
	}
	if row.AttachedID != nil {
		r.AttachedID = *row.AttachedID
	}
	if row.ExitCode != nil {
		code := int(*row.ExitCode)
		r.ExitCode = &code
	}
	if err := json.Unmarshal(row.Params, &r.Values); err != nil {
		return Run{}, errs.Wrap(errs.Internal, "", err)
	}
	return r, nil
}
