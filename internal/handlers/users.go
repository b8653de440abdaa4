package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"wardroom/internal/auth"
	"wardroom/internal/authz"
	"wardroom/internal/errs"
	"wardroom/views"
)

func (s *Server) listUsers(c echo.Context) error {
	return s.usersPage(c, http.StatusOK, views.Users{})
}

func (s *Server) usersPage(c echo.Context, status int, m views.Users) error {
	ctx := c.Request().Context()
	users, err := s.Auth.List(ctx)
	if err != nil {
		return err
	}
	invites, err := s.Auth.Invites(ctx)
	if err != nil {
		return err
	}
	now, me := s.Now(), views.Viewer{}
	m.Page = s.page(c, "People", "settings")
	if m.Page.Viewer != nil {
		me = *m.Page.Viewer
	}
	m.Page.Notice = notices[c.QueryParam("done")]
	m.Roles = roleOptions(authz.Responder)
	for _, u := range users {
		row := views.UserRow{
			ID: u.ID.String(), Name: u.DisplayName, Role: string(u.Role), Roles: roleOptions(u.Role),
			Disabled: u.Disabled(), Self: u.ID.String() == me.ID,
		}
		if u.LastSeenAt != nil {
			row.LastSeen = views.Ago(*u.LastSeenAt, now)
		}
		m.Rows = append(m.Rows, row)
	}
	for _, i := range invites {
		m.Invites = append(m.Invites, views.InviteRow{ID: i.ID, Name: i.Name, Role: string(i.Role), By: i.By, Expires: views.Until(i.ExpiresAt)})
	}
	return s.render(c, status, m.View())
}

func roleOptions(selected authz.Role) []views.Option {
	var options []views.Option
	for _, role := range []authz.Role{authz.Viewer, authz.Responder, authz.Author, authz.Admin} {
		options = append(options, views.Option{Value: string(role), Text: string(role), Selected: role == selected})
	}
	return options
}

func (s *Server) inviteUser(c echo.Context) error {
	name := c.FormValue("name")
	fresh, err := s.Auth.Invite(c.Request().Context(), name, authz.Role(c.FormValue("role")))
	if is(err, errs.Invalid, errs.Conflict) && wantsPage(c) {
		return s.usersPage(c, statuses[errs.KindOf(err)], views.Users{Name: name, Problems: []views.Problem{{Field: "name", Message: errs.Message(err)}}})
	}
	if err != nil {
		return err
	}
	repeatAt(c, "/settings/users")
	return s.usersPage(c, http.StatusOK, views.Users{Fresh: s.freshLink(fresh, "Works once, for three days. Send it to them yourself.")})
}

func (s *Server) revokeInvite(c echo.Context) error {
	if err := s.Auth.RevokeInvite(c.Request().Context(), c.Param("id")); err != nil {
		return err
	}
	return back(c, "/settings/users?done=revoked")
}

func (s *Server) freshLink(fresh auth.Fresh, note string) *views.FreshLink {
	return &views.FreshLink{For: fresh.For, URL: s.absolute(fresh.Path), Note: note}
}

// absolute makes a link that can be sent to somebody. Without a public address it is only
// the path: a Host header is no reason to believe that we are reached there.
func (s *Server) absolute(path string) string {
	if s.Settings.PublicURL != "" {
		return s.Settings.PublicURL + path
	}
	return path
}

func (s *Server) disableUser(c echo.Context) error {
	return s.withUser(c, "disabled", func(id userID) error {
		err := s.Auth.Disable(c.Request().Context(), id)
		if err == nil {
			s.sockets.finish(ofPerson(id), closeSignedOut, "signed out")
		}
		return err
	})
}

func (s *Server) enableUser(c echo.Context) error {
	return s.withUser(c, "enabled", func(id userID) error { return s.Auth.Enable(c.Request().Context(), id) })
}

func (s *Server) changeRole(c echo.Context) error {
	return s.withUser(c, "role", func(id userID) error {
		err := s.Auth.ChangeRole(c.Request().Context(), id, authz.Role(c.FormValue("role")))
		if err == nil {
			s.sockets.finish(ofPerson(id), closeRole, "another role, connect again")
		}
		return err
	})
}

func (s *Server) withUser(c echo.Context, done string, deed func(userID) error) error {
	person, err := id(c, "id", "person")
	if err != nil {
		return err
	}
	if err := deed(person); err != nil {
		return err
	}
	return back(c, "/settings/users?done="+done)
}

func (s *Server) resetUser(c echo.Context) error {
	person, err := id(c, "id", "person")
	if err != nil {
		return err
	}
	fresh, err := s.Auth.Reset(c.Request().Context(), person)
	if err != nil {
		return err
	}
	repeatAt(c, "/settings/users")
	return s.usersPage(c, http.StatusOK, views.Users{Fresh: s.freshLink(fresh, "Works once, for a day. Send it to them yourself.")})
}
