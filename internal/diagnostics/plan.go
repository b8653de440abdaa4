package diagnostics

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/google/uuid"

	"wardroom/internal/authz"
	"wardroom/internal/config"
	"wardroom/internal/errs"
	"wardroom/internal/playbooks"
	"wardroom/internal/postgres"
	"wardroom/internal/postgres/dbgen"
	"wardroom/internal/shell"
)

// Default limits of a run's time, EXECUTION.md "How it runs".
const (
	DiagnosisTimeout  = time.Minute
	ResolutionTimeout = 5 * time.Minute
)

// Request names a command of an attached playbook, or brings a text of its own, and says
// what fills the placeholders.
type Request struct {
	Incident int64
	Attached uuid.UUID
	Step     string
	Command  string
	Text     string            // a person's own, instead of the command's; the step is then only where it belongs, or empty
	Values   map[string]string // typed now; beats labels and variables, not fixed ones
	Secrets  map[string]string // of secret parameters: for this one run, kept nowhere

	// What the person has seen and confirmed. A plain read needs neither.
	Confirmed shell.Risk
	Hash      string // Plan.Hash of the confirmed plan
	TypedName string // the environment's name, typed, for destroy
}

// Origin says where a value came from.
type Origin string

// The origins, in the order in which they win: a fixed variable beats all.
const (
	FromFixed Origin = "fixed"
	FromTyped Origin = "typed"
	FromRun   Origin = "run"   // assigned by an earlier run
	FromAlert Origin = "alert" // by an alert, or made of what an alert says
	FromEnv   Origin = "environment"
)

// Value is what filled a placeholder, or a variable of the incident that the text reads.
type Value struct {
	Name     string `json:"name"`
	Text     string `json:"text"` // the placeholder as written, or $NAME
	Value    string `json:"value"`
	Origin   Origin `json:"origin"`
	Variable bool   `json:"variable,omitempty"` // the run is given it; the others stand in the text
	Secret   bool   `json:"secret,omitempty"`   // Value is only its mask
}

// Plan is what exactly would run, where, and whether it may.
type Plan struct {
	IncidentID  uuid.UUID
	Number      int64
	Environment config.Environment
	Source      Source
	Step        playbooks.Step    // zero when the text was typed beside none
	Command     playbooks.Command // with the text as it was written, whoever wrote it
	Section     string
	Values      []Value
	Missing     []shell.Param // placeholders that nothing fills
	Secrets     []shell.Param // secret parameters, which are asked for each time
	Text        string        // final exact text with its secrets masked; the written one while values are missing
	Analysis    shell.Analysis
	Risk        shell.Risk // of the text, raised where the author asks for it
	Refused     string     // why it can't be run here; empty when it can
	Hash        string     // names text, variables, environment and class: what a confirmation refers to
	Timeout     time.Duration
	Doubts      []string // what nobody could make sure of before it runs
	ActsAs      string   // whom the cluster sees, where the environment impersonates and the text uses the cluster

	identity string // the same, whatever the text uses
	hostile  []foreign
	given    map[string]string // Request.Secrets
	bound    shell.Bound       // what runs
}

// Asks says whether the plan must be confirmed before it runs.
func (p *Plan) Asks() bool {
	return p.Risk != shell.Read || p.Analysis.Discloses || len(p.Secrets) > 0
}

// Planner plans the commands of one incident: it has read what fills placeholders once.
type Planner struct {
	who   authz.Actor
	room  dbgen.IncidentForRunRow
	env   config.Environment
	known bool // the environment is in the file
	fill  filling
	stock Inventory // nil: there is none
}

// Planner reads what the incident's commands are planned with.
func (s *Service) Planner(ctx context.Context, number int64) (*Planner, error) {
	actor, err := authz.Require(ctx, authz.Read)
	if err != nil {
		return nil, err
	}
	room, err := s.db.IncidentForRun(ctx, number)
	if err != nil {
		return nil, fmt.Errorf("diagnostics: incident %d: %w", number, postgres.MapError(err))
	}
	p := &Planner{who: actor, room: room, stock: s.opts.Inventory}
	p.env, p.known = s.environments.Environment(room.Environment)
	p.fill, err = s.fill(ctx, room.ID, p.env)
	return p, err
}

// Environment is where the incident's commands run; ok is false when it has none.
func (p *Planner) Environment() (env config.Environment, ok bool) { return p.env, p.known }

// Plan tells what the request would run, and asks the inventory for values that only an
// alert vouches for. It changes nothing.
func (s *Service) Plan(ctx context.Context, req Request) (Plan, error) {
	planner, err := s.Planner(ctx, req.Incident)
	if err != nil {
		return Plan{}, err
	}
	var book playbooks.Playbook
	if req.Attached != uuid.Nil || req.Text == "" {
		if book, err = s.rooms.Snapshot(ctx, planner.room.ID, req.Attached); err != nil {
			return Plan{}, err
		}
	}
	plan, err := s.Look(ctx, planner, book, req)
	if err == nil {
		plan.ask(ctx, planner.stock)
		plan.weigh(ctx, planner.stock)
	}
	return plan, err
}

// Plan tells what the request would run from the playbook, without asking the inventory.
func (pl *Planner) Plan(book playbooks.Playbook, req Request) (Plan, error) {
	p := Plan{IncidentID: pl.room.ID, Number: pl.room.Number, Environment: pl.env, Source: FromPlaybook}
	if err := p.choose(book, req); err != nil {
		return Plan{}, err
	}
	p.take(req.Text)
	p.Text, p.Timeout = p.Command.Text, p.Command.Timeout
	if p.Timeout == 0 {
		p.Timeout = DiagnosisTimeout
		if p.Section == playbooks.Resolution {
			p.Timeout = ResolutionTimeout
		}
	}
	p.given = req.Secrets
	p.resolve(PolicyOf(pl.env), pl.fill.with(req.Values))
	p.identify(pl.who)
	p.judge(pl.room.Status, pl.known, pl.stock)
	p.Hash = p.hash()
	return p, nil
}

// choose finds the step and the command that are meant. A person's own text needs neither.
func (p *Plan) choose(book playbooks.Playbook, req Request) error {
	if req.Text != "" && req.Step == "" && req.Command == "" {
		return nil
	}
	step, ok := book.Step(req.Step)
	if !ok {
		return errs.New(errs.NotFound, "The playbook has no such step.")
	}
	p.Step, p.Section = *step, sectionOf(book, req.Step)
	if req.Text != "" && req.Command == "" {
		return nil
	}
	command, ok := step.Command(req.Command)
	if !ok {
		return errs.New(errs.NotFound, "The step has no such command.")
	}
	p.Command = *command
	return nil
}

// resolve finds what fills the command's placeholders and what its variables hold.
func (p *Plan) resolve(policy shell.Policy, fill filling) {
	values := map[string]string{}
	p.Analysis = analyse(policy, p.Command)
	for _, param := range p.Analysis.Params {
		if param.Secret {
			p.Secrets = append(p.Secrets, param)
			p.Values = append(p.Values, Value{Name: param.Name, Text: param.Text, Value: param.Mask(), Origin: FromTyped, Secret: true})
			values[param.Name] = p.given[param.Name]
			continue
		}
		v, ok := fill.value(param)
		if !ok {
			p.Missing = append(p.Missing, param)
			continue
		}
		p.Values = append(p.Values, v)
		values[param.Name] = v.Value
		if v.Origin == FromAlert && !fill.allows(param, v.Value) {
			p.hostile = append(p.hostile, foreign{v, param.Label})
		}
	}
	p.bind(policy, values)
	if p.Command.Kind != playbooks.Shell {
		return
	}
	for _, name := range shell.Variables(p.Text) {
		v, ok := fill.variable(name)
		if !ok {
			continue
		}
		p.Values = append(p.Values, v)
		if param := byName(name, v).param; v.Origin == FromAlert && !fill.allows(param, v.Value) {
			p.hostile = append(p.hostile, foreign{v, param.Label})
		}
	}
}

// bind makes the final text and classes it.
func (p *Plan) bind(policy shell.Policy, values map[string]string) {
	if len(p.Missing) == 0 {
		bound, err := bindValues(policy, p.Command, values)
		if err != nil {
			p.Refused = errs.Message(err)
		} else {
			p.bound, p.Text, p.Analysis = bound, bound.Shown, bound.Analysis
		}
	}
	p.Risk = p.Analysis.Risk
	if p.Command.Raise != nil {
		p.Risk = max(p.Risk, *p.Command.Raise)
	}
}

// judge says why the plan can't be run, if it can't.
func (p *Plan) judge(status string, known bool, stock Inventory) {
	switch {
	case p.Refused != "":
	case !known:
		p.Refused = "The incident has no environment to run commands in."
	case status == "closed":
		p.Refused = "The incident is closed."
	case p.forbidden() != "":
		p.Refused = p.forbidden()
	case p.nowhere() != "":
		p.Refused = p.nowhere()
	case p.Analysis.Refused != "":
		p.Refused = p.Analysis.Refused
	case p.exposed() != "":
		p.Refused = p.exposed()
	case p.Risk >= shell.Interactive || !p.Analysis.Runnable:
		p.Refused = p.elsewhere() + p.Analysis.Why
	case p.unapproved() != "":
		p.Refused = p.unapproved()
	default:
		p.Refused = p.unlisted(stock)
	}
}

// unapproved says why the plan may not destroy, if it would.
func (p *Plan) unapproved() string {
	if p.Risk != shell.Destroy || p.Environment.Approvals == "none" {
		return ""
	}
	return fmt.Sprintf("Environment %s asks for a second person's approval before anything is destroyed, and approvals are not available yet.", p.Environment.Name)
}

func (p *Plan) hash() string {
	sum := sha256.Sum256(fmt.Appendf(p.textHash(), "%s\x00%s\x00%v", p.Environment.Name, p.Risk, p.Analysis.Discloses))
	return hex.EncodeToString(sum[:])
}

// textHash names what runs: the text together with the variables that it is given and the
// database that it goes to. A text holds no NUL, nor does a name or a value.
func (p *Plan) textHash() []byte {
	var all strings.Builder
	all.WriteString(p.Text)
	for name, value := range p.variables() {
		all.WriteString("\x00" + name + "\x00" + value)
	}
	if database := p.database(); database != "" {
		all.WriteString("\x00" + database)
	}
	return textHash(all.String())
}

// variables are what the run is given, by name.
func (p *Plan) variables() iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for _, v := range p.Values {
			if v.Variable && !yield(v.Name, v.Value) {
				return
			}
		}
	}
}

// check compares what was confirmed with what would run now.
func (p *Plan) check(req Request) error {
	if len(p.Missing) > 0 {
		return errs.Newf(errs.Invalid, "%s needs a value.", p.Missing[0].Text)
	}
	if p.Refused != "" {
		return errs.New(errs.Invalid, p.Refused)
	}
	if err := p.checkSecrets(); err != nil {
		return err
	}
	if !p.Asks() {
		return nil
	}
	if req.Hash != p.Hash || req.Confirmed != p.Risk {
		return errs.New(errs.Conflict, "This is not what was confirmed: look at the command again and confirm it.")
	}
	if p.Risk == shell.Destroy && req.TypedName != p.Environment.Name {
		return errs.Newf(errs.Invalid, "Type the environment's name, %s, to confirm.", p.Environment.Name)
	}
	return nil
}

func sectionOf(book playbooks.Playbook, step string) string {
	for _, section := range book.Sections {
		for _, st := range section.Steps {
			if st.ID == step {
				return section.Kind
			}
		}
	}
	return playbooks.Other
}
