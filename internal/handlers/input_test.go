package handlers_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"wardroom/internal/authz"
	"wardroom/internal/errs"
)

const hook = "/hooks/alertmanager/" + hookToken

const alert = `{"version":"4","alerts":[{"status":"firing","labels":{"alertname":"ArmDown","service":"coder-arm"},"startsAt":"2026-11-23T02:42:00Z","fingerprint":"f1"}]}`

func TestWebhook(t *testing.T) {
	t.Parallel()
	h := setup(t)
	h.exec(t, "INSERT INTO sources (name, source_group, kind) VALUES ('am', 'am', 'alertmanager') ON CONFLICT DO NOTHING")
	source := h.nobody(t)
	for name, c := range map[string]struct {
		path, body, kind string
		status           int
		says             string
	}{
		"an alert":                   {hook, alert, "application/json", http.StatusOK, "stored"},
		"whatever it calls its body": {hook, alert, "text/plain", http.StatusOK, "stored"},
		"no content type":            {hook, alert, "", http.StatusOK, "stored"},
		"a wrong token":              {"/hooks/alertmanager/no", alert, "application/json", http.StatusUnauthorized, "No source has this token."},
		"too much":                   {hook, `{"version":"4","pad":"` + strings.Repeat("x", 1<<20) + `"}`, "application/json", http.StatusRequestEntityTooLarge, "longer than 1024 KiB"},
		"cut off":                    {hook, alert[:40], "application/json", http.StatusBadRequest, ""},
		"a number for a name":        {hook, `{"version":"4","alerts":[{"status":"firing","labels":{"alertname":7}}]}`, "application/json", http.StatusOK, "stored"}, // without it
		"another version":            {hook, `{"version":"3","alerts":[]}`, "application/json", http.StatusBadRequest, "version"},
		"a form":                     {hook, "a=b", "application/x-www-form-urlencoded", http.StatusBadRequest, ""},
		"nothing":                    {hook, "", "application/json", http.StatusBadRequest, ""},
	} {
		a := source.do(t, http.MethodPost, c.path, c.body, "Content-Type", c.kind, "Origin", "", "Accept", "text/html")
		if a.StatusCode != c.status || !strings.Contains(a.body, c.says) || !strings.HasPrefix(a.Header.Get("Content-Type"), "application/json") {
			t.Errorf("%s: %d %q %q", name, a.StatusCode, a.Header.Get("Content-Type"), a.body)
		}
	}
	if n := h.count(t, "SELECT count(*) FROM symptoms"); n != 1 {
		t.Errorf("%d symptoms", n)
	}
}

func TestThingsThatAreNotThere(t *testing.T) {
	t.Parallel()
	h := setup(t)
	ana := h.person(t, "Ana", authz.Responder)
	in := h.declared(t, ana)
	attached, err := h.incidents.Attached(as(t, ana), in.ID)
	must(t, err)
	b, id := h.browser(t, ana), uuid.NewString()
	book := attached[0].ID.String()
	for path, says := range map[string]string{
		"/incidents/999":                              "There is no incident INC-999.",
		"/incidents/0":                                "There is no such incident.",
		"/incidents/-1":                               "There is no such incident.",
		"/incidents/99999999999999999999":             "There is no such incident.",
		"/incidents/1e3":                              "There is no such incident.",
		"/incidents/%00":                              "There is no such incident.",
		"/runs/" + id:                                 "There is no such run.",
		"/runs/x":                                     "There is no such run.",
		"/runs/" + id + "/raw":                        "There is no such run.",
		"/runs/" + id + "/lines?from=1&to=2":          "There is no such run.",
		"/symptoms/" + id:                             "There is no such",
		"/symptoms/%ff":                               "There is no such symptom.",
		"/playbooks/none":                             "There is no such playbook.",
		"/playbooks/..%2f..%2fetc%2fpasswd":           "There is no such playbook.",
		"/incidents/999/review":                       "There is no incident INC-999.",
		"/incidents/999/review.md":                    "There is no incident INC-999.",
		"/incidents/1/run":                            "There is no such attached playbook.",
		"/incidents/1/run?attached=" + id:             "",
		"/incidents/1/run?attached=" + book:           "no such step",
		"/incidents/1/run?step=none&attached=" + book: "no such step",
		"/handoff/" + id:                              "",
		"/setup/" + id:                                "This link does not work",
	} {
		a := b.get(t, path)
		if a.StatusCode != http.StatusNotFound || !strings.Contains(a.text(), says) || len(find(a.doc, "h1")) == 0 {
			t.Errorf("%s: %d\n%.300s", path, a.StatusCode, a.text())
		}
	}
	for path, fields := range map[string][]string{
		"/incidents/999/notes":                     {"text", "x"},
		"/incidents/999/status":                    {"to", "closed"},
		"/incidents/1/playbooks":                   {"playbook", "none"},
		"/incidents/1/playbooks/" + id + "/detach": {},
		"/incidents/1/runs":                        {"attached", book, "step", "none"},
		"/incidents/1/done":                        {"attached", id, "step", "none", "note", "x"},
		"/incidents/1/move-on":                     {"attached", id, "step", "none"},
		"/runs/" + id + "/stop":                    {},
		"/runs/" + id + "/note":                    {"text", "x"},
		"/symptoms/" + id + "/incident":            {},
		"/handoffs/" + id + "/revoke":              {},
		"/handoff/" + id + "/accept":               {},
	} {
		if a := b.post(t, path, fields...); a.StatusCode != http.StatusNotFound || a.text() == "" {
			t.Errorf("POST %s: %d\n%.300s", path, a.StatusCode, a.text())
		}
	}
}

func TestFormsThatCannotBeRight(t *testing.T) {
	t.Parallel()
	h := setup(t)
	b := h.browser(t, h.person(t, "Ana", authz.Admin))
	h.declared(t, h.person(t, "Bo", authz.Responder))
	const notes = "/incidents/1/notes"
	long := "text=" + strings.Repeat("x", 256<<10)
	multipart := "--b\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\nhello\r\n--b--\r\n"
	for name, c := range map[string]struct {
		path, body, kind string
		status           int
	}{
		"too long":                   {notes, long, "application/x-www-form-urlencoded", http.StatusRequestEntityTooLarge},
		"too long before signing in": {"/login", long, "application/x-www-form-urlencoded", http.StatusRequestEntityTooLarge},
		"too long in parts":          {notes, strings.Replace(multipart, "hello", long, 1), "multipart/form-data; boundary=b", http.StatusRequestEntityTooLarge},
		"NUL":                        {notes, "text=%00", "application/x-www-form-urlencoded", http.StatusBadRequest},
		"no UTF-8":                   {notes, "text=%ff%fe", "application/x-www-form-urlencoded", http.StatusBadRequest},
		"NUL in a name":              {notes, "te%00xt=1", "application/x-www-form-urlencoded", http.StatusBadRequest},
		"NUL before signing in":      {"/login", "name=%00", "application/x-www-form-urlencoded", http.StatusBadRequest},
		"NUL in the address":         {notes + "?x=%00", "text=a", "application/x-www-form-urlencoded", http.StatusBadRequest},
		"broken escapes":             {notes, "text=%zz", "application/x-www-form-urlencoded", http.StatusBadRequest},
		"a key that is none":         {notes, "text=a&key=1", "application/x-www-form-urlencoded", http.StatusBadRequest},
		"JSON":                       {notes, `{"text":"a"}`, "application/json", http.StatusBadRequest},
		"parts without a boundary":   {notes, multipart, "multipart/form-data", http.StatusBadRequest},
		"parts":                      {notes, multipart, "multipart/form-data; boundary=b", http.StatusSeeOther},
		"a severity beyond all":      {"/incidents/1/severity", "severity=99999999999", "application/x-www-form-urlencoded", http.StatusBadRequest},
		"a severity below all":       {"/incidents/1/severity", "severity=-70000", "application/x-www-form-urlencoded", http.StatusBadRequest},
		"minutes beyond all":         {"/incidents/1/extend", "minutes=2147483648&reason=x", "application/x-www-form-urlencoded", http.StatusBadRequest},
		"a state that is none":       {"/incidents/1/status", "to=exploded", "application/x-www-form-urlencoded", http.StatusBadRequest},
		"a role that is none":        {"/settings/users/" + uuid.NewString() + "/role", "role=god", "application/x-www-form-urlencoded", http.StatusBadRequest},
		"a theme that is none":       {"/settings/theme", "theme=plaid", "application/x-www-form-urlencoded", http.StatusBadRequest},
	} {
		a := b.do(t, http.MethodPost, c.path, c.body, "Content-Type", c.kind)
		if a.StatusCode != c.status || c.status != http.StatusSeeOther && len(find(a.doc, "h1")) != 1 {
			t.Errorf("%s: %d, want %d\n%.300s", name, a.StatusCode, c.status, a.text())
		}
	}
	for _, query := range []string{
		"/incidents?severity=99999999999", "/incidents?severity=-1", "/incidents?before=-9223372036854775808", "/incidents?before=x",
		"/incidents?lead=x", "/incidents?status=none", "/incidents?q=%00", "/?q=%ff", "/reviews?before=99999999999999999999",
		"/incidents?q=" + strings.Repeat("x", 8000), "/?q=" + strings.Repeat("%27%3B--+", 900), "/?group=" + strings.Repeat("y", 8000),
		"/incidents/1?timeline=none", "/playbooks?q=" + strings.Repeat("(", 5000), "/login?next=%00",
	} {
		if a := b.get(t, query); a.StatusCode >= http.StatusInternalServerError || len(find(a.doc, "h1")) == 0 && a.StatusCode != http.StatusSeeOther {
			t.Errorf("%.60s: %d\n%.300s", query, a.StatusCode, a.text())
		}
	}
}

func TestInternalErrorsSayNothing(t *testing.T) {
	t.Parallel()
	h := setup(t)
	const secret = "dsn=postgres://wardroom:hunter2@db"
	h.RegisterOpen("/broken", func() error { return errors.New(secret) })
	h.RegisterOpen("/panic", func() error { panic(secret) })
	h.RegisterOpen("/away", func() error { return errs.Wrap(errs.Unavailable, "Back soon.", errors.New(secret)) })
	b := h.nobody(t)
	for path, status := range map[string]int{"/broken": 500, "/panic": 500, "/away": 503} {
		page, program := b.get(t, path).want(t, status), b.get(t, path, "Accept", "*/*").want(t, status)
		if strings.Contains(page.body+program.body, "hunter2") {
			t.Errorf("%s tells the cause", path)
		}
		if page.Header.Get("Cache-Control") != "no-store" || !strings.HasPrefix(program.Header.Get("Content-Type"), "application/json") {
			t.Errorf("%s: %v, %v", path, page.Header, program.Header)
		}
	}
	b.get(t, "/broken").has(t, "main", "Something went wrong on our side. It has been logged.")
	if !strings.Contains(h.logs.String(), "hunter2") {
		t.Error("the log does not know the cause")
	}
}
