package symptoms_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"go.uber.org/goleak"

	"wardroom/internal/authz"
	"wardroom/internal/config"
	"wardroom/internal/playbooks"
	"wardroom/internal/postgres"
	"wardroom/internal/postgres/pgtest"
	"wardroom/internal/symptoms"
	"wardroom/internal/timeline"
)

func TestMain(m *testing.M) {
	code := pgtest.Run(m)
	if err := goleak.Find(); code == 0 && err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

var t0 = time.Date(2026, 3, 1, 3, 0, 0, 0, time.UTC)

const token = "0123456789abcdef0123456789abcdef"

// bell counts what was announced.
type bell chan string

func (b bell) Ring(topic string) { b <- topic }

// rung empties the bell and says how often the dashboard was rung.
func (b bell) rung() int {
	n := 0
	for {
		select {
		case topic := <-b:
			if topic == timeline.DashboardTopic {
				n++
			}
		default:
			return n
		}
	}
}

type noPlaybooks struct{}

func (noPlaybooks) Candidates(_, _ map[string]string) []playbooks.Candidate { return nil }

type bundle struct {
	db      *postgres.DB
	bell    bell
	service *symptoms.Service
}

// setup makes a service with one source, "am", that posts with token and is polled at url
// unless that is empty.
func setup(t *testing.T, url string) bundle {
	t.Helper()
	return setupWith(t, config.File{
		Sources:      []config.Source{{Name: "am", Group: "am", Kind: "alertmanager", URL: url, TokenFile: tokenFile(t), Silent: config.DefaultSilent}},
		Environments: []config.Environment{{Name: "local", Sources: []string{"am"}}},
	})
}

func setupWith(t *testing.T, file config.File) bundle {
	t.Helper()
	b := bundle{db: pgtest.NewApp(t), bell: make(bell, 10_000)}
	b.setClock(t, t0)
	var err error
	b.service, err = symptoms.New(symptoms.Config{
		DB: b.db, Ledger: timeline.New(b.bell), Bell: b.bell, Catalogue: noPlaybooks{},
		Log: slog.New(slog.DiscardHandler), File: file, Interval: 15 * time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.service.Register(t.Context()); err != nil {
		t.Fatal(err)
	}
	return b
}

func tokenFile(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(path, []byte(token+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// setClock makes the database's clock stand still at a moment.
func (b bundle) setClock(t *testing.T, at time.Time) {
	t.Helper()
	pgtest.ExecAsOwner(t, b.db, fmt.Sprintf(
		"CREATE OR REPLACE FUNCTION wardroom.now() RETURNS timestamptz LANGUAGE sql VOLATILE AS $$ SELECT timestamptz '%s' $$",
		at.Format(time.RFC3339Nano),
	))
}

// alert is one of a test's alerts; times are minutes after t0, end 0 is none.
type alert struct {
	name       string
	labels     map[string]string
	value      string
	start, end int
	silenced   bool
}

func minute(n int) time.Time { return t0.Add(time.Duration(n) * time.Minute) }

func (a alert) fields() map[string]any {
	labels := map[string]string{"alertname": a.name, "severity": "critical", "service": "coder-arm"}
	maps.Copy(labels, a.labels)
	end := time.Time{}
	if a.end > 0 {
		end = minute(a.end)
	}
	return map[string]any{
		"labels": labels, "annotations": map[string]string{"value": a.value, "summary": a.name + " happens"},
		"startsAt": minute(a.start), "endsAt": end, "generatorURL": "http://prometheus/graph",
	}
}

func webhook(t *testing.T, alerts ...alert) string {
	t.Helper()
	list := make([]map[string]any, len(alerts))
	for i, a := range alerts {
		list[i] = a.fields()
		list[i]["status"] = "firing"
		if a.end > 0 {
			list[i]["status"] = "resolved"
		}
	}
	return encode(t, map[string]any{"version": "4", "alerts": list})
}

func encode(t *testing.T, v any) string {
	t.Helper()
	body, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func (b bundle) receive(t *testing.T, alerts ...alert) {
	t.Helper()
	if err := b.service.Receive(t.Context(), token, strings.NewReader(webhook(t, alerts...))); err != nil {
		t.Fatal(err)
	}
}

func viewer(t *testing.T) context.Context {
	t.Helper()
	return authz.WithActor(t.Context(), authz.Actor{Name: "Vi", Role: authz.Viewer})
}

func (b bundle) live(t *testing.T) []symptoms.Symptom {
	t.Helper()
	page, err := b.service.Dashboard(viewer(t), symptoms.Filter{}, symptoms.Cursor{})
	if err != nil {
		t.Fatal(err)
	}
	return page.Symptoms
}

// states gives "name#episode state" of everything that was ever stored, in order.
func (b bundle) states(t *testing.T) []string {
	t.Helper()
	rows, err := b.db.Pool.Query(t.Context(), "SELECT name || '#' || episode || ' ' || state || suppressed FROM symptoms ORDER BY name, episode")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var one string
		if err := rows.Scan(&one); err != nil {
			t.Fatal(err)
		}
		all = append(all, one)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// incident declares one and links what is live to it.
func (b bundle) incident(t *testing.T) uuid.UUID {
	t.Helper()
	id, err := b.declare(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func (b bundle) declare(ctx context.Context) (id uuid.UUID, err error) {
	id = uuid.Must(uuid.NewV7())
	return id, b.db.InTx(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		rows, err := tx.Query(ctx, "SELECT id FROM symptoms WHERE state <> 'resolved' ORDER BY id FOR NO KEY UPDATE")
		if err != nil {
			return err
		}
		ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "INSERT INTO incidents (id, title, severity, began_at) VALUES ($1, 'Arm down', 2, wardroom.now())", id); err != nil {
			return err
		}
		return b.service.LinkTx(ctx, tx, id, ids)
	})
}

// told gives the incident's timeline as "kind count of the worst".
func (b bundle) told(t *testing.T, incident uuid.UUID) []string {
	t.Helper()
	records, err := timeline.List(t.Context(), b.db, incident, 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, r := range records {
		d, err := timeline.DataOf[timeline.SymptomData](r)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, fmt.Sprintf("%s %d %s", r.Kind, d.Count, d.Name))
	}
	return all
}
