package service

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"
)

// LineHandler writes records the way an operator reads them: "2026-11-23T03:12:45.120Z WARN  task failed task_id=task-7".
type LineHandler struct {
	out   *output
	attrs slog.Handler // a text handler that writes only attributes, into out.attrs
}

type output struct {
	mu    sync.Mutex
	w     io.Writer
	attrs bytes.Buffer
}

// NewLineHandler returns a handler that writes to w.
func NewLineHandler(w io.Writer) *LineHandler {
	out := &output{w: w}
	return &LineHandler{out: out, attrs: slog.NewTextHandler(&out.attrs, &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: withoutHead})}
}

// withoutHead leaves out what LineHandler writes itself.
func withoutHead(groups []string, a slog.Attr) slog.Attr {
	if len(groups) == 0 && (a.Key == slog.TimeKey || a.Key == slog.LevelKey || a.Key == slog.MessageKey) {
		return slog.Attr{}
	}
	return a
}

// Enabled implements slog.Handler.
func (h *LineHandler) Enabled(_ context.Context, level slog.Level) bool {
	return level >= slog.LevelInfo
}

// Handle implements slog.Handler.
func (h *LineHandler) Handle(ctx context.Context, r slog.Record) error {
	h.out.mu.Lock()
	defer h.out.mu.Unlock()
	h.out.attrs.Reset()
	if err := h.attrs.Handle(ctx, r); err != nil {
		return err
	}
	line := fmt.Sprintf("%s %-5s %s", r.Time.UTC().Format("2006-01-02T15:04:05.000Z"), r.Level, r.Message)
	if attrs := bytes.TrimSpace(h.out.attrs.Bytes()); len(attrs) > 0 {
		line += " " + string(attrs)
	}
	_, err := io.WriteString(h.out.w, line+"\n")
	return err
}

// WithAttrs implements slog.Handler.
func (h *LineHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &LineHandler{out: h.out, attrs: h.attrs.WithAttrs(attrs)}
}

// WithGroup implements slog.Handler.
func (h *LineHandler) WithGroup(name string) slog.Handler {
	return &LineHandler{out: h.out, attrs: h.attrs.WithGroup(name)}
}

// since is a duration for people and for JSON.
func since(t time.Time) float64 { return time.Since(t).Round(time.Millisecond).Seconds() }
