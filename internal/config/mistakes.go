package config

import (
	"errors"
	"fmt"
	"strings"
)

// MistakesError is everything that is wrong with what an operator wrote, one sentence
// each. It is reported at once, so that one correction is enough.
type MistakesError []string

// Error is the sentence when there is one, else a list with one line each.
func (m MistakesError) Error() string {
	if len(m) == 1 {
		return m[0]
	}
	return fmt.Sprintf("%d mistakes:\n  %s", len(m), strings.Join(m, "\n  "))
}

// list collects mistakes.
type list []string

func (l *list) add(format string, args ...any) {
	*l = append(*l, fmt.Sprintf(format, args...))
}

// take adds every mistake of err, with the place where they are in front.
func (l *list) take(place string, err error) {
	if more, ok := errors.AsType[MistakesError](err); ok {
		for _, mistake := range more {
			l.add("%s%s", place, mistake)
		}
	} else if err != nil {
		l.add("%s%v", place, err)
	}
}

// err is nil when there are none.
func (l *list) err() error {
	if len(*l) == 0 {
		return nil
	}
	return MistakesError(*l)
}
