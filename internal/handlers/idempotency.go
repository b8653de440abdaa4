package handlers

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"

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
		posted := c.Request().PostForm
		if posted.Get("key") == "" {
			return next(c)
		}
		key, err := uuid.Parse(posted.Get("key"))
		if err != nil {
			return errs.New(errs.Invalid, "The form's key is not a UUID.")
		}
		posted.Del("key")
		request := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s", c.Request().URL.RequestURI(), withoutSecrets(posted).Encode()))
		ctx := c.Request().Context()
		location, done, err := s.Auth.Begin(ctx, key, request[:])
		if err != nil {
			return err
		}
		if done {
			return c.Redirect(http.StatusSeeOther, location)
		}
		err = next(c)
		s.settle(ctx, key, answered(c, err))
		return err
	}
}

// withoutSecrets is what may be remembered of a form, be it as a hash.
func withoutSecrets(posted url.Values) url.Values {
	kept := maps.Clone(posted)
	maps.DeleteFunc(kept, func(name string, _ []string) bool {
		return strings.HasPrefix(name, secretField) || name == "password" || name == "current"
	})
	return kept
}

// settle remembers where the answer led, or gives the key free when nothing was done. The
// answer is under way already, so a failure is only logged: a repeat is then refused.
func (s *Server) settle(ctx context.Context, key uuid.UUID, location string) {
	var err error
	if location != "" {
		err = s.Auth.Finish(ctx, key, location)
	} else {
		err = s.Auth.Release(ctx, key)
	}
	if err != nil {
		s.Log.WarnContext(ctx, "idempotency key is not settled", "err", err)
	}
}

const repeatKey = "repeat"

// repeatAt names the page for a repeat of this post, whose own answer is not a redirect
// because it shows something once.
func repeatAt(c echo.Context, path string) { c.Set(repeatKey, path) }

// answered is where a repeat of the request leads; empty when it did nothing.
func answered(c echo.Context, err error) string {
	if err != nil {
		return ""
	}
	location := ""
	if c.Response().Status == http.StatusSeeOther {
		location = c.Response().Header().Get(echo.HeaderLocation)
	}
	instead, _ := c.Get(repeatKey).(string)
	return cmp.Or(location, instead)
}
