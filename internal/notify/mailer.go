package notify

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	netmail "net/mail"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/wneessen/go-mail"
)

// timeout bounds the connection, and once more the sending.
const timeout = 10 * time.Second

// How an attempt can fail besides "try again later".
var (
	ErrRefused    = errors.New("refused for good")
	ErrUnanswered = errors.New("handed over, but not answered")
)

// Mail is one message to one person.
type Mail struct {
	ID      uuid.UUID // of the delivery; the Message-ID stays the same on every attempt
	To      string
	Subject string
	Text    string
	Date    time.Time
}

// Mailer sends mail through one server.
type Mailer struct {
	host, port         string
	user, password     string
	implicit, starttls bool // TLS from the first byte; TLS or nothing
	from               string
	domain             string
	tls                *tls.Config
}

// NewMailer reads smtp://user:password@host:port (STARTTLS when the server has it, and
// nothing without it as soon as there is a password to protect or ?starttls=must) or
// smtps:// (TLS from the first byte). Errors never hold the password.
func NewMailer(rawURL, from string) (*Mailer, error) {
	u, err := url.Parse(rawURL)
	if err != nil || u.Hostname() == "" || (u.Scheme != "smtp" && u.Scheme != "smtps") {
		return nil, errors.New("mail: the server's URL is not smtp://host:port or smtps://host:port")
	}
	sender, err := netmail.ParseAddress(from)
	if err != nil {
		return nil, fmt.Errorf("mail: sender %q is not an address", from)
	}
	m := &Mailer{
		host: u.Hostname(), port: u.Port(), user: u.User.Username(), implicit: u.Scheme == "smtps",
		from: from, domain: sender.Address[strings.LastIndexByte(sender.Address, '@')+1:],
		tls: &tls.Config{ServerName: u.Hostname(), MinVersion: tls.VersionTLS12},
	}
	m.password, _ = u.User.Password()
	switch {
	case m.port != "":
	case m.implicit:
		m.port = "465"
	default:
		m.port = "587"
	}
	switch policy := u.Query().Get("starttls"); policy {
	case "":
		m.starttls = m.user != ""
	case "must":
		m.starttls = true
	default:
		return nil, fmt.Errorf("mail: starttls=%s is not known; it may be must", policy)
	}
	return m, nil
}

// Send tries once. ErrRefused: the server said no and will say no again. ErrUnanswered:
// the message may have arrived. Any other error: it did not arrive, another attempt may.
// When ctx ends the connection is closed.
func (m *Mailer) Send(ctx context.Context, message Mail) error {
	msg, err := m.compose(message)
	if err != nil {
		return fmt.Errorf("mail: %w: %w", ErrRefused, err)
	}
	attempt, done := context.WithCancel(ctx)
	defer done()
	client, err := m.client(attempt)
	if err != nil {
		return fmt.Errorf("mail: %w", err)
	}
	err = client.DialAndSendWithContext(attempt, msg)
	if msg.IsDelivered() { // what fails after that is only the good-bye
		return nil
	}
	if failure, ok := errors.AsType[*mail.SendError](err); ok {
		switch code := failure.ErrorCode(); {
		case code >= 500:
			return fmt.Errorf("mail: %w: %w", ErrRefused, err)
		case code == 0 && failure.Reason == mail.ErrSMTPDataClose:
			return fmt.Errorf("mail: %w: %w", ErrUnanswered, err)
		}
	}
	return fmt.Errorf("mail: %w", err)
}

func (m *Mailer) compose(message Mail) (*mail.Msg, error) {
	msg := mail.NewMsg()
	if err := msg.From(m.from); err != nil {
		return nil, fmt.Errorf("sender: %w", err)
	}
	if err := msg.To(message.To); err != nil {
		return nil, fmt.Errorf("recipient: %w", err)
	}
	msg.Subject(message.Subject)
	msg.SetMessageIDWithValue(message.ID.String() + "@" + m.domain)
	msg.SetDateWithValue(message.Date)
	msg.SetUserAgent("Wardroom")
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // no out-of-office answers
	msg.SetBodyString(mail.TypeTextPlain, message.Text)
	return msg, nil
}

// client is made anew for each message, so that ctx can end its connection.
func (m *Mailer) client(ctx context.Context) (*mail.Client, error) {
	port, err := strconv.Atoi(m.port)
	if err != nil {
		return nil, fmt.Errorf("port %q: %w", m.port, err)
	}
	policy := mail.TLSOpportunistic
	if m.starttls && !m.implicit {
		policy = mail.TLSMandatory
	}
	options := []mail.Option{
		mail.WithPort(port), mail.WithTimeout(timeout), mail.WithTLSPolicy(policy), mail.WithTLSConfig(m.tls),
		mail.WithDialContextFunc(func(dialing context.Context, network, address string) (net.Conn, error) {
			conn, dialErr := m.dial(dialing, network, address)
			if dialErr == nil {
				context.AfterFunc(ctx, func() { _ = conn.Close() })
			}
			return conn, dialErr
		}),
	}
	if m.user != "" {
		options = append(options, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(m.user), mail.WithPassword(m.password))
	}
	return mail.NewClient(m.host, options...)
}

func (m *Mailer) dial(ctx context.Context, network, address string) (net.Conn, error) {
	if m.implicit {
		return (&tls.Dialer{Config: m.tls}).DialContext(ctx, network, address)
	}
	return (&net.Dialer{}).DialContext(ctx, network, address)
}
