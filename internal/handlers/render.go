package handlers

import (
	"bytes"
	"errors"
	"net/http"
	"strconv"

	"github.com/a-h/templ"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"wardroom/internal/authz"
	"wardroom/internal/errs"
	"wardroom/static"
	"wardroom/views"
)

// render writes a component as a page. It is rendered into a buffer first, so that an
// error can still become an error page.
func (s *Server) render(c echo.Context, status int, component templ.Component) error {
	var page bytes.Buffer
	ctx := views.WithAssets(c.Request().Context(), static.Path)
	if err := component.Render(ctx, &page); err != nil {
		return err
	}
	return c.HTMLBlob(status, page.Bytes())
}

// page is the frame for the signed-in person.
func (s *Server) page(c echo.Context, title, nav string) views.Page {
	p := views.Page{
		Title: title, Nav: nav, Theme: "auto", Now: s.Now(), Path: "/", Version: s.Version,
	}
	if c.Request().Method == http.MethodGet { // others cannot be gone back to
		p.Path = c.Request().URL.RequestURI()
	}
	ctx := c.Request().Context()
	if me, ok := who(ctx); ok {
		p.Theme = me.user.Theme
		p.Viewer = &views.Viewer{
			ID: me.user.ID.String(), Name: me.user.DisplayName, Role: string(me.user.Role), Admin: me.user.Actor().May(authz.ManagePeople),
		}
		p.Active, p.Worst = s.active(ctx)
	}
	return p
}

// may says whether the signed-in person holds the permission.
func may(c echo.Context, p authz.Permission) bool {
	actor, ok := authz.ActorFrom(c.Request().Context())
	return ok && actor.May(p)
}

// number reads an incident's number from the path.
func number(c echo.Context) (int64, error) {
	n, err := strconv.ParseInt(c.Param("number"), 10, 64)
	if err != nil || n < 1 {
		return 0, errs.New(errs.NotFound, "There is no such incident.")
	}
	return n, nil
}

// id reads a UUID from the path.
func id(c echo.Context, param, what string) (uuid.UUID, error) {
	v, err := uuid.Parse(c.Param(param))
	if err != nil {
		return uuid.Nil, errs.Newf(errs.NotFound, "There is no such %s.", what)
	}
	return v, nil
}

func back(c echo.Context, path string) error { return c.Redirect(http.StatusSeeOther, path) }

func asTooLarge(err error) (error, bool) {
	if e, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return e, true
	}
	return nil, false
}
