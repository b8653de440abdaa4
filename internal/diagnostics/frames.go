package diagnostics

import (
	"encoding/json"

	"wardroom/internal/ansi"
	"wardroom/internal/live"
)

type logFrame struct {
	Op    string      `json:"op"`
	Run   string      `json:"run"`
	From  int64       `json:"from"`
	Lines []ansi.Line `json:"lines"`
	Err   []int       `json:"err,omitempty"` // indexes of the lines on standard error
}

// LogFrame is what a browser gets for lines that follow each other.
func LogFrame(run Run, lines []Line) []byte {
	f := logFrame{Op: "log", Run: run.ID.String(), From: 1, Lines: make([]ansi.Line, len(lines))}
	if len(lines) > 0 {
		f.From = lines[0].N
	}
	for i, line := range lines {
		f.Lines[i] = line.Runs
		if line.Stderr {
			f.Err = append(f.Err, i)
		}
	}
	return encode(f)
}

func (s *Service) publishLines(run Run, lines []Line) {
	s.hub.Publish(&live.Frame{
		Topic: Topic(run.ID), From: lines[0].N, To: lines[len(lines)-1].N, Data: LogFrame(run, lines),
	})
}

func (s *Service) publishPending(run Run, line ansi.Line) {
	s.hub.Publish(&live.Frame{Topic: Topic(run.ID), Key: "pending", Data: encode(struct {
		Op   string    `json:"op"`
		Run  string    `json:"run"`
		Line ansi.Line `json:"line"`
	}{"pending", run.ID.String(), line})})
}

func (s *Service) publishEnd(run Run) {
	s.hub.Publish(&live.Frame{Topic: Topic(run.ID), Key: "end", Data: EndFrame(run)})
}

// EndFrame tells a browser that the run has ended and how many lines it has.
func EndFrame(run Run) []byte {
	return encode(struct {
		Op    string `json:"op"`
		Run   string `json:"run"`
		Lines int64  `json:"lines"`
		State State  `json:"state"`
	}{"log.end", run.ID.String(), run.Lines, run.State})
}

// encode cannot fail: its values are strings and numbers.
func encode(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return data
}
