package redisbroker

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardroom/internal/live"
)

func TestOnlyOurMessagesAreTaken(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{
		`{"version":1,"origin":"a","bells":["incident:1","dashboard"]}` + "\n",
		`{"version":1,"origin":"a","repair":true}` + "\n",
		`{"version":1,"origin":"a","frame":{"topic":"run:1","from":1,"to":2}}` + "\nline\nand more",
		`{"version":1,"origin":"a","frame":{"topic":"run:1","from":1,"to":2,"gap":true}}` + "\n",
		`{"version":1,"origin":"a","frame":{"topic":"run:1","key":"end"}}` + "\n{}",
	} {
		if _, err := decode([]byte(raw)); err != nil {
			t.Errorf("%q: %v", raw, err)
		}
	}
	long := strings.Repeat("x", maxName+1)
	for name, raw := range map[string]string{
		"nothing":               "",
		"no end of the header":  `{"version":1,"origin":"a","repair":true}`,
		"no JSON":               "hello\n",
		"another version":       `{"version":2,"origin":"a","repair":true}` + "\n",
		"no origin":             `{"version":1,"repair":true}` + "\n",
		"unknown field":         `{"version":1,"origin":"a","repair":true,"x":1}` + "\n",
		"two values":            `{"version":1,"origin":"a","repair":true}{}` + "\n",
		"nothing to say":        `{"version":1,"origin":"a"}` + "\n",
		"two things":            `{"version":1,"origin":"a","repair":true,"bells":["a"]}` + "\n",
		"data without a frame":  `{"version":1,"origin":"a","repair":true}` + "\nx",
		"topic with a control":  `{"version":1,"origin":"a","bells":["a\u0000b"]}` + "\n",
		"long topic":            `{"version":1,"origin":"a","bells":["` + long + `"]}` + "\n",
		"many bells":            `{"version":1,"origin":"a","bells":["a"` + strings.Repeat(`,"a"`, maxBells) + `]}` + "\n",
		"frame without numbers": `{"version":1,"origin":"a","frame":{"topic":"run:1"}}` + "\nx",
		"numbers backwards":     `{"version":1,"origin":"a","frame":{"topic":"run:1","from":2,"to":1}}` + "\nx",
		"state with numbers":    `{"version":1,"origin":"a","frame":{"topic":"run:1","key":"k","from":1,"to":1}}` + "\nx",
		"gap with data":         `{"version":1,"origin":"a","frame":{"topic":"run:1","from":1,"to":1,"gap":true}}` + "\nx",
		"too much data":         `{"version":1,"origin":"a","frame":{"topic":"run:1","from":1,"to":1}}` + "\n" + strings.Repeat("x", maxData+1),
		"too long a header":     `{"version":1,"origin":"a","repair":true}` + strings.Repeat(" ", maxHeader) + "\n",
	} {
		if m, err := decode([]byte(raw)); err == nil {
			t.Errorf("%s: taken as %+v", name, m)
		}
	}
}

func TestLinesThatAreTooLongBecomeAGap(t *testing.T) {
	t.Parallel()
	raw, err := ofFrame("a", &live.Frame{Topic: "run:1", From: 3, To: 9, Data: make([]byte, maxData+1)}).encode()
	if err != nil {
		t.Fatal(err)
	}
	m, err := decode(raw)
	if err != nil {
		t.Fatal(err)
	}
	if f := m.frame(); !f.Gap || f.From != 3 || f.To != 9 || len(f.Data) != 0 {
		t.Errorf("got %+v", f)
	}
}

// Whatever is taken says the same when it is sent on.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"version":1,"origin":"a","bells":["incident:1"]}` + "\n"))
	f.Add([]byte(`{"version":1,"origin":"a","repair":true}` + "\n"))
	f.Add([]byte(`{"version":1,"origin":"a","frame":{"topic":"run:1","from":1,"to":2}}` + "\n{\"op\":\"log\"}"))
	f.Add([]byte(`{"version":1,"origin":"a","frame":{"topic":"run:1","key":"end"}}` + "\n{}"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := decode(raw)
		if err != nil {
			return
		}
		again, err := m.encode()
		if err != nil {
			t.Fatal(err)
		}
		same, err := decode(again)
		if err != nil {
			t.Fatalf("%q is not taken again: %v", again, err)
		}
		if diff := cmp.Diff(m, same, cmp.AllowUnexported(message{}), cmp.Comparer(bytes.Equal)); diff != "" {
			t.Errorf("sent on (-first +again):\n%s", diff)
		}
	})
}
