package views

// SignIn is the form in front of everything.
type SignIn struct {
	Page     Page
	Instance string
	Next     string // where to go afterwards
	NextName string // "INC-42"; never a title
	Name     string
	Problem  string
	Notice   string
}

// TokenPage is behind a set-up, invitation or reset link: choose a name and a password.
type TokenPage struct {
	Page       Page
	Instance   string
	Action     string // where the form posts to
	Heading    string // "Create the first account"
	Intro      string
	Button     string
	AskName    bool
	AskDisplay bool   // a new person says how others see them
	Name       string // shown when it is not asked for
	Problems   []Problem
	Invalid    string // why the link does not work (any more); no form then
}

// Settings is a person's own page.
type Settings struct {
	Page     Page
	Problems []Problem
}

// Users is the page of people, for administrators.
type Users struct {
	Page     Page
	Rows     []UserRow
	Invites  []InviteRow
	Roles    []Option
	Fresh    *FreshLink
	Problems []Problem
	Name     string // of the invitation that did not go through
}

// UserRow is one person.
type UserRow struct {
	ID, Name string
	Role     string
	Roles    []Option
	Disabled bool
	LastSeen Time // Ago
	Self     bool // nobody locks themselves out
}

// InviteRow is an invitation that nobody has used yet.
type InviteRow struct {
	ID      string
	Name    string
	Role    string
	By      string
	Expires Time
}

// ErrorPage says what happened and what to do.
type ErrorPage struct {
	Page    Page
	Status  int
	Title   string // "Not found"
	Message string // the safe message
	Advice  string
	Back    Link
	Request string // id for the log; "" when there is none
}
