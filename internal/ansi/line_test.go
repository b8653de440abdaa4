package ansi_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardroom/internal/ansi"
)

func TestJSON(t *testing.T) {
	t.Parallel()
	line := ansi.Line{{Class: "f1 b", Text: "a \"quoted\" \\ </script> & ž"}, {Text: ""}}
	encoded, err := json.Marshal(line)
	if err != nil {
		t.Fatal(err)
	}
	want := `[["f1 b","a \"quoted\" \\ \u003c/script\u003e \u0026 ž"],["",""]]`
	if string(encoded) != want {
		t.Errorf("JSON = %s\nwant   %s", encoded, want)
	}
	var decoded ansi.Line
	if err = json.Unmarshal(encoded, &decoded); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(line, decoded); diff != "" {
		t.Errorf("there and back (-want +got):\n%s", diff)
	}
	if encoded, err = json.Marshal(ansi.Line(nil)); err != nil || string(encoded) != "[]" {
		t.Errorf("the empty line is %s, err %v", encoded, err)
	}
	if err = json.Unmarshal([]byte(`[{"a":1}]`), &decoded); err == nil {
		t.Error("an object was read as a run")
	}
}

func TestHTML(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		line ansi.Line
		want string
	}{
		{nil, ""},
		{ansi.Line{{Text: "a <b> & 'c' \"d\""}}, "a &lt;b&gt; &amp; &#39;c&#39; &#34;d&#34;"},
		{ansi.Line{{Class: "f1 b", Text: "<x>"}, {Text: "y"}}, `<span class="f1 b">&lt;x&gt;</span>y`},
		{ansi.Line{{Class: `"><script>`, Text: "x"}}, `<span class="&#34;&gt;&lt;script&gt;">x</span>`},
	} {
		if got := ansi.HTML(tc.line); got != tc.want {
			t.Errorf("HTML(%v) = %s, want %s", tc.line, got, tc.want)
		}
	}
}

func TestTruncate(t *testing.T) {
	t.Parallel()
	line := ansi.Line{{Class: "f1", Text: "abc"}, {Text: "žluť"}}
	for limit, want := range map[int]struct {
		short   ansi.Line
		omitted int
	}{
		-1:  {nil, 9},
		0:   {nil, 9},
		2:   {ansi.Line{{Class: "f1", Text: "ab"}}, 7},
		3:   {ansi.Line{{Class: "f1", Text: "abc"}}, 6},
		4:   {ansi.Line{{Class: "f1", Text: "abc"}}, 6},
		5:   {ansi.Line{{Class: "f1", Text: "abc"}, {Text: "ž"}}, 4},
		9:   {line, 0},
		100: {line, 0},
	} {
		short, omitted := line.Truncate(limit)
		if diff := cmp.Diff(want.short, short); diff != "" || omitted != want.omitted {
			t.Errorf("Truncate(%d) omits %d, want %d (-want +got):\n%s", limit, omitted, want.omitted, diff)
		}
	}
}
