package symptoms

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// listing is what a source says: to GET /api/v2/alerts or in a webhook.
type listing struct {
	reports []report
	leftOut error // the first alert that could not be read; then absence proves nothing
}

// note is what people read about what was left out.
func (l listing) note() string {
	if l.leftOut == nil {
		return ""
	}
	return "An alert was left out: " + l.leftOut.Error()
}

// heardAt takes dates that lie in the future for the moment at which they were heard. An
// alert that began in another year would have ended then too, and whatever fires before
// would be taken for a replay of it.
func (l listing) heardAt(now time.Time) {
	believed := now.Add(maxSkew)
	for i := range l.reports {
		for _, date := range []*time.Time{&l.reports[i].startsAt, &l.reports[i].endsAt} {
			if date.After(believed) {
				*date = now.UTC().Truncate(time.Millisecond)
			}
		}
	}
}

// readAlerts reads what it can: one bad alert must not blind us to the others.
func readAlerts(alerts []json.RawMessage, parse func(path string, raw []byte) (report, error)) listing {
	list := listing{reports: make([]report, 0, len(alerts))}
	for i, raw := range alerts {
		r, err := parse(fmt.Sprintf("alerts[%d]", i), raw)
		if err == nil {
			list.reports = append(list.reports, r)
		} else if list.leftOut == nil {
			list.leftOut = err
		}
	}
	return list
}

// parseAlerts reads the API's list.
func parseAlerts(body []byte) (listing, error) {
	var alerts []json.RawMessage
	if err := decode("alerts", body, &alerts); err != nil {
		return listing{}, err
	}
	if alerts == nil {
		return listing{}, errors.New("the list of alerts is null")
	}
	return readAlerts(alerts, parseAPIAlert), nil
}

func parseAPIAlert(path string, raw []byte) (report, error) {
	var a struct {
		alert
		Status struct {
			State       string
			SilencedBy  []string
			InhibitedBy []string
		}
	}
	if err := decode(path, raw, &a); err != nil {
		return report{}, err
	}
	r, err := a.report()
	if err != nil {
		return report{}, fmt.Errorf("%s.%w", path, err)
	}
	suppressed := ""
	switch {
	case len(a.Status.SilencedBy) > 0:
		suppressed = Silenced
	case len(a.Status.InhibitedBy) > 0 || a.Status.State == "suppressed":
		suppressed = Inhibited
	}
	r.suppressed = &suppressed
	return r, nil
}

// parseStatus reads since when an Alertmanager has been up.
func parseStatus(body []byte) (time.Time, error) {
	var status struct{ Uptime string }
	if err := decode("", body, &status); err != nil {
		return time.Time{}, err
	}
	return moment("uptime", status.Uptime)
}
