package handlers

import (
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"wardroom/internal/errs"
)

// form reads the form of a post, so that what is wrong with it is said before anything is
// done; handlers then take its values one by one.
func form(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if c.Request().Method != http.MethodPost || isHook(c.Path()) {
			return next(c)
		}
		values, err := c.FormParams()
		if err != nil {
			return badForm(err)
		}
		if !wellFormed(values) {
			return errs.New(errs.Invalid, "The form holds bytes that are not text.")
		}
		return next(c)
	}
}

func badForm(err error) error {
	if tooLarge, ok := asTooLarge(err); ok {
		return tooLarge
	}
	return errs.Wrap(errs.Invalid, "The form cannot be read.", err)
}

// wellFormedQuery refuses addresses whose query is not text.
func wellFormedQuery(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if c.Request().URL.RawQuery != "" && !wellFormed(c.QueryParams()) {
			return errs.New(errs.Invalid, "The address holds bytes that are not text.")
		}
		return next(c)
	}
}

// wellFormed says that everything is text that PostgreSQL can store.
func wellFormed(values url.Values) bool {
	for name, all := range values {
		for _, v := range append(all, name) {
			if !utf8.ValidString(v) || strings.ContainsRune(v, 0) {
				return false
			}
		}
	}
	return true
}
