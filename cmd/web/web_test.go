package main

import (
	"context"
	"log/slog"
	"net/http"
	"os"
	"path"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"wardroom/internal/app"
	"wardroom/internal/auth"
	"wardroom/internal/authz"
	"wardroom/internal/config"
	"wardroom/internal/ports"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"web": main})
}

// The scripts in testdata say what an operator sees: every word on stderr, every exit
// code, and that nothing is left half started.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir: "testdata", Setup: setup,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"code": code, "healthy": healthy, "left": left, "expand": expand, "administrator": administrator, "opens": opens},
	})
}

// setup gives each script a port and a data folder that the database's user can enter.
func setup(env *testscript.Env) error {
	port, err := ports.Free()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "wardroom-web")
	if err != nil {
		return err
	}
	env.Defer(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		return err
	}
	env.Setenv("PORT", strconv.Itoa(port))
	env.Setenv("BASE", dir)
	env.Setenv("WARDROOM_DATA", dir+"/data")
	return nil
}

// code N COMMAND… runs a command that must exit with N.
func code(ts *testscript.TestScript, _ bool, args []string) {
	err := ts.Exec(args[1], args[2:]...)
	exit, failed := err.(interface{ ExitCode() int })
	if !failed || strconv.Itoa(exit.ExitCode()) != args[0] {
		ts.Fatalf("%v: %v, want exit code %s", args[1:], err, args[0])
	}
}

// administrator NAME makes the first account of the running server.
func administrator(ts *testscript.TestScript, _ bool, args []string) {
	ctx, log := authz.WithActor(context.Background(), authz.Wardroom()), slog.New(slog.DiscardHandler)
	db, err := app.JoinDatabase(ctx, config.Settings{Data: ts.Getenv("WARDROOM_DATA")}, log)
	ts.Check(err)
	defer func() { ts.Check(db.Close(ctx)) }()
	service := auth.New(db.DB, log)
	fresh, err := service.SetupLink(ctx)
	ts.Check(err)
	claim := auth.Claim{Name: args[0], DisplayName: args[0], Password: "a long enough phrase for this"}
	_, _, err = service.ConsumeLink(ctx, auth.Setup, path.Base(fresh.Path), claim, auth.Meta{})
	ts.Check(err)
}

// opens FILE fails unless the link that is the file's first word can be opened.
func opens(ts *testscript.TestScript, _ bool, args []string) {
	link, _, _ := strings.Cut(ts.ReadFile(args[0]), " ")
	response, err := http.Get(link) //nolint:noctx // the server of this test
	ts.Check(err)
	ts.Check(response.Body.Close())
	if response.StatusCode != http.StatusOK {
		ts.Fatalf("%s answers %s", link, response.Status)
	}
}

// healthy waits until the server answers.
func healthy(ts *testscript.TestScript, _ bool, _ []string) {
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); <-ticker.C {
		if ts.Exec("web", "healthcheck") == nil {
			return
		}
	}
	ts.Fatalf("the server does not answer")
}

// expand FILE replaces $VARIABLES in the file.
func expand(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(os.WriteFile(args[0], []byte(os.Expand(ts.ReadFile(args[0]), ts.Getenv)), 0o600))
}

// left COUNT FOLDER fails unless so many things are in the folder.
func left(ts *testscript.TestScript, _ bool, args []string) {
	entries, err := os.ReadDir(args[1])
	if err != nil && !os.IsNotExist(err) {
		ts.Check(err)
	}
	if strconv.Itoa(len(entries)) != args[0] {
		ts.Fatalf("%s holds %v", args[1], entries)
	}
}
