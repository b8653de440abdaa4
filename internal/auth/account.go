package auth

import (
	"context"
	"errors"
	"fmt"

	"wardroom/internal/authz"
	"wardroom/internal/errs"
	"wardroom/internal/postgres"
	"wardroom/internal/postgres/dbgen"
)

// ChangePassword sets the actor's password when they know the old one. It ends all their
// sessions except keep. Wrong guesses are slowed down like sign-ins.
func (s *Service) ChangePassword(ctx context.Context, keep Session, old, password string) error {
	actor, err := authz.Require(ctx, authz.ManageOwnAccount)
	if err != nil {
		return err
	}
	person, err := s.db.UserByID(ctx, actor.ID)
	if err != nil {
		return fmt.Errorf("auth: change password: %w", postgres.MapError(err))
	}
	if err = checkPassword(password, person.Name, person.DisplayName, person.Email); err != nil {
		return err
	}
	a, err := s.begin(ctx, "change:"+person.ID.String(), "")
	if err != nil {
		return err
	}
	phc, err := s.replacement(ctx, person, old, password)
	if err != nil {
		if !errors.Is(err, errOldPassword) {
			s.forget(ctx, a)
		}
		return err
	}
	return s.db.InTx(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		n, err := tx.ReplaceUserPassword(ctx, dbgen.ReplaceUserPasswordParams{ID: person.ID, OldHash: person.PasswordHash, NewHash: phc})
		if err != nil {
			return fmt.Errorf("auth: change password: %w", err)
		}
		if n == 0 {
			return errs.New(errs.Conflict, "The password was changed elsewhere at the same moment. Sign in again.")
		}
		if err = tx.DeleteOtherSessions(ctx, dbgen.DeleteOtherSessionsParams{UserID: person.ID, Keep: keep.Hash}); err != nil {
			return fmt.Errorf("auth: end other sessions: %w", err)
		}
		if err = tx.DeleteUnusedResets(ctx, &person.ID); err != nil {
			return fmt.Errorf("auth: end reset links: %w", err)
		}
		return tx.DeleteSignInAttempts(ctx, dbgen.DeleteSignInAttemptsParams{Ids: a.ids, Subjects: a.personal})
	})
}

var errOldPassword = errs.New(errs.Invalid, "The current password is not right.")

// replacement hashes the new password once the old one has proved right.
func (s *Service) replacement(ctx context.Context, person dbgen.User, old, password string) (string, error) {
	right, err := s.hasher.verify(ctx, old, person.PasswordHash)
	if err != nil {
		return "", err
	}
	if !right {
		return "", errOldPassword
	}
	return s.hasher.hash(ctx, password)
}

// SetTheme sets the actor's looks: auto, light or dark.
func (s *Service) SetTheme(ctx context.Context, theme string) error {
	actor, err := authz.Require(ctx, authz.ManageOwnAccount)
	if err != nil {
		return err
	}
	switch theme {
	case "auto", "light", "dark":
	default:
		return errs.New(errs.Invalid, "The theme is auto, light or dark.")
	}
	if err = s.db.SetUserTheme(ctx, dbgen.SetUserThemeParams{ID: actor.ID, Theme: theme}); err != nil {
		return fmt.Errorf("auth: set theme: %w", postgres.MapError(err))
	}
	return nil
}

// SetProfile sets the name that others see (empty: the sign-in name) and the address for
// mail (empty: none). What is in timelines keeps the name of then.
func (s *Service) SetProfile(ctx context.Context, displayName, email string) error {
	actor, err := authz.Require(ctx, authz.ManageOwnAccount)
	if err != nil {
		return err
	}
	person, err := s.db.UserByID(ctx, actor.ID)
	if err != nil {
		return fmt.Errorf("auth: set profile: %w", postgres.MapError(err))
	}
	if displayName, err = cleanDisplayName(displayName, person.Name); err != nil {
		return err
	}
	if email, err = cleanEmail(email); err != nil {
		return err
	}
	err = s.db.SetUserProfile(ctx, dbgen.SetUserProfileParams{ID: actor.ID, DisplayName: displayName, Email: email})
	if postgres.IsUnique(err, "users_email") {
		return errEmailTaken
	} else if err != nil {
		return fmt.Errorf("auth: set profile: %w", postgres.MapError(err))
	}
	return nil
}
