package handlers

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"wardroom/internal/errs"
	"wardroom/internal/playbooks"
	"wardroom/views"
)

// moveStep lets a step of a text change places with its neighbour. Nothing is kept: the answer is the text as it is then.
func (s *Server) moveStep(c echo.Context) error {
	m := editorOf(c)
	word, rest, _ := strings.Cut(c.FormValue("move"), " ")
	number, title, _ := strings.Cut(rest, " ")
	line, err := strconv.Atoi(number)
	if err != nil || word != "up" && word != "down" {
		return errs.New(errs.Invalid, "There is no such move.")
	}
	moved, now, err := playbooks.MoveStep(m.Source, line, title, word == "up")
	if is(err, errs.Invalid) {
		m.Failed = []views.Problem{{Field: "source", Message: errs.Message(err)}}
		return s.editorPage(c, http.StatusBadRequest, m)
	}
	if err != nil {
		return err
	}
	m.Source, m.Moved = moved, &views.Moved{Line: now, Title: title, Up: word == "up"}
	return s.editorPage(c, http.StatusOK, m)
}

// movesOf says where the step of a text can go; nil when it has no neighbour.
func movesOf(all map[int]playbooks.Move, step *playbooks.Step) *views.Moves {
	if m, found := all[step.Line]; found {
		return &views.Moves{Line: step.Line, Title: m.Title, Up: m.Up, Down: m.Down}
	}
	return nil
}
