package handlers

import (
	"fmt"
	"mime"
	"net/http"
	"path"
	"strings"

	"github.com/labstack/echo/v4"

	"wardroom/internal/authoring"
	"wardroom/internal/errs"
	"wardroom/internal/playbooks"
	"wardroom/views"
)

// skeleton is what a new playbook begins with.
const skeleton = "---\ntitle: Queue stuck\nalerts: [QueueStuck]\nlevel: 1\nseverity: 3\n---\n\n# Queue stuck\n\n" +
	"## Symptoms\n\nTasks wait and none is finished.\n\n## Diagnosis\n\n### Step 1: Look at the workers\n\n" +
	"```sh\n# Is every worker there?\nkubectl get pods -l app=worker\n```\n\n" +
	"## Resolution\n\n### Scenario A: A worker hangs\n\nRestarts the workers; running tasks begin again.\n\n*Undo:* nothing to undo.\n\n" +
	"```sh\nkubectl rollout restart deployment/worker\n```\n"

func (s *Server) editPlaybook(c echo.Context) error {
	p, ok := s.Catalogue.ByID(c.Param("id"))
	if !ok {
		return errs.New(errs.NotFound, "There is no such playbook.")
	}
	return s.openEditor(c, p.Path)
}

// newPlaybook is also where a draft is gone on with whose file is not there yet.
func (s *Server) newPlaybook(c echo.Context) error {
	name := c.QueryParam("path")
	if id := s.playbookAt(name); id != "" {
		return back(c, views.EditPath(id))
	}
	if name == "" {
		return s.editorPage(c, http.StatusOK, views.Editor{Source: skeleton})
	}
	return s.openEditor(c, name)
}

func (s *Server) openEditor(c echo.Context, name string) error {
	file, draft, err := s.Authoring.Open(c.Request().Context(), name)
	if err != nil {
		return err
	}
	m := views.Editor{Path: name, Source: file.Source, Base: file.Revision}
	if draft != nil {
		m.Source, m.Base, m.Draft = draft.Source, draft.Base, views.Clock(draft.SavedAt)
		m.Seen = draft.Revision()
		m.Outdated = draft.Base != file.Revision
	}
	if m.Source == "" && m.Base == "" {
		m.Source = skeleton
	}
	return s.editorPage(c, http.StatusOK, m)
}

// editorPage shows a text with what the reader makes of it.
func (s *Server) editorPage(c echo.Context, status int, m views.Editor) error {
	m.ID = s.playbookAt(m.Path)
	m.Title, m.Writable = "New playbook", s.Authoring.Writable()
	if p, ok := s.Catalogue.ByID(m.ID); ok {
		m.Title = "Edit " + p.Title
	}
	m.Page = s.page(c, m.Title, "playbooks")
	m.Page.Extra, m.Page.Notice = "author", notices[c.QueryParam("done")]
	with, err := s.rehearsalOf(c)
	if err != nil {
		return err
	}
	m.Checked = s.checked(m.Path, m.Source, with)
	if m.Checked.Severe > 0 {
		s.showLastValid(&m, with)
	}
	return s.render(c, status, m.View())
}

// showLastValid puts what is in use into the preview of a text that cannot be.
func (s *Server) showLastValid(m *views.Editor, with *rehearsal) {
	var valid []*playbooks.Playbook
	for _, p := range s.Catalogue.All() {
		if p.Path == m.Path && m.Path != "" {
			valid = append(valid, p)
		}
	}
	s.preview(&m.Checked, valid, with)
	m.Checked.Stale = views.Errors(m.Checked.Severe) + " – nothing to preview"
	if len(m.Checked.Books) > 0 {
		m.Checked.Stale = views.Errors(m.Checked.Severe) + " – preview of the version in use"
	}
}

// checkPlaybook reads a text without keeping it: as a page, or for the page's own script only what came of it.
func (s *Server) checkPlaybook(c echo.Context) error {
	m := editorOf(c)
	if c.FormValue("only") == "checked" {
		with, err := s.rehearsalOf(c)
		if err != nil {
			return err
		}
		return s.render(c, http.StatusOK, s.checked(m.Path, m.Source, with).Fragment())
	}
	return s.editorPage(c, http.StatusOK, m)
}

// editorOf is what the editor's form holds.
func editorOf(c echo.Context) views.Editor {
	return views.Editor{
		Path: c.FormValue("path"), Source: strings.ReplaceAll(c.FormValue("source"), "\r\n", "\n"),
		Base: c.FormValue("base"), Seen: c.FormValue("seen"),
	}
}

// checked is what the reader makes of a text that is at no place yet.
func (s *Server) checked(name, source string, with *rehearsal) views.Checked {
	if !playbooks.IsRead(name) {
		name = "playbook.md"
	}
	all, err := playbooks.Parse(name, source)
	if err != nil {
		return views.Checked{Problems: []views.SourceProblem{{Text: errs.Message(err), Severe: true}}, Severe: 1}
	}
	var m views.Checked
	m.Problems, m.Severe = sourceProblems(all[0].Problems)
	m.Problems = append(s.rivals(name, all), m.Problems...)
	if m.Severe > 0 {
		return m
	}
	books := make([]*playbooks.Playbook, len(all))
	for i := range all {
		books[i] = &all[i]
	}
	with.moves = playbooks.Moves(source)
	s.preview(&m, books, with)
	return m
}

// rivals says which playbooks of other files have the identities of those at the path.
func (s *Server) rivals(name string, all []playbooks.Playbook) (notes []views.SourceProblem) {
	for i := range all {
		other, hides, found := s.Catalogue.Rival(name, all[i].ID)
		text := "“%s” (%s) has the identity %s too: one of the two will be known under another"
		if hides {
			text = "this file hides the shipped playbook “%s” (%s): both have the identity %s. Another file name keeps both"
		}
		if found {
			notes = append(notes, views.SourceProblem{Text: fmt.Sprintf(text, other.Title, other.Path, other.ID)})
		}
	}
	return notes
}

// preview shows the playbooks of a file with what fills their placeholders.
func (s *Server) preview(m *views.Checked, books []*playbooks.Playbook, with *rehearsal) {
	m.Books = nil
	for _, p := range books {
		m.Books = append(m.Books, views.PreviewBook{
			Title: p.Title, Alerts: p.Alerts, Level: p.Level, Severity: p.Severity, Sections: s.readSections(p, with),
		})
	}
	m.Blanks = s.form(with)
}

// downloadPlaybook gives a text back as a file, for who cannot save it here.
func (s *Server) downloadPlaybook(c echo.Context) error {
	name := path.Base(c.FormValue("path"))
	if !playbooks.IsRead(name) {
		name = "playbook.md"
	}
	c.Response().Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	return c.Blob(http.StatusOK, "text/markdown; charset=utf-8", []byte(strings.ReplaceAll(c.FormValue("source"), "\r\n", "\n")))
}

// playbookAt is the first playbook of the file, "" when there is none.
func (s *Server) playbookAt(name string) string {
	for _, p := range s.Catalogue.All() {
		if p.Path == name {
			return p.ID
		}
	}
	return ""
}

// saveDraft keeps the text. What cannot be kept is shown again with the reason: nothing that was typed is lost.
func (s *Server) saveDraft(c echo.Context) error {
	name, source, base := c.FormValue("path"), c.FormValue("source"), c.FormValue("base")
	draft, err := s.Authoring.Save(c.Request().Context(), name, base, c.FormValue("seen"), source)
	if is(err, errs.Invalid, errs.TooLarge, errs.Unavailable, errs.Conflict) && wantsPage(c) {
		m := editorOf(c)
		m.Failed = []views.Problem{{Field: "source", Message: errs.Message(err)}}
		if is(err, errs.Conflict) {
			s.showOtherDraft(c, &m)
		}
		return s.editorPage(c, statuses[errs.KindOf(err)], m)
	}
	if err != nil {
		return err
	}
	if c.FormValue("then") == "review" {
		return back(c, views.DraftPath(draft.Path))
	}
	return back(c, s.editorPath(draft.Path, "draft"))
}

// showOtherDraft puts what another window saved beside the text: saving again, now that it was seen, replaces it.
func (s *Server) showOtherDraft(c echo.Context, m *views.Editor) {
	_, other, err := s.Authoring.Open(c.Request().Context(), m.Path)
	if err != nil || other == nil {
		return // it is gone again, and no longer in the way
	}
	text := strings.ReplaceAll(other.Source, "\r\n", "\n")
	m.Seen, m.Other = other.Revision(), &views.OtherDraft{At: views.Clock(other.SavedAt), Text: text, Diff: diffView(text, m.Source)}
}

// editorPath leads back to the text, with a word about what was done.
func (s *Server) editorPath(name, done string) string {
	if id := s.playbookAt(name); id != "" {
		return views.EditPath(id) + "?done=" + done
	}
	return views.NewPath(name) + "&done=" + done
}

func (s *Server) discardDraft(c echo.Context) error {
	name := c.FormValue("path")
	if err := s.Authoring.Discard(c.Request().Context(), name); err != nil {
		return err
	}
	if s.playbookAt(name) == "" {
		return back(c, "/playbooks")
	}
	return back(c, s.editorPath(name, "discarded"))
}

// shownDiff is how many rows of a difference a page shows.
const shownDiff = 2000

func diffView(before, after string) views.Diff {
	var d views.Diff
	for _, r := range authoring.Diff(before, after) {
		if len(d.Rows) == shownDiff {
			d.More++
			continue
		}
		d.Rows = append(d.Rows, views.NewDiffRow(r.Kind, r.Old, r.New, views.Visible(r.Text), lineEnd(r)))
	}
	return d
}

// lineEnd says what is odd about the end of a line of a difference.
func lineEnd(r authoring.Row) string {
	switch {
	case r.NoEnd:
		return "no line end"
	case r.CRLF:
		return "ends with CR LF"
	}
	return ""
}
