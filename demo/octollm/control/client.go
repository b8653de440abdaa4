package control

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
)

// Client talks to the supervisor behind a socket.
type Client struct {
	socket string
	http   *http.Client
}

// NewClient returns a client for the supervisor behind the socket at path.
func NewClient(path string) *Client {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", path)
	}
	return &Client{socket: path, http: &http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}}}
}

// Services lists what the supervisor keeps.
func (c *Client) Services(ctx context.Context) ([]Service, error) {
	var services []Service
	return services, c.ask(ctx, http.MethodGet, "/services", nil, &services)
}

// Restart ends the service if it runs, starts it, and returns it when it answers.
func (c *Client) Restart(ctx context.Context, name string) (Service, error) {
	var s Service
	return s, c.ask(ctx, http.MethodPost, "/services/"+url.PathEscape(name)+"/restart", nil, &s)
}

// Faults lists what can be broken.
func (c *Client) Faults(ctx context.Context) ([]Fault, error) {
	var faults []Fault
	return faults, c.ask(ctx, http.MethodGet, "/faults", nil, &faults)
}

// SetFault breaks something, or mends it.
func (c *Client) SetFault(ctx context.Context, name string, on bool) (Fault, error) {
	var f Fault
	return f, c.ask(ctx, http.MethodPut, "/faults/"+url.PathEscape(name), Fault{On: on}, &f)
}

// Logs returns the last lines of a service's log (all when tail is negative), and with follow also what comes, until ctx ends. Close it.
func (c *Client) Logs(ctx context.Context, name string, tail int, follow bool) (io.ReadCloser, error) {
	query := url.Values{"tail": {strconv.Itoa(tail)}, "follow": {strconv.FormatBool(follow)}}
	resp, err := c.do(ctx, http.MethodGet, "/services/"+url.PathEscape(name)+"/logs?"+query.Encode(), nil)
	if err != nil {
		return nil, err
	}
	return resp.Body, nil
}

func (c *Client) ask(ctx context.Context, method, path string, question, answer any) error {
	var body io.Reader
	if question != nil {
		raw, err := json.Marshal(question)
		if err != nil {
			return fmt.Errorf("encode: %w", err)
		}
		body = bytes.NewReader(raw)
	}
	resp, err := c.do(ctx, method, path, body)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(answer); err != nil {
		return fmt.Errorf("answer of the supervisor: %w", err)
	}
	return nil
}

// do returns an answer that is not a refusal; a refusal becomes an error with the supervisor's words.
func (c *Client) do(ctx context.Context, method, path string, body io.Reader) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, "http://octollm"+path, body)
	if err != nil {
		return nil, fmt.Errorf("request: %w", err)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, fmt.Errorf("no octollm answers at %s (is it running?): %w", c.socket, errors.Unwrap(err))
	}
	if resp.StatusCode < http.StatusBadRequest {
		return resp, nil
	}
	defer resp.Body.Close()
	var failure Failure
	if err := json.NewDecoder(resp.Body).Decode(&failure); err != nil {
		return nil, fmt.Errorf("the supervisor answered %s", resp.Status)
	}
	return nil, errors.New(failure.Error)
}
