package views

// PlaybookList is the library.
type PlaybookList struct {
	Page     Page
	Query    string
	Counters []Counter // filters that would leave something
	Summary  string    // "12 files, all valid"
	Folder   string    // "main at 4f1c2ab": the checkout that the operator's files are at; empty for none
	Rows     []PlaybookRow
	Drafts   int  // of the viewer
	Author   bool // may write
}

// PlaybookRow is one playbook in the library.
type PlaybookRow struct {
	ID, Title string
	Matches   string // "ArmDown, ServiceDown"; "by symptom text"
	Steps     int
	Changes   int
	Level     int
	LastUsed  Time   // Ago; zero when never
	Worked    string // "3 of 4": of the incidents that are over, those in which a resolution step of it succeeded; "" for none
	Owner     string
	Reviewed  Time // Ago
	Stale     bool
	Problems  int  // of which
	Errors    int  // keep the file, or its last edit, from being in use
	Kept      bool // so that an earlier version is
}

func (r PlaybookRow) errors() string {
	if r.Kept {
		return Errors(r.Errors) + ", last valid version in use"
	}
	return Errors(r.Errors)
}

// PlaybookPage is the read view: the same cards as in a room, without buttons.
type PlaybookPage struct {
	Page     Page
	Title    string
	Alerts   []string
	Level    int
	Severity int
	Owner    string
	Reviewed string
	Revision string
	File     string
	Origin   string // "shipped with Wardroom", "main at 4f1c2ab"
	Problems []SourceProblem
	Intro    HTML
	Sections []StepSection
	ID       string
	History  []PublishedRow
	Author   bool   // may write
	Foreign  string // why authors cannot edit the file here; empty: they can
}
