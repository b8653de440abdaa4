package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"wardroom/internal/app"
	"wardroom/internal/auth"
	"wardroom/internal/authz"
	"wardroom/internal/errs"
)

// userLink prints a link for somebody who cannot sign in any more. Whoever may start this
// program with the server's settings may do that anyway.
func userLink(ctx context.Context, c cli) (err error) {
	if c.args[0] != "link" {
		return usageError("usage: web user link NAME")
	}
	s, err := settings(c)
	if err != nil {
		return err
	}
	log := logger(c, s, slog.LevelWarn)
	db, err := app.JoinDatabase(ctx, s, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close(context.WithoutCancel(ctx))) }()
	fresh, err := auth.New(db.DB, log).LinkFor(authz.WithActor(ctx, authz.Wardroom()), c.args[1])
	if errs.KindOf(err) == errs.NotFound {
		return errors.New(errs.Message(err))
	} else if err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.stdout, "%s (works once, until %s)\n", base(s)+fresh.Path, fresh.ExpiresAt.UTC().Format("2006-01-02 15:04 MST"))
	return err
}

// migrate works beside a running server too.
func migrate(ctx context.Context, c cli) error {
	s, err := settings(c)
	if err != nil {
		return err
	}
	db, err := app.JoinDatabase(ctx, s, logger(c, s, slog.LevelInfo))
	if err != nil {
		return err
	}
	if err = db.Close(context.WithoutCancel(ctx)); err != nil {
		return err
	}
	_, err = fmt.Fprintln(c.stdout, "the database has the newest schema")
	return err
}

// healthcheck asks the server of these settings whether it can serve.
func healthcheck(ctx context.Context, c cli) error {
	s, err := settings(c)
	if err != nil {
		return err
	}
	host, port, err := net.SplitHostPort(s.Listen)
	if err != nil {
		return fmt.Errorf("address %q: %w", s.Listen, err)
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	const patience = 5 * time.Second
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	address := "http://" + net.JoinHostPort(host, port) + "/healthz"
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return fmt.Errorf("ask %s: %w", address, err)
	}
	// No proxy of the environment stands between a server and itself.
	response, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(request)
	if err != nil {
		return fmt.Errorf("nothing answers at %s", address)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(response.Body, 200)) // the status says enough
		return fmt.Errorf("%s answers %s: %s", address, response.Status, text)
	}
	return nil
}
