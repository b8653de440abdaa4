package programs

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// sortKey is one -k, or the whole line.
type sortKey struct {
	from, to                       int // fields, counted from 1; to 0: to the end of the line
	numeric, human, fold, reversed bool
	blanks, version                bool
	general, month                 bool
}

func sortLines(ctx context.Context, c *Call) int {
	opts, names, err := options(c.Args[1:], "nrk:uhft:bsVgMco:", map[string]string{
		"numeric-sort": "n", "reverse": "r", "key": "k", "unique": "u", "human-numeric-sort": "h", "ignore-case": "f", "field-separator": "t", "ignore-leading-blanks": "b",
		"stable": "s", "version-sort": "V", "general-numeric-sort": "g", "month-sort": "M", "check": "c", "output": "o",
	})
	if err != nil {
		return c.fail(2, "%v", err)
	}
	var global sortKey
	var keys []sortKey
	separator, output, unique, stable, check := "", "", false, false, false
	for _, o := range opts {
		switch o.name {
		case "u":
			unique = true
		case "s":
			stable = true
		case "c":
			check = true
		case "o":
			output = o.value
		case "t":
			separator = o.value
		case "k":
			key, err := parseKey(o.value)
			if err != nil {
				return c.fail(2, "%v", err)
			}
			keys = append(keys, key)
		default:
			global.flag(o.name[0])
		}
	}
	for i, key := range keys {
		if key == (sortKey{from: key.from, to: key.to}) { // it has no letters of its own
			from, to := key.from, key.to
			keys[i] = global
			keys[i].from, keys[i].to = from, to
		}
	}
	if len(keys) == 0 {
		keys = []sortKey{global}
	}
	var lines []string
	code := c.eachInput(names, func(_ string, r io.Reader) error {
		return eachLine(ctx, r, func(line string) error {
			lines = append(lines, line)
			return nil
		})
	})
	order := func(a, b string) int { return compareKeys(keys, separator, a, b) }
	whole := func(a, b string) int {
		if n := order(a, b); n != 0 || unique || stable {
			return n
		}
		if global.reversed {
			return cmp.Compare(b, a)
		}
		return cmp.Compare(a, b)
	}
	if check {
		return c.sorted(strings.Join(names, " "), lines, unique, whole)
	}
	slices.SortStableFunc(lines, whole)
	if unique {
		lines = slices.CompactFunc(lines, func(a, b string) bool { return order(a, b) == 0 })
	}
	out := c.Stdout
	if output != "" { // all has been read by now, so that it may be one of the files
		file, err := c.Files.Create(output, false)
		if err != nil {
			return c.fail(2, "open failed: %s: %v", output, cause(err))
		}
		defer file.Close() // written without a buffer: what fails has failed before
		out = file
	}
	for _, line := range lines {
		if writeLine(out, line) != nil {
			if output != "" {
				return c.fail(2, "write failed: %s", output)
			}
			break
		}
	}
	return code
}

// sorted is sort -c: it says which line stands before its place.
func (c *Call) sorted(name string, lines []string, unique bool, order func(a, b string) int) int {
	for i := 1; i < len(lines); i++ {
		if n := order(lines[i-1], lines[i]); n > 0 || n == 0 && unique {
			return c.fail(1, "%s:%d: disorder: %s", cmp.Or(name, "-"), i+1, lines[i])
		}
	}
	return 0
}

// flag notes one of the letters that say how to compare; others are ignored.
func (k *sortKey) flag(f byte) {
	switch f {
	case 'n':
		k.numeric = true
	case 'V':
		k.version = true
	case 'h':
		k.human = true
	case 'f':
		k.fold = true
	case 'r':
		k.reversed = true
	case 'b':
		k.blanks = true
	case 'g':
		k.general = true
	case 'M':
		k.month = true
	}
}

// parseKey reads 2, 2n, 2,3 or 2,2nr. Positions inside a field are not known here.
func parseKey(s string) (sortKey, error) {
	var key sortKey
	first, last, _ := strings.Cut(s, ",")
	for i, part := range []string{first, last} {
		digits := strings.TrimRight(part, "nhfrbVgM")
		for _, f := range []byte(part[len(digits):]) {
			key.flag(f)
		}
		if digits == "" && i == 1 {
			continue
		}
		n, err := strconv.Atoi(digits)
		if err != nil || n < 1 {
			return sortKey{}, fmt.Errorf("invalid or unsupported key '%s'", s)
		}
		if i == 0 {
			key.from = n
		} else {
			key.to = n
		}
	}
	return key, nil
}

func compareKeys(keys []sortKey, separator, a, b string) int {
	for i := range keys {
		key := &keys[i]
		n := key.compare(key.of(a, separator), key.of(b, separator))
		if key.reversed {
			n = -n
		}
		if n != 0 {
			return n
		}
	}
	return 0
}

func (k *sortKey) of(line, separator string) string {
	if k.from == 0 {
		return line
	}
	var fields []string
	if separator != "" {
		fields = strings.Split(line, separator)
	} else {
		fields = strings.Fields(line)
		separator = " "
	}
	if k.from > len(fields) {
		return ""
	}
	to := len(fields)
	if k.to > 0 {
		to = min(to, k.to)
	}
	return strings.Join(fields[k.from-1:max(to, k.from)], separator)
}

func (k *sortKey) compare(a, b string) int {
	switch {
	case k.human:
		return cmp.Compare(humanNumber(a), humanNumber(b))
	case k.numeric:
		return cmp.Compare(leadingNumber(a), leadingNumber(b))
	case k.version:
		return compareVersions(a, b)
	case k.general:
		return cmp.Compare(generalNumber(a), generalNumber(b)) // NaN is below all
	case k.month:
		return cmp.Compare(monthOf(a), monthOf(b))
	}
	if k.blanks {
		a, b = strings.TrimLeft(a, " \t"), strings.TrimLeft(b, " \t")
	}
	if k.fold {
		a, b = strings.ToUpper(a), strings.ToUpper(b)
	}
	return cmp.Compare(a, b)
}

// compareVersions compares runs of digits as numbers and everything else as text.
func compareVersions(a, b string) int {
	for a != "" && b != "" {
		var x, y string
		x, a = digitRun(a)
		y, b = digitRun(b)
		n := cmp.Compare(x, y)
		if x[0] >= '0' && x[0] <= '9' && y[0] >= '0' && y[0] <= '9' {
			x, y = strings.TrimLeft(x, "0"), strings.TrimLeft(y, "0")
			n = cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(x, y))
		}
		if n != 0 {
			return n
		}
	}
	return cmp.Compare(len(a), len(b))
}

// digitRun cuts off the digits, or what is none, that a text begins with.
func digitRun(s string) (run, rest string) {
	isDigit := func(ch byte) bool { return ch >= '0' && ch <= '9' }
	n := 1
	for n < len(s) && isDigit(s[n]) == isDigit(s[0]) {
		n++
	}
	return s[:n], s[n:]
}

// numberPrefix returns the number that a text begins with, and what follows it.
func numberPrefix(s string) (number float64, rest string) {
	s = strings.TrimLeft(s, " \t")
	end := 0
	for end < len(s) && (s[end] >= '0' && s[end] <= '9' || s[end] == '.' || end == 0 && s[end] == '-') {
		end++
	}
	n, err := strconv.ParseFloat(s[:end], 64)
	if err != nil {
		return 0, s
	}
	return n, s[end:]
}

var generalPrefix = regexp.MustCompile(`^[ \t]*[+-]?(inf|(\d+\.?\d*|\.\d+)(e[+-]?\d+)?)`)

// generalNumber also reads 1e3; what is no number is NaN.
func generalNumber(s string) float64 {
	n, err := strconv.ParseFloat(strings.TrimSpace(generalPrefix.FindString(strings.ToLower(s))), 64)
	if err != nil && !math.IsInf(n, 0) {
		return math.NaN()
	}
	return n
}

// monthOf is 1 for Jan and so on, 0 for what is no month.
func monthOf(s string) int {
	s = strings.ToUpper(strings.TrimLeft(s, " \t"))
	if len(s) < 3 {
		return 0
	}
	at := strings.Index("JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC", s[:3])
	if at < 0 || at%3 != 0 {
		return 0
	}
	return at/3 + 1
}

func leadingNumber(s string) float64 {
	n, _ := numberPrefix(s)
	return n
}

// humanNumber orders as sort -h does: by sign, then by the unit's letter, then by the number.
func humanNumber(s string) float64 {
	n, rest := numberPrefix(s)
	if rest == "" {
		return n
	}
	const units = "KMGTPEZY"
	at := strings.IndexByte(units, strings.ToUpper(rest[:1])[0])
	scale := 1.0
	for range at + 1 {
		scale *= 1024
	}
	return n * scale
}
