// Package notifytest is a mail server for tests: it receives what Wardroom sends and can
// be told to behave badly. It must not be used outside of tests.
package notifytest

import (
	"bufio"
	"crypto/tls"
	"io"
	"net"
	"net/mail"
	"strings"
	"sync"
	"testing"
)

// Drop as a reply closes the connection instead.
const Drop = "drop"

// Options say how the server behaves.
type Options struct {
	TLS      *tls.Config // certificate; STARTTLS is offered
	Implicit bool        // TLS from the first byte
	// Reply is asked for every command ("EHLO", "AUTH", "MAIL", "RCPT", "DATA", and "."
	// for the end of the text) with its argument; an empty reply means the usual one.
	Reply func(verb, argument string) string
}

// Message is what arrived.
type Message struct {
	From, To string
	Header   mail.Header
	Text     string // as transferred
}

// Server listens until the test ends.
type Server struct {
	Addr     string
	Messages chan Message // holds 100

	options  Options
	listener net.Listener
	wg       sync.WaitGroup
	mu       sync.Mutex
	conns    map[net.Conn]bool
}

// Start begins to listen on a free port of the loopback interface.
func Start(tb testing.TB, options Options) *Server {
	tb.Helper()
	listener, err := new(net.ListenConfig).Listen(tb.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	s := &Server{
		Addr: listener.Addr().String(), Messages: make(chan Message, 100),
		options: options, listener: listener, conns: map[net.Conn]bool{},
	}
	s.wg.Go(s.accept)
	tb.Cleanup(s.stop)
	return s
}

func (s *Server) stop() {
	_ = s.listener.Close()
	s.mu.Lock()
	for conn := range s.conns {
		_ = conn.Close()
	}
	s.mu.Unlock()
	s.wg.Wait()
}

func (s *Server) accept() {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			return
		}
		if s.options.Implicit {
			conn = tls.Server(conn, s.options.TLS)
		}
		s.mu.Lock()
		s.conns[conn] = true
		s.mu.Unlock()
		s.wg.Go(func() {
			defer func() { _ = conn.Close() }()
			(&session{server: s, conn: conn, in: bufio.NewReader(conn)}).serve()
		})
	}
}

// session is one connection's state.
type session struct {
	server  *Server
	conn    net.Conn
	in      *bufio.Reader
	secure  bool
	message Message
}

func (c *session) serve() {
	c.say("220 test ESMTP")
	for {
		line, err := c.in.ReadString('\n')
		if err != nil {
			return
		}
		verb, argument, _ := strings.Cut(strings.TrimSpace(line), " ")
		if !c.answer(strings.ToUpper(verb), argument) {
			return
		}
	}
}

// answer replies to one command; false ends the connection.
func (c *session) answer(verb, argument string) bool {
	if c.server.options.Reply != nil {
		if reply := c.server.options.Reply(verb, argument); reply == Drop {
			return false
		} else if reply != "" {
			return c.say(reply)
		}
	}
	switch verb {
	case "EHLO":
		return c.hello()
	case "STARTTLS":
		c.say("220 go on")
		c.conn = tls.Server(c.conn, c.server.options.TLS)
		c.in, c.secure = bufio.NewReader(c.conn), true
		return true
	case "AUTH":
		return c.say("235 welcome")
	case "MAIL":
		c.message = Message{From: argument}
		return c.say("250 ok")
	case "RCPT":
		c.message.To = argument
		return c.say("250 ok")
	case "DATA":
		return c.data()
	case "QUIT":
		c.say("221 bye")
		return false
	default:
		return c.say("250 ok")
	}
}

func (c *session) hello() bool {
	if c.server.options.TLS != nil && !c.server.options.Implicit && !c.secure {
		c.say("250-test")
		return c.say("250 STARTTLS")
	}
	c.say("250-test")
	return c.say("250 AUTH PLAIN LOGIN")
}

func (c *session) data() bool {
	c.say("354 go on")
	var text strings.Builder
	for {
		line, err := c.in.ReadString('\n')
		if err != nil {
			return false
		}
		if line == ".\r\n" {
			break
		}
		text.WriteString(strings.TrimPrefix(line, "."))
	}
	parsed, err := mail.ReadMessage(strings.NewReader(text.String()))
	if err != nil {
		return c.say("554 cannot read this")
	}
	body, err := io.ReadAll(parsed.Body)
	if err != nil {
		return c.say("554 cannot read this")
	}
	c.message.Header, c.message.Text = parsed.Header, string(body)
	c.server.Messages <- c.message
	if c.server.options.Reply != nil {
		if reply := c.server.options.Reply(".", ""); reply == Drop {
			return false
		} else if reply != "" {
			return c.say(reply)
		}
	}
	return c.say("250 taken")
}

func (c *session) say(line string) bool {
	_, err := io.WriteString(c.conn, line+"\r\n")
	return err == nil
}
