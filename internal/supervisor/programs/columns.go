package programs

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// span is an inclusive range of fields or characters, counted from 1.
type span struct{ from, to int }

const toEnd = int(^uint(0) >> 1)

// spans reads a list such as 1,3-5,7-.
func spans(list string) ([]span, error) {
	var all []span
	for part := range strings.SplitSeq(list, ",") {
		first, last, ranged := strings.Cut(part, "-")
		s := span{1, toEnd}
		var err error
		if first != "" {
			s.from, err = strconv.Atoi(first)
			if !ranged {
				s.to = s.from
			}
		}
		if err == nil && last != "" {
			s.to, err = strconv.Atoi(last)
		}
		if err != nil || s.from < 1 || s.to < s.from || part == "" || part == "-" {
			return nil, fmt.Errorf("invalid list '%s'", list)
		}
		all = append(all, s)
	}
	return all, nil
}

func selected(all []span, i int, complement bool) bool {
	for _, s := range all {
		if s.from <= i && i <= s.to {
			return !complement
		}
	}
	return complement
}

func cut(ctx context.Context, c *Call) int {
	opts, names, err := options(c.Args[1:], "d:f:c:b:so:C", map[string]string{
		"delimiter": "d", "fields": "f", "characters": "c", "bytes": "b", "only-delimited": "s", "output-delimiter": "o", "complement": "C",
	})
	if err != nil {
		return c.fail(1, "%v", err)
	}
	set := map[string]string{"d": "\t"}
	for _, o := range opts {
		set[o.name] = o.value
	}
	out, hasOut := set["o"]
	if !hasOut {
		out = set["d"]
	}
	list := set["f"] + set["c"] + set["b"]
	if list == "" {
		return c.fail(1, "you must specify a list of bytes, characters, or fields")
	}
	ranges, err := spans(list)
	if err != nil {
		return c.fail(1, "%v", err)
	}
	if len([]rune(set["d"])) != 1 {
		return c.fail(1, "the delimiter must be a single character")
	}
	_, complement := set["C"]
	_, onlyDelimited := set["s"]
	return c.eachInput(names, func(_ string, r io.Reader) error {
		return eachLine(ctx, r, func(line string) error {
			if set["f"] == "" {
				var kept strings.Builder
				for i, char := range []rune(line) {
					if selected(ranges, i+1, complement) {
						kept.WriteRune(char)
					}
				}
				return writeLine(c.Stdout, kept.String())
			}
			fields := strings.Split(line, set["d"])
			if len(fields) == 1 {
				if onlyDelimited {
					return nil
				}
				return writeLine(c.Stdout, line)
			}
			var kept []string
			for i, field := range fields {
				if selected(ranges, i+1, complement) {
					kept = append(kept, field)
				}
			}
			return writeLine(c.Stdout, strings.Join(kept, out))
		})
	})
}

func tr(ctx context.Context, c *Call) int {
	opts, sets, err := options(c.Args[1:], "dscC", map[string]string{"delete": "d", "squeeze-repeats": "s", "complement": "c"})
	if err != nil {
		return c.fail(1, "%v", err)
	}
	given := map[string]bool{}
	for _, o := range opts {
		given[strings.ToLower(o.name)] = true
	}
	if len(sets) == 0 || len(sets) > 2 || len(sets) == 1 && !given["d"] && !given["s"] {
		return c.fail(1, "missing or extra operand")
	}
	from, err := charSet(sets[0])
	if err != nil {
		return c.fail(1, "%v", err)
	}
	var to []byte
	if len(sets) == 2 {
		if to, err = charSet(sets[1]); err != nil {
			return c.fail(1, "%v", err)
		}
	}
	if given["c"] {
		from = complementOf(from)
	}
	t := newTranslation(from, to, given["d"], given["s"])
	buf := make([]byte, 32<<10)
	in := contextReader{ctx, c.Stdin}
	for {
		n, err := in.Read(buf)
		if _, writeErr := c.Stdout.Write(t.apply(buf[:n])); writeErr != nil || err != nil {
			return 0
		}
	}
}

// translation is what tr does to each byte.
type translation struct {
	to       [256]byte
	drop     [256]bool
	squeeze  [256]bool
	previous int
}

func newTranslation(from, to []byte, drop, squeeze bool) *translation {
	t := &translation{previous: -1}
	for i := range t.to {
		t.to[i] = byte(i)
	}
	for i, b := range from {
		switch {
		case drop:
			t.drop[b] = true
		case len(to) > 0:
			t.to[b] = to[min(i, len(to)-1)]
		}
	}
	if squeeze {
		last := to
		if len(to) == 0 {
			last = from
		}
		for _, b := range last {
			t.squeeze[b] = true
		}
	}
	return t
}

func (t *translation) apply(p []byte) []byte {
	out := make([]byte, 0, len(p))
	for _, b := range p {
		if t.drop[b] {
			continue
		}
		b = t.to[b]
		if t.squeeze[b] && t.previous == int(b) {
			continue
		}
		t.previous = int(b)
		out = append(out, b)
	}
	return out
}

var charClasses = map[string]func(b byte) bool{
	"upper": func(b byte) bool { return 'A' <= b && b <= 'Z' },
	"lower": func(b byte) bool { return 'a' <= b && b <= 'z' },
	"digit": func(b byte) bool { return '0' <= b && b <= '9' },
	"alpha": func(b byte) bool { return 'A' <= b && b <= 'Z' || 'a' <= b && b <= 'z' },
	"alnum": func(b byte) bool { return 'A' <= b && b <= 'Z' || 'a' <= b && b <= 'z' || '0' <= b && b <= '9' },
	"space": func(b byte) bool { return b == ' ' || '\t' <= b && b <= '\r' },
	"blank": func(b byte) bool { return b == ' ' || b == '\t' },
	"punct": func(b byte) bool { return strings.IndexByte("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", b) >= 0 },
	"cntrl": func(b byte) bool { return b < ' ' || b == 0x7f },
	"print": func(b byte) bool { return ' ' <= b && b < 0x7f },
}

// charSet expands ranges, classes and escapes.
func charSet(s string) ([]byte, error) {
	var set []byte
	for i := 0; i < len(s); {
		if strings.HasPrefix(s[i:], "[:") {
			if end := strings.Index(s[i:], ":]"); end > 0 {
				in, ok := charClasses[s[i+2:i+end]]
				if !ok {
					return nil, fmt.Errorf("invalid character class '%s'", s[i+2:i+end])
				}
				for b := range 256 {
					if in(byte(b)) {
						set = append(set, byte(b))
					}
				}
				i += end + 2
				continue
			}
		}
		b, n := charAt(s[i:])
		i += n
		if i+1 < len(s) && s[i] == '-' {
			last, n := charAt(s[i+1:])
			if last < b {
				return nil, fmt.Errorf("range-endpoints of '%s' are in reverse order", s)
			}
			for x := int(b); x <= int(last); x++ {
				set = append(set, byte(x)) //nolint:gosec // below 256
			}
			i += 1 + n
			continue
		}
		set = append(set, b)
	}
	return set, nil
}

func charAt(s string) (char byte, size int) {
	if s[0] != '\\' || len(s) == 1 {
		return s[0], 1
	}
	if n := len(s[1:]) - len(strings.TrimLeft(s[1:min(len(s), 4)], "01234567")) - max(0, len(s)-4); n > 0 {
		if v, err := strconv.ParseUint(s[1:1+n], 8, 8); err == nil {
			return byte(v), 1 + n
		}
	}
	if at := strings.IndexByte(`abfnrtv\`, s[1]); at >= 0 {
		return "\a\b\f\n\r\t\v\\"[at], 2
	}
	return s[1], 2
}

func complementOf(set []byte) []byte {
	var in [256]bool
	for _, b := range set {
		in[b] = true
	}
	var rest []byte
	for b, there := range in {
		if !there {
			rest = append(rest, byte(b))
		}
	}
	return rest
}
