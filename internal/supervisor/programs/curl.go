package programs

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The exit statuses of curl that scripts look at.
const (
	curlUsage      = 2
	curlBadURL     = 3
	curlNoHost     = 6
	curlNoConnect  = 7
	curlHTTPError  = 22
	curlWriteError = 23
	curlTimeout    = 28
	curlTLS        = 60
	curlReceive    = 56
)

// curlCall is one curl: what to ask for and how to show the answer.
type curlCall struct {
	c                                          *Call
	silent, showError, fail, include, headOnly bool
	get, follow                                bool
	method, out, format                        string
	connect, most                              time.Duration
	data                                       []string
	headers                                    http.Header
}

var curlLong = map[string]string{
	"silent": "s", "show-error": "S", "fail": "f", "include": "i", "head": "I", "max-time": "m", "get": "G", "data-urlencode": "D", "header": "H", "output": "o",
	"write-out": "w", "request": "X", "location": "L", "connect-timeout": "T", "compressed": "z", "url": "U", "no-buffer": "N", "globoff": "g",
}

func curl(ctx context.Context, c *Call) int {
	call := &curlCall{c: c, headers: http.Header{"User-Agent": {"curl/wardroom"}, "Accept": {"*/*"}}}
	targets, err := call.parse(c.Args[1:])
	if err != nil {
		return c.fail(curlUsage, "%v", err)
	}
	code := 0
	for _, target := range targets {
		if code = call.fetch(ctx, target); code != 0 && call.fail {
			break
		}
	}
	return code
}

func (q *curlCall) parse(args []string) ([]string, error) {
	// D, T, U and z have no short form that a user could mean: curl's own are for uploads, proxies and time conditions, none of which is available.
	for _, arg := range args {
		if len(arg) > 1 && arg[0] == '-' && arg[1] != '-' && strings.ContainsAny(arg[1:2], "DTUz") {
			return nil, fmt.Errorf("option %s is not available", arg[:2])
		}
	}
	opts, targets, err := options(args, "sSfiIm:GD:H:o:w:X:LT:zU:Ng", curlLong)
	if err != nil {
		return nil, err
	}
	for _, o := range opts {
		if err := q.set(o); err != nil {
			return nil, err
		}
		if o.name == "U" {
			targets = append(targets, o.value)
		}
	}
	if len(targets) == 0 {
		return nil, errors.New("no URL specified")
	}
	if q.method == "" {
		q.method = http.MethodGet
		if q.headOnly {
			q.method = http.MethodHead
		}
	}
	if q.method != http.MethodGet && q.method != http.MethodHead {
		return nil, fmt.Errorf("method %s is not available", q.method)
	}
	if len(q.data) > 0 && !q.get {
		return nil, errors.New("data can only be part of the URL here: use -G")
	}
	return targets, nil
}

func (q *curlCall) set(o option) (err error) {
	switch o.name {
	case "s":
		q.silent = true
	case "S":
		q.showError = true
	case "f":
		q.fail = true
	case "i":
		q.include = true
	case "I":
		q.headOnly = true
	case "G":
		q.get = true
	case "L":
		q.follow = true
	case "X":
		q.method = strings.ToUpper(o.value)
	case "o":
		q.out = o.value
	case "w":
		if strings.HasPrefix(o.value, "@") {
			return errors.New("a format from a file is not available")
		}
		q.format = o.value
	case "m":
		q.most, err = duration(o.value)
	case "T":
		q.connect, err = duration(o.value)
	case "H":
		name, value, found := strings.Cut(o.value, ":")
		name = http.CanonicalHeaderKey(strings.TrimSpace(name))
		// Another host behind a listed one would be a way around the list.
		if !found || name == "Host" || strings.HasPrefix(name, "@") {
			return fmt.Errorf("header %q is not available", o.value)
		}
		q.headers.Set(name, strings.TrimSpace(value))
	case "D":
		q.data, err = appendData(q.data, o.value)
	}
	return err
}

// appendData encodes what --data-urlencode takes: name=content or content. Files are not available.
func appendData(data []string, value string) ([]string, error) {
	name, content, named := strings.Cut(value, "=")
	if !named {
		if strings.Contains(value, "@") {
			return nil, errors.New("data from a file is not available")
		}
		return append(data, url.QueryEscape(value)), nil
	}
	if strings.Contains(name, "@") {
		return nil, errors.New("data from a file is not available")
	}
	if name != "" {
		name += "="
	}
	return append(data, name+url.QueryEscape(content)), nil
}

func (q *curlCall) fetch(ctx context.Context, target string) int {
	if !strings.Contains(target, "://") {
		target = "http://" + target
	}
	written, err := url.Parse(target)
	if err != nil || written.Scheme != "http" && written.Scheme != "https" || written.Hostname() == "" || written.User != nil {
		return q.complain(curlBadURL, "URL %q is malformed or of a kind that is not available", target)
	}
	if len(q.data) > 0 {
		written.RawQuery = strings.Trim(written.RawQuery+"&"+strings.Join(q.data, "&"), "&")
	}
	origin, err := q.c.Network.rewrite(written)
	if err != nil {
		return q.refused(written, err)
	}
	begin := time.Now()
	if q.most > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, q.most)
		defer cancel()
	}
	request, err := http.NewRequestWithContext(ctx, q.method, origin.String(), http.NoBody)
	if err != nil {
		return q.complain(curlBadURL, "%v", err)
	}
	request.Header = q.headers.Clone()
	client, done := q.client(origin)
	defer done()
	response, err := client.Do(request)
	if err != nil {
		q.writeOut(nil, 0, begin, origin)
		return q.failed(written, err)
	}
	defer response.Body.Close() // read to its end or given up
	return q.show(response, begin, written)
}

// client dials by the guarded network only and never follows to another host.
func (q *curlCall) client(origin *url.URL) (client *http.Client, done func()) {
	transport := &http.Transport{
		Proxy: nil, DisableKeepAlives: true, TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12},
		DialContext: func(ctx context.Context, _, address string) (net.Conn, error) {
			if q.connect > 0 {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, q.connect)
				defer cancel()
			}
			return q.c.Network.dial(ctx, address)
		},
	}
	return &http.Client{Transport: transport, CheckRedirect: func(r *http.Request, via []*http.Request) error {
		switch {
		case !q.follow:
			return http.ErrUseLastResponse
		case r.URL.Host != origin.Host || r.URL.Scheme != origin.Scheme:
			return errElsewhere
		case len(via) > 20:
			return errors.New("too many redirects")
		}
		return nil
	}}, transport.CloseIdleConnections
}

var errElsewhere = errors.New("a redirect to another host is not followed")

func (q *curlCall) show(response *http.Response, begin time.Time, written *url.URL) int {
	if q.fail && response.StatusCode >= 400 {
		q.writeOut(response, 0, begin, written)
		return q.complain(curlHTTPError, "The requested URL returned error: %d", response.StatusCode)
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
	if q.include || q.headOnly {
		writeHead(out, response)
	}
	size, err := io.Copy(out, response.Body)
	q.writeOut(response, size, begin, written)
	if err != nil {
		if isTimeout(err) {
			return q.failed(written, err)
		}
		return q.complain(curlReceive, "%v", err)
	}
	return 0
}

func writeHead(w io.Writer, response *http.Response) {
	fmt.Fprintf(w, "%s %s\r\n", response.Proto, response.Status)
	for _, name := range slices.Sorted(func(yield func(string) bool) {
		for name := range response.Header {
			if !yield(name) {
				return
			}
		}
	}) {
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
