package views

// RunPage is the log of one run.
type RunPage struct {
	Page      Page
	Incident  int
	Back      string // where in the room the run stands
	StepTitle string
	Name      string // "Run 2"
	Risk      string
	Segments  []Segment
	Text      string
	Where     string
	Run       Run
	Stderr    int // lines on stderr
	Chunks    []LogChunk
	Total     int
	Marked    string // "L120–L140", "" when nothing is marked
	Earlier   string // path of the piece before; "" at the start
	Later     string // path of the piece after; "" at the end
	Notes     []RunNote
	Programs  []ProgramStart
	CanWrite  bool
}

// LogChunk holds up to 100 lines; the browser skips the layout of those out of sight.
type LogChunk struct {
	K     int // lines 100k+1 … 100k+100
	Lines []LogLine
}

// RunNote is a remark on a run.
type RunNote struct {
	By   string
	At   Time
	Text string
}

// ProgramStart is one program that the run started, or was refused.
type ProgramStart struct {
	Argv      string
	Risk      string
	Permitted bool
	Reason    string
}
