package supervisor

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"time"
)

const (
	// maxLog is the size at which a log is emptied into its predecessor.
	maxLog = 8 << 20
	// glance is the time between two looks at a log that is followed.
	glance = 200 * time.Millisecond
)

// lastLines returns the last n lines of the file, all when n is negative, and the offset behind them.
func lastLines(path string, n int) (lines []byte, end int64, err error) {
	raw, err := os.ReadFile(path) //nolint:gosec // a log of ours
	if err != nil {
		return nil, 0, fmt.Errorf("log: %w", err)
	}
	end = int64(len(raw))
	if n < 0 {
		return raw, end, nil
	}
	from := len(bytes.TrimSuffix(raw, []byte("\n")))
	for range n {
		if from = bytes.LastIndexByte(raw[:from], '\n'); from < 0 {
			return raw, end, nil
		}
	}
	if n == 0 {
		return nil, end, nil
	}
	return raw[from+1:], end, nil
}

// follow copies what is appended to the file behind offset until ctx ends. A file that became shorter was emptied and is read from its beginning.
func follow(ctx context.Context, path string, offset int64, w io.Writer) error {
	ticker := time.NewTicker(glance)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		file, err := os.Open(path) //nolint:gosec // a log of ours
		if err != nil {
			return fmt.Errorf("log: %w", err)
		}
		if info, statErr := file.Stat(); statErr == nil && info.Size() < offset {
			offset = 0
		}
		n, err := io.Copy(w, io.NewSectionReader(file, offset, maxLog))
		_ = file.Close() // only read
		if err != nil {
			return err
		}
		offset += n
	}
}

// trimLogs keeps every log below its limit, as long as ctx lasts. The processes go on writing to the same file, at its end.
func (s *Supervisor) trimLogs(ctx context.Context) {
	ticker := time.NewTicker(time.Minute)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		for _, p := range s.parts {
			if err := trim(p.log); err != nil {
				s.opts.Log.WarnContext(ctx, "log was not trimmed", "service", p.name, "err", err)
			}
		}
	}
}

func trim(path string) error {
	info, err := os.Stat(path)
	if err != nil || info.Size() < maxLog {
		return err
	}
	raw, err := os.ReadFile(path) //nolint:gosec // a log of ours
	if err != nil {
		return err
	}
	if err := os.WriteFile(path+".1", raw, 0o600); err != nil { //nolint:gosec // beside the log, which is ours
		return err
	}
	return os.Truncate(path, 0)
}
