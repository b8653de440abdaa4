package views

// PlaybookList is the library.
type PlaybookList struct {
	Page    Page
	Query   string
	Summary string // "12 files, all valid"
	Rows    []PlaybookRow
}

// PlaybookRow is one playbook in the library.
type PlaybookRow struct {
	ID, Title string
	Matches   string // "ArmDown, ServiceDown"; "by symptom text"
	Steps     int
	Changes   int
	Level     int
	LastUsed  Time // Ago; zero when never
	Owner     string
	Reviewed  Time // Ago
	Stale     bool
	Problems  int
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
	Problems []string
	Intro    HTML
	Sections []StepSection
}
