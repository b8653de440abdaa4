package handlers

import (
	"fmt"
	"strconv"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"wardroom/internal/errs"
	"wardroom/internal/incidents"
	"wardroom/views"
)

// byHand is the reason of a playbook that somebody picked.
const byHand = "chosen by hand"

// room is where an action on an incident leads back to.
func room(n int64) string { return views.IncidentPath(int(n)) }

// act does something to the incident of the path and goes back to its room.
func act(c echo.Context, deed func(n int64) error) error {
	n, err := number(c)
	if err != nil {
		return err
	}
	if err := deed(n); err != nil {
		return err
	}
	return back(c, room(n))
}

func (s *Server) changeStatus(c echo.Context) error {
	return act(c, func(n int64) error {
		change, err := s.Incidents.SetStatus(c.Request().Context(), n, incidents.Status(c.FormValue("to")))
		if err == nil && change.Incident.Status == incidents.Closed {
			err = s.Diagnostics.DropScratch(c.Request().Context())
		}
		return err
	})
}

func (s *Server) changeSeverity(c echo.Context) error {
	return act(c, func(n int64) error {
		severity, err := strconv.Atoi(c.FormValue("severity"))
		if err != nil {
			return errs.New(errs.Invalid, "Choose a severity from SEV1 to SEV4.")
		}
		return s.Incidents.SetSeverity(c.Request().Context(), n, severity)
	})
}

func (s *Server) changeTitle(c echo.Context) error {
	return act(c, func(n int64) error { return s.Incidents.SetTitle(c.Request().Context(), n, c.FormValue("title")) })
}

func (s *Server) changeLead(c echo.Context) error {
	return act(c, func(n int64) error {
		lead, err := formID(c, "user", "person")
		if err != nil {
			return err
		}
		return s.Incidents.SetLead(c.Request().Context(), n, lead)
	})
}

func (s *Server) joinIncident(c echo.Context) error {
	return act(c, func(n int64) error { return s.Incidents.Join(c.Request().Context(), n) })
}

func (s *Server) leaveIncident(c echo.Context) error {
	return act(c, func(n int64) error { return s.Incidents.Leave(c.Request().Context(), n) })
}

func (s *Server) addNote(c echo.Context) error {
	return act(c, func(n int64) error { return s.Incidents.AddNote(c.Request().Context(), n, c.FormValue("text")) })
}

func (s *Server) attachPlaybook(c echo.Context) error {
	return act(c, func(n int64) error {
		ctx, playbook := c.Request().Context(), c.FormValue("playbook")
		if c.FormValue("replace") == "" {
			_, err := s.Incidents.Attach(ctx, n, playbook, byHand)
			return err
		}
		old, err := formID(c, "replace", "attached playbook")
		if err != nil {
			return err
		}
		_, err = s.Incidents.Switch(ctx, n, old, playbook, byHand)
		return err
	})
}

func (s *Server) detachPlaybook(c echo.Context) error {
	return act(c, func(n int64) error {
		attached, err := id(c, "attached", "attached playbook")
		if err != nil {
			return err
		}
		return s.Incidents.Detach(c.Request().Context(), n, attached)
	})
}

func (s *Server) emptyScratch(c echo.Context) error {
	return act(c, func(n int64) error { return s.Diagnostics.EmptyScratch(c.Request().Context(), n) })
}

func (s *Server) escalateNow(c echo.Context) error {
	return s.escalate(c, func(incident uuid.UUID) error {
		from, _ := strconv.Atoi(c.FormValue("from")) // without it any level is raised
		return s.Escalation.EscalateNow(c.Request().Context(), incident, from, c.FormValue("reason"))
	})
}

// onIt says that somebody works on the incident, which also acknowledges an open one.
func (s *Server) onIt(c echo.Context) error {
	n, err := number(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	in, err := s.Incidents.ByNumber(ctx, n)
	if err != nil {
		return err
	}
	if in.Status == incidents.Open {
		if _, err := s.Incidents.SetStatus(ctx, n, incidents.Acknowledged); err != nil {
			return err
		}
	}
	return s.escalate(c, func(incident uuid.UUID) error { return s.Escalation.OnIt(ctx, incident) })
}

func (s *Server) extendEscalation(c echo.Context) error {
	return s.escalate(c, func(incident uuid.UUID) error {
		minutes, err := strconv.Atoi(c.FormValue("minutes"))
		if err != nil {
			return errs.New(errs.Invalid, "Say by how many minutes.")
		}
		return s.Escalation.Extend(c.Request().Context(), incident, minutes, c.FormValue("reason"))
	})
}

func (s *Server) escalate(c echo.Context, deed func(incident uuid.UUID) error) error {
	return act(c, func(n int64) error {
		in, err := s.Incidents.ByNumber(c.Request().Context(), n)
		if err != nil {
			return err
		}
		return deed(in.ID)
	})
}

// formID reads a UUID from the form.
func formID(c echo.Context, field, what string) (uuid.UUID, error) {
	v, err := uuid.Parse(c.FormValue(field))
	if err != nil {
		return uuid.Nil, errs.Newf(errs.Invalid, "Choose a %s.", what)
	}
	return v, nil
}

func (s *Server) offerHandoff(c echo.Context) error {
	n, err := number(c)
	if err != nil {
		return err
	}
	to := incidents.HandoffTo{Email: c.FormValue("email")}
	if to.Email != "" && c.FormValue("user") != "" {
		return errs.New(errs.Invalid, "Choose a person or give an e-mail address, not both.")
	}
	if c.FormValue("user") != "" {
		if to.User, err = formID(c, "user", "person"); err != nil {
			return err
		}
	}
	h, token, err := s.Incidents.Offer(c.Request().Context(), n, to, c.FormValue("reason"))
	if err != nil {
		return err
	}
	// The link is shown on this one page and nowhere again: only its hash is stored.
	repeatAt(c, room(n))
	return s.roomPage(c, n, &views.FreshLink{
		For: h.To, URL: s.absolute("/handoff/" + token),
		Note: fmt.Sprintf("Works for %d hours, or until the incident is over. You stay responsible until %s accepts.", incidents.HandoffHours, h.To),
	})
}

func (s *Server) revokeHandoff(c echo.Context) error {
	offer, err := id(c, "id", "offer")
	if err != nil {
		return err
	}
	answer, err := s.Incidents.Revoke(c.Request().Context(), offer)
	if err != nil {
		return err
	}
	return back(c, room(answer.Incident.Number))
}
