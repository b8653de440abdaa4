package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"wardroom/internal/app"
	"wardroom/internal/auth"
	"wardroom/internal/authz"
	"wardroom/internal/config"
)

// userLink prints a link for somebody who cannot sign in any more. Whoever may start this
// program with the server's settings may do that anyway.
func userLink(ctx context.Context, c cli) (err error) {
	if len(c.args) != 2 || c.args[0] != "link" {
		return errors.New("usage: web user link NAME")
	}
	s, err := settings(c)
	if err != nil {
		return err
	}
	db, err := app.JoinDatabase(ctx, s, logger(c, s))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close(context.WithoutCancel(ctx))) }()
	fresh, err := auth.New(db.DB, logger(c, s)).LinkFor(authz.WithActor(ctx, authz.Wardroom()), c.args[1])
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.stdout, "%s (works once, until %s)\n", s.PublicURL+fresh.Path, fresh.ExpiresAt.Format("2006-01-02 15:04 MST"))
	return err
}

func checkConfig(_ context.Context, c cli) error {
	s, err := settings(c)
	if err != nil {
		return err
	}
	file, err := environments(s.Environments)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(c.stdout, "settings: good; listens on %s, data in %s\n", s.Listen, s.Data); err != nil {
		return err
	}
	for _, e := range file.Environments {
		if _, err := fmt.Fprint(c.stdout, describe(e)); err != nil {
			return err
		}
	}
	for _, source := range file.Sources {
		if _, err := fmt.Fprintf(c.stdout, "source %s: %s, polled: %t, webhook: %t\n", source.Name, source.Kind, source.URL != "", source.TokenFile != ""); err != nil {
			return err
		}
	}
	return nil
}

// describe says what each class of command may do in the environment.
func describe(e config.Environment) string {
	var b strings.Builder
	fmt.Fprintf(&b, "environment %s (%s)\n", e.Name, e.Platform)
	fmt.Fprintf(&b, "  read     one click\n  change   confirmed in a dialog\n")
	if e.Approvals == "none" {
		fmt.Fprintf(&b, "  destroy  confirmed by typing %q\n", e.Name)
	} else {
		fmt.Fprintf(&b, "  destroy  refused: needs a second person's approval\n")
	}
	for _, program := range e.Programs {
		var verbs []string
		for verb, class := range program.Verbs {
			verbs = append(verbs, verb+" ("+class+")")
		}
		slices.Sort(verbs)
		fmt.Fprintf(&b, "  program  %s: %s\n", program.Name, strings.Join(verbs, ", "))
	}
	for _, name := range slices.Sorted(func(yield func(string) bool) {
		for name := range e.Hosts {
			if !yield(name) {
				return
			}
		}
	}) {
		fmt.Fprintf(&b, "  host     %s\n", name)
	}
	return b.String()
}
