package programs_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestPromQL asks a server that gives recorded answers.
func TestPromQL(t *testing.T) {
	t.Parallel()
	answers := map[string]string{
		"up":     `{"status":"success","data":{"resultType":"vector","result":[{"metric":{"__name__":"up","instance":"a:1","job":"arm"},"value":[1700000000.1,"1"]},{"metric":{"__name__":"up","job":"orchestrator"},"value":[1700000000.1,"0.25"]}]}}`,
		"none":   `{"status":"success","warnings":["careful"],"data":{"resultType":"vector","result":[]}}`,
		"1+1":    `{"status":"success","data":{"resultType":"scalar","result":[1700000000,"2"]}}`,
		"up[1m]": `{"status":"success","data":{"resultType":"matrix","result":[{"metric":{"job":"arm"},"values":[[1700000000,"1"],[1700000015,"0"]]}]}}`,
		"(":      `{"status":"error","errorType":"bad_data","error":"parse error"}`,
		"odd":    `<html>`,
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if query := r.FormValue("query"); query == "away" {
			http.Redirect(w, r, "http://127.0.0.1:1/", http.StatusFound)
		} else if r.URL.Path == "/base/api/v1/query" {
			_, _ = io.WriteString(w, answers[query])
		}
	}))
	t.Cleanup(server.Close)
	for _, c := range []struct {
		query, address string
		want           output
	}{
		{"up", "", output{` __name__ | instance |     job      | value 
----------+----------+--------------+-------
 up       | a:1      | arm          |     1
 up       |          | orchestrator |  0.25
(2 rows)

`, "", 0}},
		{"none", "", output{" value \n-------\n(0 rows)\n\n", "promql: warning: careful\n", 0}},
		{"1+1", "", output{" value \n-------\n     2\n(1 row)\n\n", "", 0}},
		{"up[1m]", "", output{` job |         time         | value 
-----+----------------------+-------
 arm | 2023-11-14 22:13:20Z |     1
 arm | 2023-11-14 22:13:35Z |     0
(2 rows)

`, "", 0}},
		{"(", "", output{"", "promql: bad_data: parse error\n", 1}},
		{"odd", "", output{"", "promql: Prometheus does not answer: it says 200 OK\n", 1}},
		{"away", "", output{"", "promql: Prometheus does not answer: a redirect to another host is not followed\n", 1}},
		{"up", "http://127.0.0.1:1", output{"", "promql: Prometheus does not answer: Connection refused\n", 1}},
		{"up", "http://169.254.169.254", output{"", "promql: that address is never permitted\n", 126}},
		{"up", "none", output{"", "promql: this environment does not list a Prometheus\n", 126}},
		{" ", "", output{"", "promql: only promql QUERY is available\n", 2}},
	} {
		f := newFixture(t, nil)
		f.network.Metrics = server.URL + "/base/"
		switch c.address {
		case "":
		case "none":
			f.network.Metrics = ""
		default:
			f.network.Metrics = c.address
		}
		if got := f.run(t.Context(), t, "", "promql", c.query); got != c.want {
			t.Errorf("promql %s: %+v\nwant %+v", c.query, got, c.want)
		}
	}
}

// TestPromQLOnARealPrometheus needs no metrics: what it asks is calculated.
func TestPromQLOnARealPrometheus(t *testing.T) {
	t.Parallel()
	program, err := exec.LookPath("prometheus")
	if err != nil {
		t.Fatal("make test installs it: ", err)
	}
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	_ = listener.Close()
	dir := t.TempDir()
	config := filepath.Join(dir, "prometheus.yml")
	if err = os.WriteFile(config, []byte("global: {}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cmd := exec.CommandContext(ctx, program, "--config.file="+config, "--storage.tsdb.path="+filepath.Join(dir, "data"), "--web.listen-address="+address)
	if err = cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		_ = cmd.Wait()
	})
	f := newFixture(t, nil)
	f.network.Metrics = "http://" + address
	var got output
	for range 100 {
		if got = f.run(ctx, t, "", "promql", `label_replace(vector(1.5), "job", "arm", "", "") or vector(2)`); got.Code == 0 {
			break
		}
		select {
		case <-ctx.Done():
		case <-time.After(100 * time.Millisecond):
		}
	}
	if want := " job | value \n-----+-------\n arm |   1.5\n     |     2\n(2 rows)\n\n"; got.Stdout != want {
		t.Errorf("%+v", got)
	}
	if got = f.run(ctx, t, "", "promql", "sum("); got.Code != 1 || !strings.HasPrefix(got.Stderr, "promql: bad_data: ") {
		t.Errorf("%+v", got)
	}
}
