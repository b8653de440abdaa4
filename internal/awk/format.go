package awk

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

const maxWidth = 10_000 // of one piece that printf writes

// sprintf formats as C does, with as many values as there are.
func sprintf(format string, args []value) string {
	next := func() value {
		if len(args) == 0 {
			return value{}
		}
		v := args[0]
		args = args[1:]
		return v
	}
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(format, "%")
		out.WriteString(before)
		if !found {
			return out.String()
		}
		spec := []byte{'%'}
		i := 0
		for ; i < len(rest) && strings.IndexByte("-+ #0123456789.*hlLqjzt", rest[i]) >= 0; i++ {
			switch {
			case rest[i] == '*':
				spec = strconv.AppendInt(spec, int64(bounded(next().number(), maxWidth)), 10)
			case strings.IndexByte("hlLqjzt", rest[i]) < 0:
				spec = append(spec, rest[i])
			}
		}
		if i == len(rest) {
			out.WriteString("%" + rest)
			return out.String()
		}
		format = rest[i+1:]
		if rest[i] == '%' {
			out.WriteByte('%')
			continue
		}
		out.WriteString(piece(string(spec), rest[i], next, "%"+rest[:i+1]))
	}
}

// piece writes one value. Of a width that is too large, and of a letter that there is not, it writes the format as it stands.
func piece(spec string, verb byte, next func() value, raw string) string {
	for _, n := range strings.FieldsFunc(spec, func(r rune) bool { return r < '0' || r > '9' }) {
		if width, err := strconv.Atoi(n); err != nil || width > maxWidth {
			return raw
		}
	}
	switch verb {
	case 'd', 'i':
		v := next().number()
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Sprintf(strings.ReplaceAll(spec, "0", "")+"f", v)
		}
		return fmt.Sprintf(spec+"d", int64(bounded(v, math.MaxInt64)))
	case 'o', 'x', 'X', 'u':
		if verb == 'u' {
			verb = 'd'
		}
		return fmt.Sprintf(spec+string(verb), int64(bounded(next().number(), math.MaxInt64)))
	case 'e', 'E', 'f', 'F', 'g', 'G':
		if !strings.Contains(spec, ".") {
			spec += ".6"
		}
		return fmt.Sprintf(spec+string(verb), next().number())
	case 'c':
		v := next()
		if n, is := v.numeric(); is && v.kind == number {
			return fmt.Sprintf(spec+"c", rune(bounded(n, utf8.MaxRune)))
		}
		first, size := utf8.DecodeRuneInString(v.s)
		if size == 0 {
			return fmt.Sprintf(spec+"s", "")
		}
		return fmt.Sprintf(spec+"c", first)
	case 's':
		return fmt.Sprintf(strings.ReplaceAll(spec, "%0", "%")+"s", next().text("%.6g"))
	}
	return raw
}

// bounded cuts a number to an integer that fits.
func bounded(n, most float64) float64 {
	if math.IsNaN(n) {
		return 0
	}
	n = math.Trunc(n)
	if most == math.MaxInt64 {
		most = 1<<63 - 1024 // the largest that a float64 holds below it
	}
	return math.Max(-most, math.Min(most, n))
}
