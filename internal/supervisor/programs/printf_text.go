package programs

import (
	"fmt"
	"math/big"
	"regexp"
	"strconv"
	"strings"
)

var (
	wholeNumber = regexp.MustCompile(`^[+-]?(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)`)
	floatNumber = regexp.MustCompile(`^[+-]?(0[xX][0-9a-fA-F]+\.?[0-9a-fA-F]*([pP][+-]?[0-9]+)?|([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,4})?)`)
	specials    = regexp.MustCompile(`(?i)^([+-]?)(inf|nan)(inity)?$`)
)

// float writes a number with the 64 bits that C's long double has.
func (p *printer) float(d field, arg string) {
	upper := d.verb < 'a'
	text := strings.TrimLeft(arg, " \t\n")
	if m := specials.FindStringSubmatch(text); m != nil {
		d.zero = false
		p.pad(d, cased(signOf(d, m[1] == "-")+strings.ToLower(m[2]), upper), false)
		return
	}
	number := new(big.Float).SetPrec(64)
	if char, is := character(arg); is {
		number.SetInt64(char)
	} else {
		digits := floatNumber.FindString(text)
		if digits != text || arg != "" && text == "" {
			p.complain("%s: invalid number", arg)
		}
		if strings.HasPrefix(strings.ToLower(strings.TrimLeft(digits, "+-")), "0x") && !strings.ContainsAny(digits, "pP") {
			digits += "p0"
		}
		if _, _, err := number.Parse(strings.TrimLeft(digits, "+"), 0); err != nil && digits != "" {
			number.SetInt64(0)
			if _, _, err = number.Parse(strings.TrimLeft(strings.TrimLeft(digits, "+"), "0"), 10); err != nil {
				number.SetInt64(0)
			}
		}
	}
	precision := d.precision
	if precision < 0 {
		precision = 6
	}
	negative := number.Signbit()
	number.Abs(number)
	var out string
	switch d.verb {
	case 'f', 'F':
		out = number.Text('f', precision)
	case 'e', 'E':
		out = number.Text('e', precision)
	default:
		out = general(number, max(1, precision), d.alternate)
	}
	if d.alternate && precision == 0 && !strings.Contains(out, ".") {
		mantissa, exponent, has := strings.Cut(out, "e")
		if out = mantissa + "."; has {
			out += "e" + exponent
		}
	}
	p.pad(d, cased(signOf(d, negative)+out, upper), true)
}

func cased(text string, upper bool) string {
	if upper {
		return strings.ToUpper(text)
	}
	return text
}

// general is %g: so many digits that count, without zeros behind.
func general(number *big.Float, digits int, zeros bool) string {
	out := number.Text('e', digits-1)
	mantissa, exponent, _ := strings.Cut(out, "e")
	n, _ := strconv.Atoi(exponent)
	if n >= -4 && n < digits {
		mantissa, exponent = number.Text('f', digits-1-n), ""
	}
	if !zeros && strings.Contains(mantissa, ".") {
		mantissa = strings.TrimRight(strings.TrimRight(mantissa, "0"), ".")
	}
	if exponent != "" {
		return mantissa + "e" + exponent
	}
	return mantissa
}

// printfEscape reads a backslash and what belongs to it; an octal number of %b begins with a 0 of its own.
func printfEscape(s string, argument bool) (text string, size int) {
	if len(s) == 1 {
		return `\`, 1
	}
	if at := strings.IndexByte(`abeEfnrtv\'"?`, s[1]); at >= 0 {
		return "\a\b\x1b\x1b\f\n\r\t\v\\'\"?"[at : at+1], 2
	}
	switch s[1] {
	case 'x':
		if n := run(s[2:], 2, "0123456789abcdefABCDEF"); n > 0 {
			value, _ := strconv.ParseUint(s[2:2+n], 16, 8)
			return string([]byte{byte(value)}), 2 + n
		}
	case 'u', 'U':
		most := map[byte]int{'u': 4, 'U': 8}[s[1]]
		if n := run(s[2:], most, "0123456789abcdefABCDEF"); n > 0 {
			value, _ := strconv.ParseUint(s[2:2+n], 16, 32)
			return string(rune(min(value, 0x10FFFF))), 2 + n
		}
	default:
		start := 1
		if argument && s[1] == '0' {
			start = 2
		}
		if n := run(s[start:], 3, "01234567"); n > 0 || start == 2 {
			value, _ := strconv.ParseUint("0"+s[start:start+n], 8, 16)
			return string([]byte{byte(value)}), start + n //nolint:gosec // what is above a byte is cut as C does
		}
	}
	return s[:2], 2
}

// run is how many of the first bytes are in a set.
func run(s string, most int, set string) int {
	n := 0
	for n < len(s) && n < most && strings.IndexByte(set, s[n]) >= 0 {
		n++
	}
	return n
}

// unescaped reads the escapes of %b; stop says that \c ended it.
func unescaped(arg string) (text string, stop bool) {
	var out strings.Builder
	for i := 0; i < len(arg); {
		switch {
		case arg[i] != '\\':
			out.WriteByte(arg[i])
			i++
		case strings.HasPrefix(arg[i:], `\c`):
			return out.String(), true
		default:
			piece, size := printfEscape(arg[i:], true)
			out.WriteString(piece)
			i += size
		}
	}
	return out.String(), false
}

// bashQuote writes a word as bash reads it back.
func bashQuote(word string) string {
	if word == "" {
		return "''"
	}
	var out strings.Builder
	if strings.ContainsFunc(word, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\uFFFD' }) {
		out.WriteString("$'")
		for i := range len(word) {
			switch b := word[i]; {
			case strings.IndexByte("\a\b\x1b\f\n\r\t\v", b) >= 0:
				out.WriteString(`\` + string("abEfnrtv"[strings.IndexByte("\a\b\x1b\f\n\r\t\v", b)]))
			case b == '\\' || b == '\'':
				out.WriteString(`\` + string(b))
			case b < ' ' || b == 0x7f:
				fmt.Fprintf(&out, `\%03o`, b)
			default:
				out.WriteByte(b)
			}
		}
		return out.String() + "'"
	}
	for i := range len(word) {
		if b := word[i]; strings.IndexByte(" '\"\\|&;()<>!{}*[]?^$`,", b) >= 0 || i == 0 && (b == '#' || b == '~') {
			out.WriteByte('\\')
		}
		out.WriteByte(word[i])
	}
	return out.String()
}
