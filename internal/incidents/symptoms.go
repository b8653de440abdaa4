package incidents

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/google/uuid"

	"wardroom/internal/authz"
	"wardroom/internal/errs"
	"wardroom/internal/postgres"
	"wardroom/internal/postgres/dbgen"
	"wardroom/internal/timeline"
)

type symptom dbgen.LockSymptomsRow

// title is what an incident from this symptom is called when nobody says otherwise.
func (s symptom) title() string {
	name, service := oneLine(s.Name), oneLine(s.Service)
	if service == "" {
		return name
	}
	return name + ": " + service
}

// lockSymptoms holds the symptoms until the transaction ends and gives them, the worst
// first. Each must exist.
func lockSymptoms(ctx context.Context, tx *postgres.Tx, ids []uuid.UUID) ([]symptom, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	rows, err := tx.LockSymptoms(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("incidents: lock symptoms: %w", postgres.MapError(err))
	}
	symptoms := make([]symptom, len(rows))
	for i, row := range rows {
		symptoms[i] = symptom(row)
	}
	for _, id := range ids {
		if !slices.ContainsFunc(symptoms, func(s symptom) bool { return s.ID == id }) {
			return nil, errs.New(errs.NotFound, "There is no such symptom.")
		}
	}
	slices.SortStableFunc(symptoms, func(a, b symptom) int {
		if a.Severity != b.Severity {
			return int(a.Severity) - int(b.Severity)
		}
		return a.StartsAt.Compare(b.StartsAt)
	})
	return symptoms, nil
}

// meet finds the oldest active incident that one of the symptoms belongs to and locks it;
// nil when there is none. Free are the symptoms that belong to no active incident.
func meet(ctx context.Context, tx *postgres.Tx, symptoms []symptom) (existing *Incident, free []symptom, err error) {
	known := map[uuid.UUID]Incident{}
	for _, s := range symptoms {
		if s.IncidentID == nil {
			continue
		}
		if known[*s.IncidentID], err = read(ctx, tx, *s.IncidentID); err != nil {
			return nil, nil, err
		}
	}
	byNumber := func(a, b Incident) int { return cmp.Compare(a.Number, b.Number) }
	for _, old := range slices.SortedFunc(maps.Values(known), byNumber) {
		in, err := lock(ctx, tx, old.Number) // it may have been resolved since
		if err != nil {
			return nil, nil, err
		}
		known[in.ID] = in
		if existing == nil && in.Active() {
			existing = &in
		}
	}
	for _, s := range symptoms {
		if s.IncidentID == nil || !known[*s.IncidentID].Active() {
			free = append(free, s)
		}
	}
	return existing, free, nil
}

// linkTx makes the symptoms part of the incident, as one event however many there are.
func (s *Service) linkTx(ctx context.Context, tx *postgres.Tx, incident uuid.UUID, symptoms []symptom, actor authz.Actor) error {
	if len(symptoms) == 0 {
		return nil
	}
	ids := make([]uuid.UUID, len(symptoms))
	for i, one := range symptoms {
		ids[i] = one.ID
	}
	if err := s.Symptoms.LinkTx(ctx, tx, incident, ids); err != nil {
		return err
	}
	worst := symptoms[0]
	return s.record(ctx, tx, incident, timeline.Event{
		Kind: timeline.SymptomAdded, Actor: actor,
		Data: timeline.SymptomData{
			ID: worst.ID, Name: worst.Name, Service: worst.Service, Severity: int(worst.Severity),
			Value: worst.Value, Source: worst.Source, Count: len(symptoms),
		},
	})
}
