package handlers

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"wardroom/internal/auth"
	"wardroom/internal/authz"
	"wardroom/internal/errs"
)

type signedInKey struct{}

// userID names a person.
type userID = uuid.UUID

// signedInAs is who asks, and by which session.
type signedInAs struct {
	user    auth.User
	session auth.Session
}

// who gives the signed-in person; ok is false on open routes without a session.
func who(ctx context.Context) (signedInAs, bool) {
	w, ok := ctx.Value(signedInKey{}).(signedInAs)
	return w, ok
}

// signedIn lets people with the permission through and sends the others to sign in.
func (s *Server) signedIn(p authz.Permission, next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		c.Response().Header().Set("Cache-Control", "no-store")
		err := s.authenticate(c)
		if err == nil {
			_, err = authz.Require(c.Request().Context(), p)
		}
		if err != nil {
			return err
		}
		return next(c)
	}
}

// maybeSignedIn tells the handler who asks when somebody is signed in.
func (s *Server) maybeSignedIn(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if strings.HasPrefix(c.Path(), "/static/") || c.Path() == "/healthz" || isHook(c.Path()) {
			return next(c)
		}
		c.Response().Header().Set("Cache-Control", "no-store")
		if err := s.authenticate(c); err != nil && errs.KindOf(err) != errs.Unauthenticated {
			return err
		}
		return next(c)
	}
}

func (s *Server) authenticate(c echo.Context) error {
	token := s.token(c)
	if token == "" {
		return errs.New(errs.Unauthenticated, "Sign in first.")
	}
	session, user, err := s.Auth.Authenticate(c.Request().Context(), token)
	if err != nil {
		return err
	}
	ctx := authz.WithActor(c.Request().Context(), user.Actor())
	ctx = context.WithValue(ctx, signedInKey{}, signedInAs{user: user, session: session})
	c.SetRequest(c.Request().WithContext(ctx))
	return nil
}

func (s *Server) token(c echo.Context) string {
	cookie, err := c.Cookie(auth.CookieName(s.https()))
	if err != nil {
		return ""
	}
	return cookie.Value
}

func (s *Server) setToken(c echo.Context, token string) {
	cookie := &http.Cookie{ //nolint:gosec // without https a secure cookie would never come back
		Name: auth.CookieName(s.https()), Value: token, Path: "/", HttpOnly: true, Secure: s.https(),
		SameSite: http.SameSiteLaxMode, MaxAge: int(auth.AbsoluteLifetime / time.Second),
	}
	if token == "" {
		cookie.MaxAge = -1
	}
	c.SetCookie(cookie)
}

// next is where to go after signing in: a path of ours, never another site.
func next(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "" || u.Host != "" || !strings.HasPrefix(raw, "/") || strings.HasPrefix(raw, "//") ||
		strings.ContainsAny(raw, "\\\r\n\t") {
		return "/"
	}
	return raw
}
