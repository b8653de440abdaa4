package diagnostics

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/klauspost/compress/zstd"

	"wardroom/internal/ansi"
	"wardroom/internal/authz"
	"wardroom/internal/errs"
	"wardroom/internal/postgres"
	"wardroom/internal/postgres/dbgen"
)

// Line is one numbered line of output.
type Line struct {
	N      int64
	Stderr bool
	Runs   ansi.Line
	At     time.Time // when its batch was stored
}

// Text is the line without colours.
func (l Line) Text() string {
	var b strings.Builder
	for _, run := range l.Runs {
		b.WriteString(run.Text)
	}
	return b.String()
}

// A stored chunk is zstd over one JSON value per line: an array of style runs, or the
// same array inside {"e": …} for standard error. JSON escapes newlines, so lines never mix.
type stderrLine struct {
	E ansi.Line `json:"e"`
}

var codec = sync.OnceValue(func() (c struct {
	*zstd.Encoder
	*zstd.Decoder
},
) {
	// Neither fails with these options; both are safe for concurrent EncodeAll/DecodeAll.
	c.Encoder, _ = zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
	c.Decoder, _ = zstd.NewReader(nil, zstd.WithDecoderConcurrency(0), zstd.WithDecoderMaxMemory(maxChunk))
	return c
})

// maxChunk bounds what a stored chunk may unpack to, in bytes.
const maxChunk = 64 << 20

// encodeChunk packs lines; raw is what the hash is of.
func encodeChunk(lines []Line) (raw, packed []byte, err error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	for _, line := range lines {
		var v any = line.Runs
		if line.Stderr {
			v = stderrLine{E: line.Runs}
		}
		if err := enc.Encode(v); err != nil {
			return nil, nil, fmt.Errorf("diagnostics: encode line %d: %w", line.N, err)
		}
	}
	return b.Bytes(), codec().EncodeAll(b.Bytes(), nil), nil
}

func decodeChunk(first int64, at time.Time, packed []byte) ([]Line, error) {
	raw, err := codec().DecodeAll(packed, nil)
	if err != nil {
		return nil, fmt.Errorf("diagnostics: unpack chunk: %w", err)
	}
	var lines []Line
	for i, row := range bytes.Split(bytes.TrimSuffix(raw, []byte("\n")), []byte("\n")) {
		line := Line{N: first + int64(i), At: at}
		if bytes.HasPrefix(row, []byte("{")) {
			var e stderrLine
			err = json.Unmarshal(row, &e)
			line.Stderr, line.Runs = true, e.E
		} else {
			err = json.Unmarshal(row, &line.Runs)
		}
		if err != nil {
			return nil, fmt.Errorf("diagnostics: line %d: %w", line.N, err)
		}
		lines = append(lines, line)
	}
	return lines, nil
}

func (s *Service) storeChunk(ctx context.Context, run uuid.UUID, lines []Line) error {
	raw, packed, err := encodeChunk(lines)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(raw)
	return s.db.InsertChunk(ctx, dbgen.InsertChunkParams{
		RunID: run, FirstLine: lines[0].N, LastLine: lines[len(lines)-1].N,
		RawBytes: int32(min(len(raw), 1<<31-1)), Sha256: sum[:], Data: packed,
	})
}

// chunkPage is how many chunks are read at a time.
const chunkPage = 64

// Lines gives the run's lines from..to, both inclusive, at most limit. Output of a
// command that discloses secrets is for responders only.
func (s *Service) Lines(ctx context.Context, run Run, from, to int64, limit int) ([]Line, error) {
	if err := mayRead(ctx, run); err != nil {
		return nil, err
	}
	var lines []Line
	for next := max(from, 1); next <= to && len(lines) < limit; {
		chunks, err := s.db.ListChunks(ctx, dbgen.ListChunksParams{RunID: run.ID, FromLine: next, ToLine: to, MaxRows: chunkPage})
		if err != nil {
			return nil, postgres.MapError(err)
		}
		if len(chunks) == 0 {
			break
		}
		for _, chunk := range chunks {
			decoded, err := decodeChunk(chunk.FirstLine, chunk.At, chunk.Data)
			if err != nil {
				return nil, err
			}
			for _, line := range decoded {
				if line.N >= next && line.N <= to && len(lines) < limit {
					lines = append(lines, line)
				}
			}
			next = max(next, chunk.LastLine+1)
		}
	}
	return lines, nil
}

// Length is how many lines of the run are stored, while it runs too.
func (s *Service) Length(ctx context.Context, run Run) (int64, error) {
	if _, err := authz.Require(ctx, authz.Read); err != nil {
		return 0, err
	}
	if !run.State.Active() {
		return run.Lines, nil
	}
	last, err := s.db.LastLine(ctx, run.ID)
	return last, postgres.MapError(err)
}

// Tail gives the last lines of the run, at most n, while it runs too.
func (s *Service) Tail(ctx context.Context, run Run, n int) ([]Line, error) {
	last, err := s.Length(ctx, run)
	if err != nil {
		return nil, err
	}
	return s.Lines(ctx, run, last-int64(n)+1, last, n)
}

// WriteRaw writes the run's output as plain text.
func (s *Service) WriteRaw(ctx context.Context, run Run, w io.Writer) error {
	for from := int64(1); ; {
		lines, err := s.Lines(ctx, run, from, 1<<62, 5000)
		if err != nil || len(lines) == 0 {
			return err
		}
		for _, line := range lines {
			if _, err := io.WriteString(w, line.Text()+"\n"); err != nil {
				return err
			}
		}
		from = lines[len(lines)-1].N + 1
	}
}

// mayRead says whether the actor may see the run's output.
func mayRead(ctx context.Context, run Run) error {
	need := authz.Read
	if run.Discloses {
		need = authz.ReadDisclosing
	}
	_, err := authz.Require(ctx, need)
	if err != nil && run.Discloses {
		return errs.Wrap(errs.KindOf(err), "This command may show secrets: its output is for responders only.", err)
	}
	return err
}
