package e2e

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// Bad input is answered with the right status and something that a person can read; the
// data is as it was.
func TestBadInput(t *testing.T) {
	ana := signIn(t)
	ana.expect("status of 404")
	for path, text := range map[string]string{
		"/incidents/999999":                              "There is no incident INC-999999",
		"/incidents/nonsense":                            "There is no such incident",
		"/runs/01a2089b-0000-7000-8000-000000000000":     "There is no such run",
		"/playbooks/unheard-of":                          "There is no such playbook",
		"/symptoms/01a2089b-0000-7000-8000-000000000000": "There is no such symptom",
		"/handoff/AAAAAAAAAAAAAAAAAAAAAAAAAA":            "Not found",
		"/nowhere":                                       "There is no page at this address",
	} {
		ana.open(path)
		ana.sees(text)
	}
	for name, test := range map[string]struct {
		method, path, body string
		status             int
		says               string
	}{
		"wrong token":      {http.MethodPost, "/hooks/alertmanager/wrong", "{}", http.StatusUnauthorized, "token"},
		"over 1 MiB":       {http.MethodPost, "/hooks/alertmanager/" + world.stack.Token(), strings.Repeat("x", 1<<20+1), http.StatusRequestEntityTooLarge, ""},
		"malformed":        {http.MethodPost, "/hooks/alertmanager/" + world.stack.Token(), `{"version": 4`, http.StatusBadRequest, "JSON"},
		"wrong method":     {http.MethodGet, "/hooks/alertmanager/x", "", http.StatusMethodNotAllowed, ""},
		"not signed in":    {http.MethodPost, "/incidents", "title=x", http.StatusUnauthorized, ""},
		"unknown resource": {http.MethodGet, "/static/nothing.js", "", http.StatusNotFound, ""},
	} {
		t.Run(name, func(t *testing.T) {
			req, err := http.NewRequestWithContext(t.Context(), test.method, world.stack.URL+test.path, strings.NewReader(test.body))
			if err != nil {
				t.Fatal(err)
			}
			status, body := send(t, req)
			if status != test.status || !strings.Contains(body, test.says) {
				t.Errorf("%d %s", status, body)
			}
		})
	}
}

func send(t *testing.T, req *http.Request) (status int, body string) {
	t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer client.CloseIdleConnections()
	answer, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	all, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(all)
}
