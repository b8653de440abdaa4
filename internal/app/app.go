package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"wardroom/internal/auth"
	"wardroom/internal/authoring"
	"wardroom/internal/authz"
	"wardroom/internal/config"
	"wardroom/internal/diagnostics"
	"wardroom/internal/escalation"
	"wardroom/internal/handlers"
	"wardroom/internal/incidents"
	"wardroom/internal/inventory"
	"wardroom/internal/jobs"
	"wardroom/internal/live"
	"wardroom/internal/notify"
	"wardroom/internal/playbooks"
	"wardroom/internal/postgres"
	"wardroom/internal/reviews"
	"wardroom/internal/symptoms"
	"wardroom/internal/timeline"
	shipped "wardroom/playbooks"
)

// Config is what an App is made from.
type Config struct {
	Settings     config.Settings
	Environments config.File
	Log          *slog.Logger
	Version      string
	Executable   string // the binary that can be started as `run-child`
}

// App is a Wardroom that is ready to serve.
type App struct {
	Config

	database  *Database
	catalogue *playbooks.Catalogue
	hub       *live.Hub
	auth      *auth.Service
	symptoms  *symptoms.Service
	runs      *diagnostics.Service
	timers    *escalation.Service
	jobs      *jobs.Client
	server    *handlers.Server
	closers   []func(context.Context) error // in the order of starting; closed in reverse
}

// New opens everything that a Wardroom needs. When it fails nothing is left running.
func New(ctx context.Context, c Config) (_ *App, err error) {
	a := &App{Config: c, hub: live.NewHub()}
	defer func() {
		if err != nil {
			err = errors.Join(err, a.Close(context.WithoutCancel(ctx)))
		}
	}()
	if a.database, err = OpenDatabase(ctx, c.Settings, c.Log); err != nil {
		return nil, err
	}
	a.onClose(a.database.Close)
	for _, step := range []func(context.Context) error{a.loadPlaybooks, a.connect, a.build, a.begin} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	return a, nil
}

func (a *App) onClose(f func(context.Context) error) { a.closers = append(a.closers, f) }

// loadPlaybooks opens the folders. What authors publish is laid over the operator's
// folder, unless it is published right into that.
func (a *App) loadPlaybooks(ctx context.Context) error {
	c := playbooks.Config{Shipped: shipped.Files, Log: a.Log}
	files, err := folder("WARDROOM_PLAYBOOKS", a.Settings.Playbooks)
	if err != nil {
		return err
	}
	written, err := folder("WARDROOM_PLAYBOOKS_WRITE", a.Settings.PlaybooksWrite)
	if err != nil {
		return err
	}
	var dirs []string
	if files != nil {
		c.Files, dirs = os.DirFS(a.Settings.Playbooks), append(dirs, a.Settings.Playbooks)
	}
	if written != nil && !os.SameFile(files, written) {
		c.Written, dirs = os.DirFS(a.Settings.PlaybooksWrite), append(dirs, a.Settings.PlaybooksWrite)
	}
	c.Settled = playbooks.Settled(dirs...)
	a.catalogue = playbooks.NewCatalogue(c)
	return a.catalogue.Load(ctx)
}

// folder is what a setting names, nil when it names none.
func folder(setting, dir string) (os.FileInfo, error) {
	if dir == "" {
		return nil, nil //nolint:nilnil // see above
	}
	info, err := os.Stat(dir)
	if err != nil || !info.IsDir() {
		return nil, fmt.Errorf("%s: there is no folder %s", setting, dir)
	}
	return info, nil
}

// build makes the services and ties them together; nothing runs yet.
func (a *App) build(ctx context.Context) (err error) {
	db, ledger := a.database.DB, timeline.New(a.hub)
	a.auth = auth.New(db, a.Log)
	if a.jobs, err = jobs.New(db, a.Log); err != nil {
		return err
	}
	mail, err := a.mailer(db)
	if err != nil {
		return err
	}
	a.timers = escalation.New(db, ledger, a.Log, escalation.Options{})
	a.symptoms, err = symptoms.New(symptoms.Config{
		DB: db, Ledger: ledger, Bell: a.hub, Catalogue: a.catalogue, Log: a.Log, File: a.Environments,
	})
	if err != nil {
		return err
	}
	room := incidents.Config{
		DB: db, Ledger: ledger, Escalation: a.timers, Symptoms: a.symptoms, Catalogue: a.catalogue,
		Environment: func(name string) bool { _, ok := a.Environments.Environment(name); return ok },
	}
	if mail.CanMail() {
		room.Mail = handoffMail{mail: mail, publicURL: a.Settings.PublicURL}
	}
	led := incidents.New(room)
	host, owner, err := a.identity()
	if err != nil {
		return err
	}
	stock := inventory.New(a.Environments, a.Log)
	a.onClose(func(context.Context) error { stock.Close(); return nil })
	a.runs = diagnostics.New(db, ledger, a.hub, led, a.Environments, diagnostics.Options{
		Executable: a.Executable, Data: a.Settings.Data, Owner: owner, Host: host, RunUser: a.Settings.RunUser, Own: a.own(),
		Inventory: stock,
	}, a.Log)
	a.server, err = handlers.New(ctx, handlers.Deps{
		Settings: a.Settings, Environments: a.Environments, DB: db, Auth: a.auth, Symptoms: a.symptoms, Incidents: led,
		Diagnostics: a.runs, Escalation: a.timers, Reviews: reviews.New(db, reviewRuns{a.runs}), Catalogue: a.catalogue, Hub: a.hub,
		Authoring: &authoring.Service{DB: db, Catalogue: a.catalogue, Folder: a.Settings.PlaybooksWrite},
		Log:       a.Log, Now: time.Now, Version: a.Version, Host: host,
	})
	if err != nil {
		return err
	}
	return a.startJobs(ctx, mail)
}

func (a *App) mailer(db *postgres.DB) (*notify.Service, error) {
	if a.Settings.SMTPURL == "" {
		return notify.New(db, nil, a.jobs, a.Log), nil
	}
	sender, err := notify.NewMailer(a.Settings.SMTPURL, a.Settings.MailFrom)
	if err != nil {
		return nil, err
	}
	return notify.New(db, sender, a.jobs, a.Log), nil
}

func (a *App) startJobs(ctx context.Context, mail *notify.Service) error {
	err := a.jobs.Start(ctx, jobs.Services{Mail: mail, Cleaners: []jobs.Cleaner{a.auth, mail}})
	a.onClose(a.jobs.Stop)
	return err
}

// begin sets everything going, runs that a crash left behind first.
func (a *App) begin(ctx context.Context) error {
	ctx = authz.WithActor(context.WithoutCancel(ctx), authz.Wardroom())
	if err := openScratch(a.Settings.Data); err != nil {
		return err
	}
	if err := a.runs.Recover(ctx); err != nil {
		return err
	}
	a.onClose(a.runs.Close)
	a.catalogue.Start(ctx)
	a.onClose(func(context.Context) error { a.catalogue.Stop(); return nil })
	a.timers.Start(ctx)
	a.onClose(func(context.Context) error { a.timers.Stop(); return nil })
	if err := a.symptoms.Start(ctx); err != nil {
		return err
	}
	a.onClose(func(context.Context) error { a.symptoms.Stop(); return nil })
	a.onClose(func(context.Context) error { a.server.Stop(); a.hub.Close(); return nil })
	return nil
}

// openScratch makes the folder of the incidents' scratch folders. The user that runs
// commands passes through it to its own, and can list nothing on the way.
func openScratch(data string) error {
	dir := filepath.Join(data, "scratch")
	if err := os.MkdirAll(dir, 0o711); err != nil { //nolint:gosec // see above
		return fmt.Errorf("scratch folders: %w", err)
	}
	if err := os.Chmod(dir, 0o711); err != nil { //nolint:gosec // see above
		return fmt.Errorf("scratch folders: %w", err)
	}
	return nil
}

// Handler answers HTTP requests.
func (a *App) Handler() http.Handler { return a.server }

// SetupLink is the path for the first administrator, empty when there is one.
func (a *App) SetupLink(ctx context.Context) (string, error) {
	fresh, err := a.auth.SetupLink(authz.WithActor(ctx, authz.Wardroom()))
	return fresh.Path, err
}

// Serve answers on the listener until ctx ends, then lets requests finish.
func (a *App) Serve(ctx context.Context, listener net.Listener) error {
	server := &http.Server{
		Handler: a.server, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		ReadTimeout: time.Minute, // of a whole request: nobody may send a form byte by byte; sockets have their own
		ErrorLog:    slog.NewLogLogger(a.Log.Handler(), slog.LevelDebug),
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	a.server.Stop() // sockets are hijacked: the server would not wait for them
	err := server.Shutdown(ending)
	if errors.Is(err, context.DeadlineExceeded) {
		err = server.Close()
	}
	if serveErr := <-failed; err == nil && !errors.Is(serveErr, http.ErrServerClosed) {
		err = serveErr
	}
	return err
}

// Close stops everything in the reverse order of starting.
func (a *App) Close(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	var all error
	for len(a.closers) > 0 {
		last := len(a.closers) - 1
		all = errors.Join(all, a.closers[last](ctx))
		a.closers = a.closers[:last]
	}
	return all
}

// own are addresses that no run may reach: ours.
func (a *App) own() []string {
	return []string{a.Settings.Listen}
}

// identity gives the host's name for people, and a name of this replica that survives
// restarts: runs are recovered by it.
func (a *App) identity() (host, owner string, err error) {
	if host, err = os.Hostname(); err != nil {
		return "", "", err
	}
	path := filepath.Join(a.Settings.Data, "replica")
	if name, err := os.ReadFile(path); err == nil && len(name) > 0 { //nolint:gosec // in our own data folder
		return host, string(name), nil
	}
	owner = host + "-" + newName()
	return host, owner, os.WriteFile(path, []byte(owner), 0o600)
}
