package ansi

import "unicode/utf8"

// MaxColumns is the longest line. A longer one is broken there, so that output
// without line breaks cannot fill the memory.
const MaxColumns = 256 << 10

const tabStop = 8

// Parser reads a stream of bytes. It is not safe for concurrent use.
type Parser struct {
	line  line
	style style
	done  []Line // completed during this Write

	state  state
	params []byte // of the control sequence that is being read
	length int    // of the string sequence that is being dropped
	tail   []byte // the beginning of a letter, at most three bytes

	classes map[style]string
}

// NewParser returns a parser at the beginning of a stream.
func NewParser() *Parser {
	return &Parser{classes: map[style]string{{}: ""}}
}

// Write reads p and returns the lines that it completed. It keeps nothing of p.
func (p *Parser) Write(data []byte) []Line {
	p.done = nil
	if len(p.tail) > 0 {
		data = append(p.tail, data...)
		p.tail = nil
	}
	for len(data) > 0 {
		if p.state != ground {
			if p.escape(data[0]) {
				data = data[1:]
			}
			continue
		}
		n := printable(data)
		if n > 0 {
			p.write(data[:n])
			data = data[n:]
			continue
		}
		if data[0] < utf8.RuneSelf {
			p.control(data[0])
			data = data[1:]
			continue
		}
		if !utf8.FullRune(data) {
			p.tail = append([]byte(nil), data...)
			break
		}
		r, size := utf8.DecodeRune(data)
		p.letter(r)
		data = data[size:]
	}
	return p.done
}

// Pending gives the line that is not complete yet, nil when it is empty. It
// changes with the next Write.
func (p *Parser) Pending() Line { return p.line.runs(p) }

// Flush ends the stream: what is left becomes a last line.
func (p *Parser) Flush() []Line {
	p.done = nil
	for range p.tail {
		p.letter(utf8.RuneError)
	}
	p.tail, p.state = nil, ground
	if !p.line.isEmpty() {
		p.finish()
	}
	return p.done
}

// printable counts the leading bytes that are plain letters of ASCII.
func printable(data []byte) int {
	for i, c := range data {
		if c < ' ' || c > '~' {
			return i
		}
	}
	return len(data)
}

// write puts plain ASCII at the cursor.
func (p *Parser) write(text []byte) {
	for len(text) > 0 {
		room := MaxColumns - p.line.cursor
		if room <= 0 {
			p.finish()
			continue
		}
		n := min(room, len(text))
		p.line.write(text[:n], n, p.style)
		text = text[n:]
	}
}

// letter puts one letter beyond ASCII at the cursor. What would reorder, break or
// hide the text around it is shown by its number.
func (p *Parser) letter(r rune) {
	switch {
	case r < 0xA0 || r == '\uFEFF': // C1 controls and the byte order mark
		return
	case isDeceptive(r):
		p.write([]byte(codePoint(r)))
		return
	}
	if p.line.cursor >= MaxColumns {
		p.finish()
	}
	var encoded [utf8.UTFMax]byte
	n := utf8.EncodeRune(encoded[:], r)
	p.line.write(encoded[:n], 1, p.style)
}

// isDeceptive tells the characters that make a text look other than it is: marks
// of direction, separators of lines, annotations, invisible tags.
func isDeceptive(r rune) bool {
	switch {
	case r == '\u061C', r == '\u200B', r == '\u200E', r == '\u200F', r == '\u2060',
		r >= '\u2028' && r <= '\u202E', r >= '\u2061' && r <= '\u206F',
		r >= '\uFFF9' && r <= '\uFFFB', r >= '\U000E0000' && r <= '\U000E007F':
		return true
	}
	return false
}

func codePoint(r rune) string {
	const hex = "0123456789ABCDEF"
	text := []byte("<U+")
	for shift := 16; shift >= 0; shift -= 4 {
		if digit := r >> shift & 15; shift < 16 || digit != 0 {
			text = append(text, hex[digit])
		}
	}
	return string(append(text, '>'))
}

// control obeys the few control characters that mean something in a log.
func (p *Parser) control(c byte) {
	switch c {
	case '\n':
		p.finish()
	case '\r':
		p.line.cursor = 0
	case '\b':
		p.line.cursor = max(0, p.line.cursor-1)
	case '\t':
		p.tab()
	case 0x1B:
		p.state = afterEscape
	}
}

func (p *Parser) tab() {
	if p.line.cursor >= MaxColumns {
		p.finish()
	}
	n := tabStop - p.line.cursor%tabStop
	if p.line.atEnd() {
		p.line.write([]byte("        ")[:n], n, p.style)
	} else {
		p.line.cursor += n // over what is there, without erasing it
	}
}

// finish completes the line.
func (p *Parser) finish() {
	runs := p.line.runs(p)
	if runs == nil {
		runs = Line{}
	}
	p.done = append(p.done, runs)
	p.line.reset()
}

// class names a style. Output that uses every colour there is costs no more
// memory than output that uses a thousand.
func (p *Parser) class(s style) string {
	if name, found := p.classes[s]; found {
		return name
	}
	if len(p.classes) >= 1024 {
		p.classes = map[style]string{{}: ""}
	}
	name := s.class()
	p.classes[s] = name
	return name
}
