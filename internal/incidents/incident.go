package incidents

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"wardroom/internal/errs"
	"wardroom/internal/postgres/dbgen"
)

const maxTitle = 200 // characters

// Incident is one incident as it stands.
type Incident struct {
	ID             uuid.UUID
	Number         int64
	Title          string
	Summary        string
	Severity       int // 1 is the worst, 4 the mildest
	Status         Status
	Environment    string     // name in the environments file, empty when none was chosen
	LeadID         *uuid.UUID // nil: nobody, or somebody who has no account here
	Lead           string     // name or address, empty when nobody leads
	DeclaredBy     *uuid.UUID // nil: Wardroom itself
	CreatedAt      time.Time
	BeganAt        time.Time // when the first symptom fired
	AcknowledgedAt *time.Time
	MitigatedAt    *time.Time
	ResolvedAt     *time.Time
	ClosedAt       *time.Time
	LastSeq        int64 // of its timeline
}

// Name is what people call the incident.
func (in Incident) Name() string { return "INC-" + strconv.FormatInt(in.Number, 10) }

// Active says whether there is still something to do about it.
func (in Incident) Active() bool { return in.Status.Active() }

func fromRow(row dbgen.Incident, lead string) Incident {
	return Incident{
		ID: row.ID, Number: row.Number, Title: row.Title, Summary: row.Summary,
		Severity: int(row.Severity), Status: Status(row.Status), Environment: row.Environment,
		LeadID: row.LeadID, Lead: lead, DeclaredBy: row.DeclaredBy,
		CreatedAt: row.CreatedAt, BeganAt: row.BeganAt, AcknowledgedAt: row.AcknowledgedAt,
		MitigatedAt: row.MitigatedAt, ResolvedAt: row.ResolvedAt, ClosedAt: row.ClosedAt, LastSeq: row.LastSeq,
	}
}

func checkSeverity(severity int) error {
	if severity < 1 || severity > 4 {
		return errs.New(errs.Invalid, "Choose a severity from SEV1 to SEV4.")
	}
	return nil
}

// cleanTitle makes one line of what was typed.
func cleanTitle(title string) (string, error) {
	title = oneLine(title)
	switch {
	case title == "":
		return "", errs.New(errs.Invalid, "Give the incident a title.")
	case utf8.RuneCountInString(title) > maxTitle:
		return "", errs.Newf(errs.Invalid, "The title is longer than %d characters.", maxTitle)
	}
	return title, nil
}

// oneLine takes out what could break a line or hide in it: control characters, and the
// invisible ones that turn the direction of text.
func oneLine(text string) string {
	return strings.Join(strings.FieldsFunc(strings.ToValidUTF8(text, "\uFFFD"), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp)
	}), " ")
}

// shorten cuts a line to the length of a title, where that is no reason to refuse it.
func shorten(line string) string {
	if runes := []rune(line); len(runes) > maxTitle {
		return string(runes[:maxTitle-1]) + "…"
	}
	return line
}
