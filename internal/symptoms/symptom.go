package symptoms

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"wardroom/internal/postgres/dbgen"
)

// Why a symptom that fires is not talked about.
const (
	Silenced  = "silenced"
	Inhibited = "inhibited"
)

// Symptom is one episode of one thing that is wrong. Everything that came from a source
// is foreign text, control characters and all.
type Symptom struct {
	ID             uuid.UUID
	Group          string // of sources; with Fingerprint its identity
	Fingerprint    string
	Episode        int
	Source         string // of the group, the one that speaks for it
	Name           string
	Service        string
	Summary        string
	Value          string
	Threshold      string
	Severity       int // 2 critical, 3 warning, 4 anything else
	State          State
	Suppressed     string // "", Silenced or Inhibited
	Environment    string // of the environments file; empty when the source names none
	Labels         map[string]string
	Annotations    map[string]string
	GeneratorURL   string
	StartsAt       time.Time
	FirstSeenAt    time.Time
	ResolvedAt     *time.Time
	IncidentID     *uuid.UUID
	IncidentNumber int64 // 0 when it belongs to none
}

func fromRow(row dbgen.Symptom, incident int64) (Symptom, error) {
	s := Symptom{
		ID: row.ID, Group: row.SourceGroup, Fingerprint: row.Fingerprint, Episode: int(row.Episode), Source: row.Source,
		Name: row.Name, Service: row.Service, Summary: row.Summary, Value: row.Value, Threshold: row.Threshold,
		Severity: int(row.Severity), State: State(row.State), Suppressed: row.Suppressed, Environment: row.Environment,
		GeneratorURL: row.GeneratorUrl, StartsAt: row.StartsAt, FirstSeenAt: row.FirstSeenAt, ResolvedAt: row.ResolvedAt,
		IncidentID: row.IncidentID, IncidentNumber: incident,
	}
	if err := json.Unmarshal(row.Labels, &s.Labels); err != nil {
		return Symptom{}, fmt.Errorf("symptoms: labels of %s: %w", row.ID, err)
	}
	if err := json.Unmarshal(row.Annotations, &s.Annotations); err != nil {
		return Symptom{}, fmt.Errorf("symptoms: annotations of %s: %w", row.ID, err)
	}
	return s, nil
}

// record is an episode while a batch is decided about.
type record struct {
	facts
	episode
	id          uuid.UUID
	fingerprint string
	source      string
	suppressed  string
	environment string
	incident    uuid.UUID // zero for none
}

func recordOf(row dbgen.Symptom) (*record, error) {
	s, err := fromRow(row, 0)
	if err != nil {
		return nil, err
	}
	r := &record{
		facts: facts{
			name: s.Name, service: s.Service, summary: s.Summary, value: s.Value, threshold: s.Threshold,
			severity: row.Severity, labels: s.Labels, annotations: s.Annotations, generatorURL: s.GeneratorURL,
		},
		episode: episode{
			number: row.Episode, state: s.State, startsAt: s.StartsAt, changedAt: row.ChangedAt, absent: row.AbsentPolls,
		},
		id: s.ID, fingerprint: s.Fingerprint, source: s.Source, suppressed: s.Suppressed, environment: s.Environment,
	}
	if row.Follows != nil {
		r.follows = *row.Follows
	}
	if row.ResolvedAt != nil {
		r.resolvedAt = *row.ResolvedAt
	}
	if row.IncidentID != nil {
		r.incident = *row.IncidentID
	}
	return r, nil
}
