package handlers

import (
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"wardroom/internal/errs"
)

// policy forbids everything that our pages don't need: ARCHITECTURE.md "Front end, decided".
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; " +
	"manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// maxForm bounds a form; a note may be 64 KiB, and nothing else is nearly as long.
const maxForm = 256 << 10

func (s *Server) secure(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		h := c.Response().Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
		h.Set("X-Robots-Tag", "noindex")
		if s.https() {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		if !strings.HasPrefix(c.Request().URL.Path, "/hooks/") {
			c.Request().Body = http.MaxBytesReader(c.Response(), c.Request().Body, maxForm)
		}
		return next(c)
	}
}

// https says whether people reach us by https, as the public address tells.
func (s *Server) https() bool { return strings.HasPrefix(s.Settings.PublicURL, "https://") }

// refuseCrossOrigin refuses form posts that another site's page makes.
func (s *Server) refuseCrossOrigin() echo.MiddlewareFunc {
	protection := http.NewCrossOriginProtection()
	if s.Settings.PublicURL != "" {
		// A proxy may rewrite Host; the public address is ours all the same. It has been validated.
		_ = protection.AddTrustedOrigin(s.Settings.PublicURL)
	}
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if err := protection.Check(c.Request()); err != nil {
				return errs.Wrap(errs.Forbidden, "This request came from another site's page and was refused.", err)
			}
			return next(c)
		}
	}
}

func (s *Server) recoverPanics(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		defer func() {
			if r := recover(); r != nil {
				s.Log.ErrorContext(c.Request().Context(), "handler panicked", "panic", r, "stack", string(debug.Stack()))
				err = errs.New(errs.Internal, "")
			}
		}()
		return next(c)
	}
}

func (s *Server) logRequests(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		began := time.Now()
		err := next(c)
		if err != nil {
			s.fail(err, c) // now, so that the status below is the one that was sent
		}
		level := slog.LevelDebug
		if c.Response().Status >= http.StatusInternalServerError {
			level = slog.LevelWarn
		}
		// The route and not the path: paths hold tokens.
		s.Log.Log(c.Request().Context(), level, "request", "method", c.Request().Method, "route", c.Path(),
			"status", c.Response().Status, "duration", time.Since(began))
		return nil
	}
}

// clientAddress believes X-Forwarded-For only from the proxies that the operator names.
func clientAddress(trusted string) echo.IPExtractor {
	options := []echo.TrustOption{echo.TrustLoopback(false), echo.TrustLinkLocal(false), echo.TrustPrivateNet(false)}
	for _, cidr := range strings.FieldsFunc(trusted, func(r rune) bool { return r == ',' || r == ' ' }) {
		if prefix, err := netip.ParsePrefix(cidr); err == nil {
			_, network, _ := net.ParseCIDR(prefix.Masked().String())
			options = append(options, echo.TrustIPRange(network))
		}
	}
	if len(options) == 3 {
		return echo.ExtractIPDirect()
	}
	return echo.ExtractIPFromXFFHeader(options...)
}
