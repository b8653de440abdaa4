package programs

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

const widest = 4096 // of one field of printf

var (
	errStop  = errors.New("stop")               // \c of %b ends all output
	errWidth = errors.New("width is too large") // more than widest
)

// printer is one printf.
type printer struct {
	c    *Call
	out  *bufio.Writer
	args []string
	took bool // the format has used an argument
	code int
}

// printf writes as bash's own does.
func printf(ctx context.Context, c *Call) int {
	words := c.Args[1:]
	if len(words) > 0 && words[0] == "--" {
		words = words[1:]
	} else if len(words) > 0 && len(words[0]) > 1 && words[0][0] == '-' {
		return c.fail(2, "%s: invalid option", words[0])
	}
	if len(words) == 0 {
		return c.fail(2, "usage: printf format [arguments]")
	}
	p := &printer{c: c, out: bufio.NewWriter(c.Stdout), args: words[1:]}
	var err error
	for ctx.Err() == nil {
		p.took = false
		if err = p.format(words[0]); err != nil || len(p.args) == 0 || !p.took {
			break
		}
	}
	flushed := p.out.Flush()
	switch {
	case ctx.Err() != nil:
		return codeEnded
	case err != nil && !errors.Is(err, errStop):
		return c.fail(1, "%v", err)
	case flushed != nil:
		return 1
	}
	return p.code
}

func (p *printer) format(format string) error {
	for i := 0; i < len(format); {
		switch ch := format[i]; {
		case ch == '\\':
			text, size := printfEscape(format[i:], false)
			p.write(text)
			i += size
		case ch != '%':
			_ = p.out.WriteByte(ch) // told by Flush
			i++
		case strings.HasPrefix(format[i:], "%%"):
			_ = p.out.WriteByte('%')
			i += 2
		default:
			d, size, err := p.field(format[i:])
			if err != nil {
				return err
			}
			if err = p.convert(d); err != nil {
				return err
			}
			i += size
		}
	}
	return nil
}

func (p *printer) write(text string) { _, _ = p.out.WriteString(text) }

// field is one directive: %-5.2f.
type field struct {
	left, plus, space, zero, alternate bool
	width, precision                   int // precision -1: none is given
	verb                               byte
	time                               string // of %(…)T
}

func (p *printer) field(format string) (d field, size int, err error) {
	d.precision = -1
	i := 1
	for ; i < len(format) && strings.IndexByte("-+ 0#'", format[i]) >= 0; i++ {
		switch format[i] {
		case '-':
			d.left = true
		case '+':
			d.plus = true
		case ' ':
			d.space = true
		case '0':
			d.zero = true
		case '#':
			d.alternate = true
		}
	}
	if d.width, i, err = p.number(format, i); err != nil {
		return d, 0, err
	}
	if d.width < 0 {
		d.left, d.width = true, -d.width
	}
	if i < len(format) && format[i] == '.' {
		if d.precision, i, err = p.number(format, i+1); err != nil {
			return d, 0, err
		}
	}
	for i < len(format) && strings.IndexByte("hlLqjzt", format[i]) >= 0 && (format[i] != 'q' || i+1 < len(format) && strings.IndexByte("diouxX", format[i+1]) >= 0) {
		i++
	}
	switch {
	case i == len(format):
		return d, 0, fmt.Errorf("`%s': missing format character", format)
	case format[i] == '(':
		end := strings.Index(format[i:], ")T")
		if end < 0 {
			return d, 0, fmt.Errorf("`%s': invalid time format specification", format)
		}
		d.time, i = format[i+1:i+end], i+end+1
	case strings.IndexByte("diouxXfFeEgGcsbq", format[i]) < 0:
		return d, 0, fmt.Errorf("`%c': invalid format character", format[i])
	}
	d.verb = format[i]
	return d, i + 1, nil
}

// number reads a width or a precision, which an argument gives for a star.
func (p *printer) number(format string, i int) (n, next int, err error) {
	if i < len(format) && format[i] == '*' {
		n, next = int(max(-widest-1, min(p.integer(p.next()), widest+1))), i+1
	} else {
		for next = i; next < len(format) && format[next] >= '0' && format[next] <= '9'; next++ {
			n = min(n*10+int(format[next]-'0'), widest+1)
		}
	}
	if n > widest || n < -widest {
		return 0, 0, errWidth
	}
	return n, next, nil
}

// next is the next argument; one that is not there is empty, or 0.
func (p *printer) next() string {
	p.took = true
	if len(p.args) == 0 {
		return ""
	}
	arg := p.args[0]
	p.args = p.args[1:]
	return arg
}

func (p *printer) convert(d field) error {
	switch d.verb {
	case 's':
		p.pad(d, cutTo(p.next(), d.precision), false)
	case 'c':
		arg := p.next()
		p.pad(d, (arg + "\x00")[:1], false)
	case 'q':
		p.pad(d, cutTo(bashQuote(p.next()), d.precision), false)
	case 'b':
		text, stop := unescaped(p.next())
		if p.pad(d, cutTo(text, d.precision), false); stop {
			return errStop
		}
	case 'T':
		p.pad(d, cutTo(p.moment(d.time), d.precision), false)
	case 'd', 'i', 'o', 'u', 'x', 'X':
		p.whole(d, p.integer(p.next()))
	default:
		p.float(d, p.next())
	}
	return nil
}

func (p *printer) moment(format string) string {
	when, missing := time.Now(), len(p.args) == 0
	if n := p.integer(p.next()); !missing && n >= 0 {
		when = time.Unix(n, 0)
	}
	if format == "" {
		format = "%X"
	}
	return strftime(when, format)
}

func cutTo(text string, size int) string {
	if size < 0 {
		return text
	}
	return text[:min(size, len(text))]
}

// pad fills a text up to its width; zeros go behind a sign.
func (p *printer) pad(d field, text string, numeric bool) {
	fill := d.width - len(text)
	switch {
	case fill <= 0:
		p.write(text)
	case d.left:
		p.write(text + strings.Repeat(" ", fill))
	case numeric && d.zero:
		sign := len(text) - len(strings.TrimLeft(text, "+- "))
		if rest := strings.ToLower(text[sign:]); strings.HasPrefix(rest, "0x") {
			sign += 2
		}
		p.write(text[:sign] + strings.Repeat("0", fill) + text[sign:])
	default:
		p.write(strings.Repeat(" ", fill) + text)
	}
}

func (p *printer) whole(d field, n int64) {
	var digits, sign string
	switch d.verb {
	case 'd', 'i':
		digits = strings.TrimPrefix(strconv.FormatInt(n, 10), "-")
		sign = signOf(d, n < 0)
	case 'u':
		digits = strconv.FormatUint(uint64(n), 10) //nolint:gosec // as C does
	case 'o':
		if digits = strconv.FormatUint(uint64(n), 8); d.alternate && n != 0 && d.precision <= len(digits) { //nolint:gosec // as C does
			digits = "0" + digits
		}
	default:
		if digits = strconv.FormatUint(uint64(n), 16); d.alternate && n != 0 { //nolint:gosec // as C does
			sign = "0x"
		}
	}
	if d.precision == 0 && n == 0 {
		digits = ""
	}
	digits = strings.Repeat("0", max(0, d.precision-len(digits))) + digits
	if d.verb == 'X' {
		digits, sign = strings.ToUpper(digits), strings.ToUpper(sign)
	}
	d.zero = d.zero && d.precision < 0
	p.pad(d, sign+digits, true)
}

func signOf(d field, negative bool) string {
	switch {
	case negative:
		return "-"
	case d.plus:
		return "+"
	case d.space:
		return " "
	}
	return ""
}

// integer reads a number like C, or a character behind a quote. What follows it is complained about, and the number counts.
func (p *printer) integer(arg string) int64 {
	if char, is := character(arg); is {
		return char
	}
	text := strings.TrimLeft(arg, " \t\n")
	digits := wholeNumber.FindString(text)
	n, err := strconv.ParseInt(strings.TrimPrefix(digits, "+"), 0, 64)
	var wrong *strconv.NumError
	switch {
	case errors.As(err, &wrong) && errors.Is(wrong.Err, strconv.ErrRange):
		if u, unsigned := strconv.ParseUint(digits, 0, 64); unsigned == nil {
			return int64(u) //nolint:gosec // as C does
		}
		_ = p.out.Flush()
		p.c.fail(0, "warning: %s: Numerical result out of range", arg)
	case digits != text || arg != "" && text == "":
		p.complain("%s: invalid number", arg)
	}
	return n
}

// character is the value of 'x.
func character(arg string) (int64, bool) {
	if arg == "" || arg[0] != '\'' && arg[0] != '"' {
		return 0, false
	}
	if len(arg) == 1 {
		return 0, true
	}
	char, size := utf8.DecodeRuneInString(arg[1:])
	if char == utf8.RuneError && size == 1 {
		return int64(arg[1]), true
	}
	return int64(char), true
}

func (p *printer) complain(format string, args ...any) {
	_ = p.out.Flush() // so that both come in their order
	p.code = p.c.fail(1, format, args...)
}
