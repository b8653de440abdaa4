package shell_test

import (
	"testing"

	"wardroom/internal/shell"
)

func TestQuote(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]string{"api-0": "api-0", "two words": "'two words'", "$HOME": "'$HOME'", "": "''"} {
		if got, err := shell.Quote(word); err != nil || got != want {
			t.Errorf("Quote(%q) = %q, %v; want %q", word, got, err, want)
		}
	}
	if _, err := shell.Quote("\x1b[0m"); err == nil {
		t.Error("a control character was quoted")
	}
}
