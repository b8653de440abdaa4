package incidents_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardroom/internal/errs"
	"wardroom/internal/incidents"
)

func (d *desk) numbers(t *testing.T, filter incidents.Filter) []int64 {
	t.Helper()
	rows, _, err := d.List(as(t, d.vi), filter)
	if err != nil {
		t.Fatal(err)
	}
	var numbers []int64
	for _, row := range rows {
		numbers = append(numbers, row.Number)
	}
	return numbers
}

func TestListFilters(t *testing.T) {
	t.Parallel()
	d := setup(t)
	ctx := as(t, d.ana)
	for i, title := range []string{"API 5xx in eu-1", "coder_arm down", "100% CPU", "Disk full", "coderXarm down"} {
		if _, _, err := d.Declare(ctx, incidents.Declaration{Title: title, Severity: 1 + i%4}); err != nil {
			t.Fatal(err)
		}
	}
	move := func(number int64, statuses ...incidents.Status) {
		for _, to := range statuses {
			if _, err := d.SetStatus(as(t, d.bo), number, to); err != nil {
				t.Fatal(err)
			}
		}
	}
	move(1, resolved, closed)
	move(2, acked)
	move(3, mitigate)
	move(4, resolved)
	for name, test := range map[string]struct {
		filter incidents.Filter
		want   []int64
	}{
		"all":                   {incidents.Filter{}, []int64{5, 4, 3, 2, 1}},
		"active":                {incidents.Filter{Status: incidents.Active}, []int64{5, 3, 2}},
		"closed":                {incidents.Filter{Status: closed}, []int64{1}},
		"severity":              {incidents.Filter{Severity: 1}, []int64{5, 1}},
		"lead":                  {incidents.Filter{Lead: d.bo.ID}, []int64{2}},
		"words":                 {incidents.Filter{Query: " DOWN "}, []int64{5, 2}},
		"underscore is literal": {incidents.Filter{Query: "coder_arm"}, []int64{2}},
		"percent is literal":    {incidents.Filter{Query: "0%"}, []int64{3}},
		"backslash is literal":  {incidents.Filter{Query: `\`}, nil},
		"number":                {incidents.Filter{Query: "INC-4"}, []int64{4}},
		"number or title":       {incidents.Filter{Query: "5"}, []int64{5, 1}},
		"before":                {incidents.Filter{Before: 3}, []int64{2, 1}},
		"together":              {incidents.Filter{Status: incidents.Active, Severity: 1, Query: "down"}, []int64{5}},
	} {
		if diff := cmp.Diff(test.want, d.numbers(t, test.filter)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	for _, filter := range []incidents.Filter{{Status: "frozen"}, {Severity: 9}} {
		_, _, err := d.List(ctx, filter)
		wantKind(t, err, errs.Invalid)
	}
}

func TestListPages(t *testing.T) {
	t.Parallel()
	d := setup(t)
	const all = 2*incidents.PageSize + 7
	d.exec(t, fmt.Sprintf(`INSERT INTO incidents (id, title, severity, began_at)
		SELECT gen_random_uuid(), 'incident ' || n, 3, wardroom.now() FROM generate_series(1, %d) n`, all))
	var seen []int64
	var filter incidents.Filter
	for range 4 {
		rows, before, err := d.List(as(t, d.vi), filter)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			seen = append(seen, row.Number)
		}
		if before == 0 {
			break
		}
		filter.Before = before
	}
	var want []int64
	for n := int64(all); n > 0; n-- {
		want = append(want, n)
	}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Error(diff)
	}
}
