package auth

import (
	_ "embed" // the list of common passwords
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"wardroom/internal/errs"
)

// Bounds of a password, in characters. Any characters may be used and none are demanded.
const (
	MinPassword = 12
	MaxPassword = 256
)

// minOwn is how much of a password must be left without the words that everybody here knows.
const minOwn = 8

//go:embed common_passwords.txt
var commonPasswords string

var common = sync.OnceValue(func() map[string]bool {
	words := make(map[string]bool, 4000)
	for line := range strings.Lines(commonPasswords) {
		if !strings.HasPrefix(line, "# ") && line != "#\n" {
			words[strings.TrimSpace(line)] = true
		}
	}
	return words
})

// knownWords are the product's and the system's names, and what people reach for here.
var knownWords = []string{"wardroom", "octollm", "incident", "runbook", "playbook", "password", "admin"}

// checkPassword refuses what is too short, too long or guessed first. The error is
// Invalid and safe to show; it never holds the password.
func checkPassword(password string, own ...string) error {
	switch n := utf8.RuneCountInString(password); {
	case n < MinPassword:
		return errs.Newf(errs.Invalid, "The password needs at least %d characters; a few random words are good.", MinPassword)
	case n > MaxPassword:
		return errs.Newf(errs.Invalid, "The password may have at most %d characters.", MaxPassword)
	}
	lower := strings.ToLower(password)
	if isCommon(lower) || isMonotonous(lower) {
		return errs.New(errs.Invalid, "This password is among the first that are guessed. Choose another one; a few random words are good.")
	}
	rest := lower
	for _, word := range wordsOf(append(own, knownWords...)) {
		rest = strings.ReplaceAll(rest, word, "")
	}
	if utf8.RuneCountInString(rest) < minOwn {
		return errs.New(errs.Invalid, "This password is mostly made of names that everybody here knows. Choose another one.")
	}
	return nil
}

// wordsOf splits names and addresses into lower-case words of some length, the longest
// first, so that "ana" does not spoil "anabel".
func wordsOf(names []string) []string {
	var words []string
	for _, name := range names {
		for _, word := range strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
			if utf8.RuneCountInString(word) >= 3 {
				words = append(words, word)
			}
		}
	}
	slices.SortFunc(words, func(a, b string) int { return len(b) - len(a) })
	return words
}

// isCommon finds a listed password also with digits and signs around it, and two listed
// ones in a row.
func isCommon(lower string) bool {
	words := common()
	core := strings.TrimFunc(lower, func(r rune) bool { return !unicode.IsLetter(r) })
	if words[lower] || words[core] {
		return true
	}
	for i := range core {
		if words[core[:i]] && words[core[i:]] {
			return true
		}
	}
	return false
}

// isMonotonous finds "aaaaaaaaaaaa" and "123123123123".
func isMonotonous(lower string) bool {
	different := map[rune]bool{}
	for _, r := range lower {
		different[r] = true
	}
	return len(different) < 5
}

var namePattern = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,39}$`)

// cleanName gives a sign-in name in its one spelling.
func cleanName(name string) (string, error) {
	name = strings.ToLower(strings.TrimSpace(name))
	switch {
	case !namePattern.MatchString(name):
		return "", errs.New(errs.Invalid, "The name is 1 to 40 of the characters a–z, 0–9, dot, dash and underscore, and begins with a letter or digit.")
	case name == "wardroom": // what happens by itself is recorded under this name
		return "", errs.New(errs.Invalid, "Wardroom uses this name for itself. Choose another one.")
	}
	return name, nil
}

// cleanDisplayName gives the name that others see; empty becomes fallback.
func cleanDisplayName(display, fallback string) (string, error) {
	display = strings.Join(strings.Fields(display), " ")
	if display == "" {
		return fallback, nil
	}
	printable := !strings.ContainsFunc(display, func(r rune) bool { return !unicode.IsPrint(r) })
	if !utf8.ValidString(display) || !printable || utf8.RuneCountInString(display) > 80 || strings.EqualFold(display, "wardroom") {
		return "", errs.New(errs.Invalid, "The shown name is at most 80 printable characters and not Wardroom's own.")
	}
	return display, nil
}

// cleanEmail accepts a bare address or nothing.
func cleanEmail(email string) (string, error) {
	email = strings.TrimSpace(email)
	if email == "" {
		return "", nil
	}
	parsed, err := mail.ParseAddress(email)
	if err != nil || parsed.Address != email || len(email) > 254 {
		return "", errs.New(errs.Invalid, "This is not an e-mail address.")
	}
	return email, nil
}

// clean makes what a stranger sent fit for a text column.
func clean(text string, most int) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == utf8.RuneError {
			return -1
		}
		return r
	}, text)
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "")
	}
	return text
}
