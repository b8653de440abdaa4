package supervisor

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
)

// A frame is one kind byte, the length of the payload as four bytes, and the payload.
const (
	frameStdout  = 'o'
	frameStderr  = 'e'
	frameProgram = 'p'
	frameExit    = 'x'

	frameHeader = 5
	maxFrame    = 2 << 20  // the variables of an exit, escaped as JSON, at their worst
	maxOutput   = 32 << 10 // one piece of output
)

var errFrame = errors.New("run supervisor wrote garbage")

// frameWriter is the child's end of the event pipe. A write blocks until the parent has taken what came before, and that is the back-pressure: nothing is kept.
type frameWriter struct {
	mu    sync.Mutex
	w     io.Writer
	ended bool
}

func (f *frameWriter) write(kind byte, payload []byte) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.ended {
		return io.ErrClosedPipe
	}
	f.ended = kind == frameExit
	frame := make([]byte, frameHeader, frameHeader+len(payload))
	frame[0] = kind
	binary.BigEndian.PutUint32(frame[1:], uint32(len(payload))) //nolint:gosec // payloads are far below 4 GiB
	_, err := f.w.Write(append(frame, payload...))
	return err
}

func (f *frameWriter) writeJSON(kind byte, v any) error {
	payload, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode event: %w", err)
	}
	return f.write(kind, payload)
}

// stream returns the writer for output of that kind.
func (f *frameWriter) stream(kind byte) io.Writer { return outputWriter{frames: f, kind: kind} }

type outputWriter struct {
	frames *frameWriter
	kind   byte
}

// isShown reports whether w is the run's own output, and not a pipe, a file or a variable.
func isShown(w io.Writer) bool {
	_, ok := w.(outputWriter)
	return ok
}

func (o outputWriter) Write(p []byte) (int, error) {
	written := 0
	for len(p) > 0 {
		piece := p[:min(len(p), maxOutput)]
		if err := o.frames.write(o.kind, piece); err != nil {
			return written, err
		}
		written += len(piece)
		p = p[len(piece):]
	}
	return written, nil
}

// readEvent reads the next frame. A frame that no child would write is errFrame: the child is not to be trusted any more.
func readEvent(r io.Reader) (Event, error) {
	var header [frameHeader]byte
	if _, err := io.ReadFull(r, header[:]); err != nil {
		return Event{}, fmt.Errorf("read frame: %w", err)
	}
	size := binary.BigEndian.Uint32(header[1:])
	if size > maxFrame {
		return Event{}, fmt.Errorf("%w: a frame of %d bytes", errFrame, size)
	}
	payload := make([]byte, size)
	if _, err := io.ReadFull(r, payload); err != nil {
		return Event{}, fmt.Errorf("read frame: %w", err)
	}
	var event Event
	var err error
	switch header[0] {
	case frameStdout, frameStderr:
		event.Output, event.Stderr = payload, header[0] == frameStderr
	case frameProgram:
		event.Program = &Program{}
		err = json.Unmarshal(payload, event.Program)
	case frameExit:
		event.Exit = &Exit{}
		err = json.Unmarshal(payload, event.Exit)
	default:
		err = fmt.Errorf("frame of kind %q", header[0])
	}
	if err != nil {
		return Event{}, fmt.Errorf("%w: %w", errFrame, err)
	}
	return event, nil
}
