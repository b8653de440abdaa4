package auth

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"wardroom/internal/errs"
	"wardroom/internal/postgres"
	"wardroom/internal/postgres/dbgen"
)

// Claim is what somebody fills in behind a link.
type Claim struct {
	Name        string // ignored when the link names the person
	DisplayName string // empty: the name
	Email       string // may be empty
	Password    string
}

// ConsumeLink uses a link: it creates the person or sets the new password, and signs in.
// Of two people with one link one succeeds. Whatever fails leaves the link as it was.
func (s *Service) ConsumeLink(ctx context.Context, purpose Purpose, token string, claim Claim, meta Meta) (string, User, error) {
	link, err := s.DescribeLink(ctx, purpose, token)
	if err != nil {
		return "", User{}, err
	}
	person, err := claim.person(link)
	if err != nil {
		return "", User{}, err
	}
	phc, err := s.hasher.hash(ctx, claim.Password)
	if err != nil {
		return "", User{}, err
	}
	var (
		row     dbgen.User
		session string
	)
	err = s.db.InTx(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		if txErr := useTx(ctx, tx, purpose, token); txErr != nil {
			return txErr
		}
		var txErr error
		if purpose == Reset {
			row, txErr = setPasswordTx(ctx, tx, link.userID, phc)
		} else {
			person.PasswordHash = phc
			row, txErr = createTx(ctx, tx, person)
		}
		if txErr != nil {
			return txErr
		}
		session, txErr = openTx(ctx, tx, row, phc, meta)
		return txErr
	})
	if err != nil {
		return "", User{}, err
	}
	s.log.InfoContext(ctx, "access link used", "purpose", purpose, "user_id", row.ID, "address", meta.Address)
	return session, userFrom(row), nil
}

// person checks what was filled in.
func (c Claim) person(link Link) (dbgen.CreateUserParams, error) {
	name := link.Name
	if name == "" {
		name = c.Name
	}
	name, err := cleanName(name)
	if err != nil {
		return dbgen.CreateUserParams{}, err
	}
	display, err := cleanDisplayName(c.DisplayName, name)
	if err != nil {
		return dbgen.CreateUserParams{}, err
	}
	email, err := cleanEmail(c.Email)
	if err != nil {
		return dbgen.CreateUserParams{}, err
	}
	if err = checkPassword(c.Password, name, display, email); err != nil {
		return dbgen.CreateUserParams{}, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return dbgen.CreateUserParams{}, fmt.Errorf("auth: new id: %w", err)
	}
	return dbgen.CreateUserParams{ID: id, Name: name, DisplayName: display, Email: email, Role: string(link.Role)}, nil
}

func useTx(ctx context.Context, tx *postgres.Tx, purpose Purpose, token string) error {
	if purpose == Setup { // two set-up links must not make two first administrators
		n, err := lockAdministratorsTx(ctx, tx)
		if err != nil {
			return err
		}
		if n > 0 {
			return errHasAdmin
		}
	}
	_, err := tx.UseAccessLink(ctx, dbgen.UseAccessLinkParams{TokenHash: hashToken(token), Purpose: string(purpose)})
	if errors.Is(err, pgx.ErrNoRows) {
		return errLinkUsed
	} else if err != nil {
		return fmt.Errorf("auth: use link: %w", err)
	}
	return nil
}

func createTx(ctx context.Context, tx *postgres.Tx, person dbgen.CreateUserParams) (dbgen.User, error) {
	row, err := tx.CreateUser(ctx, person)
	switch {
	case postgres.IsUnique(err, "users_name_key"):
		return dbgen.User{}, errTaken(person.Name)
	case postgres.IsUnique(err, "users_email"):
		return dbgen.User{}, errEmailTaken
	case err != nil:
		return dbgen.User{}, fmt.Errorf("auth: create user: %w", err)
	}
	return row, nil
}

// setPasswordTx gives the person a new password; whoever knew the old one is out.
func setPasswordTx(ctx context.Context, tx *postgres.Tx, id uuid.UUID, phc string) (dbgen.User, error) {
	if err := tx.SetUserPassword(ctx, dbgen.SetUserPasswordParams{ID: id, PasswordHash: phc}); err != nil {
		return dbgen.User{}, fmt.Errorf("auth: set password: %w", err)
	}
	if err := tx.DeleteSessionsOf(ctx, id); err != nil {
		return dbgen.User{}, fmt.Errorf("auth: end sessions: %w", err)
	}
	row, err := tx.UserByID(ctx, id)
	if err != nil {
		return dbgen.User{}, fmt.Errorf("auth: set password: %w", err)
	}
	if row.DisabledAt != nil {
		return dbgen.User{}, errLinkUnknown
	}
	return row, nil
}

var errEmailTaken = errs.New(errs.Conflict, "Somebody here has this e-mail address already.")

func errTaken(name string) error {
	return errs.Newf(errs.Conflict, "The name %s is taken.", name)
}
