package diagnostics

import (
	"slices"

	"wardroom/internal/ansi"
	"wardroom/internal/redact"
)

// outputStream turns the bytes of standard output, or of standard error, into lines without
// secrets. Secrets are looked for in what a person would see of a line, so that neither
// colours nor the borders of chunks hide them (EXECUTION.md 19).
type outputStream struct {
	parser *ansi.Parser
	set    *redact.Set
	lines  *redact.Lines
	broken ansi.Line // the last line, while it was broken for its length: the next one goes on where it ends
}

func newOutputStream(secrets *redact.Set) *outputStream {
	return &outputStream{parser: ansi.NewParser(), set: secrets, lines: secrets.Lines()}
}

// write reads bytes and returns the lines that they completed.
func (o *outputStream) write(text []byte) []ansi.Line { return o.clean(o.parser.Write(text)) }

// flush ends the stream and returns what is left of it.
func (o *outputStream) flush() []ansi.Line {
	lines := o.clean(o.parser.Flush())
	if o.broken != nil {
		lines = append(lines, o.broken)
		o.broken = nil
	}
	return lines
}

func (o *outputStream) clean(lines []ansi.Line) []ansi.Line {
	var done []ansi.Line
	for _, line := range lines {
		text := line.Text()
		isBroken := len(text) >= ansi.MaxColumns
		line = masked(line, o.lines.Find(text))
		if o.broken != nil {
			var before ansi.Line
			before, line = o.mend(o.broken, line)
			done = append(done, before)
			o.broken = nil
		}
		if isBroken {
			o.broken = line
			continue
		}
		done = append(done, line)
	}
	return done
}

// mend masks what reaches from one line into the next.
func (o *outputStream) mend(a, b ansi.Line) (before, after ansi.Line) {
	text := a.Text()
	for _, span := range o.set.Find(text + b.Text()) {
		if span.From < len(text) && span.To > len(text) {
			return a.Replace(span.From, len(text), span.Mask), b.Replace(0, span.To-len(text), span.Mask)
		}
	}
	return a, b
}

// pending is what may be shown of the line that is not complete yet.
func (o *outputStream) pending() ansi.Line {
	line := o.parser.Pending()
	text := line.Text()
	settled, _ := line.Truncate(o.lines.Settled(text))
	return masked(settled, o.set.Find(settled.Text()))
}

func masked(line ansi.Line, spans []redact.Span) ansi.Line {
	for _, span := range slices.Backward(spans) {
		line = line.Replace(span.From, span.To, span.Mask)
	}
	return line
}
