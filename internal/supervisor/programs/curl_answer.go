package programs

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

func (q *curlCall) show(response *http.Response, begin time.Time, written *url.URL) int {
	if q.verbose {
		q.tell("< ", response.Proto+" "+response.Status, response.Header)
	}
	q.again.transient = slices.Contains(transientStatuses, response.StatusCode)
	if q.fail && response.StatusCode >= 400 {
		q.writeOut(response, 0, begin, written)
		return q.httpError(response)
	}
	out := q.c.Stdout
	if q.out != "" && q.out != "-" {
		file, err := q.c.Files.Create(q.out, false)
		if err != nil {
			return q.complain(curlWriteError, "Failure writing output to destination: %v", cause(err))
		}
		defer file.Close() // written without a buffer: what fails has failed before
		out = file
	}
	if err := q.dumpHead(response); err != nil {
		return q.complain(curlWriteError, "Failure writing output to destination: %v", cause(err))
	}
	if q.include || q.headOnly {
		writeHead(out, response)
	}
	var size int64
	var err error
	if q.asksPrometheus(written) {
		size, err = showQuery(out, response.Body)
	} else {
		size, err = io.Copy(out, response.Body)
	}
	q.writeOut(response, size, begin, written)
	if err != nil {
		if isTimeout(err) {
			return q.failed(written, err)
		}
		return q.complain(curlReceive, "%v", err)
	}
	if q.withBody && response.StatusCode >= 400 {
		return q.httpError(response)
	}
	return 0
}

// dumpHead is -D.
func (q *curlCall) dumpHead(response *http.Response) error {
	switch q.dump {
	case "":
		return nil
	case "-":
		writeHead(q.c.Stdout, response)
		return nil
	}
	file, err := q.c.Files.Create(q.dump, false)
	if err != nil {
		return err //nolint:wrapcheck // told by its type
	}
	writeHead(file, response)
	return file.Close() //nolint:wrapcheck // printed as it is
}

func (q *curlCall) httpError(response *http.Response) int {
	return q.complain(curlHTTPError, "The requested URL returned error: %d", response.StatusCode)
}

// asksPrometheus says whether the answer is of Prometheus' query API and goes before people:
// what goes to another program or to a file stays JSON.
func (q *curlCall) asksPrometheus(written *url.URL) bool {
	isQuery := strings.HasSuffix(written.Path, "/api/v1/query") || strings.HasSuffix(written.Path, "/api/v1/query_range")
	return isQuery && q.c.Watched && (q.out == "" || q.out == "-") && !q.include && !q.headOnly
}

// showQuery prints the answer to a query as a table, and what is no such answer as it is.
func showQuery(out io.Writer, body io.Reader) (size int64, err error) {
	raw, err := io.ReadAll(io.LimitReader(body, maxMetrics))
	var answer promAnswer
	if err == nil && json.Unmarshal(raw, &answer) == nil && answer.Status == "success" {
		if t, tableErr := answer.table(); tableErr == nil {
			new(tableStyle).print(out, t)
			return int64(len(raw)), nil
		}
	}
	_, copyErr := io.Copy(out, io.MultiReader(bytes.NewReader(raw), body))
	return int64(len(raw)), errors.Join(err, copyErr)
}

// tell prints what -v shows of a request or an answer.
func (q *curlCall) tell(mark, first string, headers http.Header) {
	fmt.Fprint(q.c.Stderr, mark, first, "\n")
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		for _, value := range headers[name] {
			fmt.Fprint(q.c.Stderr, mark, name, ": ", value, "\n")
		}
	}
	fmt.Fprintln(q.c.Stderr, strings.TrimSpace(mark))
}

func writeHead(w io.Writer, response *http.Response) {
	fmt.Fprintf(w, "%s %s\r\n", response.Proto, response.Status)
	for _, name := range slices.Sorted(maps.Keys(response.Header)) {
		for _, value := range response.Header[name] {
			fmt.Fprintf(w, "%s: %s\r\n", name, value)
		}
	}
	fmt.Fprint(w, "\r\n")
}

// writeOut prints the format of -w.
func (q *curlCall) writeOut(response *http.Response, size int64, begin time.Time, written *url.URL) {
	if q.format == "" {
		return
	}
	code, contentType := "000", ""
	if response != nil {
		code, contentType = strconv.Itoa(response.StatusCode), response.Header.Get("Content-Type")
	}
	seconds := strconv.FormatFloat(time.Since(begin).Seconds(), 'f', 6, 64)
	fmt.Fprint(q.c.Stdout, strings.NewReplacer(
		"%{http_code}", code, "%{response_code}", code, "%{time_total}", seconds, "%{size_download}", strconv.FormatInt(size, 10), "%{content_type}", contentType,
		"%{url_effective}", written.String(), `\n`, "\n", `\t`, "\t", `\r`, "\r", "%%", "%",
	).Replace(q.format))
}

func (q *curlCall) failed(u *url.URL, err error) int {
	var dns *net.DNSError
	var cert *tls.CertificateVerificationError
	switch {
	case errors.Is(err, errForbidden), errors.Is(err, errElsewhere):
		return q.refused(u, err)
	case errors.As(err, &cert):
		return q.complain(curlTLS, "SSL certificate problem: %v", cert.Err)
	case isTimeout(err), errors.Is(err, os.ErrDeadlineExceeded):
		return q.complain(curlTimeout, "Operation timed out")
	case errors.As(err, &dns):
		return q.complain(curlNoHost, "Could not resolve host: %s", u.Hostname())
	}
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "dial" {
		return q.complain(curlNoConnect, "Failed to connect to %s port %s: %s", u.Hostname(), portOf(u), plain(err))
	}
	if inner, ok := errors.AsType[*url.Error](err); ok {
		err = inner.Err
	}
	return q.complain(curlReceive, "%v", err)
}

// complain prints as curl does: nothing when it was told to be silent, unless it was told to show errors.
func (q *curlCall) complain(code int, format string, args ...any) int {
	if !q.silent || q.showError {
		return q.c.fail(code, "(%d) %s", code, fmt.Sprintf(format, args...))
	}
	return code
}

// refused is printed always: somebody must learn why.
func (q *curlCall) refused(u *url.URL, err error) int {
	for _, known := range []error{errForbidden, errElsewhere} {
		if errors.Is(err, known) {
			err = known
		}
	}
	return q.c.fail(codeRefused, "%s: %v", u.Host, err)
}
