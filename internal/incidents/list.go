package incidents

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"wardroom/internal/authz"
	"wardroom/internal/errs"
	"wardroom/internal/postgres"
	"wardroom/internal/postgres/dbgen"
)

// PageSize is how many incidents List gives at once.
const PageSize = 50

// Active filters by everything that is not over yet.
const Active = "active"

// Filter narrows a list; the zero value of a field filters nothing.
type Filter struct {
	Status   Status // one of the statuses, or Active
	Severity int
	Lead     uuid.UUID
	Query    string // words of the title, or a number like INC-42
	Before   int64  // numbers below this one: the next page
}

// Row is an incident in a list.
type Row struct {
	Incident
	Playbook string // title of the first one that is attached
}

// List gives the newest incidents that the filter leaves, and the number to go on before,
// zero on the last page.
func (s *Service) List(ctx context.Context, filter Filter) (rows []Row, before int64, err error) {
	if _, err = authz.Require(ctx, authz.Read); err != nil {
		return nil, 0, err
	}
	params, err := filter.params()
	if err != nil {
		return nil, 0, err
	}
	found, err := s.DB.ListIncidents(ctx, params)
	if err != nil {
		return nil, 0, fmt.Errorf("incidents: list: %w", postgres.MapError(err))
	}
	if len(found) > PageSize {
		found = found[:PageSize]
		before = found[PageSize-1].Incident.Number
	}
	rows = make([]Row, len(found))
	for i, row := range found {
		rows[i] = Row{Incident: fromRow(row.Incident, row.Lead), Playbook: row.Playbook}
	}
	return rows, before, nil
}

func (f Filter) params() (dbgen.ListIncidentsParams, error) {
	params := dbgen.ListIncidentsParams{MaxRows: PageSize + 1}
	_, known := moves[f.Status]
	switch {
	case f.Status == Active:
		params.Statuses = []string{string(Open), string(Acknowledged), string(Mitigated)}
	case known:
		params.Statuses = []string{string(f.Status)}
	case f.Status != "":
		return params, errs.Newf(errs.Invalid, "There is no status %q.", f.Status)
	}
	if f.Severity != 0 {
		if err := checkSeverity(f.Severity); err != nil {
			return params, err
		}
		severity := int16(f.Severity) // #nosec G115 -- checked to be 1 to 4
		params.Severity = &severity
	}
	if f.Lead != uuid.Nil {
		params.LeadID = &f.Lead
	}
	if f.Before > 0 {
		params.Before = &f.Before
	}
	if query := oneLine(f.Query); query != "" {
		words := "%" + likeEscaper.Replace(query) + "%"
		params.Words, params.Number = &words, numberIn(query)
	}
	return params, nil
}

// likeEscaper makes what was typed match itself.
var likeEscaper = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// numberIn reads INC-42, #42 and 42.
func numberIn(query string) *int64 {
	digits := strings.TrimPrefix(strings.TrimPrefix(strings.ToLower(query), "inc-"), "#")
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n < 1 {
		return nil
	}
	return &n
}
