package timeline

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"wardroom/internal/authz"
	"wardroom/internal/errs"
	"wardroom/internal/postgres"
	"wardroom/internal/postgres/dbgen"
)

// MaxText is the longest text that a person may write into the ledger, in bytes.
const MaxText = 64 << 10

// Bell announces after commit that a topic has news.
type Bell interface{ Ring(topic string) }

// Topic is the live topic of an incident.
func Topic(number int64) string { return "incident:" + strconv.FormatInt(number, 10) }

// Live topics of the lists.
const (
	DashboardTopic = "dashboard"
	IncidentsTopic = "incidents"
)

// Event is something that happened, before it is recorded.
type Event struct {
	Kind  Kind
	Actor authz.Actor
	Data  any    // encoded as JSON; facts, never what a person wrote
	Text  string // what a person wrote, empty for none
}

// Ledger records events.
type Ledger struct{ bell Bell }

// New returns a ledger that rings bell after each commit.
func New(bell Bell) *Ledger { return &Ledger{bell: bell} }

// AppendTx records e as the incident's next event and gives its sequence. It locks the
// incident's row until the transaction ends, which is what keeps the sequence without
// gaps. The incident's topic and the lists are rung after commit.
func (l *Ledger) AppendTx(ctx context.Context, tx *postgres.Tx, incident uuid.UUID, e Event) (int64, error) {
	next, err := tx.NextTimelineSeq(ctx, incident)
	if err != nil {
		return 0, fmt.Errorf("timeline: next number: %w", postgres.MapError(err))
	}
	data, err := json.Marshal(e.Data)
	if err != nil {
		return 0, fmt.Errorf("timeline: encode %s: %w", e.Kind, err)
	}
	if e.Data == nil {
		data = []byte("{}")
	}
	hash, err := ContentTx(ctx, tx, e.Text)
	if err != nil {
		return 0, err
	}
	row := dbgen.AppendTimelineEventParams{
		IncidentID: incident, Seq: next.LastSeq, Kind: string(e.Kind),
		ActorName: e.Actor.Name, Data: data, ContentHash: hash,
	}
	if e.Actor.ID != uuid.Nil {
		row.ActorID = &e.Actor.ID
	}
	if err := tx.AppendTimelineEvent(ctx, row); err != nil {
		return 0, fmt.Errorf("timeline: append: %w", err)
	}
	tx.OnCommit(func(context.Context) {
		for _, topic := range []string{Topic(next.Number), IncidentsTopic, DashboardTopic} {
			l.bell.Ring(topic)
		}
	})
	return next.LastSeq, nil
}

// ContentTx stores what a person wrote by its hash and gives the hash, nil for no text.
// Text that is too long or not UTF-8 is errs.Invalid.
func ContentTx(ctx context.Context, tx *postgres.Tx, text string) ([]byte, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	if len(text) > MaxText {
		return nil, errs.Newf(errs.TooLarge, "The text is longer than %d KiB.", MaxText>>10)
	}
	text = strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", ""), "\uFFFD")
	hash := sha256.Sum256([]byte(text))
	if err := tx.PutContent(ctx, dbgen.PutContentParams{Hash: hash[:], Body: &text}); err != nil {
		return nil, fmt.Errorf("timeline: store text: %w", err)
	}
	return hash[:], nil
}

// Record is an event as it stands in the ledger.
type Record struct {
	Seq     int64
	At      time.Time
	Kind    Kind
	ActorID *uuid.UUID
	Actor   string
	Data    json.RawMessage
	Text    string
	Purged  bool // a person wrote something that has been removed since
}

// List gives the incident's events after a sequence number, oldest first, at most limit.
func List(ctx context.Context, db *postgres.DB, incident uuid.UUID, after int64, limit int32) ([]Record, error) {
	rows, err := db.ListTimeline(ctx, dbgen.ListTimelineParams{IncidentID: incident, After: after, MaxRows: limit})
	if err != nil {
		return nil, fmt.Errorf("timeline: list: %w", postgres.MapError(err))
	}
	records := make([]Record, len(rows))
	for i, row := range rows {
		records[i] = Record{
			Seq: row.Seq, At: row.At, Kind: Kind(row.Kind), ActorID: row.ActorID, Actor: row.ActorName,
			Data: row.Data, Purged: row.ContentHash != nil && row.Body == nil,
		}
		if row.Body != nil {
			records[i].Text = *row.Body
		}
	}
	return records, nil
}
