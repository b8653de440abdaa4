package views

// SymptomPage shows everything known about one symptom.
type SymptomPage struct {
	Page        Page
	Symptom     SymptomRow
	Source      string
	Generator   string // link to the rule or graph at the source; "" when unknown
	Summary     string
	Labels      []Pair
	Annotations []Pair
	Episodes    []Episode // newest first
	Candidates  []Candidate
	CanStart    bool
}

// Episode is one contiguous firing.
type Episode struct {
	Began, Ended Time // Ended is zero while it lasts
	Day          Time
	Lasted       string
	Value        string
	Incident     int
}

// Candidate is a playbook that may fit, and why.
type Candidate struct {
	ID, Title string
	Reasons   []string
	Level     int // where escalation starts
}
