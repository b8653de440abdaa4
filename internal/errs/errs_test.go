package errs_test

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"wardroom/internal/errs"
)

func TestKindAndMessage(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		err     error
		kind    errs.Kind
		message string
	}{
		"plain errors are ours and say nothing": {errors.New("password=hunter2"), errs.Internal, "Something went wrong on our side. It has been logged."},
		"a kind survives wrapping":              {fmt.Errorf("load: %w", errs.New(errs.NotFound, "No such run.")), errs.NotFound, "No such run."},
		"the cause is not shown":                {errs.Wrap(errs.Unavailable, "The database is away.", io.ErrUnexpectedEOF), errs.Unavailable, "The database is away."},
		"internal with a message stays silent":  {errs.New(errs.Internal, "table users is corrupt"), errs.Internal, "Something went wrong on our side. It has been logged."},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := errs.KindOf(test.err); got != test.kind {
				t.Errorf("kind %v, want %v", got, test.kind)
			}
			if got := errs.Message(test.err); got != test.message {
				t.Errorf("message %q, want %q", got, test.message)
			}
		})
	}
	if err := errs.Wrap(errs.Invalid, "Bad.", io.EOF); !errors.Is(err, io.EOF) {
		t.Error("the cause is lost")
	}
}
