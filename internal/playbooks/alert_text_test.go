package playbooks_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardroom/internal/errs"
	"wardroom/internal/playbooks"
)

func TestReadAlert(t *testing.T) {
	t.Parallel()
	arm := map[string]string{"alertname": "ArmDown", "service": "x"}
	for text, want := range map[string]playbooks.Alert{
		"alertname=ArmDown service=x":                           {Labels: arm},
		"ArmDown":                                               {Labels: map[string]string{"alertname": "ArmDown"}},
		" ArmDown\r\n":                                          {Labels: map[string]string{"alertname": "ArmDown"}},
		"etcd-members:5xx":                                      {Labels: map[string]string{"alertname": "etcd-members:5xx"}},
		"ArmDown service=x":                                     {Labels: arm},
		"ArmDown,\nservice=x":                                   {Labels: arm},
		" alertname=ArmDown,\n service = x\n":                   {},
		"alertname=ArmDown\r\nservice=\"x\"":                    {Labels: arm},
		"the arm\nis down":                                      {Labels: map[string]string{}, Annotations: map[string]string{"summary": "the arm is down"}},
		`{alertname="ArmDown", service="x"}`:                    {Labels: arm},
		`{alertname=ArmDown,service=x}`:                         {Labels: arm},
		`{"labels":{"alertname":"ArmDown","service":"x"}}`:      {Labels: arm},
		`[{"labels":{"alertname":"ArmDown","service":"x"}},{}]`: {Labels: arm},
		`{"alerts":[{"labels":{"alertname":"ArmDown"}}],"groupKey":"{}"}`:    {Labels: map[string]string{"alertname": "ArmDown"}},
		"alertname=ArmDown summary=the arm is down service=x":                {Labels: arm, Annotations: map[string]string{"summary": "the arm is down"}},
		`alertname=ArmDown service=x runbook_url=https://e.org/r/arm.md?x=1`: {Labels: arm, Annotations: map[string]string{"runbook_url": "https://e.org/r/arm.md?x=1"}},
		`a="say \"no\"" b=`: {Labels: map[string]string{"a": `say "no"`, "b": ""}},
	} {
		got, err := playbooks.ReadAlert(text)
		if want.Labels == nil {
			if errs.KindOf(err) != errs.Invalid {
				t.Errorf("%q: %+v, %v; want errs.Invalid", text, got, err)
			}
			continue
		}
		if len(got.Annotations) == 0 {
			got.Annotations = nil
		}
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%q: %v\n%s", text, err, diff)
		}
	}
}

func TestReadAlertRefuses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                        "no labels",
		"ArmDown service =x":      `Line 1: "ArmDown" is no label`,
		"a=b\nis down":            `Line 2: "is" is no label`,
		`a="b`:                    "no end",
		`{a="b"`:                  "brace is missing",
		`{a!="b"}`:                "no conditions",
		`{"labels":`:              "not the JSON of an alert",
		`{"labels":{"a":1}}`:      "not the JSON of an alert",
		`{}`:                      "names no labels",
		`[]`:                      "names no labels",
		`["a"]`:                   "not the JSON of an alert",
		strings.Repeat("a", 20e3): "longer than 16 KiB",
	} {
		_, err := playbooks.ReadAlert(text)
		if errs.KindOf(err) != errs.Invalid || !strings.Contains(errs.Message(err), want) {
			t.Errorf("%.40q: %v, want %q", text, err, want)
		}
	}
}

func FuzzReadAlert(f *testing.F) {
	f.Add("alertname=ArmDown service=\"x\" summary=it is down")
	f.Add(`{"labels":{"a":"b"}}`)
	f.Add(`{a="b",c=d}`)
	f.Fuzz(func(t *testing.T, text string) {
		a, err := playbooks.ReadAlert(text)
		if err == nil && len(a.Labels)+len(a.Annotations) == 0 {
			t.Errorf("%q: nothing", text)
		}
		if err != nil && errs.KindOf(err) != errs.Invalid {
			t.Errorf("%q: %v", text, err)
		}
	})
}
