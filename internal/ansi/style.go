package ansi

import "strconv"

// A style is how text looks. Colours are stored plus one: zero is the default.
type style struct {
	fg, bg     uint16
	attributes uint8
}

const (
	bold uint8 = 1 << iota
	dim
	italic
	underline
	strike
	inverse
)

var attributeClasses = [...]struct {
	bit  uint8
	name string
}{{bold, "b"}, {dim, "d"}, {italic, "i"}, {underline, "u"}, {strike, "s"}}

// class gives the style's class names. Exchanged colours are written as exchanged,
// so that a style sheet needs no rule for each pair; only where the page's own
// text colour becomes the background there is a class for it.
func (s *style) class() string {
	fg, bg := s.fg, s.bg
	if s.attributes&inverse != 0 {
		fg, bg = bg, fg
	}
	var b []byte
	add := func(name string) {
		if len(b) > 0 {
			b = append(b, ' ')
		}
		b = append(b, name...)
	}
	if fg > 0 {
		add("f" + strconv.Itoa(int(fg-1)))
	}
	if bg > 0 {
		add("b" + strconv.Itoa(int(bg-1)))
	}
	for _, a := range attributeClasses {
		if s.attributes&a.bit != 0 {
			add(a.name)
		}
	}
	if s.attributes&inverse != 0 && bg == 0 {
		add("r")
	}
	return string(b)
}

// apply reads the parameters of an SGR sequence, "1;38;5;208". Blinking and
// concealed text are not supported on purpose.
func (s *style) apply(params []byte) {
	for more := true; more; {
		var first []byte
		first, params, more = cut(params, ';')
		code, sub, hasSub := cut(first, ':')
		switch n := number(code); n {
		case 38, 48, 58:
			var color uint16
			var ok bool
			if hasSub {
				color, ok = subColor(sub)
			} else {
				color, params, more, ok = color3(params, more)
			}
			switch {
			case !ok:
			case n == 38:
				s.fg = color
			case n == 48:
				s.bg = color
			}
		case 4:
			s.attributes |= underline
			if hasSub && number(sub) == 0 { // 4:0
				s.attributes &^= underline
			}
		default:
			s.set(n)
		}
	}
}

// set applies a parameter that stands alone.
func (s *style) set(n int) {
	switch {
	case n == 0:
		*s = style{}
	case n >= 30 && n <= 37:
		s.fg = uint16(n-30) + 1
	case n == 39:
		s.fg = 0
	case n >= 40 && n <= 47:
		s.bg = uint16(n-40) + 1
	case n == 49:
		s.bg = 0
	case n >= 90 && n <= 97:
		s.fg = uint16(n-90) + 9
	case n >= 100 && n <= 107:
		s.bg = uint16(n-100) + 9
	case n > 0 && n < len(attributesOn):
		s.attributes = s.attributes&^attributesOff[n] | attributesOn[n]
	}
}

// What the parameters 1 to 29 switch on and off.
var (
	attributesOn  = [30]uint8{1: bold, 2: dim, 3: italic, 7: inverse, 9: strike}
	attributesOff = [30]uint8{22: bold | dim, 23: italic, 24: underline, 27: inverse, 29: strike}
)

// color3 reads what follows 38 or 48: 5;n or 2;r;g;b.
func color3(params []byte, more bool) (color uint16, rest []byte, restMore, ok bool) {
	next := func() int {
		if !more {
			return -1
		}
		var field []byte
		field, params, more = cut(params, ';')
		return number(field)
	}
	switch next() {
	case 5:
		color, ok = indexed(next())
	case 2:
		r, g, b := next(), next(), next()
		color, ok = nearest(r, g, b)
	}
	return color, params, more, ok
}

// subColor reads 5:n, 2:r:g:b, or 2:space:r:g:b.
func subColor(sub []byte) (color uint16, ok bool) {
	fields := make([]int, 0, 6)
	for more := true; more && len(fields) < cap(fields); {
		var field []byte
		field, sub, more = cut(sub, ':')
		fields = append(fields, number(field))
	}
	switch {
	case fields[0] == 5 && len(fields) > 1:
		return indexed(fields[1])
	case fields[0] == 2 && len(fields) == 4:
		return nearest(fields[1], fields[2], fields[3])
	case fields[0] == 2 && len(fields) > 4:
		return nearest(fields[2], fields[3], fields[4])
	}
	return 0, false
}

func indexed(n int) (color uint16, ok bool) {
	if n < 0 || n > 255 {
		return 0, false
	}
	return uint16(n) + 1, true
}

// nearest finds the colour of the 256 that is closest: one of the 6×6×6 cube or
// of the 24 greys.
func nearest(r, g, b int) (color uint16, ok bool) {
	if min(r, g, b) < 0 || max(r, g, b) > 255 {
		return 0, false
	}
	levels := [...]int{0, 95, 135, 175, 215, 255}
	level := func(v int) int {
		switch {
		case v < 48:
			return 0
		case v < 115:
			return 1
		}
		return (v - 35) / 40
	}
	distance := func(x, y, z int) int { return (x-r)*(x-r) + (y-g)*(y-g) + (z-b)*(z-b) }
	x, y, z := level(r), level(g), level(b)
	grey := max(0, min(23, ((r+g+b)/3-3)/10))
	if v := 8 + 10*grey; distance(v, v, v) < distance(levels[x], levels[y], levels[z]) {
		return uint16(232+grey) + 1, true
	}
	return uint16(16+36*x+6*y+z) + 1, true //nolint:gosec // at most 256
}

// cut splits at the first separator and says whether there was one.
func cut(params []byte, separator byte) (first, rest []byte, found bool) {
	for i, c := range params {
		if c == separator {
			return params[:i], params[i+1:], true
		}
	}
	return params, nil, false
}

// number reads a parameter: absent is 0, nonsense or too large is -1.
func number(digits []byte) int {
	n := 0
	for _, c := range digits {
		if c < '0' || c > '9' || n > 999 {
			return -1
		}
		n = 10*n + int(c-'0')
	}
	return n
}
