package shell_test

import (
	"slices"
	"strings"
	"testing"

	"wardroom/internal/shell"
)

func TestBindSQL(t *testing.T) {
	t.Parallel()
	hostile := "x'; DROP TABLE t; --"
	for _, c := range []struct {
		text, value, want, err string
		risk                   shell.Risk
	}{
		{text: "SELECT 1", want: "SELECT 1"},
		{text: "SELECT * FROM t WHERE id = '<id>'", value: "a-1", want: "SELECT * FROM t WHERE id = $1\n-- $1 = 'a-1'"},
		{text: "SELECT * FROM t WHERE id = '<id>'", value: hostile, want: "SELECT * FROM t WHERE id = $1\n-- $1 = 'x''; DROP TABLE t; --'"},
		{text: "SELECT * FROM t WHERE id = <id> AND b = '<id>' LIMIT <id>;", value: "5", want: "SELECT * FROM t WHERE id = $1 AND b = $2 LIMIT $3;\n-- $1 = '5'\n-- $2 = '5'\n-- $3 = '5'"},
		{text: "SELECT * FROM t WHERE id IN ('<id>', 'b')", value: "a", want: "SELECT * FROM t WHERE id IN ($1, 'b')\n-- $1 = 'a'"},
		{text: "SELECT * FROM t WHERE id IN (1, <id>)", value: "2", want: "SELECT * FROM t WHERE id IN (1, $1)\n-- $1 = '2'"},
		{text: "SELECT * FROM t WHERE id = '<id>'::uuid", value: "a", want: "SELECT * FROM t WHERE id = $1::uuid\n-- $1 = 'a'"},
		{text: "SELECT lower(<id>)", value: "a", want: "SELECT lower($1)\n-- $1 = 'a'"},
		{text: "DELETE FROM t WHERE id = '{{ id }}'", value: "a", want: "DELETE FROM t WHERE id = $1\n-- $1 = 'a'", risk: shell.Destroy},
		{text: "SELECT 1 -- <id>\nWHERE 'a' = '<id>'", value: "a", want: "SELECT 1 -- <id>\nWHERE 'a' = $1\n-- $1 = 'a'"},
		{text: "SELECT * FROM t WHERE id LIKE '%<id>%'", value: "a", err: "only a part of a quoted text"},
		{text: "SELECT now() - interval '<id>'", value: "a", err: "behind INTERVAL"},
		{text: "SELECT * FROM <id>", value: "a", err: "a name may stand"},
		{text: "SELECT <id> FROM t", value: "a", err: "a name may stand"},
		{text: "SELECT * FROM t ORDER BY <id>", value: "a", err: "a name may stand"},
		{text: "SELECT * FROM t WHERE <id> = 1", value: "a", err: "a name may stand"},
		{text: "SELECT * FROM t WHERE x = <id>.y", value: "a", err: "a name and no value"},
		{text: "SELECT * FROM t WHERE x = \"<id>\"", value: "a", err: "a part of a name"},
		{text: "SELECT * FROM t WHERE x = pre<id>", value: "a", err: "a part of a name"},
		{text: "SELECT * FROM t WHERE x = $q$ <id> $q$", value: "a", err: "a part of a quoted text"},
		{text: "SELECT * FROM t WHERE x = $1 AND y = '<id>'", value: "a", err: "numbers its parameters itself"},
		{text: "SELECT '<id>'; DELETE FROM t", value: "a", err: "single statement"},
		{text: "ALTER ROLE x SET work_mem = '<id>'", value: "a", err: "no parameter can stand in ALTER"},
		{text: "SELECT '<id>'", value: "-a", err: "dash"},
		{text: "SELECT '<id>'", value: "a\nb", err: "control"},
		{text: "SELECT '<id>'", value: "", err: "empty"},
		{text: "SELECT '<other>'", err: "give a value"},
	} {
		got, err := shell.Policy{}.BindSQL(c.text, map[string]string{"id": c.value})
		if c.err != "" {
			if err == nil || !strings.Contains(err.Error(), c.err) {
				t.Errorf("%s: %+v, %v, want %s", c.text, got, err, c.err)
			}
			continue
		}
		if err != nil || got.Text != c.want || got.Analysis.Risk != c.risk || !got.Analysis.Runnable || slices.ContainsFunc(got.Params, func(p string) bool { return p != c.value }) {
			t.Errorf("%s: %q %+v %v", c.text, got.Text, got, err)
		}
	}
}

// What is unknown while its blank is open stays so.
func TestBindSQLStaysUnknown(t *testing.T) {
	t.Parallel()
	got, err := shell.Policy{}.BindSQL("SELECT dblink('<id>')", map[string]string{"id": "a"})
	if err != nil || got.Analysis.Risk != shell.Unknown || got.Analysis.Runnable {
		t.Errorf("%+v %v", got, err)
	}
}

func TestBindPromQL(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, value, want, err string }{
		{text: "up == 0", want: "up == 0"},
		{text: `# don't <pod>` + "\n" + `up{pod="<pod>"}`, value: "a", want: `# don't <pod>` + "\n" + `up{pod="a"}`},
		{text: `up{pod = "<pod>", job!='<pod>'}`, value: "a", want: `up{pod = "a", job!='a'}`},
		{text: `up{pod="<pod>"}`, value: `a"} or vector(1) #\`, want: `up{pod="a\"} or vector(1) #\\"}`},
		{text: `up{pod='<pod>'}`, value: `a'} or x{a='`, want: `up{pod='a\'} or x{a=\''}`},
		{text: `up{pod=~"<pod>-.*"}`, value: "a.b|.*", want: `up{pod=~"a\\.b\\|\\.\\*-.*"}`},
		{text: `up{pod!~"<pod>"}`, value: ".*", want: `up{pod!~"\\.\\*"}`},
		{text: `<pod>`, value: "up", err: "only the quoted value"},
		{text: `up{pod=<pod>}`, value: "a", err: "only the quoted value"},
		{text: `up > <pod>`, value: "1", err: "only the quoted value"},
		{text: "up{pod=`<pod>`}", value: "a", err: "only the quoted value"},
		{text: `label_replace(up, "<pod>", "$1", "pod", "(.*)")`, value: "a", err: "only the quoted value"},
		{text: `up == "<pod>"`, value: "a", err: "only the quoted value"},
		{text: `up{pod="<pod>`, value: "a", err: "only the quoted value"},
		{text: `up{pod="<pod>"}`, value: "a\n", err: "control"},
		{text: `up{pod="<other>"}`, err: "give a value"},
	} {
		got, err := shell.Policy{}.BindPromQL(c.text, map[string]string{"pod": c.value})
		if c.err != "" {
			if err == nil || !strings.Contains(err.Error(), c.err) {
				t.Errorf("%s: %+v, %v, want %s", c.text, got, err, c.err)
			}
			continue
		}
		if err != nil || got.Text != c.want || got.Analysis.Risk != shell.Read {
			t.Errorf("%s: %q %v", c.text, got.Text, err)
		}
	}
}
