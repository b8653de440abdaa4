package auth

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"wardroom/internal/authz"
	"wardroom/internal/errs"
	"wardroom/internal/postgres"
	"wardroom/internal/postgres/dbgen"
)

// Lifetimes of a session, compared with the database's clock.
const (
	IdleLifetime     = 12 * time.Hour
	AbsoluteLifetime = 7 * 24 * time.Hour
)

const cookie = "wardroom_session"

// CookieName is the name of the session's cookie. Over https the prefix makes browsers
// refuse one that another host or an insecure page has set.
func CookieName(https bool) string {
	if https {
		return "__Host-" + cookie
	}
	return cookie
}

// Session is one signed-in browser.
type Session struct {
	ID         string // names it in a form; the token cannot be had from it
	Hash       []byte // for Valid
	UserAgent  string
	Address    string
	CreatedAt  time.Time
	LastSeenAt time.Time
	ExpiresAt  time.Time // in any case
}

func sessionFrom(row dbgen.Session) Session {
	return Session{
		ID: idOf(row.TokenHash), Hash: row.TokenHash, UserAgent: row.UserAgent, Address: row.Address,
		CreatedAt: row.CreatedAt, LastSeenAt: row.LastSeenAt, ExpiresAt: row.ExpiresAt,
	}
}

// Authenticate gives the session of token and its person, as they are now. The error is
// Unauthenticated when it has ended, whatever ended it.
func (s *Service) Authenticate(ctx context.Context, token string) (Session, User, error) {
	row, err := s.db.AuthenticateSession(ctx, dbgen.AuthenticateSessionParams{
		TokenHash: hashToken(token), IdleSeconds: IdleLifetime.Seconds(),
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return Session{}, User{}, errs.New(errs.Unauthenticated, "Sign in first.")
	} else if err != nil {
		return Session{}, User{}, fmt.Errorf("auth: authenticate: %w", postgres.MapError(err))
	}
	if row.Stale { // once a minute is enough for twelve hours
		if err := s.db.TouchSession(ctx, row.Session.TokenHash); err != nil {
			return Session{}, User{}, fmt.Errorf("auth: authenticate: %w", postgres.MapError(err))
		}
	}
	return sessionFrom(row.Session), userFrom(row.User), nil
}

// Valid says whether the session with this hash still lets somebody in; open sockets ask
// before they send. It does not prolong the session. An unreachable database says no.
func (s *Service) Valid(ctx context.Context, hash []byte) bool {
	valid, err := s.db.SessionValid(ctx, dbgen.SessionValidParams{TokenHash: hash, IdleSeconds: IdleLifetime.Seconds()})
	if err != nil {
		s.log.WarnContext(ctx, "session was not looked up", "err", err)
	}
	return err == nil && valid
}

// Sessions lists the actor's own sessions, the last used first.
func (s *Service) Sessions(ctx context.Context) ([]Session, error) {
	actor, err := authz.Require(ctx, authz.ManageOwnAccount)
	if err != nil {
		return nil, err
	}
	rows, err := s.db.ListSessions(ctx, dbgen.ListSessionsParams{UserID: actor.ID, IdleSeconds: IdleLifetime.Seconds()})
	if err != nil {
		return nil, fmt.Errorf("auth: list sessions: %w", postgres.MapError(err))
	}
	sessions := make([]Session, len(rows))
	for i, row := range rows {
		sessions[i] = sessionFrom(row)
	}
	return sessions, nil
}

// EndSession ends one of the actor's own sessions; NotFound when it is not theirs.
func (s *Service) EndSession(ctx context.Context, id string) error {
	actor, err := authz.Require(ctx, authz.ManageOwnAccount)
	if err != nil {
		return err
	}
	ended, err := s.db.DeleteSessionOf(ctx, dbgen.DeleteSessionOfParams{TokenHash: hashOf(id), UserID: actor.ID})
	if err != nil {
		return fmt.Errorf("auth: end session: %w", postgres.MapError(err))
	}
	if ended == 0 {
		return errs.New(errs.NotFound, "This session has ended already.")
	}
	return nil
}

// EndOtherSessions ends all of the actor's sessions except keep.
func (s *Service) EndOtherSessions(ctx context.Context, keep Session) error {
	actor, err := authz.Require(ctx, authz.ManageOwnAccount)
	if err != nil {
		return err
	}
	if err := s.db.DeleteOtherSessions(ctx, dbgen.DeleteOtherSessionsParams{UserID: actor.ID, Keep: keep.Hash}); err != nil {
		return fmt.Errorf("auth: end other sessions: %w", postgres.MapError(err))
	}
	return nil
}
