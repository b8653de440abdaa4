package notify

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"wardroom/internal/notify/notifytest"
)

const password = "hunter2-hunter2"

func message() Mail {
	return Mail{
		ID: uuid.MustParse("01930000-0000-7000-8000-000000000001"), To: "bo@example.org",
		Subject: "INC-42: bitte übernehmen\r\nBcc: eve@example.org", Text: "Line\n.\nhttps://wardroom.example.org/handoff/abc\n",
		Date: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC),
	}
}

func mailer(t *testing.T, url string) *Mailer {
	t.Helper()
	m, err := NewMailer(url, "Wardroom <wardroom@example.org>")
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// certificates gives a server's certificate for 127.0.0.1 and the pool that trusts it.
func certificates(t *testing.T) (*tls.Config, *x509.CertPool) {
	t.Helper()
	https := httptest.NewTLSServer(nil)
	defer https.Close()
	pool := x509.NewCertPool()
	pool.AddCert(https.Certificate())
	return &tls.Config{Certificates: https.TLS.Certificates, MinVersion: tls.VersionTLS12}, pool
}

func TestAMailArrives(t *testing.T) {
	t.Parallel()
	server := notifytest.Start(t, notifytest.Options{})
	if err := mailer(t, "smtp://"+server.Addr).Send(t.Context(), message()); err != nil {
		t.Fatal(err)
	}
	got := <-server.Messages
	headers := map[string]string{}
	for _, name := range []string{"Message-Id", "From", "To", "Date", "Auto-Submitted", "Bcc"} {
		headers[name] = got.Header.Get(name)
	}
	want := map[string]string{
		"Message-Id": "<01930000-0000-7000-8000-000000000001@example.org>", "From": `"Wardroom" <wardroom@example.org>`,
		"To": "<bo@example.org>", "Date": "Mon, 23 Nov 2026 12:00:00 +0000", "Auto-Submitted": "auto-generated", "Bcc": "",
	}
	if diff := cmp.Diff(want, headers); diff != "" {
		t.Error(diff)
	}
	if !strings.Contains(got.Text, "https://wardroom.example.org/handoff/abc") || !strings.Contains(got.To, "<bo@example.org>") {
		t.Errorf("arrived for %s: %s", got.To, got.Text)
	}
}

func TestPasswordsNeedTLS(t *testing.T) {
	t.Parallel()
	tlsConfig, pool := certificates(t)
	var auth []string
	reply := func(verb, argument string) string {
		if verb == "AUTH" {
			auth = append(auth, argument)
		}
		return ""
	}
	plain := notifytest.Start(t, notifytest.Options{Reply: reply})
	for _, url := range []string{"smtp://wardroom:" + password + "@" + plain.Addr, "smtp://" + plain.Addr + "?starttls=must"} {
		err := mailer(t, url).Send(t.Context(), message())
		if err == nil || strings.Contains(err.Error(), password) || len(auth) != 0 {
			t.Errorf("sent without TLS: %v", err)
		}
	}
	starttls := notifytest.Start(t, notifytest.Options{TLS: tlsConfig, Reply: reply})
	implicit := notifytest.Start(t, notifytest.Options{TLS: tlsConfig, Implicit: true, Reply: reply})
	for scheme, server := range map[string]*notifytest.Server{"smtp": starttls, "smtps": implicit} {
		m := mailer(t, scheme+"://wardroom:"+password+"@"+server.Addr)
		if err := m.Send(t.Context(), message()); err == nil {
			t.Errorf("%s: an unknown certificate was believed", scheme)
		}
		m.tls.RootCAs = pool
		if err := m.Send(t.Context(), message()); err != nil {
			t.Errorf("%s: %v", scheme, err)
		}
		<-server.Messages
	}
	credentials := "PLAIN " + base64.StdEncoding.EncodeToString([]byte("\x00wardroom\x00"+password))
	if diff := cmp.Diff([]string{credentials, credentials}, auth); diff != "" {
		t.Error(diff)
	}
}

func TestOutcomes(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		verb, reply         string
		refused, unanswered bool
	}{
		"unknown recipient":       {verb: "RCPT", reply: "550 5.1.1 no such user", refused: true},
		"text refused":            {verb: ".", reply: "554 5.7.1 looks like spam", refused: true},
		"greylisted":              {verb: "RCPT", reply: "451 4.7.1 try later"},
		"text refused for now":    {verb: ".", reply: "452 4.3.1 disk full"},
		"gone before the text":    {verb: "DATA", reply: notifytest.Drop},
		"gone after the text":     {verb: ".", reply: notifytest.Drop, unanswered: true},
		"sender refused":          {verb: "MAIL", reply: "553 not yours", refused: true},
		"not speaking to us":      {verb: "EHLO", reply: notifytest.Drop},
		"good-bye without answer": {verb: "QUIT", reply: notifytest.Drop},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := notifytest.Start(t, notifytest.Options{Reply: func(verb, _ string) string {
				if verb == test.verb {
					return test.reply
				}
				return ""
			}})
			err := mailer(t, "smtp://"+server.Addr).Send(t.Context(), message())
			if test.verb == "QUIT" {
				if err != nil {
					t.Errorf("delivered, and then %v", err)
				}
				return
			}
			if err == nil || errors.Is(err, ErrRefused) != test.refused || errors.Is(err, ErrUnanswered) != test.unanswered {
				t.Errorf("got %v", err)
			}
			if strings.Contains(err.Error(), "handoff/abc") {
				t.Errorf("the text leaked: %v", err)
			}
		})
	}
}

func TestSendingEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	server := notifytest.Start(t, notifytest.Options{Reply: func(verb, _ string) string {
		if verb == "RCPT" {
			cancel()
			<-ctx.Done()
			return "250-and so on" // the rest of the answer never comes
		}
		return ""
	}})
	if err := mailer(t, "smtp://"+server.Addr).Send(ctx, message()); err == nil {
		t.Error("sent although the context has ended")
	}
}

func TestMailerURLs(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"smtp://mail.example.org":                        "mail.example.org:587",
		"smtps://u:" + password + "@mail.example.org":    "mail.example.org:465",
		"smtp://u:p%40ss@mail.example.org:25":            "mail.example.org:25",
		"http://u:" + password + "@mail.example.org":     "",
		"smtp://u:" + password + "%zz@mail":              "",
		"smtp://":                                        "",
		"mail.example.org:25":                            "",
		"smtp://mail.example.org?starttls=" + "whenever": "",
	} {
		m, err := NewMailer(url, "wardroom@example.org")
		switch {
		case want == "" && (err == nil || strings.Contains(err.Error(), password)):
			t.Errorf("%s: %v", url, err)
		case want != "" && (err != nil || m.host+":"+m.port != want):
			t.Errorf("%s: %v, want %s", url, err, want)
		}
	}
	if _, err := NewMailer("smtp://mail.example.org", "nobody"); err == nil {
		t.Error("a sender without address was accepted")
	}
}
