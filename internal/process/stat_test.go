package process

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

const sample = "4242 (a) R 1 (b)) S 17 4242 4242 0 -1 4194304 106 0 0 0 0 0 0 0 20 0 1 0 987654 5611520 245 18446744073709551615 0 0\n"

func TestParseStatOfAHostileName(t *testing.T) {
	t.Parallel()
	got, err := parseStat(4242, []byte(sample))
	if err != nil {
		t.Fatal(err)
	}
	want := stat{id: ID{PID: 4242, Start: 987654}, state: 'S', parent: 17}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(stat{})); diff != "" {
		t.Error(diff)
	}
}

func FuzzParseStat(f *testing.F) {
	f.Add([]byte(sample))
	f.Add([]byte("1 (x) Z"))
	f.Add([]byte(") S x 1 1 0 -1 4194304 106 0 0 0 0 0 0 0 20 0 1 0 -1"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if st, err := parseStat(7, raw); err == nil && st.id.PID != 7 {
			t.Errorf("parsed to %v", st)
		}
	})
}
