package auth

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"wardroom/internal/authz"
	"wardroom/internal/errs"
	"wardroom/internal/postgres"
	"wardroom/internal/postgres/dbgen"
)

var (
	errRole      = errs.New(errs.Invalid, "The role is viewer, responder, author or admin.")
	errSelf      = errs.New(errs.Conflict, "You cannot do this to yourself. Ask another administrator.")
	errLastAdmin = errs.New(errs.Conflict, "This is the last administrator who can sign in. Make somebody else one first.")
)

// ByID gives one person; NotFound when there is none.
func (s *Service) ByID(ctx context.Context, id uuid.UUID) (User, error) {
	if _, err := authz.Require(ctx, authz.Read); err != nil {
		return User{}, err
	}
	row, err := s.db.UserByID(ctx, id)
	if err != nil {
		return User{}, fmt.Errorf("auth: user: %w", postgres.MapError(err))
	}
	return userFrom(row), nil
}

// People lists everybody who can act, by name: for choosing a lead or somebody to hand over to.
func (s *Service) People(ctx context.Context) ([]User, error) {
	if _, err := authz.Require(ctx, authz.Read); err != nil {
		return nil, err
	}
	rows, err := s.db.ListEnabledUsers(ctx)
	if err != nil {
		return nil, fmt.Errorf("auth: people: %w", postgres.MapError(err))
	}
	return usersFrom(rows), nil
}

// List is People with the disabled ones, for administrators.
func (s *Service) List(ctx context.Context) ([]User, error) {
	if _, err := authz.Require(ctx, authz.ManagePeople); err != nil {
		return nil, err
	}
	rows, err := s.db.ListUsers(ctx)
	if err != nil {
		return nil, fmt.Errorf("auth: users: %w", postgres.MapError(err))
	}
	return usersFrom(rows), nil
}

// Disable locks a person out; their sessions and the links that they made end at once. Conflict for oneself and
// for the last administrator.
func (s *Service) Disable(ctx context.Context, id uuid.UUID) error {
	return s.manage(ctx, id, "disabled", func(ctx context.Context, tx *postgres.Tx) error {
		if _, err := tx.SetUserDisabled(ctx, dbgen.SetUserDisabledParams{ID: id, Disabled: true}); err != nil {
			return err
		}
		if err := tx.DeleteSessionsOf(ctx, id); err != nil {
			return err
		}
		if err := tx.DeleteUnusedResets(ctx, &id); err != nil {
			return err
		}
		return tx.DeleteUnusedLinksBy(ctx, &id) // they know those links: no way back in by one
	})
}

// Enable lets a disabled person sign in again.
func (s *Service) Enable(ctx context.Context, id uuid.UUID) error {
	return s.manage(ctx, id, "enabled", func(ctx context.Context, tx *postgres.Tx) error {
		_, err := tx.SetUserDisabled(ctx, dbgen.SetUserDisabledParams{ID: id, Disabled: false})
		return err
	})
}

// ChangeRole makes a person something else, from their next request on; links made by
// somebody who is no administrator any more end. Conflict for oneself and for the last
// administrator.
func (s *Service) ChangeRole(ctx context.Context, id uuid.UUID, role authz.Role) error {
	return s.manage(ctx, id, "role changed", func(ctx context.Context, tx *postgres.Tx) error {
		if !role.Valid() {
			return errRole
		}
		if _, err := tx.SetUserRole(ctx, dbgen.SetUserRoleParams{ID: id, Role: string(role)}); err != nil {
			return err
		}
		if role == authz.Admin {
			return nil
		}
		return tx.DeleteUnusedLinksBy(ctx, &id) // they know those links: no way back up by one
	})
}

// manage does what administrators do to somebody else, one at a time, and undoes it when
// no administrator would be left: two who disable each other at the same moment included.
func (s *Service) manage(ctx context.Context, id uuid.UUID, what string, deed func(context.Context, *postgres.Tx) error) error {
	actor, err := authz.Require(ctx, authz.ManagePeople)
	if err != nil {
		return err
	}
	if actor.ID == id {
		return errSelf
	}
	err = s.db.InTx(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		before, txErr := lockAdministratorsTx(ctx, tx)
		if txErr != nil {
			return txErr
		}
		if txErr = deed(ctx, tx); txErr != nil {
			return fmt.Errorf("auth: %s: %w", what, txErr)
		}
		after, txErr := tx.CountAdministrators(ctx)
		if txErr != nil {
			return fmt.Errorf("auth: count administrators: %w", txErr)
		}
		if before > 0 && after == 0 {
			return errLastAdmin
		}
		return nil
	})
	if err != nil {
		return err
	}
	s.log.InfoContext(ctx, "account managed", "deed", what, "by", actor.ID, "user_id", id)
	return nil
}

// lockAdministratorsTx keeps others from making or unmaking administrators until the
// transaction ends, and counts those who can sign in.
func lockAdministratorsTx(ctx context.Context, tx *postgres.Tx) (int64, error) {
	if err := tx.LockPeople(ctx); err != nil {
		return 0, fmt.Errorf("auth: lock: %w", err)
	}
	n, err := tx.CountAdministrators(ctx)
	if err != nil {
		return 0, fmt.Errorf("auth: count administrators: %w", err)
	}
	return n, nil
}
