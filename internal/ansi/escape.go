package ansi

// A state of the parser within an escape sequence.
type state uint8

const (
	ground         state = iota
	afterEscape          // ESC
	inIntermediate       // ESC and one of " ".."/": a final byte follows
	inControl            // ESC [ : parameters and a final byte follow
	inText               // ESC ] and the like: a text that ends with BEL or ESC \
	inTextEscape         // ESC within such a text
)

const (
	maxParams = 256     // bytes; a longer control sequence is dropped
	maxText   = 4 << 10 // bytes; what comes after is output again
)

// escape reads one byte of an escape sequence and reports whether it used it up.
// A sequence that is broken off never hides more than its own line.
func (p *Parser) escape(c byte) bool {
	switch {
	case c == 0x18 || c == 0x1A: // cancel
		p.state = ground
		return true
	case c == '\n' || c == '\r':
		p.state = ground
		return false
	case c == 0x1B && p.state != inText:
		p.state = afterEscape
		return true
	}
	switch p.state {
	case afterEscape:
		return p.introduce(c)
	case inIntermediate:
		if c >= ' ' && c <= '/' {
			return true
		}
		p.state = ground
		return c >= '0' && c <= '~'
	case inControl:
		return p.parameter(c)
	case inText:
		p.length++
		switch {
		case c == 0x1B:
			p.state = inTextEscape
		case c == 0x07, p.length >= maxText:
			p.state = ground
		}
		return true
	case inTextEscape:
		if c == '\\' {
			p.state = ground
			return true
		}
		p.state = afterEscape
		return false
	case ground:
	}
	return false
}

// introduce reads the byte after ESC.
func (p *Parser) introduce(c byte) bool {
	switch {
	case c == '[':
		p.state, p.params = inControl, p.params[:0]
	case c == ']' || c == 'P' || c == 'X' || c == '^' || c == '_':
		p.state, p.length = inText, 0
	case c >= ' ' && c <= '/':
		p.state = inIntermediate
	default:
		p.state = ground
		return c >= '0' && c <= '~'
	}
	return true
}

// parameter reads a byte of a control sequence, and obeys the sequence at its end.
func (p *Parser) parameter(c byte) bool {
	switch {
	case c >= ' ' && c <= '?':
		if len(p.params) < maxParams {
			p.params = append(p.params, c)
		}
	case c >= '@' && c <= '~':
		p.state = ground
		if len(p.params) < maxParams {
			p.command(c)
		}
	case c < ' ': // a control character in the midst of it: terminals obey, we drop it
	default:
		p.state = ground
		return false
	}
	return true
}

// command obeys a control sequence: m sets the style, K erases in the line.
// Private ones and those with intermediates are somebody else's.
func (p *Parser) command(final byte) {
	for _, c := range p.params {
		if c != ';' && c != ':' && (c < '0' || c > '9') {
			return
		}
	}
	switch final {
	case 'm':
		p.style.apply(p.params)
	case 'K':
		p.line.erase(number(p.params))
	}
}
