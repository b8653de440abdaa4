package awk

import (
	"math"
	"strconv"
	"strings"
)

// value is a number, a text, or a text from outside, which compares as a number when it looks like one.
type value struct {
	kind valueKind
	n    float64
	s    string
}

type valueKind uint8

const (
	unset valueKind = iota
	number
	text
	outside
)

func num(n float64) value { return value{kind: number, n: n} }

func str(s string) value { return value{kind: text, s: s} }

func truth(b bool) value {
	if b {
		return num(1)
	}
	return num(0)
}

// number reads the number that a value is or begins with.
func (v value) number() float64 {
	switch v.kind {
	case number:
		return v.n
	case unset:
		return 0
	default:
		n, _ := prefix(v.s)
		return n
	}
}

// prefix reads the decimal number that a text begins with, and says whether there is nothing else.
func prefix(s string) (n float64, whole bool) {
	s = strings.TrimLeft(s, " \t\n\r")
	sign := 1.0
	digits := s
	if s != "" && (s[0] == '-' || s[0] == '+') {
		digits = s[1:]
		if s[0] == '-' {
			sign = -1
		}
	}
	end := numberEnd(digits)
	if end == 0 {
		return 0, false
	}
	n, _ = strconv.ParseFloat(digits[:end], 64) // out of range is infinite, as it should be
	return sign * n, strings.Trim(digits[end:], " \t\n\r") == ""
}

// text writes a value; format is CONVFMT or OFMT.
func (v value) text(format string) string {
	if v.kind != number {
		return v.s
	}
	if v.n == math.Trunc(v.n) && math.Abs(v.n) < 1e16 {
		return strconv.FormatInt(int64(v.n), 10)
	}
	return sprintf(format, []value{v})
}

func (v value) truth() bool {
	switch v.kind {
	case number:
		return v.n != 0
	case outside:
		if n, whole := prefix(v.s); whole {
			return n != 0
		}
	default:
	}
	return v.s != ""
}

// numeric reports whether a value compares as a number.
func (v value) numeric() (n float64, is bool) {
	switch v.kind {
	case number, unset:
		return v.n, true
	case outside:
		return prefix(v.s)
	default:
		return 0, false
	}
}

func compareValues(a, b value, format string) int {
	x, xIs := a.numeric()
	y, yIs := b.numeric()
	if !xIs || !yIs {
		return strings.Compare(a.text(format), b.text(format))
	}
	switch {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}

// array keeps the order in which its elements came, so that a program prints the same every time.
type array struct {
	at      map[string]int
	entries []entry
}

type entry struct {
	key  string
	v    value
	gone bool
}

func newArray() *array { return &array{at: map[string]int{}} }

// get makes the element if it is not there, as a reference does.
func (a *array) get(key string) *value {
	i, there := a.at[key]
	if !there {
		i = len(a.entries)
		a.at[key] = i
		a.entries = append(a.entries, entry{key: key})
	}
	return &a.entries[i].v
}

func (a *array) remove(key string) {
	i, there := a.at[key]
	if !there {
		return
	}
	delete(a.at, key)
	a.entries[i] = entry{gone: true}
	if len(a.entries) < 64 || len(a.at)*2 > len(a.entries) {
		return
	}
	kept := make([]entry, 0, len(a.at))
	for _, e := range a.entries {
		if !e.gone {
			a.at[e.key] = len(kept)
			kept = append(kept, e)
		}
	}
	a.entries = kept
}

func (a *array) clear() {
	clear(a.at)
	a.entries = nil
}

func (a *array) keys() []string {
	keys := make([]string, 0, len(a.at))
	for _, e := range a.entries {
		if !e.gone {
			keys = append(keys, e.key)
		}
	}
	return keys
}

// cell is a variable: a value or an array. A parameter that was given a variable without a value becomes that variable's array when it is used as one.
type cell struct {
	v     value
	array *array
	from  *cell
}

func (c *cell) asArray() *array {
	if c.array == nil {
		if c.from != nil {
			c.array = c.from.asArray()
		} else {
			c.array = newArray()
		}
	}
	return c.array
}
