package programs

import (
	"cmp"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
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
	get, follow, withBody, verbose             bool
	method, out, format, network, dump         string
	connect, most                              time.Duration
	data                                       []string
	headers                                    http.Header
	again                                      retrying
}

// curlLong gives the letter of each long option. B, C, E, F, J, M, Q, R, T, U and z stand for
// options whose short form is another one, or is none, in curl itself; see parse.
var curlLong = map[string]string{
	"data": "d", "data-raw": "d", "data-ascii": "d", "data-binary": "d", "json": "J", "user-agent": "A", "verbose": "v", "fail-with-body": "B", "ipv4": "4", "ipv6": "6",
	"parallel": "z", "max-redirs": "M", "range": "r", "dump-header": "D", "retry": "R", "retry-delay": "E", "retry-max-time": "F", "retry-connrefused": "C",
	"http1.1": "z", "http2": "z", "tlsv1.2": "z", "no-progress-meter": "z",
	"silent": "s", "user": "u", "show-error": "S", "fail": "f", "include": "i", "head": "I", "max-time": "m", "get": "G", "data-urlencode": "Q", "header": "H", "output": "o",
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
		if code = call.retried(ctx, target); code != 0 && call.fail {
			break
		}
	}
	return code
}

func (q *curlCall) parse(args []string) ([]string, error) {
	// Letters that mean something else here than to curl, whose own are for forms, certificates, remote names, uploads, proxies and time conditions: none is available.
	for _, arg := range args {
		if len(arg) > 1 && arg[0] == '-' && arg[1] != '-' && strings.ContainsAny(arg[1:2], "BCEFJMQRTUz") {
			return nil, fmt.Errorf("option %s is not available", arg[:2])
		}
	}
	opts, targets, err := options(args, "sSfiIm:GQ:H:o:w:X:LT:zU:Ngvd:J:A:B46#ZM:r:D:R:E:F:Cu:", curlLong)
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
		q.method = q.usualMethod()
	}
	switch q.method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		if len(q.data) > 0 && !q.get {
			return nil, errors.New("this method takes no data; use -G to put it into the URL")
		}
	case http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete:
		if q.c.ReadOnly {
			return nil, fmt.Errorf("method %s was not confirmed", q.method)
		}
	default:
		return nil, fmt.Errorf("method %s is not available", q.method)
	}
	return targets, nil
}

func (q *curlCall) usualMethod() string {
	switch {
	case q.headOnly:
		return http.MethodHead
	case len(q.data) > 0 && !q.get:
		return http.MethodPost
	default:
		return http.MethodGet
	}
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
	case "u":
		if !strings.Contains(o.value, ":") {
			return errors.New("nobody is there to be asked for the password; give user:password")
		}
		q.headers.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(o.value)))
	case "Q":
		q.data, err = appendData(q.data, o.value)
	default:
		return q.setBody(o)
	}
	return err
}

func (q *curlCall) setBody(o option) error {
	switch o.name {
	case "A":
		q.headers.Set("User-Agent", o.value)
	case "B":
		q.withBody = true
	case "v":
		q.verbose = true
	case "r":
		q.headers.Set("Range", "bytes="+o.value)
	case "D":
		q.dump = o.value
	case "R", "E", "F", "C":
		return q.again.set(o)
	case "4", "6":
		q.network = "tcp" + o.name
	case "d", "J":
		if strings.HasPrefix(o.value, "@") {
			return errors.New("data from a file is not available")
		}
		q.data = append(q.data, o.value)
		if o.name == "J" {
			q.headers.Set("Content-Type", "application/json")
			q.headers.Set("Accept", "application/json")
		}
	}
	return nil
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
	body := io.Reader(http.NoBody)
	if sent := strings.Join(q.data, "&"); q.get && sent != "" {
		written.RawQuery = strings.Trim(written.RawQuery+"&"+sent, "&")
	} else if sent != "" {
		body = strings.NewReader(sent)
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
	request, err := http.NewRequestWithContext(ctx, q.method, origin.String(), body)
	if err != nil {
		return q.complain(curlBadURL, "%v", err)
	}
	request.Header = q.headers.Clone()
	if len(q.data) > 0 && !q.get && request.Header.Get("Content-Type") == "" {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if q.verbose {
		q.tell("> ", fmt.Sprintf("%s %s HTTP/1.1", q.method, origin.RequestURI()), request.Header)
	}
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
			return q.c.Network.dialOver(ctx, cmp.Or(q.network, "tcp"), address)
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
