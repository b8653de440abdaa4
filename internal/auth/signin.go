package auth

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"wardroom/internal/errs"
	"wardroom/internal/postgres"
	"wardroom/internal/postgres/dbgen"
)

// Meta is what is known of the browser.
type Meta struct {
	UserAgent string
	Address   string // of the client, without port
	Previous  string // session token that the browser had; it ends with the new sign-in
}

// One sentence for unknown, disabled and mistyped: nobody learns which names exist.
var errSignIn = errs.New(errs.Unauthenticated, "The name or the password is not right.")

// SignIn checks a name (or e-mail address) with its password and opens a session. It
// returns the session's token for the cookie. Errors are Unauthenticated, RateLimited
// with the time to wait, or Unavailable.
func (s *Service) SignIn(ctx context.Context, login, password string, meta Meta) (string, User, error) {
	login = clean(login, 254)
	a, err := s.begin(ctx, login, meta.Address)
	if err != nil {
		return "", User{}, err
	}
	row, phc, err := s.check(ctx, login, password)
	if errors.Is(err, errSignIn) {
		s.log.InfoContext(ctx, "sign-in refused", "address", meta.Address)
		return "", User{}, err
	} else if err != nil {
		s.forget(ctx, a)
		return "", User{}, err
	}
	var token string
	err = s.db.InTx(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		token, err = openTx(ctx, tx, row, phc, meta)
		if err != nil {
			return err
		}
		return tx.DeleteSignInAttempts(ctx, dbgen.DeleteSignInAttemptsParams{Ids: a.ids, Subjects: a.personal})
	})
	if err != nil {
		return "", User{}, err
	}
	s.log.InfoContext(ctx, "signed in", "user_id", row.ID, "address", meta.Address)
	return token, userFrom(row), nil
}

// check gives the enabled person whom login and password belong to, in the same time
// whether there is one or not, and the hash to store from now on.
func (s *Service) check(ctx context.Context, login, password string) (dbgen.User, string, error) {
	row, err := s.db.UserForSignIn(ctx, login)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return dbgen.User{}, "", fmt.Errorf("auth: sign in: %w", postgres.MapError(err))
	}
	right, err := s.hasher.verify(ctx, password, row.PasswordHash)
	if err != nil {
		return dbgen.User{}, "", err
	}
	if !right || row.DisabledAt != nil {
		return dbgen.User{}, "", errSignIn
	}
	if !outdated(row.PasswordHash) {
		return row, row.PasswordHash, nil
	}
	phc, err := s.hasher.hash(ctx, password)
	return row, phc, err
}

// openTx opens a session for a person whose password was just checked, and stores phc in
// place of the hash that it was checked against.
func openTx(ctx context.Context, tx *postgres.Tx, person dbgen.User, phc string, meta Meta) (string, error) {
	token, hash := newToken()
	opened, err := tx.CreateSession(ctx, dbgen.CreateSessionParams{
		PasswordHash: phc, UserID: person.ID, CheckedHash: person.PasswordHash, TokenHash: hash,
		LifetimeSeconds: AbsoluteLifetime.Seconds(),
		UserAgent:       clean(meta.UserAgent, 256), Address: clean(meta.Address, 64),
	})
	if err != nil {
		return "", fmt.Errorf("auth: open session: %w", err)
	}
	if opened == 0 { // disabled, or another password, since it was checked
		return "", errSignIn
	}
	if meta.Previous != "" {
		if _, err := tx.DeleteSession(ctx, hashToken(meta.Previous)); err != nil {
			return "", fmt.Errorf("auth: end previous session: %w", err)
		}
	}
	return token, nil
}

// SignOut ends the session of token; an unknown one is ended already.
func (s *Service) SignOut(ctx context.Context, token string) error {
	if _, err := s.db.DeleteSession(ctx, hashToken(token)); err != nil {
		return fmt.Errorf("auth: sign out: %w", postgres.MapError(err))
	}
	return nil
}
