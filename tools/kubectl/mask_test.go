package main

import (
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

const secret = "c2VjcmV0" // "secret"

// answer is what a program of the verb is given when the server says text.
func answer(t *testing.T, verb, method, path, text string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		kind, _, _ := strings.Cut(r.Header.Get("Accept"), ",")
		w.Header().Set("Content-Type", kind)
		_, _ = io.WriteString(w, text)
	}))
	defer server.Close()
	request, err := http.NewRequestWithContext(t.Context(), method, server.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Accept", "application/vnd.kubernetes.protobuf,application/json")
	response, err := masker{http.DefaultTransport, &verb}.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestValuesOfSecretsAreMasked(t *testing.T) {
	t.Parallel()
	const path = "/api/v1/namespaces/octollm/secrets"
	one := `{"kind":"Secret","apiVersion":"v1","metadata":{"name":"a","resourceVersion":"123456789012345678","annotations":{"` + lastApplied + `":"{\"data\":{\"k\":\"` + secret + `\"}}"}},"data":{"k":"` + secret + `"},"stringData":{"l":"` + secret + `"},"type":"Opaque"}`
	for name, text := range map[string]string{
		"one":   one,
		"list":  `{"kind":"SecretList","apiVersion":"v1","items":[` + one + `,` + one + `]}`,
		"watch": `{"type":"ADDED","object":` + one + `}` + "\n" + `{"type":"MODIFIED","object":` + one + `}`,
		"table": `{"kind":"Table","apiVersion":"meta.k8s.io/v1","rows":[{"cells":["a"],"object":` + one + `}]}`,
	} {
		for _, verb := range []string{"get", "wait", "label", "annotate", "patch"} {
			got := answer(t, verb, http.MethodGet, path, text)
			if strings.Contains(got, secret) || !strings.Contains(got, masked) || !strings.Contains(got, "123456789012345678") {
				t.Errorf("%s by %s: %s", name, verb, got)
			}
		}
	}
	if _, err := base64.StdEncoding.DecodeString(masked); err == nil {
		t.Error("the mask could be applied as a value")
	}
}

// apply computes with what it reads; create and the like print what they were told.
func TestVerbsThatNeedValuesGetThem(t *testing.T) {
	t.Parallel()
	text := `{"kind":"Secret","data":{"k":"` + secret + `"}}`
	for _, c := range []struct {
		verb, method string
		masks        bool
	}{
		{"apply", http.MethodGet, false},
		{"apply", http.MethodPatch, true},
		{"replace", http.MethodPut, true},
		{"create", http.MethodPost, false},
		{"diff", http.MethodGet, false},
		{"set", http.MethodGet, true},
	} {
		if got := answer(t, c.verb, c.method, "/api/v1/namespaces/a/secrets/b", text); strings.Contains(got, secret) == c.masks {
			t.Errorf("%s %s: %s", c.method, c.verb, got)
		}
	}
	if got := answer(t, "get", http.MethodGet, "/api/v1/namespaces/a/configmaps/secrets-of-b", text); !strings.Contains(got, secret) {
		t.Errorf("a configmap: %s", got)
	}
}

func TestWhatIsNoSecretIsShown(t *testing.T) {
	t.Parallel()
	pem := func(kinds ...string) string {
		var all string
		for _, kind := range kinds {
			all += "-----BEGIN " + kind + "-----\nAAAA\n-----END " + kind + "-----\n"
		}
		return base64.StdEncoding.EncodeToString([]byte(all))
	}
	chain, bundle := pem("CERTIFICATE", "CERTIFICATE"), pem("CERTIFICATE", "PRIVATE KEY")
	got := answer(t, "get", http.MethodGet, "/api/v1/secrets/tls", `{"data":{"tls.crt":"`+chain+`","all":"`+bundle+`"}}`)
	if !strings.Contains(got, chain) || strings.Contains(got, bundle) {
		t.Error(got)
	}
}

// What comes in a form that cannot be masked is not shown.
func TestOtherFormsAreRefused(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/vnd.kubernetes.protobuf")
		_, _ = io.WriteString(w, secret)
	}))
	defer server.Close()
	verb := "get"
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/api/v1/secrets/a", nil)
	if err != nil {
		t.Fatal(err)
	}
	if response, err := (masker{http.DefaultTransport, &verb}).RoundTrip(request); err == nil {
		t.Errorf("it was shown: %v", response.Body.Close())
	}
}

// describe prints sizes, and of one kind of secret the token.
func TestDescribeKeepsSizesAndHidesTokens(t *testing.T) {
	t.Parallel()
	of := func(kind string) string {
		return answer(t, "describe", http.MethodGet, "/api/v1/secrets/a", `{"type":"`+kind+`","data":{"token":"`+secret+`","namespace":"AAAA"}}`)
	}
	if got := of("Opaque"); !strings.Contains(got, secret) {
		t.Errorf("sizes: %s", got)
	}
	if got := of("kubernetes.io/service-account-token"); strings.Contains(got, secret) || !strings.Contains(got, "AAAA") {
		t.Errorf("token: %s", got)
	}
}
