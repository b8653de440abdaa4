package views

import (
	"net/url"
	"strconv"
)

// Editor is where a playbook's file is written, its source beside what becomes of it.
type Editor struct {
	Page     Page
	ID       string // of the playbook; empty: a new file
	Title    string
	Path     string
	Source   string
	Base     string // revision that the text began from
	Seen     string // revision of the draft that the text began from; empty: of none
	Writable bool   // a folder is configured; without it the text can be checked and downloaded
	Draft    Time   // Clock: when the text was saved as a draft; zero: it is the file's
	Outdated bool   // the file changed since the draft began
	Failed   []Problem
	Other    *OtherDraft // saved in another window meanwhile
	Moved    *Moved      // what was just done to the text
	Checked  Checked
}

// OtherDraft is the text that a window saved which is not this one.
type OtherDraft struct {
	At   Time // Clock
	Text string
	Diff Diff // from it to the text of this window
}

// Checked is what the reader makes of a text.
type Checked struct {
	Problems []SourceProblem
	Severe   int // how many of them keep the file from being taken over
	Stale    string
	Books    []PreviewBook
	Blanks   Blanks
}

// Blanks are the placeholders of a text, to try its commands with values.
type Blanks struct {
	Environments []Option // whose variables and programs count
	Rows         []Blank
	More         int // that are not shown
	Tried        bool
}

// Blank is one of them.
type Blank struct {
	Input
	Secret bool // typed when it runs, and nowhere else
}

// Moves is where a step of the text can go.
type Moves struct {
	Line     int // of its heading
	Title    string
	Up, Down bool
}

// Moved is a step that changed places.
type Moved struct {
	Line  int // now
	Title string
	Up    bool
}

// value names a move of the step: what the form posts.
func (m Moves) value(way string) string { return way + " " + strconv.Itoa(m.Line) + " " + m.Title }

func (m Moved) way() string {
	if m.Up {
		return "up"
	}
	return "down"
}

// undo is the move back.
func (m Moved) undo() string {
	way := "up"
	if m.Up {
		way = "down"
	}
	return Moves{Line: m.Line, Title: m.Title}.value(way)
}

// SourceProblem is something that the reader says about a line.
type SourceProblem struct {
	Line   int // 0: the whole file
	Text   string
	Severe bool
}

// PreviewBook is one playbook of the file, as the room will show it.
type PreviewBook struct {
	Title    string
	Alerts   []string
	Level    int
	Severity int
	Sections []StepSection
}

// DraftPage shows how a draft differs from what is in use, before it is published.
type DraftPage struct {
	Page     Page
	ID       string // empty: a new file
	Path     string
	Revision string // of the draft
	Mine     Diff
	Note     string
	Failed   []Problem
	Reader   []SourceProblem
	Severe   int
	Conflict *Conflict
}

// Conflict is that somebody else changed the file since the draft began.
type Conflict struct {
	By       string // who, when it was published here; else ""
	Note     string
	At       Time // Ago
	Revision string
	Theirs   Diff // from what the draft began from to what is in use
	Unknown  bool // what it began from is gone, so that their change cannot be shown
}

// DraftList names the files that somebody is writing on.
type DraftList struct {
	Page     Page
	Writable bool
	Rows     []DraftRow
}

// DraftRow is one of them.
type DraftRow struct{ Path, ID string }

// HistoryPage is what was published of a file, and how two revisions differ.
type HistoryPage struct {
	Page      Page
	ID, Title string
	Path      string
	Rows      []PublishedRow
	Shown     string // which difference, in words; empty: none
	Diff      Diff
	Problem   string // why it cannot be shown
}

// PublishedRow is one publication.
type PublishedRow struct {
	At       Time // Until
	By, Note string
	Revision string // short
	Diff     string // path of the difference; empty when it cannot be shown
	Current  bool
	Shown    bool
}

// Diff is a difference of two texts, by lines.
type Diff struct {
	Rows []DiffRow
	More int // rows that are not shown
}

// DiffRow is one line of it. The numbers are empty on the side that does not have it.
type DiffRow struct {
	Kind     string // same, added, removed, skipped
	Old, New string
	Text     string
	End      string // "no line end", "ends with CR LF", where that matters
}

// Snippet is something to write in a playbook that nobody remembers at night.
type Snippet struct{ Name, Note, Text string }

// EditPath is where a playbook is written.
func EditPath(id string) string { return "/playbooks/" + id + "/edit" }

// NewPath is where a file that is not there yet is written.
func NewPath(path string) string {
	if path == "" {
		return "/playbooks/new"
	}
	return "/playbooks/new?" + url.Values{"path": {path}}.Encode()
}

// DraftPath is where a draft is reviewed.
func DraftPath(path string) string { return "/playbooks/draft?" + url.Values{"path": {path}}.Encode() }

func (m Editor) back() string {
	if m.ID == "" {
		return "/playbooks"
	}
	return "/playbooks/" + m.ID
}

func (m DraftPage) back() string {
	if m.ID == "" {
		return NewPath(m.Path)
	}
	return EditPath(m.ID)
}

func (r DraftRow) edit() string {
	if r.ID == "" {
		return NewPath(r.Path)
	}
	return EditPath(r.ID)
}

func diffSign(kind string) string {
	return map[string]string{"added": "+", "removed": "−"}[kind]
}

// NewDiffRow makes a row of one of a difference: kind is its sign, 0 is no number.
func NewDiffRow(kind byte, old, fresh int, text, end string) DiffRow {
	names := map[byte]string{' ': "same", '+': "added", '-': "removed", '@': "skipped"}
	return DiffRow{Kind: names[kind], Old: lineNumber(old), New: lineNumber(fresh), Text: text, End: end}
}

func lineNumber(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// Errors counts errors in words.
func Errors(n int) string { return plural(n, "error", "errors") }
