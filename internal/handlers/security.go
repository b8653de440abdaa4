package handlers

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"runtime/debug"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"wardroom/internal/errs"
	"wardroom/internal/playbooks"
)

// policy forbids everything that our pages don't need: ARCHITECTURE.md "Front end, decided".
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; " +
	"manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// What a form may weigh. A note may be 64 KiB, and nothing but a playbook's file is nearly as long; forms write what is no letter
// in three bytes.
const (
	maxForm   = 256 << 10
	maxSource = 3*playbooks.MaxSource + maxForm
)

func (s *Server) secure(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		h := c.Response().Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		if holdsToken(c.Path()) {
			h.Set("Referrer-Policy", "no-referrer")
		}
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
		h.Set("X-Robots-Tag", "noindex")
		if s.https() {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		switch {
		case isHook(c.Path()):
		case isSource(c.Path()):
			c.Request().Body = http.MaxBytesReader(c.Response(), c.Request().Body, maxSource)
		default:
			c.Request().Body = http.MaxBytesReader(c.Response(), c.Request().Body, maxForm)
		}
		return next(c)
	}
}

// https says whether people reach us by https, as the public address tells.
func (s *Server) https() bool { return strings.HasPrefix(s.Settings.PublicURL, "https://") }

// originOf is the origin of an address as browsers write it.
func originOf(address string) string {
	u, err := url.Parse(strings.ToLower(address))
	if err != nil || u.Host == "" {
		return ""
	}
	if port := u.Port(); u.Scheme == "http" && port == "80" || u.Scheme == "https" && port == "443" {
		u.Host = strings.TrimSuffix(u.Host, ":"+port)
	}
	return u.Scheme + "://" + u.Host
}

// refuseCrossOrigin refuses form posts that another site's page makes.
func (s *Server) refuseCrossOrigin() echo.MiddlewareFunc {
	protection := http.NewCrossOriginProtection()
	if s.origin != "" {
		// A proxy may rewrite Host; the public address is ours all the same. It has been validated.
		_ = protection.AddTrustedOrigin(s.origin)
	}
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if err := protection.Check(c.Request()); err != nil && !anonymised(c) {
				return errs.Wrap(errs.Forbidden, "This request came from another site's page and was refused.", err)
			}
			return next(c)
		}
	}
}

// anonymised says that the post may come from our own page behind a link with a token.
// Such pages send no referrer, so browsers hide their origin too, and without https they
// send nothing else that tells. Who knows the token may do what is behind it.
func anonymised(c echo.Context) bool {
	h := c.Request().Header
	return holdsToken(c.Path()) && h.Get("Origin") == "null" && h.Get("Sec-Fetch-Site") == ""
}

func (s *Server) recoverPanics(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		defer func() {
			r := recover()
			if e, ok := r.(error); ok && errors.Is(e, http.ErrAbortHandler) {
				panic(r) // net/http's own way to end an answer
			}
			if r != nil {
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

// clientAddress believes X-Forwarded-For only from the proxies that the operator names,
// by address or CIDR.
func clientAddress(trusted string) (echo.IPExtractor, error) {
	options := []echo.TrustOption{echo.TrustLoopback(false), echo.TrustLinkLocal(false), echo.TrustPrivateNet(false)}
	named := strings.FieldsFunc(trusted, func(r rune) bool { return r == ',' || r == ' ' })
	for _, proxy := range named {
		prefix, err := netip.ParsePrefix(proxy)
		if address, addressErr := netip.ParseAddr(proxy); addressErr == nil {
			prefix, err = address.Prefix(address.BitLen())
		}
		if err != nil {
			return nil, fmt.Errorf("WARDROOM_TRUSTED_PROXIES: %q is neither an address nor a CIDR", proxy)
		}
		_, network, err := net.ParseCIDR(prefix.Masked().String())
		if err != nil {
			return nil, fmt.Errorf("WARDROOM_TRUSTED_PROXIES: %w", err)
		}
		options = append(options, echo.TrustIPRange(network))
	}
	if len(named) == 0 {
		return echo.ExtractIPDirect(), nil
	}
	return echo.ExtractIPFromXFFHeader(options...), nil
}
