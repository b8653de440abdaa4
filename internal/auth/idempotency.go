package auth

import (
	"bytes"
	"context"
	"fmt"

	"github.com/google/uuid"

	"wardroom/internal/authz"
	"wardroom/internal/errs"
	"wardroom/internal/postgres"
	"wardroom/internal/postgres/dbgen"
)

// Begin claims the key of a form for the actor; request is the SHA-256 of method, path
// and body. When done, the same form was answered before, with a redirect to location.
// Otherwise the caller does the deed and then calls Finish, or Release when it failed.
// Conflict: the key came with another request before, or the first one is still under way.
func (s *Service) Begin(ctx context.Context, key uuid.UUID, request []byte) (location string, done bool, err error) {
	actor, err := authz.Require(ctx, authz.ManageOwnAccount)
	if err != nil {
		return "", false, err
	}
	claimed, err := s.db.BeginRequest(ctx, dbgen.BeginRequestParams{UserID: actor.ID, Key: key, Request: request})
	if err != nil {
		return "", false, fmt.Errorf("auth: begin request: %w", postgres.MapError(err))
	}
	if claimed == 1 {
		return "", false, nil
	}
	earlier, err := s.db.EarlierRequest(ctx, dbgen.EarlierRequestParams{UserID: actor.ID, Key: key})
	switch {
	case errs.KindOf(postgres.MapError(err)) == errs.NotFound: // it failed and was released just now
		return "", false, errs.New(errs.Conflict, "The first attempt has just failed. Try again.")
	case err != nil:
		return "", false, fmt.Errorf("auth: begin request: %w", postgres.MapError(err))
	case !bytes.Equal(earlier.Request, request):
		return "", false, errs.New(errs.Conflict, "This form was sent before with other content. Reload the page and try again.")
	case earlier.Location != "":
		return earlier.Location, true, nil
	case earlier.LongAgo: // whoever worked on it died
		return "", false, errs.New(errs.Conflict, "Wardroom stopped in the middle of this. Reload the page and look whether it was done.")
	}
	return "", false, errs.New(errs.Conflict, "This is still under way. Reload the page in a moment.")
}

// Finish records where the answer to the first request redirected to. It does so even
// when the browser has left: the deed is done.
func (s *Service) Finish(ctx context.Context, key uuid.UUID, location string) error {
	actor, err := authz.Require(ctx, authz.ManageOwnAccount)
	if err != nil {
		return err
	}
	_, err = s.db.FinishRequest(context.WithoutCancel(ctx), dbgen.FinishRequestParams{UserID: actor.ID, Key: key, Location: location})
	if err != nil {
		return fmt.Errorf("auth: finish request: %w", postgres.MapError(err))
	}
	return nil
}

// Release gives the key free after a failed deed, so that the same form can be sent again.
func (s *Service) Release(ctx context.Context, key uuid.UUID) error {
	actor, err := authz.Require(ctx, authz.ManageOwnAccount)
	if err != nil {
		return err
	}
	err = s.db.ReleaseRequest(context.WithoutCancel(ctx), dbgen.ReleaseRequestParams{UserID: actor.ID, Key: key})
	if err != nil {
		return fmt.Errorf("auth: release request: %w", postgres.MapError(err))
	}
	return nil
}
