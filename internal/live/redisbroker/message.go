package redisbroker

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"wardroom/internal/live"
)

// What a message may hold. Whatever comes from Redis is foreign.
const (
	version    = 1
	maxHeader  = 256 << 10
	maxData    = live.MaxBytes
	maxMessage = maxHeader + 1 + maxData
	maxName    = 256 // bytes of a topic, a key or an origin
	maxBells   = 128 // in one message
)

// A message is a line of JSON, and after it a frame's data as it is. A new field is a new
// version: replicas of different versions ignore each other's messages until the last of
// the old ones is gone.
type message struct {
	Version int      `json:"version"`
	Origin  string   `json:"origin"`           // the replica that sent it
	Bells   []string `json:"bells,omitempty"`  // ring these topics, or
	Frame   *header  `json:"frame,omitempty"`  // publish this frame, or
	Repair  bool     `json:"repair,omitempty"` // I was away: whatever I had to say is lost

	data []byte
}

// header is a live.Frame without its data.
type header struct {
	Topic string `json:"topic"`
	Key   string `json:"key,omitempty"`
	From  int64  `json:"from,omitempty"`
	To    int64  `json:"to,omitempty"`
	Gap   bool   `json:"gap,omitempty"`
}

func (m message) encode() ([]byte, error) {
	line, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	return append(append(line, '\n'), m.data...), nil
}

var errMessage = errors.New("redisbroker: not one of our messages")

// decode is strict: what it returns, encode could have made.
func decode(raw []byte) (message, error) {
	if len(raw) > maxMessage {
		return message{}, fmt.Errorf("%w: %d bytes", errMessage, len(raw))
	}
	line, data, whole := bytes.Cut(raw, []byte("\n"))
	if !whole || len(line) > maxHeader || len(data) > maxData {
		return message{}, errMessage
	}
	var m message
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&m); err != nil {
		return message{}, fmt.Errorf("%w: %w", errMessage, err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return message{}, errMessage
	}
	m.data = data
	if !m.isValid() {
		return message{}, errMessage
	}
	return m, nil
}

func (m message) isValid() bool {
	if m.Version != version || !isName(m.Origin) {
		return false
	}
	switch {
	case m.Frame != nil:
		return len(m.Bells) == 0 && !m.Repair && m.Frame.isValid(len(m.data))
	case len(m.data) > 0 || len(m.Bells) > maxBells || m.Repair == (len(m.Bells) > 0):
		return false
	}
	for _, topic := range m.Bells {
		if !isName(topic) {
			return false
		}
	}
	return true
}

func (h header) isValid(data int) bool {
	switch {
	case !isName(h.Topic):
		return false
	case h.Key != "":
		return isName(h.Key) && h.From == 0 && h.To == 0 && !h.Gap
	default:
		return h.From >= 1 && h.To >= h.From && (!h.Gap || data == 0)
	}
}

func isName(s string) bool {
	return s != "" && len(s) <= maxName && utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl)
}

// frame is the frame that the message carries.
func (m message) frame() *live.Frame {
	h := m.Frame
	return &live.Frame{Topic: h.Topic, Key: h.Key, From: h.From, To: h.To, Gap: h.Gap, Data: m.data}
}

// ofFrame makes the message of a frame. Lines that are too long for one become a gap, which
// pages fetch; of state there is none that long.
func ofFrame(origin string, f *live.Frame) message {
	m := message{Version: version, Origin: origin, data: f.Data}
	m.Frame = &header{Topic: f.Topic, Key: f.Key, From: f.From, To: f.To, Gap: f.Gap}
	if len(f.Data) > maxData && f.Key == "" {
		m.Frame.Gap, m.data = true, nil
	}
	return m
}
