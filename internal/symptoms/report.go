package symptoms

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"wardroom/internal/errs"
)

// Bounds of what an alert may carry. Labels are identity, so one that is too long is
// refused; an annotation is text and is cut.
const (
	maxLabels     = 64
	maxName       = 128
	maxValue      = 4 << 10
	maxAnnotation = 16 << 10
)

// maxSkew is how far a source's clock may be ahead of the database's.
const maxSkew = 5 * time.Minute

// report is one alert as a source tells it.
type report struct {
	facts
	fingerprint string
	ended       bool // a webhook's "resolved"
	startsAt    time.Time
	endsAt      time.Time // only when ended
	suppressed  *string   // nil: the source does not say
}

// facts are what an alert says of itself.
type facts struct {
	name, service, summary, value, threshold string
	severity                                 int16
	labels, annotations                      map[string]string
	generatorURL                             string
}

func (f facts) equal(g facts) bool {
	return f.generatorURL == g.generatorURL && maps.Equal(f.labels, g.labels) && maps.Equal(f.annotations, g.annotations)
}

// alert is what webhook and API have in common. Names are matched without regard to case.
type alert struct {
	Labels       map[string]string
	Annotations  map[string]string
	StartsAt     string
	EndsAt       string
	GeneratorURL string
	Fingerprint  string
}

// report checks the alert and reads what Wardroom shows of it.
func (a alert) report() (report, error) {
	labels, err := cleanLabels(a.Labels)
	if err != nil {
		return report{}, err
	}
	annotations, err := cleanAnnotations(a.Annotations)
	if err != nil {
		return report{}, err
	}
	r := report{facts: factsOf(labels, annotations), fingerprint: clean(a.Fingerprint)}
	if r.name == "" {
		return report{}, errors.New("labels.alertname is missing")
	}
	if r.startsAt, err = moment("startsAt", a.StartsAt); err != nil {
		return report{}, err
	}
	if url := clean(a.GeneratorURL); len(url) <= maxValue {
		r.generatorURL = url
	}
	if r.fingerprint == "" {
		r.fingerprint = fingerprint(labels)
	}
	if len(r.fingerprint) > maxName {
		return report{}, fmt.Errorf("fingerprint is longer than %d bytes", maxName)
	}
	return r, nil
}

func factsOf(labels, annotations map[string]string) facts {
	return facts{
		name: labels["alertname"], severity: severity(labels["severity"]),
		service:   first(labels, "service", "job", "deployment", "container", "pod", "instance"),
		summary:   first(annotations, "summary", "description"),
		value:     annotations["value"],
		threshold: annotations["threshold"],
		labels:    labels, annotations: annotations,
	}
}

func severity(label string) int16 {
	switch strings.ToLower(label) {
	case "critical":
		return 2
	case "warning":
		return 3
	default:
		return 4
	}
}

func first(of map[string]string, names ...string) string {
	for _, name := range names {
		if of[name] != "" {
			return of[name]
		}
	}
	return ""
}

// cleanLabels keeps control characters, which views show escaped: they are part of the
// identity. Only NUL goes, which the database cannot hold.
func cleanLabels(raw map[string]string) (map[string]string, error) {
	if len(raw) > maxLabels {
		return nil, fmt.Errorf("labels are more than %d", maxLabels)
	}
	labels := make(map[string]string, len(raw))
	for name, value := range raw {
		if len(name) > maxName {
			return nil, fmt.Errorf("labels: the name %.20q… is longer than %d bytes", name, maxName)
		}
		if len(value) > maxValue {
			return nil, fmt.Errorf("labels: the value of %q is longer than %d bytes", name, maxValue)
		}
		labels[clean(name)] = clean(value)
	}
	return labels, nil
}

func cleanAnnotations(raw map[string]string) (map[string]string, error) {
	if len(raw) > maxLabels {
		return nil, fmt.Errorf("annotations are more than %d", maxLabels)
	}
	annotations := make(map[string]string, len(raw))
	for name, value := range raw {
		if len(name) > maxName {
			return nil, fmt.Errorf("annotations: the name %.20q… is longer than %d bytes", name, maxName)
		}
		annotations[clean(name)] = cut(clean(value))
	}
	return annotations, nil
}

func clean(text string) string { return strings.ReplaceAll(text, "\x00", "") }

// cut shortens text to a bound without breaking a character.
func cut(text string) string {
	if len(text) <= maxAnnotation {
		return text
	}
	end := maxAnnotation
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + "…"
}

// moment reads a date. Milliseconds are what the API gives; webhooks give more, and the
// same alert must have the same date in both.
func moment(field, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, fmt.Errorf("%s is missing", field)
	}
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return time.Time{}, fmt.Errorf("%s is not a date like 2006-01-02T15:04:05Z", field)
	}
	if at.Year() < 1970 || at.Year() > 2200 {
		return time.Time{}, fmt.Errorf("%s is missing or absurd", field)
	}
	return at.UTC().Truncate(time.Millisecond), nil
}

// fingerprint identifies a set of labels as Alertmanager does: FNV-1a over names and
// values in order.
func fingerprint(labels map[string]string) string {
	hash := fnv.New64a()
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		for _, part := range []string{name, labels[name]} {
			_, _ = hash.Write([]byte(part)) // a hash never fails
			_, _ = hash.Write([]byte{0xff})
		}
	}
	return fmt.Sprintf("%016x", hash.Sum64())
}

// decode reads JSON into target. path names the place in the document for the message.
func decode(path string, data []byte, target any) error {
	err := json.Unmarshal(data, target)
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		place := strings.Trim(path+"."+fieldName(wrong.Field), ".")
		return errs.Newf(errs.Invalid, "%s: a JSON %s does not belong here.", cmp.Or(place, "The body"), wrong.Value)
	}
	if err != nil {
		return errs.Newf(errs.Invalid, "The body is not valid JSON: %v.", err)
	}
	return nil
}

// fieldName is Go's path of a field as Alertmanager writes it.
func fieldName(path string) string {
	path = strings.TrimPrefix(path, "alert.") // the embedded struct
	if path == "" {
		return ""
	}
	return strings.ToLower(path[:1]) + path[1:]
}
