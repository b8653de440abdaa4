package authoring_test

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/uuid"

	"wardroom/internal/authoring"
	"wardroom/internal/authz"
	"wardroom/internal/errs"
	"wardroom/internal/playbooks"
	"wardroom/internal/postgres"
	"wardroom/internal/postgres/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m)) }

const (
	queue = "# Queue stuck\n\n## Fix\n\nRestart it.\n"
	cache = "# Cache\r\n\r\n## Fix\r\n\r\nWarm it.\r\n"
)

// desk is where two authors write: a real folder, a real catalogue and a real database.
type desk struct {
	*authoring.Service

	t         *testing.T
	db        *postgres.DB
	catalogue *playbooks.Catalogue
	folder    string
	ana, bo   context.Context
}

func setup(t *testing.T) *desk {
	t.Helper()
	d := &desk{t: t, db: pgtest.NewApp(t), folder: t.TempDir()}
	d.catalogue = playbooks.NewCatalogue(playbooks.Config{
		Written: os.DirFS(d.folder), Log: slog.New(slog.DiscardHandler),
		Files: fstest.MapFS{"queue.md": {Data: []byte(queue)}, "cache.md": {Data: []byte(cache)}, "broken.md": {Data: []byte("# Br\xffken\n")}},
	})
	must(t, d.catalogue.Load(t.Context()))
	d.Service = &authoring.Service{DB: d.db, Catalogue: d.catalogue, Folder: d.folder}
	d.ana, d.bo = d.person("ana", authz.Author), d.person("bo", authz.Admin)
	return d
}

func (d *desk) person(name string, role authz.Role) context.Context {
	d.t.Helper()
	a := authz.Actor{ID: uuid.Must(uuid.NewV7()), Name: strings.ToUpper(name[:1]) + name[1:], Role: role}
	_, err := d.db.Pool.Exec(d.t.Context(), "INSERT INTO users (id, name, display_name, role) VALUES ($1, $2, $3, $4)", a.ID, name, a.Name, string(role))
	must(d.t, err)
	return authz.WithActor(d.t.Context(), a)
}

// drafted saves a text that begins from what is in use.
func (d *desk) drafted(who context.Context, path, source string) authoring.Draft {
	d.t.Helper()
	file, before, err := d.Open(who, path)
	must(d.t, err)
	seen := ""
	if before != nil {
		seen = before.Revision()
	}
	draft, err := d.Save(who, path, file.Revision, seen, source)
	must(d.t, err)
	return draft
}

// publish saves a text and publishes it.
func (d *desk) publish(who context.Context, path, source, note string) string {
	d.t.Helper()
	id, err := d.Publish(who, path, d.drafted(who, path, source).Revision(), note)
	must(d.t, err)
	return id
}

func (d *desk) read(path string) string {
	d.t.Helper()
	text, err := os.ReadFile(filepath.Join(d.folder, path))
	must(d.t, err)
	return string(text)
}

func (d *desk) history(path string) []authoring.Publication {
	d.t.Helper()
	all, err := d.History(d.ana, path)
	must(d.t, err)
	return all
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// wants checks what kind of failure it is, and what people read about it.
func wants(t *testing.T, what string, err error, kind errs.Kind, words string) {
	t.Helper()
	if err == nil || errs.KindOf(err) != kind || !strings.Contains(errs.Message(err), words) {
		t.Errorf("%s: %v (%v), want %v with %q", what, err, errs.KindOf(err), kind, words)
	}
}
