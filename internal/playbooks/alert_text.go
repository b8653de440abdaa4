package playbooks

import (
	"encoding/json"
	"fmt"
	"strings"

	"wardroom/internal/errs"
)

// Alert is what a playbook is looked for with.
type Alert struct {
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
}

const maxAlert = 16 << 10 // bytes of a pasted text

// ReadAlert reads an alert that somebody pasted: as JSON, alone, in a list or in a
// webhook of Alertmanager, of which the first counts; as {name="value", …}; or as
// name=value, several a line, where a word without = goes on with the value before
// it. A text that begins with one word alone begins with the alert's name, and several
// words without any = are what is wrong. What names an annotation that matching looks at
// is one. All errors are errs.Invalid.
func ReadAlert(text string) (Alert, error) {
	text = strings.TrimSpace(text)
	switch {
	case len(text) > maxAlert:
		return Alert{}, errs.New(errs.Invalid, "The text is longer than 16 KiB; one alert is enough.")
	case strings.HasPrefix(text, "[") || strings.HasPrefix(text, "{") && looksLikeJSON(text):
		return readJSONAlert(text)
	case strings.HasPrefix(text, "{"):
		matchers, err := parseMatchers(text)
		if err != nil {
			return Alert{}, errs.Newf(errs.Invalid, "The labels cannot be read: %v.", err)
		}
		a := newAlert()
		for _, m := range matchers {
			if m.negate || m.pattern != nil {
				return Alert{}, errs.Newf(errs.Invalid, "An alert has labels and no conditions: write %s=\"…\".", m.name)
			}
			a.set(m.name, m.value)
		}
		return a, nil
	case !strings.Contains(text, "=") && len(strings.Fields(text)) > 1:
		a := newAlert()
		a.set("summary", strings.Join(strings.Fields(text), " "))
		return a, nil
	default:
		return readLabelLines(text)
	}
}

// looksLikeJSON tells {"labels": …} from {alertname="ArmDown"}.
func looksLikeJSON(text string) bool {
	inner := strings.TrimSpace(text[1:])
	return strings.HasPrefix(inner, `"`) || strings.HasPrefix(inner, "}")
}

func newAlert() Alert { return Alert{Labels: map[string]string{}, Annotations: map[string]string{}} }

func (a Alert) set(name, value string) {
	switch name {
	case "summary", "description", "runbook_url":
		a.Annotations[name] = value
	default:
		a.Labels[name] = value
	}
}

func readJSONAlert(text string) (Alert, error) {
	var many struct {
		Alert

		Alerts []Alert `json:"alerts"`
	}
	into := any(&many)
	if text[0] == '[' {
		into = &many.Alerts
	}
	if err := json.Unmarshal([]byte(text), into); err != nil {
		return Alert{}, errs.Wrap(errs.Invalid, "This is not the JSON of an alert: "+jsonReason(err)+".", err)
	}
	a := many.Alert
	if len(many.Alerts) > 0 {
		a = many.Alerts[0]
	}
	if len(a.Labels) == 0 {
		return Alert{}, errs.New(errs.Invalid, `The JSON names no labels; {"labels": {"alertname": "ArmDown"}} would do.`)
	}
	return a, nil
}

func jsonReason(err error) string {
	return strings.TrimPrefix(strings.TrimPrefix(err.Error(), "json: "), "Go ")
}

func readLabelLines(text string) (Alert, error) {
	a := newAlert()
	if name, rest := cutAny(text, " \t,\r\n"); name != "" && !strings.ContainsAny(name, `="`) && startsPair(rest) {
		a.set("alertname", name)
		text = strings.TrimLeft(rest, " \t,")
	}
	for number, line := range strings.Split(text, "\n") {
		last := ""
		for rest := strings.TrimSpace(line); rest != ""; rest = strings.TrimLeft(rest, " \t,") {
			name, after, assigned := strings.Cut(rest, "=")
			if !assigned || !isLabelName(name) {
				var word string
				if word, rest = cutAny(rest, " \t"); last == "" {
					return Alert{}, errs.Newf(errs.Invalid, "Line %d: %q is no label; write name=value.", number+1, word)
				}
				a.add(last, word)
				continue
			}
			var value string
			if value, rest = labelValue(after); value == "" && strings.HasPrefix(after, `"`) && !strings.HasPrefix(after, `""`) {
				return Alert{}, errs.Newf(errs.Invalid, "Line %d: the quoted value of %s has no end.", number+1, name)
			}
			a.set(name, value)
			last = name
		}
	}
	if len(a.Labels)+len(a.Annotations) == 0 {
		return Alert{}, errs.New(errs.Invalid, "There are no labels in this text.")
	}
	return a, nil
}

// startsPair says that no more words of a sentence follow: nothing does, or name=value, or another line.
func startsPair(text string) bool {
	line, _, _ := strings.Cut(strings.TrimLeft(text, " \t,\r"), "\n")
	name, _, assigned := strings.Cut(line, "=")
	return line == "" || assigned && isLabelName(name)
}

// add goes on with a value.
func (a Alert) add(name, word string) {
	a.set(name, strings.TrimSpace(fmt.Sprintf("%s %s", a.Labels[name]+a.Annotations[name], word)))
}

func labelValue(text string) (value, rest string) {
	if !strings.HasPrefix(text, `"`) {
		value, rest = cutAny(text, " \t,")
		return value, rest
	}
	value, rest, err := matcherValue(text)
	if err != nil {
		return "", text
	}
	return value, rest
}
