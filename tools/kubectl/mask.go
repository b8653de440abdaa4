package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
)

// masked stands in place of a secret's value. It is no base64, so that what was printed with it cannot be applied
// by mistake: the server refuses it.
const masked = "‹masked›"

const lastApplied = "kubectl.kubernetes.io/last-applied-configuration"

// way is how much of a secret a verb is given.
type way uint8

const (
	whole way = iota // everything: the verb needs it to do its work and prints none of it
	plain            // masked
	typed            // masked, and still base64, because the verb decodes it; it never writes what it has read
	sizes            // masked like typed, but only tokens: describe prints these, and of the others their sizes
)

// masker hides the values of Secret objects in what the server answers, before anything prints them, whatever the
// output format.
type masker struct {
	next http.RoundTripper
	verb *string // of the command line, once it is known
}

func (m masker) RoundTrip(r *http.Request) (*http.Response, error) {
	how := m.way(r.Method)
	if how == whole || !slices.Contains(strings.Split(r.URL.Path, "/"), "secrets") {
		return m.next.RoundTrip(r)
	}
	r = r.Clone(r.Context())
	r.Header.Set("Accept", onlyJSON(r.Header.Get("Accept")))
	response, err := m.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if kind, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type")); response.StatusCode < http.StatusMultipleChoices && kind != "application/json" {
		return nil, errors.Join(errors.New("secrets came as "+kind+" and cannot be masked"), response.Body.Close())
	} else if kind == "application/json" {
		response.Body = newMaskedBody(response.Body, how)
		response.ContentLength = -1
		response.Header.Del("Content-Length")
	}
	return response, nil
}

// onlyJSON leaves of what a client takes what can be masked.
func onlyJSON(accept string) string {
	var kept []string
	for kind := range strings.SplitSeq(accept, ",") {
		if name, _, _ := mime.ParseMediaType(kind); name == "application/json" {
			kept = append(kept, strings.TrimSpace(kind))
		}
	}
	if len(kept) == 0 {
		return "application/json"
	}
	return strings.Join(kept, ",")
}

func (m masker) way(method string) way {
	switch *m.verb {
	case "get", "wait", "label", "annotate", "patch":
		return plain
	case "set": // env --list --resolve prints values
		return typed
	case "describe":
		return sizes
	case "apply", "replace": // what they read they compare with, what they are answered they print
		if method != http.MethodGet {
			return plain
		}
	}
	return whole
}

// maskedBody is a stream of JSON documents, one or, of a watch, many, each masked when it is complete.
type maskedBody struct {
	io.Closer

	documents *json.Decoder
	how       way
	ready     bytes.Buffer
}

func newMaskedBody(body io.ReadCloser, how way) *maskedBody {
	documents := json.NewDecoder(body)
	documents.UseNumber()
	return &maskedBody{Closer: body, documents: documents, how: how}
}

func (b *maskedBody) Read(p []byte) (int, error) {
	for b.ready.Len() == 0 {
		var document any
		if err := b.documents.Decode(&document); err != nil {
			if errors.Is(err, io.ErrUnexpectedEOF) {
				err = io.EOF // a watch that was cut off
			}
			return 0, err
		}
		hide(document, b.how)
		out := json.NewEncoder(&b.ready)
		out.SetEscapeHTML(false)
		if err := out.Encode(document); err != nil {
			return 0, err
		}
	}
	return b.ready.Read(p)
}

// hide masks every secret within the document: itself, items of a list, rows of a table, what a watch tells.
func hide(document any, how way) {
	switch document := document.(type) {
	case []any:
		for _, one := range document {
			hide(one, how)
		}
	case map[string]any:
		for _, key := range []string{"data", "stringData"} {
			if values, ok := document[key].(map[string]any); ok {
				hideValues(values, document["type"], how)
			}
		}
		if meta, ok := document["metadata"].(map[string]any); ok {
			if notes, ok := meta["annotations"].(map[string]any); ok && notes[lastApplied] != nil {
				notes[lastApplied] = masked
			}
		}
		for _, key := range []string{"items", "object", "rows"} {
			hide(document[key], how)
		}
	}
}

func hideValues(values map[string]any, kind any, how way) {
	for key, value := range values {
		text, _ := value.(string)
		switch {
		case certificate(text):
		case how == plain:
			values[key] = masked
		case how == typed, kind == "kubernetes.io/service-account-token" && key == "token":
			values[key] = base64.StdEncoding.EncodeToString([]byte(masked))
		}
	}
}

// certificate reports what may be shown because it is no secret: certificates and nothing else.
func certificate(value string) bool {
	raw, err := base64.StdEncoding.DecodeString(value)
	return err == nil && bytes.HasPrefix(raw, []byte("-----BEGIN CERTIFICATE-----")) && bytes.Count(raw, []byte("-----BEGIN ")) == bytes.Count(raw, []byte("-----BEGIN CERTIFICATE-----"))
}
