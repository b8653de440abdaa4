package symptoms

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// listing is what GET /api/v2/alerts says.
type listing struct {
	reports []report
	leftOut error // the first alert that could not be read; then absence proves nothing
}

// parseAlerts reads the API's list. One bad alert must not blind us to the others.
func parseAlerts(body []byte) (listing, error) {
	var alerts []json.RawMessage
	if err := decode("alerts", body, &alerts); err != nil {
		return listing{}, err
	}
	if alerts == nil {
		return listing{}, errors.New("the list of alerts is null")
	}
	list := listing{reports: make([]report, 0, len(alerts))}
	for i, raw := range alerts {
		r, err := parseAPIAlert(fmt.Sprintf("alerts[%d]", i), raw)
		if err != nil {
			if list.leftOut == nil {
				list.leftOut = err
			}
			continue
		}
		list.reports = append(list.reports, r)
	}
	return list, nil
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
