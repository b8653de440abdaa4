package shell

import (
	"fmt"

	"mvdan.cc/sh/v3/syntax"
)

// Quote writes a word so that any POSIX shell reads it back as it is: for commands that
// people copy. A word with control characters, which nobody could paste, is an error.
func Quote(word string) (string, error) {
	quoted, err := syntax.Quote(word, syntax.LangPOSIX)
	if err != nil {
		return "", fmt.Errorf("quote: %w", err)
	}
	return quoted, nil
}
