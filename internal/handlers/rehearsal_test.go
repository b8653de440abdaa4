package handlers_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

const blanks = "# Blanks\n\n## Diagnosis\n\n```sh\ngrep <words> log.<area>\nkubectl get pods -n <namespace>\ncurl -H \"X-Key: $API_KEY\" http://<host>/\n" +
	"echo <words> <cluster>\nteller <verb>\n```\n\n```sql\nSELECT 1 FROM a WHERE b = '<words>';\n```\n"

// The preview lists the placeholders with what fills them, and its commands with values are those that a room would run.
func TestTryingValues(t *testing.T) {
	t.Parallel()
	_, _, au := writers(t)
	try := func(values ...string) answer {
		t.Helper()
		return au.post(t, "/playbooks/validate", append([]string{"path", "a.md", "source", blanks}, values...)...).want(t, http.StatusOK)
	}
	page := try()
	for _, row := range []string{
		"<words> typed by whoever runs it", "<area> AREA of strict", "<namespace> label namespace", "$API_KEY a secret, typed each time it runs",
		"<cluster> CLUSTER of strict, fixed",
	} {
		page.has(t, ".blanks", row)
	}
	page.has(t, ".cmd-text", "$ kubectl get pods -n <namespace>")
	if len(find(page.doc, "input[name=v.api-key]")) > 0 {
		t.Error("a secret is asked for where nothing runs")
	}

	// As a room would, by the tree: one word stays one word, and a statement gets a parameter.
	page = try("v.words", "it's; rm -rf /", "v.namespace", "octollm", "v.area", "eu")
	page.has(t, ".cmd-text", `$ grep 'it'\''s; rm -rf /' log.eu`)
	page.has(t, "var", "octollm")
	page.has(t, ".cmd-text", `sql> SELECT 1 FROM a WHERE b = $1; -- $1 = 'it''s; rm -rf /'`)
	page.has(t, ".cmd-text", `<cluster>`)
	if page.field(t, "v.words") != "it's; rm -rf /" {
		t.Error("what was typed is gone")
	}

	// What does not fit is said where it was typed, and the command stays as it is written.
	page = try("v.namespace", "--all", "v.words", "")
	page.has(t, ".field-error", "The value of <namespace> ")
	page.has(t, ".cmd-hints", "The value of <namespace> ")
	page.has(t, "mark", "<namespace>")

	// In an environment its variables fill, and its fixed ones win.
	page = try("environment", "strict", "v.words", "a", "v.cluster", "red")
	page.has(t, ".cmd-text", "$ grep a log. eu-1")
	page.has(t, ".cmd-text", "$ echo a blue")
	page.has(t, "option[selected]", "strict")
	page = try("environment", "prod", "v.verb", "x")
	page.has(t, ".blanks", "<area> typed by whoever runs it")

	// It is the page's script that gets it alone, and a text with errors keeps what was typed.
	only := try("only", "checked", "v.area", "eu", "v.words", "a")
	only.has(t, ".cmd-text", "$ grep a log. eu")
	broken := au.post(t, "/playbooks/validate", "path", "arm-down.md", "source", "---\nlevel: x\n---\n", "v.area", "eu").want(t, http.StatusOK)
	broken.has(t, "#preview-strip", "1 error")
}

// A value changes what a command does: it is classed again. One that stands where a verb does cannot make it known.
func TestTriedValuesAreClassed(t *testing.T) {
	t.Parallel()
	_, _, au := writers(t)
	source := "# A\n\n## Fix\n\n```sh\ncat <file>\nredis-cli <verb> a\n```\n"
	au.post(t, "/playbooks/validate", "path", "a.md", "source", source, "v.file", "notes").want(t, http.StatusOK).has(t, ".cmd-hints", "READ: ")
	page := au.post(t, "/playbooks/validate", "path", "a.md", "source", source, "v.file", "/etc/shadow", "v.verb", "get").want(t, http.StatusOK)
	page.has(t, ".cmd-hints", "READ: reads /etc/shadow, which may hold secrets its output may hold secrets")
	page.has(t, ".cmd-hints", "UNKNOWN: ")
}

// A text of nothing but placeholders asks for a few of them, and says how many there are.
func TestManyPlaceholders(t *testing.T) {
	t.Parallel()
	_, _, au := writers(t)
	var b strings.Builder
	b.WriteString("# A\n\n## Diagnosis\n\n```sh\n")
	for i := range 70 {
		fmt.Fprintf(&b, "echo <a%d>\n", i)
	}
	page := au.post(t, "/playbooks/validate", "path", "a.md", "source", b.String()+"```\n").want(t, http.StatusOK)
	page.has(t, ".blanks", "70 placeholders")
	page.has(t, ".blanks", "20 more cannot be tried here.")
	if n := strings.Count(page.body, `name="v.a`); n != 50 {
		t.Errorf("%d fields", n)
	}
}
