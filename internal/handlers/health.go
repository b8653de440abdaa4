package handlers

import (
	"context"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"wardroom/internal/errs"
)

// health answers 200 when requests can be served: this process and its database.
func (s *Server) health(c echo.Context) error {
	ctx, cancel := context.WithTimeout(c.Request().Context(), 2*time.Second)
	defer cancel()
	if _, err := s.DB.Now(ctx); err != nil {
		return errs.Wrap(errs.Unavailable, "The database does not answer.", err)
	}
	return c.String(http.StatusOK, "ok\n")
}

// maxHook bounds an alert payload.
const maxHook = 1 << 20

// receiveAlerts takes an Alertmanager webhook. 200 only after commit.
func (s *Server) receiveAlerts(c echo.Context) error {
	body := http.MaxBytesReader(c.Response(), c.Request().Body, maxHook+1)
	if err := s.Symptoms.Receive(c.Request().Context(), c.Param("token"), body); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, map[string]string{"status": "stored"})
}
