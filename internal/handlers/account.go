package handlers

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"wardroom/internal/auth"
	"wardroom/internal/errs"
	"wardroom/views"
)

func (s *Server) showSignIn(c echo.Context) error {
	target := next(c.QueryParam("next"))
	if _, ok := who(c.Request().Context()); ok {
		return back(c, target)
	}
	return s.signInPage(c, http.StatusOK, views.SignIn{Next: target})
}

func (s *Server) signInPage(c echo.Context, status int, m views.SignIn) error {
	m.Page = s.page(c, "Sign in", "")
	m.Instance = s.Settings.Instance
	if n, ok := strings.CutPrefix(m.Next, "/incidents/"); ok && strings.Trim(n, "0123456789") == "" && n != "" {
		m.NextName = "INC-" + n
	}
	return s.render(c, status, m.View())
}

func (s *Server) signIn(c echo.Context) error {
	name, target := c.FormValue("name"), next(c.FormValue("next"))
	token, _, err := s.Auth.SignIn(c.Request().Context(), name, c.FormValue("password"), s.meta(c))
	if is(err, errs.Unauthenticated, errs.RateLimited) && wantsPage(c) {
		return s.signInPage(c, statuses[errs.KindOf(err)], views.SignIn{Next: target, Name: name, Problem: errs.Message(err)})
	}
	if err != nil {
		return err
	}
	s.setToken(c, token)
	return back(c, target)
}

func (s *Server) signOut(c echo.Context) error {
	if err := s.Auth.SignOut(c.Request().Context(), s.token(c)); err != nil {
		return err
	}
	if me, ok := who(c.Request().Context()); ok {
		s.sockets.finish(ofSession(me), closeSignedOut, "signed out")
	}
	s.setToken(c, "")
	return back(c, "/login")
}

func (s *Server) meta(c echo.Context) auth.Meta {
	return auth.Meta{UserAgent: c.Request().UserAgent(), Address: c.RealIP(), Previous: s.token(c)}
}

// accessPages says how the page behind each kind of link reads.
var accessPages = map[auth.Purpose]views.TokenPage{
	auth.Setup:  {Heading: "Create the first account", Intro: "You will be the administrator and can invite the others.", Button: "Create account"},
	auth.Invite: {Heading: "Join", Intro: "Choose how you sign in.", Button: "Create account"},
	auth.Reset:  {Heading: "Choose a new password", Intro: "Your other sessions end.", Button: "Set password"},
}

func (s *Server) showAccessLink(purpose auth.Purpose) echo.HandlerFunc {
	return func(c echo.Context) error {
		return s.accessPage(c, purpose, http.StatusOK, nil)
	}
}

func (s *Server) accessPage(c echo.Context, purpose auth.Purpose, status int, problem error) error {
	m := accessPages[purpose]
	m.Page = s.page(c, m.Heading, "")
	m.Page.Viewer = nil
	m.Instance = s.Settings.Instance
	m.Action = c.Request().URL.Path
	link, err := s.Auth.DescribeLink(c.Request().Context(), purpose, c.Param("token"))
	switch {
	case errs.KindOf(err) == errs.NotFound:
		status, m.Invalid = http.StatusNotFound, errs.Message(err)
	case err != nil:
		return err
	}
	m.Name = link.Name
	m.AskName = link.Name == ""
	m.AskDisplay = purpose != auth.Reset
	if problem != nil {
		if m.AskName {
			m.Name = c.FormValue("name")
		}
		m.Problems = []views.Problem{{Message: errs.Message(problem)}}
	}
	return s.render(c, status, m.View())
}

func (s *Server) useAccessLink(purpose auth.Purpose) echo.HandlerFunc {
	return func(c echo.Context) error {
		claim := auth.Claim{
			Name: c.FormValue("name"), DisplayName: c.FormValue("display_name"), Email: c.FormValue("email"), Password: c.FormValue("password"),
		}
		token, _, err := s.Auth.ConsumeLink(c.Request().Context(), purpose, c.Param("token"), claim, s.meta(c))
		if is(err, errs.Invalid, errs.Conflict, errs.NotFound) && wantsPage(c) {
			return s.accessPage(c, purpose, statuses[errs.KindOf(err)], err)
		}
		if err != nil {
			return err
		}
		s.setToken(c, token)
		return back(c, "/")
	}
}

func (s *Server) showSettings(c echo.Context) error {
	return s.settingsPage(c, http.StatusOK, nil)
}

func (s *Server) settingsPage(c echo.Context, status int, problem error) error {
	m := views.Settings{Page: s.page(c, "Settings", "settings")}
	if problem != nil {
		m.Problems = []views.Problem{{Message: errs.Message(problem)}}
	}
	m.Page.Notice = notices[c.QueryParam("done")]
	return s.render(c, status, m.View())
}

// notices are the sentences after a form that ends on the page it came from.
var notices = map[string]string{
	"theme":     "The theme is saved.",
	"password":  "The password is changed. Your other sessions have ended.",
	"disabled":  "They are disabled and signed out.",
	"enabled":   "They can sign in again.",
	"role":      "The role is changed.",
	"draft":     "Your draft is saved. Nobody else sees it until it is published.",
	"discarded": "Your draft is gone. This is the text that is in use.",
	"published": "Published. Incidents that are opened from now on get this text.",
	"rebased":   "Your draft now starts from what is in use. Review what it would change.",
	"revoked":   "The invitation is revoked. Its link lets nobody in.",
}

func (s *Server) changeTheme(c echo.Context) error {
	if err := s.Auth.SetTheme(c.Request().Context(), c.FormValue("theme")); err != nil {
		return err
	}
	if from := next(c.FormValue("next")); from != "/" && from != "/settings" {
		return back(c, from) // chosen in the menu of some page
	}
	return back(c, "/settings?done=theme")
}

func (s *Server) changePassword(c echo.Context) error {
	me, _ := who(c.Request().Context())
	err := s.Auth.ChangePassword(c.Request().Context(), me.session, c.FormValue("current"), c.FormValue("password"))
	if is(err, errs.Invalid, errs.RateLimited) && wantsPage(c) {
		return s.settingsPage(c, statuses[errs.KindOf(err)], err)
	}
	if err != nil {
		return err
	}
	s.sockets.finish(ofOtherSessions(me), closeSignedOut, "signed out")
	return back(c, "/settings?done=password")
}
