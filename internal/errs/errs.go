package errs

import (
	"errors"
	"fmt"
)

// Kind says what sort of failure an error is; it decides the HTTP status and
// whether the error is logged as ours.
type Kind int

// The kinds, from "ours" to the ones a caller can do something about.
const (
	Internal Kind = iota
	NotFound
	Invalid
	Conflict
	Forbidden
	Unauthenticated
	TooLarge
	RateLimited
	Unavailable
)

var kindNames = [...]string{
	Internal: "internal", NotFound: "not found", Invalid: "invalid", Conflict: "conflict",
	Forbidden: "forbidden", Unauthenticated: "unauthenticated", TooLarge: "too large",
	RateLimited: "rate limited", Unavailable: "unavailable",
}

// String names the kind for logs.
func (k Kind) String() string {
	if k < 0 || int(k) >= len(kindNames) {
		return kindNames[Internal]
	}
	return kindNames[k]
}

// Error carries a message that may be shown to anybody and a cause that may not.
type Error struct {
	Kind    Kind
	Message string
	cause   error
}

// Error implements error with the message and the cause, for logs.
func (e *Error) Error() string {
	if e.cause == nil {
		return e.Message
	}
	return e.Message + ": " + e.cause.Error()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.cause }

// New returns an error whose message is safe to show.
func New(kind Kind, message string) error { return &Error{Kind: kind, Message: message} }

// Newf is New with formatting; every argument is shown to people.
func Newf(kind Kind, format string, args ...any) error {
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...)}
}

// Wrap gives cause a kind and a message that is safe to show.
func Wrap(kind Kind, message string, cause error) error {
	return &Error{Kind: kind, Message: message, cause: cause}
}

// KindOf is the kind of the outermost Error in err's chain, Internal when there is none.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

// Message is what people may read about err. Internal errors say nothing of their cause.
func Message(err error) string {
	e, ok := errors.AsType[*Error](err)
	if !ok || e.Message == "" || e.Kind == Internal {
		return "Something went wrong on our side. It has been logged."
	}
	return e.Message
}
