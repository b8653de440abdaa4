package redact_test

import (
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"wardroom/internal/redact"
)

func TestSecretsInTheFormsThatProgramsWrite(t *testing.T) {
	t.Parallel()
	const value = `p@ss "wörd"/+&`
	set := redact.NewSet(redact.Secret{Name: "password", Value: value})
	for name, text := range map[string]string{
		"plain":                  "it is " + value + ".",
		"URL":                    "redis://:" + url.QueryEscape(value) + "@cache:6379",
		"path":                   "http://x/" + url.PathEscape(value),
		"JSON":                   `{"password":"p@ss \"wörd\"/+&"}`,
		"JSON of Go":             `{"password":"p@ss \"wörd\"/+\u0026"}`,
		"base64":                 "password: " + base64.StdEncoding.EncodeToString([]byte(value)),
		"base64 behind a name":   "Basic " + base64.StdEncoding.EncodeToString([]byte("octollm:"+value)),
		"base64 before more":     base64.StdEncoding.EncodeToString([]byte("x" + value + " and more")),
		"base64 of URLs":         base64.URLEncoding.EncodeToString([]byte("ab" + value)),
		"twice, without a space": value + value,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := set.Text(text)
			if !strings.Contains(got, "‹password›") {
				t.Errorf("%s stays %s", text, got)
			}
			if strings.Contains(got, "wörd") {
				t.Errorf("%s becomes %s", text, got)
			}
		})
	}
}

func TestWhatIsNoSecretStays(t *testing.T) {
	t.Parallel()
	set := redact.NewSet(redact.Secret{Name: "password", Value: "hunter2"}, redact.Secret{Name: "short", Value: "abc"}, redact.Secret{Name: "none"})
	for _, text := range []string{"", "hunter", "hunter3", "Hunter2", "abc", "hun ter2", "-----BEGIN CERTIFICATE-----", "‹password›"} {
		if got := set.Text(text); got != text {
			t.Errorf("%q becomes %q", text, got)
		}
	}
}

func TestThePlaceOfOverlappingSecretsIsMaskedWhole(t *testing.T) {
	t.Parallel()
	set := redact.NewSet(redact.Secret{Name: "a", Value: "abcdef"}, redact.Secret{Name: "b", Value: "defghi"}, redact.Secret{Name: "c", Value: "abcd"})
	if got := set.Text("<abcdefghi>"); got != "<‹a›>" {
		t.Error(got)
	}
}

const key = `-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW
QyNTUxOQAAACDw==
-----END OPENSSH PRIVATE KEY-----`

func lines(text string) string {
	var all []string
	l := redact.NewSet().Lines()
	for line := range strings.SplitSeq(text, "\n") {
		for _, span := range slices.Backward(l.Find(line)) {
			line = line[:span.From] + span.Mask + line[span.To:]
		}
		all = append(all, line)
	}
	return strings.Join(all, "\n")
}

func TestPrivateKeysAreMaskedFromBeginToEnd(t *testing.T) {
	t.Parallel()
	const mask = "‹private key›"
	for name, c := range map[string]struct{ text, want string }{
		"whole":     {"a\n" + key + "\nb", "a\n" + strings.Repeat(mask+"\n", 4) + "b"},
		"indented":  {"k: |\n  " + strings.ReplaceAll(key, "\n", "\n  ") + "\nb", "k: |\n  " + mask + "\n" + strings.Repeat(mask+"\n", 2) + "  " + mask + "\nb"},
		"one line":  {`"` + strings.ReplaceAll(key, "\n", `\n`) + `" b`, `"` + mask + `" b`},
		"no end":    {"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nabcd\nthe next command\nabcd", mask + "\n" + mask + "\n" + mask + "\n" + mask + "\nthe next command\nabcd"},
		"public":    {strings.ReplaceAll(key, "PRIVATE", "PUBLIC"), strings.ReplaceAll(key, "PRIVATE", "PUBLIC")},
		"two":       {key + "\n" + key, strings.TrimSuffix(strings.Repeat(mask+"\n", 8), "\n")},
		"compose":   {"api-1  | " + strings.ReplaceAll(key, "\n", "\napi-1  | ") + "\napi-1  | b", strings.Repeat("api-1  | "+mask+"\n", 4) + "api-1  | b"},
		"between":   {"api-1  | " + strings.ReplaceAll(key, "\n", "\nweb-1  | GET /\napi-1  | ") + "\nb", strings.Repeat("api-1  | "+mask+"\nweb-1  | GET /\n", 3) + "api-1  | " + mask + "\nb"},
		"numbered":  {"9:" + strings.Replace(strings.Replace(strings.Replace(key, "\n", "\n10:", 1), "\nQ", "\n11:Q", 1), "\n---", "\n12:---", 1), "9:" + mask + "\n10:" + mask + "\n11:" + mask + "\n12:" + mask},
		"times":     {"2026-01-01T00:00:00Z " + strings.ReplaceAll(key, "\n", "\n2026-01-01T00:00:01Z ") + "\nok", "2026-01-01T00:00:00Z " + mask + "\n" + strings.TrimSuffix(strings.Repeat("2026-01-01T00:00:01Z "+mask+"\n", 3), "\n") + "\nok"},
		"mentioned": {"put it between -----BEGIN and -----END", "put it between -----BEGIN and -----END"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := lines(c.text); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

// Whatever stands around a secret, nothing of its value is shown; whatever has no secret
// stays as it is; and what is shown of a text while it grows never turns out to be part of one.
func TestNothingOfASecretIsShown(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.StringMatching(`[a-z!"/+=é]{4,12}`).Draw(t, "value")
		around := rapid.StringMatching(`[A-Z0-9 ]{0,20}`)
		before, after := around.Draw(t, "before"), around.Draw(t, "after")
		set := redact.NewSet(redact.Secret{Name: "s", Value: value})
		if got, want := set.Text(before+value+after), before+"‹s›"+after; got != want {
			t.Fatalf("got %q, want %q", got, want)
		}
		text := before + value + after
		for i := range len(text) + 1 {
			shown := text[:set.Settled(text[:i])]
			if spans := set.Find(text); len(shown) > spans[0].From && len(shown) < spans[0].To {
				t.Fatalf("of %q, %q is shown", text[:i], shown)
			}
		}
		encoded := base64.StdEncoding.EncodeToString([]byte(before + value + after))
		if len(value) < 6 {
			return
		}
		if spans := set.Find(encoded); len(spans) == 0 {
			t.Fatalf("not found in %q", encoded)
		}
	})
}

func FuzzLines(f *testing.F) {
	f.Add(key, "hunter2")
	f.Add("-----BEGIN PRIVATE KEY----------END PRIVATE KEY-----hunter2\nhunter2", "hunter2")
	f.Fuzz(func(t *testing.T, text, value string) {
		set := redact.NewSet(redact.Secret{Name: "s", Value: value})
		l := set.Lines()
		for line := range strings.SplitSeq(text, "\n") {
			at := 0
			for _, span := range l.Find(line) {
				if span.From < at || span.To <= span.From || span.To > len(line) {
					t.Fatalf("span %+v of %q after %d", span, line, at)
				}
				at = span.To
			}
			if settled := l.Settled(line); settled < 0 || settled > len(line) {
				t.Fatalf("%d of %q is settled", settled, line)
			}
		}
	})
}

// base64 folds at 76, others elsewhere: a long secret is on no line as a whole.
func TestFoldedSecretsAreMasked(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.StringMatching(`[a-zA-Z0-9+/]{60,400}`).Draw(t, "value")
		width := rapid.IntRange(20, 120).Draw(t, "width")
		set := redact.NewSet(redact.Secret{Name: "s", Value: value})
		for _, text := range []string{value, base64.RawStdEncoding.EncodeToString([]byte(value))} {
			for chunk := range slices.Chunk([]byte(text), width) {
				shown := strings.ReplaceAll(set.Text(string(chunk)), "‹s›", "")
				if len(shown) >= 14 { // a piece, and letters that also hold bits of what is not the secret
					t.Fatalf("of %q %q is shown", chunk, shown)
				}
			}
		}
	})
}

func TestAShellsTraceShowsNoSecret(t *testing.T) {
	t.Parallel()
	const value = `ab'cd$ef"gh ij\kl/mn`
	set := redact.NewSet(redact.Secret{Name: "s", Value: value})
	for _, text := range []string{`+ echo "ab'cd\$ef\"gh ij\\kl/mn"`, `+ echo 'ab'\''cd$ef"gh ij\kl/mn'`, `ab\'cd\$ef\"gh\ ij\\kl/mn`} {
		if got := set.Text(text); strings.Contains(got, "cd") || strings.Contains(got, "kl") {
			t.Errorf("%s: %s", text, got)
		}
	}
}
