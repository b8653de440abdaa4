package symptoms

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/google/uuid"

	"wardroom/internal/authz"
	"wardroom/internal/postgres"
	"wardroom/internal/postgres/dbgen"
	"wardroom/internal/timeline"
)

// Receive takes a webhook of Alertmanager; what it tells is committed when Receive
// returns, and telling it again changes nothing. A wrong token is errs.Unauthenticated, a
// body over MaxBody errs.TooLarge, one that is not understood errs.Invalid with the place
// and the reason. An alert that is not understood is left out and noted on the source.
func (s *Service) Receive(ctx context.Context, token string, body io.Reader) error {
	from, ok := s.byToken(sha256.Sum256([]byte(token)))
	if !ok {
		return errRefused
	}
	data, err := readBody(body)
	if err != nil {
		return err
	}
	list, err := parseWebhook(data)
	if err != nil {
		return err
	}
	if list.leftOut != nil {
		s.Log.WarnContext(ctx, "an alert of a webhook was left out", "source_name", from.Name, "err", list.leftOut)
	}
	return s.DB.InTx(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		group, err := lockGroup(ctx, tx, from)
		if err != nil {
			return err
		}
		b, err := s.openBatch(ctx, tx, from, group, fingerprints(list.reports), false)
		if err != nil {
			return err
		}
		heard, err := tx.SourceHeard(ctx, dbgen.SourceHeardParams{Name: from.Name, LeftOut: list.note()})
		if err != nil {
			return fmt.Errorf("symptoms: note source: %w", postgres.MapError(err))
		}
		list.heardAt(*heard.LastSeenAt)
		for _, r := range list.reports {
			if err := b.heard(r); err != nil {
				return err
			}
		}
		row, _ := group.named(from.Name)
		b.visible = b.visible || row.SilentSince != nil || row.LastError != heard.LastError
		return s.commit(ctx, tx, b)
	})
}

// sourceRows are the sources of a group as they stand under the lock.
type sourceRows []dbgen.Source

func lockGroup(ctx context.Context, tx *postgres.Tx, from source) (sourceRows, error) {
	rows, err := tx.LockSourceGroup(ctx, from.Group)
	if err != nil {
		return nil, fmt.Errorf("symptoms: lock sources: %w", postgres.MapError(err))
	}
	return rows, nil
}

func (g sourceRows) named(name string) (dbgen.Source, bool) {
	i := slices.IndexFunc(g, func(row dbgen.Source) bool { return row.Name == name })
	if i < 0 {
		return dbgen.Source{}, false
	}
	return g[i], true
}

func (g sourceRows) silent(name string) bool {
	row, found := g.named(name)
	return found && row.SilentSince != nil
}

// openBatch reads the episodes that a batch decides about, with withOpen all that are open.
func (s *Service) openBatch(ctx context.Context, tx *postgres.Tx, from source, g sourceRows, prints []string, withOpen bool) (*batch, error) {
	rows, err := tx.LatestEpisodes(ctx, dbgen.LatestEpisodesParams{
		SourceGroup: from.Group, Fingerprints: prints, WithOpen: withOpen,
	})
	if err != nil {
		return nil, fmt.Errorf("symptoms: read episodes: %w", postgres.MapError(err))
	}
	speaks := func(name string) bool {
		_, known := g.named(name)
		return known && s.configured(name) && !g.silent(name)
	}
	return newBatch(from, speaks, rows)
}

// commit writes what the batch decided and records it on the incidents' timelines.
func (s *Service) commit(ctx context.Context, tx *postgres.Tx, b *batch) error {
	if b.visible {
		tx.OnCommit(func(context.Context) { s.Bell.Ring(timeline.DashboardTopic) })
	}
	if len(b.changed) == 0 {
		return nil
	}
	rows, err := b.rows()
	if err != nil {
		return err
	}
	written, err := tx.PutSymptoms(ctx, rows)
	if err != nil {
		return fmt.Errorf("symptoms: write: %w", postgres.MapError(err))
	}
	incidents := make(map[uuid.UUID]uuid.UUID, len(written))
	for _, row := range written {
		if row.IncidentID != nil {
			incidents[row.ID] = *row.IncidentID
		}
	}
	if slices.ContainsFunc(b.turns, func(t turn) bool { return t.kind == timeline.SymptomFired }) {
		if err := tx.SourceFired(ctx, b.source.Name); err != nil {
			return fmt.Errorf("symptoms: note source: %w", postgres.MapError(err))
		}
	}
	return s.tell(ctx, tx, b, incidents)
}

// tell records the turns, one event per incident and kind, however many they are, and
// rings the incidents whose symptoms look different now. The incidents are taken in the
// order of their numbers, like everywhere.
func (s *Service) tell(ctx context.Context, tx *postgres.Tx, b *batch, incidentOf map[uuid.UUID]uuid.UUID) error {
	ids := slices.Collect(maps.Values(incidentOf))
	if len(ids) == 0 || !b.visible {
		return nil
	}
	open, err := tx.NumbersOfOpenIncidents(ctx, ids)
	if err != nil {
		return fmt.Errorf("symptoms: find incidents: %w", postgres.MapError(err))
	}
	tx.OnCommit(func(context.Context) {
		for _, incident := range open {
			s.Bell.Ring(timeline.Topic(incident.Number))
		}
	})
	turns := map[uuid.UUID]map[timeline.Kind][]*record{}
	for _, t := range b.turns {
		incident, belongs := incidentOf[t.of.id]
		if !belongs {
			continue
		}
		if turns[incident] == nil {
			turns[incident] = map[timeline.Kind][]*record{}
		}
		turns[incident][t.kind] = append(turns[incident][t.kind], t.of)
	}
	for _, incident := range open {
		for _, kind := range []timeline.Kind{timeline.SymptomUnknown, timeline.SymptomFired, timeline.SymptomResolved} {
			records := turns[incident.ID][kind]
			if len(records) == 0 {
				continue
			}
			event := timeline.Event{Kind: kind, Actor: authz.Wardroom(), Data: fold(records)}
			if _, err := s.Ledger.AppendTx(ctx, tx, incident.ID, event); err != nil {
				return fmt.Errorf("symptoms: record: %w", err)
			}
		}
	}
	return nil
}

// fold describes many symptoms by their worst.
func fold(records []*record) timeline.SymptomData {
	worst := slices.MinFunc(records, func(a, b *record) int {
		return cmp.Or(cmp.Compare(a.severity, b.severity), a.startsAt.Compare(b.startsAt), bytes.Compare(a.id[:], b.id[:]))
	})
	return timeline.SymptomData{
		ID: worst.id, Name: worst.name, Service: worst.service, Severity: int(worst.severity),
		Value: worst.value, Source: worst.source, Count: len(records),
	}
}

func fingerprints(reports []report) []string {
	prints := make([]string, len(reports))
	for i, r := range reports {
		prints[i] = r.fingerprint
	}
	slices.Sort(prints)
	return slices.Compact(prints)
}
