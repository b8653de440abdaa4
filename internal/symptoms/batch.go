package symptoms

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"wardroom/internal/postgres/dbgen"
	"wardroom/internal/timeline"
)

// batch decides about the episodes of one group, in memory: what is written is only what
// has changed. It needs the group's sources locked from reading to commit.
type batch struct {
	source  source
	speaks  func(source string) bool // is configured and not silent
	last    map[string]*record       // by fingerprint
	changed map[uuid.UUID]*record
	turns   []turn
	visible bool // somebody who looks would see a difference
}

// turn is a change that belongs on an incident's timeline.
type turn struct {
	kind timeline.Kind
	of   *record
}

func newBatch(from source, speaks func(string) bool, rows []dbgen.Symptom) (*batch, error) {
	b := &batch{source: from, speaks: speaks, last: make(map[string]*record, len(rows)), changed: map[uuid.UUID]*record{}}
	for _, row := range rows {
		r, err := recordOf(row)
		if err != nil {
			return nil, err
		}
		b.last[r.fingerprint] = r
	}
	return b, nil
}

// heard takes a webhook's report.
func (b *batch) heard(r report) error {
	if !r.ended {
		return b.fire(r, func(e *episode) (bool, bool) { return e.fires(r.startsAt) })
	}
	if known := b.last[r.fingerprint]; known != nil && known.ends(r.startsAt, r.endsAt) {
		b.resolved(known)
	}
	return nil
}

// listed takes a report of the API, asked for at a time.
func (b *batch) listed(r report, asked time.Time) error {
	return b.fire(r, func(e *episode) (bool, bool) { return e.listed(r.startsAt, asked) })
}

// fire applies a rule that opens or keeps an episode, and the facts of the report to it.
func (b *batch) fire(r report, rule func(*episode) (heeded, changed bool)) error {
	known := b.last[r.fingerprint]
	if known == nil {
		known = &record{fingerprint: r.fingerprint}
	}
	before, after := known.episode, known.episode
	heeded, changed := rule(&after)
	if !heeded {
		return nil
	}
	if after.number != before.number {
		id, err := uuid.NewV7()
		if err != nil {
			return fmt.Errorf("symptoms: %w", err)
		}
		known = &record{id: id, fingerprint: r.fingerprint, incident: known.incident}
		b.last[r.fingerprint] = known
	}
	known.episode = after
	fired := after.number != before.number || before.state != Firing
	if fired {
		b.turns = append(b.turns, turn{timeline.SymptomFired, known})
	}
	news := b.describe(known, r)
	if changed || news {
		b.changed[known.id] = known
	}
	b.visible = b.visible || news || fired || !before.startsAt.Equal(after.startsAt)
	return nil
}

// describe gives the record the report's facts and says whether they are new. Who reported
// it first speaks for it as long as it can, so that two sources of a group do not take
// turns.
func (b *batch) describe(known *record, r report) bool {
	before := *known
	known.facts = r.facts
	if known.source == "" || !b.speaks(known.source) {
		known.source = b.source.Name
	}
	if known.source == b.source.Name {
		known.environment = b.source.environment(r.labels)
		if r.suppressed != nil {
			known.suppressed = *r.suppressed
		}
	}
	return !before.equal(known.facts) || before.source != known.source ||
		before.environment != known.environment || before.suppressed != known.suppressed
}

// missing takes what a complete list, asked for at a time, does not name. The word of a source
// counts for its own symptoms and for those of sources that do not speak.
func (b *batch) missing(list []report, asked time.Time) {
	named := make(map[string]bool, len(list))
	for _, r := range list {
		named[r.fingerprint] = true
	}
	for identity, known := range b.last {
		if named[identity] || (known.source != b.source.Name && b.speaks(known.source)) || !known.missing(asked) {
			continue
		}
		if known.state == Resolved {
			b.resolved(known)
		}
		b.changed[known.id] = known
	}
}

// lost makes the symptoms that the source reported unknown.
func (b *batch) lost() {
	for _, known := range b.last {
		if known.source == b.source.Name && known.lost() {
			b.changed[known.id], b.visible = known, true
			b.turns = append(b.turns, turn{timeline.SymptomUnknown, known})
		}
	}
}

func (b *batch) resolved(known *record) {
	b.changed[known.id], b.visible = known, true
	b.turns = append(b.turns, turn{timeline.SymptomResolved, known})
}

// rows are the changed records as arrays, ordered by id: the order of everybody's locks.
func (b *batch) rows() (dbgen.PutSymptomsParams, error) {
	ids := make([]uuid.UUID, 0, len(b.changed))
	for id := range b.changed {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(x, y uuid.UUID) int { return bytes.Compare(x[:], y[:]) })
	p := dbgen.PutSymptomsParams{SourceGroup: b.source.Group, Ids: ids}
	for _, id := range ids {
		r := b.changed[id]
		labels, err := json.Marshal(r.labels)
		if err != nil {
			return p, fmt.Errorf("symptoms: encode labels: %w", err)
		}
		annotations, err := json.Marshal(r.annotations)
		if err != nil {
			return p, fmt.Errorf("symptoms: encode annotations: %w", err)
		}
		p.Sources = append(p.Sources, r.source)
		p.Fingerprints = append(p.Fingerprints, r.fingerprint)
		p.Episodes = append(p.Episodes, r.number)
		p.Names = append(p.Names, r.name)
		p.Services = append(p.Services, r.service)
		p.Summaries = append(p.Summaries, r.summary)
		p.Values = append(p.Values, r.value)
		p.Thresholds = append(p.Thresholds, r.threshold)
		p.Severities = append(p.Severities, r.severity)
		p.States = append(p.States, string(r.state))
		p.Suppressions = append(p.Suppressions, r.suppressed)
		p.Environments = append(p.Environments, r.environment)
		p.Labels = append(p.Labels, labels)
		p.Annotations = append(p.Annotations, annotations)
		p.GeneratorUrls = append(p.GeneratorUrls, r.generatorURL)
		p.StartsAts = append(p.StartsAts, r.startsAt)
		p.Follows = append(p.Follows, r.follows)
		p.ResolvedAts = append(p.ResolvedAts, r.resolvedAt)
		p.AbsentPolls = append(p.AbsentPolls, r.absent)
		p.IncidentIds = append(p.IncidentIds, r.incident)
	}
	return p, nil
}
