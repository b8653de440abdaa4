package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"wardroom/internal/authoring"
	"wardroom/internal/errs"
	"wardroom/internal/playbooks"
	"wardroom/views"
)

// showDraft is the difference between the viewer's draft and what is in use; without a path, the list of their drafts.
func (s *Server) showDraft(c echo.Context) error {
	name := c.QueryParam("path")
	if name == "" {
		return s.listDrafts(c)
	}
	return s.draftPage(c, http.StatusOK, views.DraftPage{Path: name})
}

func (s *Server) listDrafts(c echo.Context) error {
	paths, err := s.Authoring.Drafts(c.Request().Context())
	if err != nil {
		return err
	}
	m := views.DraftList{Page: s.page(c, "Your drafts", "playbooks"), Writable: s.Authoring.Writable()}
	for _, name := range paths {
		m.Rows = append(m.Rows, views.DraftRow{Path: name, ID: s.playbookAt(name)})
	}
	return s.render(c, http.StatusOK, m.View())
}

func (s *Server) draftPage(c echo.Context, status int, m views.DraftPage) error {
	file, draft, err := s.Authoring.Open(c.Request().Context(), m.Path)
	if err != nil {
		return err
	}
	if draft == nil {
		return errs.New(errs.NotFound, "You have no draft of this file: it was published or discarded.")
	}
	m.ID, m.Revision = s.playbookAt(m.Path), draft.Revision()
	title := "Publish a new playbook"
	if p, ok := s.Catalogue.ByID(m.ID); ok {
		title = "Changes to " + p.Title
	}
	m.Page = s.page(c, title, "playbooks")
	m.Page.Extra, m.Page.Notice = "author", notices[c.QueryParam("done")]
	m.Mine = diffView(file.Source, draft.Source)
	if all, parseErr := playbooks.Parse(m.Path, draft.Source); parseErr == nil {
		m.Reader, m.Severe = sourceProblems(all[0].Problems)
		m.Reader = append(s.rivals(m.Path, all), m.Reader...)
	}
	if file.Revision != draft.Base && file.Revision != draft.Revision() {
		if m.Conflict, err = s.conflict(c, file, draft); err != nil {
			return err
		}
	}
	return s.render(c, status, m.View())
}

// conflict is what somebody else did to the file since the draft began.
func (s *Server) conflict(c echo.Context, file authoring.File, draft *authoring.Draft) (*views.Conflict, error) {
	m := &views.Conflict{Revision: file.Revision, Unknown: draft.Base != "" && draft.BaseSource == ""}
	m.Theirs = diffView(draft.BaseSource, file.Source)
	history, err := s.Authoring.History(c.Request().Context(), file.Path)
	if err != nil {
		return nil, err
	}
	if len(history) > 0 && history[0].Revision == file.Revision {
		m.By, m.Note, m.At = history[0].By, history[0].Note, views.Ago(history[0].At, s.Now())
	}
	return m, nil
}

// rebaseDraft is the answer of somebody who has read the other's change and goes on with theirs.
func (s *Server) rebaseDraft(c echo.Context) error {
	name := c.FormValue("path")
	if err := s.Authoring.Rebase(c.Request().Context(), name, c.FormValue("theirs")); err != nil {
		return s.again(c, views.DraftPage{Path: name}, err)
	}
	return back(c, views.DraftPath(name)+"&done=rebased")
}

func (s *Server) publishDraft(c echo.Context) error {
	m := views.DraftPage{Path: c.FormValue("path"), Note: c.FormValue("note")}
	id, err := s.Authoring.Publish(c.Request().Context(), m.Path, c.FormValue("revision"), m.Note)
	if err != nil {
		return s.again(c, m, err)
	}
	if p, ok := s.Catalogue.ByID(id); !ok || p.Path != m.Path {
		id = s.playbookAt(m.Path) // another file has that identity, so that this one got a number
	}
	return back(c, "/playbooks/"+id+"?done=published")
}

// again shows the draft with the reason why it is one still. Without a draft there is only the reason.
func (s *Server) again(c echo.Context, m views.DraftPage, reason error) error {
	if !is(reason, errs.Invalid, errs.Conflict, errs.Unavailable) || !wantsPage(c) {
		return reason
	}
	m.Failed = []views.Problem{{Message: errs.Message(reason)}}
	if is(reason, errs.Invalid) {
		m.Failed[0].Field = "note"
	}
	if err := s.draftPage(c, statuses[errs.KindOf(reason)], m); is(err, errs.NotFound, errs.Invalid) {
		return reason
	} else if err != nil {
		return err
	}
	return nil
}
