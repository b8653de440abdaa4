package handlers

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"wardroom/internal/errs"
	"wardroom/views"
)

var statuses = map[errs.Kind]int{
	errs.Internal:        http.StatusInternalServerError,
	errs.NotFound:        http.StatusNotFound,
	errs.Invalid:         http.StatusBadRequest,
	errs.Conflict:        http.StatusConflict,
	errs.Forbidden:       http.StatusForbidden,
	errs.Unauthenticated: http.StatusUnauthorized,
	errs.TooLarge:        http.StatusRequestEntityTooLarge,
	errs.RateLimited:     http.StatusTooManyRequests,
	errs.Unavailable:     http.StatusServiceUnavailable,
}

var titles = map[int][2]string{ // status → title, what to do
	http.StatusInternalServerError:   {"Something broke", "Try again. If it stays, tell the people who run Wardroom."},
	http.StatusNotFound:              {"Not found", "The link may be old or mistyped."},
	http.StatusBadRequest:            {"That did not work", "Go back, correct it and send it again."},
	http.StatusConflict:              {"Somebody was faster", "Look at how things are now, then decide again."},
	http.StatusForbidden:             {"Not allowed", "Ask an administrator if you need this."},
	http.StatusUnauthorized:          {"Sign in first", "Your session may have ended."},
	http.StatusRequestEntityTooLarge: {"Too large", "Send less at once."},
	http.StatusTooManyRequests:       {"Too many tries", "Wait a moment, then try again."},
	http.StatusServiceUnavailable:    {"Not available right now", "It should be back in a moment; this page can be loaded again."},
	http.StatusMethodNotAllowed:      {"Wrong method", "This address is used in another way: forms post to it, links do not, or the other way round."},
}

// fail is the one place where an error becomes an answer.
func (s *Server) fail(err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	status, message := s.judge(err)
	if status == http.StatusInternalServerError {
		s.Log.ErrorContext(c.Request().Context(), "request failed", "route", c.Path(), "err", err)
	}
	if status == http.StatusUnauthorized && wantsPage(c) && c.Request().Method == http.MethodGet && !strings.HasPrefix(c.Path(), "/hooks/") {
		_ = c.Redirect(http.StatusSeeOther, "/login?next="+url.QueryEscape(c.Request().URL.RequestURI()))
		return
	}
	if c.Request().Method == http.MethodHead {
		_ = c.NoContent(status)
		return
	}
	if !wantsPage(c) {
		_ = c.JSON(status, map[string]string{"error": message})
		return
	}
	page := s.page(c, titles[status][0], "")
	page.Socket = ""
	renderErr := s.render(c, status, views.ErrorPage{
		Page: page, Status: status, Title: titles[status][0], Message: message, Advice: titles[status][1],
		Back: views.Link{Text: "Back to the dashboard", Path: "/"},
	}.View())
	if renderErr != nil {
		s.Log.ErrorContext(c.Request().Context(), "error page failed", "err", renderErr)
	}
}

func (s *Server) judge(err error) (status int, message string) {
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
		_ = tooLarge
		return http.StatusRequestEntityTooLarge, "The request is larger than is taken here."
	}
	if e, ok := errors.AsType[*echo.HTTPError](err); ok {
		switch e.Code {
		case http.StatusNotFound:
			return e.Code, "There is no page at this address."
		case http.StatusMethodNotAllowed:
			return e.Code, "This address does not take such a request."
		}
	}
	return statuses[errs.KindOf(err)], errs.Message(err)
}

// wantsPage says that a person's browser asks, not a program.
func wantsPage(c echo.Context) bool {
	accept := c.Request().Header.Get("Accept")
	return strings.Contains(accept, "text/html") && !strings.HasPrefix(c.Request().URL.Path, "/hooks/")
}
