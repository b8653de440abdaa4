package programs

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxMetrics bounds what Prometheus may answer.
const maxMetrics = 32 << 20

// promAnswer is the answer of Prometheus' query API.
type promAnswer struct {
	Status    string   `json:"status"`
	ErrorType string   `json:"errorType"` //nolint:tagliatelle // the names are Prometheus' own
	Error     string   `json:"error"`
	Warnings  []string `json:"warnings"`
	Data      struct {
		ResultType string          `json:"resultType"` //nolint:tagliatelle // the names are Prometheus' own
		Result     json.RawMessage `json:"result"`
	} `json:"data"`
}

type promSeries struct {
	Metric map[string]string    `json:"metric"`
	Value  [2]json.RawMessage   `json:"value"`
	Values [][2]json.RawMessage `json:"values"`
}

// promQL asks the environment's Prometheus one instant query and prints a table: the labels, then the value.
func promQL(ctx context.Context, c *Call) int {
	if len(c.Args) != 2 || strings.TrimSpace(c.Args[1]) == "" {
		return c.fail(curlUsage, "only promql QUERY is available")
	}
	if c.Network.Metrics == "" {
		return c.fail(codeRefused, "this environment does not list a Prometheus")
	}
	answer, err := c.Network.askPrometheus(ctx, c.Args[1])
	switch {
	case ctx.Err() != nil:
		return codeEnded
	case errors.Is(err, errForbidden):
		return c.fail(codeRefused, "%v", errForbidden)
	case err != nil:
		return c.fail(1, "Prometheus does not answer: %s", plain(innermost(err)))
	case answer.Status != "success":
		return c.fail(1, "%s: %s", answer.ErrorType, answer.Error)
	}
	for _, warning := range answer.Warnings {
		fmt.Fprintf(c.Stderr, "promql: warning: %s\n", warning)
	}
	t, err := answer.table()
	if err != nil {
		return c.fail(1, "the answer of Prometheus cannot be read: %v", err)
	}
	new(tableStyle).print(c.Stdout, t)
	return 0
}

func (n *Network) askPrometheus(ctx context.Context, query string) (promAnswer, error) {
	var answer promAnswer
	base, err := url.Parse(n.Metrics)
	if err != nil {
		return answer, errUnlisted // the error would show a password in it
	}
	target := base.JoinPath("api", "v1", "query")
	target.RawQuery = url.Values{"query": {query}}.Encode()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, target.String(), http.NoBody)
	if err != nil {
		return answer, errUnlisted
	}
	transport := &http.Transport{
		DisableKeepAlives: true, TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12},
		DialContext: func(ctx context.Context, _, address string) (net.Conn, error) { return n.dial(ctx, address) },
	}
	defer transport.CloseIdleConnections()
	client := http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return errElsewhere }}
	response, err := client.Do(request)
	if err != nil {
		return answer, err //nolint:wrapcheck // told by its cause
	}
	defer response.Body.Close() // read to its end or given up
	raw, err := io.ReadAll(io.LimitReader(response.Body, maxMetrics))
	if err != nil {
		return answer, err //nolint:wrapcheck // told by its cause
	}
	if err = json.Unmarshal(raw, &answer); err != nil {
		return answer, fmt.Errorf("it says %s", response.Status)
	}
	return answer, nil
}

func (a *promAnswer) table() (table, error) {
	if a.Data.ResultType == "scalar" || a.Data.ResultType == "string" {
		var single [2]json.RawMessage
		if err := json.Unmarshal(a.Data.Result, &single); err != nil {
			return table{}, err //nolint:wrapcheck // the caller says what
		}
		return table{columns: []column{{"value", true}}, rows: [][]string{{text(single[1])}}}, nil
	}
	var all []promSeries
	if err := json.Unmarshal(a.Data.Result, &all); err != nil {
		return table{}, err //nolint:wrapcheck // the caller says what
	}
	labels := map[string]bool{}
	for _, series := range all {
		for label := range series.Metric {
			labels[label] = true
		}
	}
	names := slices.Sorted(maps.Keys(labels)) // __name__ comes first by itself
	var t table
	for _, name := range names {
		t.columns = append(t.columns, column{name: name})
	}
	matrix := a.Data.ResultType == "matrix"
	if matrix {
		t.columns = append(t.columns, column{name: "time"})
	}
	t.columns = append(t.columns, column{"value", true})
	for _, series := range all {
		var row []string
		for _, name := range names {
			row = append(row, series.Metric[name])
		}
		if !matrix {
			t.rows = append(t.rows, append(row, text(series.Value[1])))
			continue
		}
		for _, sample := range series.Values {
			t.rows = append(t.rows, append(slices.Clone(row), clock(sample[0]), text(sample[1])))
		}
	}
	return t, nil
}

// text is a JSON string, or what stands there instead.
func text(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return string(raw)
	}
	return s
}

// clock words the seconds of a sample.
func clock(raw json.RawMessage) string {
	seconds, err := strconv.ParseFloat(string(raw), 64)
	if err != nil {
		return string(raw)
	}
	return time.UnixMilli(int64(seconds * 1000)).UTC().Format("2006-01-02 15:04:05Z")
}
