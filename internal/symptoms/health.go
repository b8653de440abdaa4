package symptoms

import (
	"context"
	"fmt"
	"time"

	"wardroom/internal/authz"
	"wardroom/internal/postgres"
	"wardroom/internal/postgres/dbgen"
)

// Condition says whether a source can be trusted.
type Condition string

// The conditions of a source.
const (
	Waiting   Condition = "waiting"   // nothing heard yet
	Reporting Condition = "reporting" // heard lately; a source that only posts, ever
	Failing   Condition = "error"     // the last poll failed, the word before it still counts
	Silent    Condition = "silent"    // its symptoms are unknown
)

// Source is how something that reports symptoms is doing.
type Source struct {
	Name         string
	Kind         string
	Condition    Condition
	Polled       bool
	LastSeen     *time.Time // last webhook or good poll
	LastSymptom  *time.Time // when something that it reported began to fire
	SilentSince  *time.Time
	Error        string // of the last poll; also what was left out of a good one
	UpSince      *time.Time
	UnknownCount int
}

// Sources gives the condition of every configured source. Needs authz.Read.
func (s *Service) Sources(ctx context.Context) ([]Source, error) {
	if _, err := authz.Require(ctx, authz.Read); err != nil {
		return nil, err
	}
	polled := map[string]bool{}
	for _, from := range s.sources {
		polled[from.Name] = from.polled()
	}
	rows, err := s.DB.ListSources(ctx, s.names())
	if err != nil {
		return nil, fmt.Errorf("symptoms: list sources: %w", postgres.MapError(err))
	}
	list := make([]Source, len(rows))
	for i, row := range rows {
		list[i] = Source{
			Name: row.Name, Kind: row.Kind, Condition: condition(row), Polled: polled[row.Name], LastSeen: row.LastSeenAt,
			LastSymptom: row.LastSymptomAt, SilentSince: row.SilentSince, Error: row.LastError, UpSince: row.UpSince,
			UnknownCount: int(row.Unknown),
		}
	}
	return list, nil
}

func condition(row dbgen.ListSourcesRow) Condition {
	failed := row.LastErrorAt != nil && (row.LastPollAt == nil || row.LastErrorAt.After(*row.LastPollAt))
	switch {
	case row.SilentSince != nil:
		return Silent
	case row.LastError != "" && failed:
		return Failing
	case row.LastSeenAt == nil:
		return Waiting
	default:
		return Reporting
	}
}
