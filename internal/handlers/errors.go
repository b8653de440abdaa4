package handlers

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
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
	ctx := c.Request().Context()
	status, message := s.judge(err)
	switch {
	case ctx.Err() != nil: // the browser has gone; nobody reads the answer
		s.Log.DebugContext(ctx, "request abandoned", "route", c.Path(), "err", err)
	case status == http.StatusInternalServerError || c.Response().Committed:
		s.Log.ErrorContext(ctx, "request failed", "route", c.Path(), "err", err)
	}
	if c.Response().Committed {
		return
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	method := c.Request().Method
	looks := method == http.MethodGet || method == http.MethodHead
	switch {
	case status == http.StatusUnauthorized && wantsPage(c) && looks:
		err = c.Redirect(http.StatusSeeOther, "/login?next="+url.QueryEscape(c.Request().URL.RequestURI()))
	case !wantsPage(c):
		err = c.JSON(status, map[string]string{"error": message})
	default:
		err = s.errorPage(c, status, message)
	}
	if err != nil && ctx.Err() == nil {
		s.Log.ErrorContext(ctx, "error page failed", "err", err)
	}
}

// errorPage is the page for a person. When even that fails they get the bare sentence.
func (s *Server) errorPage(c echo.Context, status int, message string) error {
	page := s.page(c, titles[status][0], "")
	err := s.render(c, status, views.ErrorPage{
		Page: page, Status: status, Title: titles[status][0], Message: message, Advice: titles[status][1],
		Back: wayBack(c, status),
	}.View())
	if err != nil && !c.Response().Committed {
		err = errors.Join(err, c.String(status, message+"\n"))
	}
	return err
}

// wayBack leads to where one of the same kind is found, unless that list may fail as well.
func wayBack(c echo.Context, status int) views.Link {
	mistaken := status == http.StatusNotFound || status == http.StatusConflict || status == http.StatusBadRequest
	switch at := c.Path() + "/"; {
	case mistaken && strings.HasPrefix(at, "/playbooks/draft/"):
		return views.Link{Text: "Back to your drafts", Path: "/playbooks/draft"}
	case mistaken && strings.HasPrefix(at, "/playbooks/"):
		return views.Link{Text: "Back to the playbooks", Path: "/playbooks"}
	default:
		return views.Link{Text: "Back to the dashboard", Path: "/"}
	}
}

func (s *Server) judge(err error) (status int, message string) {
	if _, tooLarge := asTooLarge(err); tooLarge {
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
	return strings.Contains(accept, "text/html") && !isHook(c.Path())
}

// is says that err is of one of the kinds.
func is(err error, kinds ...errs.Kind) bool {
	return err != nil && slices.Contains(kinds, errs.KindOf(err))
}
