package shell_test

import (
	"testing"

	"wardroom/internal/shell"
)

// A letter that is no UTF-8 is no flag, and nothing to fall over.
func TestFlagsThatAreNoText(t *testing.T) {
	t.Parallel()
	for _, argv := range [][]string{{"column", "-\xc2"}, {"grep", "-i\xff\xfe"}, {"sort", "-é"}, {"head", "-\xe2\x82"}} {
		if c := (shell.Policy{}).Classify(argv); c.Refused == "" {
			t.Errorf("%q is permitted: %+v", argv, c)
		}
	}
}
