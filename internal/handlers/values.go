package handlers

import (
	"fmt"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"wardroom/internal/authz"
	"wardroom/internal/diagnostics"
	"wardroom/views"
)

// valuesView lists what the incident keeps for its commands.
func valuesView(d roomData) views.Values {
	v := views.Values{Shown: d.viewer.May(authz.RunCommands)}
	if !v.Shown {
		return v
	}
	numbers := map[uuid.UUID]int{}
	for _, run := range d.runs {
		numbers[run.ID] = run.Number
	}
	for _, kept := range d.planner.Variables() {
		row := views.ValueRow{Name: kept.Name, Value: views.Visible(kept.Value), From: "typed by " + kept.By}
		if n, known := numbers[kept.RunID]; known {
			row.From = fmt.Sprintf("run %d", n)
		} else if kept.RunID != uuid.Nil {
			row.From = "an earlier run"
		}
		if kept.Origin == diagnostics.FromAlert {
			row.From += ", from the alert"
		}
		v.Rows = append(v.Rows, row)
	}
	return v
}

func (s *Server) setVariable(c echo.Context) error {
	return act(c, func(n int64) error {
		return s.Diagnostics.SetVariable(c.Request().Context(), n, c.FormValue("name"), c.FormValue("value"))
	})
}
