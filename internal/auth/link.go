package auth

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"wardroom/internal/authz"
	"wardroom/internal/errs"
	"wardroom/internal/postgres"
	"wardroom/internal/postgres/dbgen"
)

// Purpose is what an access link is for; it is also the first part of its path.
type Purpose string

// The purposes.
const (
	Setup  Purpose = "setup"  // the first administrator
	Invite Purpose = "invite" // a new person with a role
	Reset  Purpose = "reset"  // a forgotten password
)

var lifetimes = map[Purpose]time.Duration{Setup: 15 * time.Minute, Invite: 72 * time.Hour, Reset: 24 * time.Hour}

// Fresh is a link that was just made. Its path is told once and cannot be had again.
type Fresh struct {
	Path      string // /setup/<token>
	For       string // the person's name, if it is known
	ExpiresAt time.Time
}

// Link is what the page behind a link may say about it.
type Link struct {
	Purpose   Purpose
	Name      string     // reset: whose password; invite: for whom, empty when they choose
	Role      authz.Role // of the person that will be created
	ExpiresAt time.Time

	userID uuid.UUID // reset
}

// What people read instead of a form. All are NotFound: nothing is there for them.
var (
	errLinkUnknown = errs.New(errs.NotFound, "This link does not work. Ask for a new one.")
	errLinkUsed    = errs.New(errs.NotFound, "This link has been used. It works once; sign in, or ask for a new one.")
	errLinkExpired = errs.New(errs.NotFound, "This link has expired. Ask for a new one.")
	errHasAdmin    = errs.New(errs.NotFound, "Wardroom is set up already. Sign in, or ask an administrator to invite you.")
)

// SetupLink makes the link for the first administrator. It gives an empty path when there
// is one already.
func (s *Service) SetupLink(ctx context.Context) (Fresh, error) {
	if _, err := authz.Require(ctx, authz.ManagePeople); err != nil {
		return Fresh{}, err
	}
	n, err := s.db.CountAdministrators(ctx)
	if err != nil {
		return Fresh{}, fmt.Errorf("auth: set-up link: %w", postgres.MapError(err))
	}
	if n > 0 {
		return Fresh{}, nil
	}
	var fresh Fresh
	err = s.db.InTx(ctx, func(ctx context.Context, tx *postgres.Tx) (err error) {
		fresh, err = makeLinkTx(ctx, tx, Setup, dbgen.CreateAccessLinkParams{})
		return err
	})
	return fresh, err
}

// Invite makes a link that lets one new person in as role. The name may be empty: then
// they choose it. Conflict when somebody has it already. Earlier links for the name end.
func (s *Service) Invite(ctx context.Context, name string, role authz.Role) (Fresh, error) {
	actor, err := authz.Require(ctx, authz.ManagePeople)
	if err != nil {
		return Fresh{}, err
	}
	if !role.Valid() {
		return Fresh{}, errRole
	}
	if name != "" {
		if name, err = cleanName(name); err != nil {
			return Fresh{}, err
		}
		if _, err = s.db.UserByName(ctx, name); err == nil {
			return Fresh{}, errTaken(name)
		} else if !errors.Is(err, pgx.ErrNoRows) {
			return Fresh{}, fmt.Errorf("auth: invite: %w", postgres.MapError(err))
		}
	}
	var fresh Fresh
	err = s.db.InTx(ctx, func(ctx context.Context, tx *postgres.Tx) (err error) {
		if name != "" {
			if err = tx.DeleteUnusedInvitesFor(ctx, name); err != nil {
				return fmt.Errorf("auth: invite: %w", err)
			}
		}
		fresh, err = makeLinkTx(ctx, tx, Invite, dbgen.CreateAccessLinkParams{
			Name: name, Role: new(string(role)), CreatedBy: idOrNil(actor),
		})
		return err
	})
	if err == nil {
		s.log.InfoContext(ctx, "invited", "by", actor.ID, "name", name, "role", role)
	}
	return fresh, err
}

// Reset makes a link with which the person sets a new password. Earlier ones end. The
// old password and the sessions go on until the link is used: to lock somebody out,
// disable them.
func (s *Service) Reset(ctx context.Context, id uuid.UUID) (Fresh, error) {
	actor, err := authz.Require(ctx, authz.ManagePeople)
	if err != nil {
		return Fresh{}, err
	}
	person, err := s.db.UserByID(ctx, id)
	if err != nil {
		return Fresh{}, fmt.Errorf("auth: reset: %w", postgres.MapError(err))
	}
	return s.reset(ctx, actor, person)
}

// LinkFor is Reset by name, for whoever holds the machine: it also helps the only
// administrator who forgot.
func (s *Service) LinkFor(ctx context.Context, name string) (Fresh, error) {
	actor, err := authz.Require(ctx, authz.ManagePeople)
	if err != nil {
		return Fresh{}, err
	}
	name, err = cleanName(name)
	if err != nil {
		return Fresh{}, err
	}
	person, err := s.db.UserByName(ctx, name)
	if errors.Is(err, pgx.ErrNoRows) {
		return Fresh{}, errs.Newf(errs.NotFound, "There is nobody called %s.", name)
	} else if err != nil {
		return Fresh{}, fmt.Errorf("auth: link: %w", postgres.MapError(err))
	}
	return s.reset(ctx, actor, person)
}

func (s *Service) reset(ctx context.Context, actor authz.Actor, person dbgen.User) (Fresh, error) {
	if person.DisabledAt != nil {
		return Fresh{}, errs.Newf(errs.Conflict, "%s is disabled. Enable them first.", person.Name)
	}
	var fresh Fresh
	err := s.db.InTx(ctx, func(ctx context.Context, tx *postgres.Tx) (err error) {
		if err = tx.DeleteUnusedResets(ctx, &person.ID); err != nil {
			return fmt.Errorf("auth: reset: %w", err)
		}
		fresh, err = makeLinkTx(ctx, tx, Reset, dbgen.CreateAccessLinkParams{UserID: &person.ID, CreatedBy: idOrNil(actor)})
		return err
	})
	if err != nil {
		return Fresh{}, err
	}
	s.log.InfoContext(ctx, "reset link made", "by", actor.ID, "user_id", person.ID)
	fresh.For = person.Name
	return fresh, nil
}

func makeLinkTx(ctx context.Context, tx *postgres.Tx, purpose Purpose, link dbgen.CreateAccessLinkParams) (Fresh, error) {
	token, hash := newToken()
	link.TokenHash, link.Purpose, link.LifetimeSeconds = hash, string(purpose), lifetimes[purpose].Seconds()
	row, err := tx.CreateAccessLink(ctx, link)
	if err != nil {
		return Fresh{}, fmt.Errorf("auth: make link: %w", err)
	}
	return Fresh{Path: "/" + string(purpose) + "/" + token, For: link.Name, ExpiresAt: row.ExpiresAt}, nil
}

// DescribeLink says what the link is for, or with a NotFound error why it does not work
// (any more). It changes nothing: link previews and scanners may look.
func (s *Service) DescribeLink(ctx context.Context, purpose Purpose, token string) (Link, error) {
	row, err := s.db.AccessLink(ctx, dbgen.AccessLinkParams{TokenHash: hashToken(token), Purpose: string(purpose)})
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return Link{}, errLinkUnknown
	case err != nil:
		return Link{}, fmt.Errorf("auth: link: %w", postgres.MapError(err))
	case row.AccessLink.UsedAt != nil:
		return Link{}, errLinkUsed
	case row.Expired:
		return Link{}, errLinkExpired
	}
	return s.fill(ctx, Link{Purpose: purpose, Name: row.AccessLink.Name, ExpiresAt: row.AccessLink.ExpiresAt}, row.AccessLink)
}

// fill adds what a working link is for, unless the world has moved on since it was made.
func (s *Service) fill(ctx context.Context, link Link, row dbgen.AccessLink) (Link, error) {
	switch link.Purpose {
	case Setup:
		n, err := s.db.CountAdministrators(ctx)
		if err != nil {
			return Link{}, fmt.Errorf("auth: link: %w", postgres.MapError(err))
		}
		if n > 0 {
			return Link{}, errHasAdmin
		}
		link.Role = authz.Admin
	case Invite:
		link.Role = authz.Role(*row.Role)
	case Reset:
		person, err := s.db.UserByID(ctx, *row.UserID)
		if err != nil {
			return Link{}, fmt.Errorf("auth: link: %w", postgres.MapError(err))
		}
		if person.DisabledAt != nil {
			return Link{}, errLinkUnknown
		}
		link.userID, link.Name, link.Role = person.ID, person.Name, authz.Role(person.Role)
	}
	return link, nil
}

// PendingInvite is an invitation that nobody has used yet.
type PendingInvite struct {
	ID        string
	Name      string // empty: they choose
	Role      authz.Role
	By        string
	CreatedAt time.Time
	ExpiresAt time.Time
}

// Invites lists the invitations that still work.
func (s *Service) Invites(ctx context.Context) ([]PendingInvite, error) {
	if _, err := authz.Require(ctx, authz.ManagePeople); err != nil {
		return nil, err
	}
	rows, err := s.db.ListInvites(ctx)
	if err != nil {
		return nil, fmt.Errorf("auth: invites: %w", postgres.MapError(err))
	}
	invites := make([]PendingInvite, len(rows))
	for i, r := range rows {
		invites[i] = PendingInvite{
			ID: idOf(r.TokenHash), Name: r.Name, Role: authz.Role(*r.Role), By: r.CreatedByName,
			CreatedAt: r.CreatedAt, ExpiresAt: r.ExpiresAt,
		}
	}
	return invites, nil
}

// RevokeInvite makes an invitation worthless; NotFound when it was used or revoked before.
func (s *Service) RevokeInvite(ctx context.Context, id string) error {
	actor, err := authz.Require(ctx, authz.ManagePeople)
	if err != nil {
		return err
	}
	n, err := s.db.DeleteInvite(ctx, hashOf(id))
	if err != nil {
		return fmt.Errorf("auth: revoke invitation: %w", postgres.MapError(err))
	}
	if n == 0 {
		return errs.New(errs.NotFound, "This invitation is not open any more.")
	}
	s.log.InfoContext(ctx, "invitation revoked", "by", actor.ID)
	return nil
}

// idOrNil is the actor for a column that is empty for Wardroom itself.
func idOrNil(actor authz.Actor) *uuid.UUID {
	if actor.ID == uuid.Nil {
		return nil
	}
	return &actor.ID
}
