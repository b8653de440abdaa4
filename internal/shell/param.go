package shell

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Params lists the placeholders of a command, each name once, in order.
func Params(text string) []Param {
	if checkText(text) != nil {
		return nil
	}
	t, _ := newTemplate(text) // a text that is not valid shell still has blanks to show
	return t.params()
}

func (t *template) params() []Param {
	var params []Param
	seen := map[string]bool{}
	for _, i := range t.used() {
		if i >= len(t.texts) {
			continue
		}
		p := newParam(t.texts[i])
		if !seen[p.Name] {
			seen[p.Name] = true
			params = append(params, p)
		}
	}
	return params
}

var (
	notName     = regexp.MustCompile(`[^a-z0-9]+`)
	valueOf     = regexp.MustCompile(`^(?:the-)?value-of-(?:the-)?([a-z0-9-]+?)-label\b`)
	secretWords = regexp.MustCompile(`(^|-)(api)?(key|token|password|passwd|passphrase|secret)s?($|-)`)
)

func newParam(text string) Param {
	name := strings.Trim(notName.ReplaceAllString(strings.ToLower(text), "-"), "-")
	if strings.HasPrefix(text, "{{") {
		name = strings.TrimPrefix(name, "labels-") // {{ $labels.pod }} is the alert's own
	}
	secret := secretWords.MatchString(name) && !strings.HasSuffix(name, "-name")
	return Param{Name: name, Text: text, Label: labelOf(name), Secret: secret}
}

var labels = map[string]string{
	"pod": "pod", "namespace": "namespace", "ns": "namespace", "node": "node", "instance": "instance", "deployment": "deployment",
	"deploy": "deployment", "service": "service", "svc": "service", "container": "container", "job": "job",
}

// Labels lists, sorted, what the placeholders that an alert's labels fill are called: namespace, ns, pod, …
func Labels() []string { return labelNames }

var labelNames = slices.Sorted(maps.Keys(labels))

// labelOf gives the alert label that fills a placeholder: pod-name, pod_name and
// PODNAME all mean pod.
func labelOf(name string) string {
	if m := valueOf.FindStringSubmatch(name); m != nil {
		return strings.ReplaceAll(m[1], "-", "_")
	}
	name = strings.TrimSuffix(strings.TrimSuffix(name, "name"), "-")
	return labels[name]
}

// IsSecretName tells a name that stands for a key, a token, a password or another secret.
func IsSecretName(name string) bool { return newParam(name).Secret }
