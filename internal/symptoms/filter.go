package symptoms

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"wardroom/internal/errs"
)

// Filter chooses among the live symptoms; the zero value chooses all.
type Filter struct {
	Severity    int
	Service     string
	Environment string
	State       State // Firing or Unknown
	Muted       *bool // silenced or inhibited
	Words       string
}

// ParseFilter reads what people type: "sev:2 service:api env:prod is:unknown -is:muted
// some words". A word that is none of these is searched for.
func ParseFilter(text string) Filter {
	var f Filter
	var words []string
	for word := range strings.FieldsSeq(text) {
		key, value, _ := strings.Cut(word, ":")
		switch {
		case key == "sev" && severityOf(value) > 0:
			f.Severity = severityOf(value)
		case key == "service" && value != "":
			f.Service = value
		case key == "env" && value != "":
			f.Environment = value
		case word == "is:firing" || word == "is:unknown":
			f.State = State(value)
		case word == "is:muted" || word == "-is:muted":
			muted := key == "is"
			f.Muted = &muted
		default:
			words = append(words, word)
		}
	}
	f.Words = strings.Join(words, " ")
	return f
}

func severityOf(text string) int {
	if n, err := strconv.Atoi(text); err == nil && n >= 1 && n <= 4 {
		return n
	}
	return 0
}

// pattern makes words a pattern of ILIKE that means them literally.
func pattern(words string) string {
	if words == "" {
		return ""
	}
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(words) + "%"
}

// Cursor is the last row of a page; the next one begins after it. The zero value is the
// beginning.
type Cursor struct {
	Severity int
	StartsAt time.Time
	ID       uuid.UUID
}

// String is the form for an address.
func (c Cursor) String() string {
	if c == (Cursor{}) {
		return ""
	}
	return fmt.Sprintf("%d.%d.%s", c.Severity, c.StartsAt.UnixMicro(), c.ID)
}

// ParseCursor reads String's form; anything else is errs.Invalid.
func ParseCursor(text string) (Cursor, error) {
	if text == "" {
		return Cursor{}, nil
	}
	severity, rest, _ := strings.Cut(text, ".")
	micros, id, _ := strings.Cut(rest, ".")
	at, err := strconv.ParseInt(micros, 10, 64)
	c := Cursor{Severity: severityOf(severity), StartsAt: time.UnixMicro(at).UTC()}
	if err == nil {
		c.ID, err = uuid.Parse(id)
	}
	if err != nil || c.Severity == 0 || c.StartsAt.Year() < 1970 || c.StartsAt.Year() > 2200 {
		return Cursor{}, errs.New(errs.Invalid, "This is not a place in the list of symptoms.")
	}
	return c, nil
}
