package handlers

import (
	"crypto/sha256"
	"fmt"
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"wardroom/internal/errs"
)

// once answers a repeated form post with what the first one answered: a double click or a
// retry after a lost answer does the thing once. Posts without a key are done as they come.
func (s *Server) once(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if c.Request().Method != http.MethodPost {
			return next(c)
		}
		if err := c.Request().ParseForm(); err != nil {
			return badForm(err)
		}
		raw := c.Request().PostForm.Get("key")
		if raw == "" {
			return next(c)
		}
		key, err := uuid.Parse(raw)
		if err != nil {
			return errs.New(errs.Invalid, "The form's key is not a UUID.")
		}
		form := c.Request().PostForm
		form.Del("key")
		request := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s", c.Request().URL.Path, form.Encode()))
		ctx := c.Request().Context()
		location, done, err := s.Auth.Begin(ctx, key, request[:])
		if err != nil {
			return err
		}
		if done {
			return c.Redirect(http.StatusSeeOther, location)
		}
		err = next(c)
		if err == nil && c.Response().Status == http.StatusSeeOther {
			return s.Auth.Finish(ctx, key, c.Response().Header().Get("Location"))
		}
		if releaseErr := s.Auth.Release(ctx, key); releaseErr != nil {
			s.Log.WarnContext(ctx, "idempotency key is not released", "err", releaseErr)
		}
		return err
	}
}

func badForm(err error) error {
	if tooLarge, ok := asTooLarge(err); ok {
		return tooLarge
	}
	return errs.Wrap(errs.Invalid, "The form cannot be read.", err)
}
