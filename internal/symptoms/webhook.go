package symptoms

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"wardroom/internal/errs"
)

// MaxBody is the longest webhook that is read.
const MaxBody = 1 << 20

// version of Alertmanager's webhook that Wardroom speaks.
const version = "4"

// parseWebhook reads what Alertmanager posts. A document that is not its webhook is
// errs.Invalid and names the field; unknown fields are none of our business. An alert that
// cannot be read is left out: Alertmanager does not send the others of the group again.
func parseWebhook(body []byte) (listing, error) {
	var hook struct {
		Version string
		Alerts  []json.RawMessage
	}
	if err := decode("", body, &hook); err != nil {
		return listing{}, err
	}
	if hook.Version != version {
		return listing{}, errs.Newf(errs.Invalid, "version: %.20q is not %q, Alertmanager's webhook format.", hook.Version, version)
	}
	return readAlerts(hook.Alerts, parseWebhookAlert), nil
}

func parseWebhookAlert(path string, raw []byte) (report, error) {
	var a struct {
		alert
		Status string
	}
	if err := decode(path, raw, &a); err != nil {
		return report{}, err
	}
	r, err := a.report()
	switch {
	case err != nil:
	case a.Status == "resolved":
		r.ended = true
		r.endsAt, err = moment("endsAt", a.EndsAt)
	case a.Status != "firing":
		err = fmt.Errorf("status: %.20q is neither firing nor resolved", a.Status)
	}
	if err != nil {
		return report{}, fmt.Errorf("%s.%w", path, err)
	}
	return r, nil
}

// readBody reads a webhook. A longer one than MaxBody is errs.TooLarge, one that breaks
// off errs.Invalid.
func readBody(body io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(body, MaxBody+1))
	if _, limited := errors.AsType[*http.MaxBytesError](err); limited || len(data) > MaxBody {
		return nil, errs.Newf(errs.TooLarge, "The body is longer than %d KiB.", MaxBody>>10)
	}
	if err != nil {
		return nil, errs.Wrap(errs.Invalid, "The body broke off.", err)
	}
	return data, nil
}
