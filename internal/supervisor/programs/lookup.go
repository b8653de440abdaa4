package programs

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"
)

// nslookup and dig ask for the addresses of a host that the environment lists, and for nothing else: a question for a free name could carry data out to whoever serves
// that name. The machine's own resolver answers; a server given as @… or as a second word is not asked.

// resolveTime bounds one question.
const resolveTime = 5 * time.Second

// Permits says why a program that is none of these may not talk to a host, or nil: it must be listed, and no address of its may be one that never is.
func (n *Network) Permits(ctx context.Context, host string) error {
	ips, err := n.resolve(ctx, "ip", host)
	switch {
	case err != nil:
		return err
	case slices.ContainsFunc(ips, forbiddenIP):
		return errForbidden
	}
	return nil
}

// lists reports whether the environment lists a host by this name.
func (n *Network) lists(host string) bool {
	same := func(other string) bool { return other != "" && strings.EqualFold(strings.TrimSuffix(other, "."), host) }
	for name, target := range n.Hosts {
		for _, written := range []string{name, target} {
			if address := hostPort(written); address != "" {
				written, _, _ = net.SplitHostPort(address)
			}
			if same(written) {
				return true
			}
		}
	}
	return slices.ContainsFunc(slices.Concat(n.Redis, n.Postgres), func(conn Conn) bool { return same(conn.host()) })
}

func (c Conn) host() string {
	u, err := url.Parse(c.URL)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// resolve returns the addresses of a listed host. network is ip, ip4 or ip6.
func (n *Network) resolve(ctx context.Context, network, host string) ([]netip.Addr, error) {
	host = strings.TrimSuffix(host, ".")
	if !n.lists(host) {
		return nil, errUnlisted
	}
	ctx, cancel := context.WithTimeout(ctx, resolveTime)
	defer cancel()
	ips, err := net.DefaultResolver.LookupNetIP(ctx, network, host)
	for i, ip := range ips {
		ips[i] = ip.Unmap()
	}
	return ips, err //nolint:wrapcheck // told by its type
}

func notFound(err error) bool {
	var dns *net.DNSError
	return errors.As(err, &dns) && dns.IsNotFound
}

func nslookup(ctx context.Context, c *Call) int {
	network := "ip"
	var names []string
	for _, arg := range c.Args[1:] {
		flag, value, _ := strings.Cut(arg, "=")
		switch {
		case !strings.HasPrefix(arg, "-"):
			names = append(names, arg)
		case flag == "-type" || flag == "-query" || flag == "-q" || flag == "-querytype":
			var known bool
			if network, known = addressTypes[strings.ToUpper(value)]; !known {
				return c.fail(1, "only addresses can be asked for: -type=A or -type=AAAA")
			}
		case flag == "-timeout" || flag == "-retry" || flag == "-debug" || flag == "-nodebug" || flag == "-recurse" || flag == "-norecurse":
		default:
			return c.fail(1, "%s is not available", arg)
		}
	}
	if len(names) != 1 {
		return c.fail(1, "give one name; a server cannot be chosen")
	}
	ips, err := c.Network.resolve(ctx, network, names[0])
	switch {
	case errors.Is(err, errUnlisted):
		return c.fail(codeRefused, "%s: %v", names[0], err)
	case notFound(err):
		fmt.Fprintf(c.Stdout, "** server can't find %s: NXDOMAIN\n", names[0])
		return 1
	case err != nil:
		fmt.Fprintln(c.Stdout, ";; connection timed out; no servers could be reached")
		return 1
	}
	for _, ip := range ips {
		if writeLine(c.Stdout, fmt.Sprintf("Name:\t%s\nAddress: %s", names[0], ip)) != nil {
			return 1
		}
	}
	return 0
}

var addressTypes = map[string]string{"A": "ip4", "AAAA": "ip6", "ANY": "ip"}

// digging is one question of dig.
type digging struct {
	name, network string
	short         bool
}

// readDig reads the words of dig. Words that begin with + change how it prints or asks, and only +short counts here.
func readDig(args []string) (digging, error) {
	d := digging{network: "ip4"}
	for i := 0; i < len(args); i++ {
		network, isType := addressTypes[strings.ToUpper(args[i])]
		switch arg := args[i]; {
		case arg == "+short":
			d.short = true
		case strings.HasPrefix(arg, "+"), arg == "-4", arg == "-6":
		case (arg == "-t" || arg == "-q") && i+1 < len(args):
			i++
			if arg == "-q" {
				d.name = args[i]
				continue
			}
			if d.network, isType = addressTypes[strings.ToUpper(args[i])]; !isType {
				return d, errors.New("only addresses can be asked for: A or AAAA")
			}
		case strings.HasPrefix(arg, "@"):
			return d, errors.New("a server cannot be chosen")
		case strings.HasPrefix(arg, "-"):
			return d, fmt.Errorf("%s is not available", arg)
		case strings.EqualFold(arg, "IN"):
		case isType:
			d.network = network
		case d.name != "":
			return d, errors.New("give one name, and A or AAAA")
		default:
			d.name = arg
		}
	}
	if d.name == "" {
		return d, errors.New("give a name")
	}
	return d, nil
}

func dig(ctx context.Context, c *Call) int {
	d, err := readDig(c.Args[1:])
	if err != nil {
		return c.fail(1, "%v", err)
	}
	ips, err := c.Network.resolve(ctx, d.network, d.name)
	status := "NOERROR"
	switch {
	case errors.Is(err, errUnlisted):
		return c.fail(codeRefused, "%s: %v", d.name, err)
	case notFound(err):
		status = "NXDOMAIN"
	case err != nil:
		fmt.Fprintln(c.Stdout, ";; connection timed out; no servers could be reached")
		return 9
	}
	if !d.short {
		fmt.Fprintf(c.Stdout, ";; status: %s, ANSWER: %d\n", status, len(ips))
	}
	for _, ip := range ips {
		line := ip.String()
		if !d.short {
			kind := "A"
			if ip.Is6() {
				kind = "AAAA"
			}
			line = fmt.Sprintf("%s.\tIN\t%s\t%s", strings.TrimSuffix(d.name, "."), kind, ip)
		}
		if writeLine(c.Stdout, line) != nil {
			return 1
		}
	}
	return 0
}
