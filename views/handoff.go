package views

// HandoffPage is what a person sees behind a handoff link, at 03:00, on a phone, without JavaScript.
type HandoffPage struct {
	Page     Page
	Token    string
	State    string // offered, accepted; of a link that is over: taken, declined, revoked, expired, over
	Over     bool   // the link shows nothing of the incident any more
	From     string // who sent the link; of one that is over
	Number   int
	Title    string
	Severity int
	Open     Time   // Age: since the incident was opened
	Because  []Part // "You are asked because …"
	NextWho  string
	NextAt   Time // Left
	NextDue  Time // Minute
	Taken    []Part
	Problem  string
	Now      []HandoffSymptom
	Tried    []HandoffStep
	Running  []HandoffStep
	Next     []HandoffStep
	Here     []Person
	Notes    []TimelineRow // the last notes
	For      string
	Until    Time // Clock
	SignedIn bool
}

// HandoffSymptom is what is wrong now.
type HandoffSymptom struct {
	Value, Service, Name, Threshold, State string
	Cleared                                Time // Minute; zero while it lasts
}

// HandoffStep is a step in the brief.
type HandoffStep struct {
	Label, Title string
	State        string
	Risk         string // of steps not tried yet
	Detail       string // "2 of 11 pods down, OOMKilled · Ana 02:47"
}
