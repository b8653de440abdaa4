package posix_test

import (
	"regexp"
	"testing"

	"wardroom/internal/posix"
)

func TestTranslate(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		syntax     posix.Syntax
		from, want string
	}{
		{posix.Syntax{}, `a+b?(c)|{d}`, `a\+b\?\(c\)\|\{d\}`},
		{posix.Syntax{}, `\(a\|b\)\{2\}\+`, `(a|b){2}+`},
		{posix.Syntax{}, `*a*`, `\*a*`},
		{posix.Syntax{}, `\(^a*\|*b\)$`, `(^a*|\*b)$`},
		{posix.Syntax{}, `a^b$c`, `a\^b\$c`},
		{posix.Syntax{}, `[\.][]a][^]b]`, `[\\.][]a][^]b]`},
		{posix.Syntax{}, `\<a\>\.`, `\ba\b\.`},
		{posix.Syntax{Extended: true}, `(a|b)+[[:digit:]]{2}$`, `(a|b)+[[:digit:]]{2}$`},
		{posix.Syntax{Extended: true, Escapes: true}, `[\t\n\d]\/\"`, `[\t\n\\d]/"`},
	} {
		if got := c.syntax.Translate(c.from); got != c.want {
			t.Errorf("%s became %s and not %s", c.from, got, c.want)
		}
	}
}

func FuzzTranslate(f *testing.F) {
	f.Add(`\(a[[:x]*\)\{1,2\}`, true, false)
	f.Add(`[^]`, false, true)
	f.Fuzz(func(t *testing.T, p string, extended, escapes bool) {
		_, _ = regexp.Compile(posix.Syntax{Extended: extended, Escapes: escapes}.Translate(p))
	})
}
