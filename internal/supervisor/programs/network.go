package programs

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Conn is a database or cache that the environment lists. URL is a secret and never printed.
type Conn struct {
	Alias string `json:"alias"` // what a playbook may call it
	URL   string `json:"url"`   // redis://… or postgres://…, with credentials
	Role  string `json:"role"`  // of a database: whom reads run as; "": the user of the URL
}

// Network reaches the hosts that an environment lists, and nothing else.
type Network struct {
	Hosts    map[string]string // "host:port", "https://host" or a bare name as written → the real address, "host:port" or a URL
	Own      []string          // "host:port" of Wardroom itself
	Redis    []Conn
	Postgres []Conn
	Metrics  string // the address of Prometheus
}

// errUnlisted refuses an address before anything is sent or looked up.
var errUnlisted = errors.New("this environment does not list that host")

var errForbidden = errors.New("that address is never permitted")

// Forbidden address ranges beside link-local, multicast and unspecified ones: the metadata services of clouds that live elsewhere.
var metadata = []netip.Prefix{
	netip.MustParsePrefix("100.100.100.200/32"), netip.MustParsePrefix("168.63.129.16/32"), netip.MustParsePrefix("192.0.0.192/32"), netip.MustParsePrefix("fd00:ec2::/32"),
	netip.MustParsePrefix("fd20:ce::254/128"),
}

// address returns where host:port really is, if the environment lists it under the name as written or as the real address.
func (n *Network) address(host, port string) (string, error) {
	written := net.JoinHostPort(host, port)
	for _, name := range []string{written, host} {
		target, ok := n.Hosts[name]
		switch {
		case !ok:
		case hostPort(target) != "":
			return hostPort(target), nil
		default:
			return net.JoinHostPort(target, port), nil
		}
	}
	for _, name := range slices.Sorted(maps.Keys(n.Hosts)) {
		target := hostPort(n.Hosts[name])
		if target != "" && (hostPort(name) == written || target == written) {
			return target, nil
		}
	}
	return "", errUnlisted
}

// rewrite returns the URL that is really asked for. The environment may map a host:port, an origin or a bare name to another origin, with a path in front.
func (n *Network) rewrite(u *url.URL) (*url.URL, error) {
	origin, written := u.Scheme+"://"+u.Host, net.JoinHostPort(u.Hostname(), portOf(u))
	// The most exact name wins, so that the choice does not depend on the order of a map.
	for _, name := range []string{origin, u.Host, written, u.Hostname()} {
		target, ok := n.Hosts[name]
		if !ok {
			continue
		}
		return onto(u, target)
	}
	for _, name := range slices.Sorted(maps.Keys(n.Hosts)) {
		target := n.Hosts[name]
		if sameOrigin(name, u) {
			return onto(u, target)
		}
		if sameOrigin(target, u) || hostPort(target) == written {
			return u, nil
		}
	}
	return nil, errUnlisted
}

func onto(u *url.URL, target string) (*url.URL, error) {
	moved := *u
	if !strings.Contains(target, "://") {
		moved.Host = target
		return &moved, nil
	}
	base, err := url.Parse(target)
	if err != nil || base.Scheme != "http" && base.Scheme != "https" {
		return nil, errUnlisted
	}
	moved.Scheme, moved.Host = base.Scheme, base.Host
	if prefix := strings.TrimSuffix(base.Path, "/"); prefix != "" {
		moved.Path, moved.RawPath = prefix+u.Path, ""
	}
	return &moved, nil
}

func sameOrigin(name string, u *url.URL) bool {
	other, err := url.Parse(name)
	return err == nil && other.Host != "" && other.Scheme == u.Scheme && other.Hostname() == u.Hostname() && portOf(other) == portOf(u)
}

func portOf(u *url.URL) string {
	if port := u.Port(); port != "" {
		return port
	}
	return map[string]string{"http": "80", "https": "443", "redis": "6379", "rediss": "6379", "postgres": "5432", "postgresql": "5432"}[u.Scheme]
}

// hostPort reads a URL or a host:port; anything else is "".
func hostPort(s string) string {
	if strings.Contains(s, "://") {
		u, err := url.Parse(s)
		if err != nil || u.Hostname() == "" {
			return ""
		}
		return net.JoinHostPort(u.Hostname(), portOf(u))
	}
	if host, port, err := net.SplitHostPort(s); err == nil && host != "" && port != "" {
		return s
	}
	return ""
}

// dial connects to an address that has been found listed. The name is resolved once, all of its addresses are judged, and one of those is dialled: a second answer of
// the name server cannot lead elsewhere.
func (n *Network) dial(ctx context.Context, address string) (net.Conn, error) {
	return n.dialOver(ctx, "tcp", address)
}

// dialOver is dial over tcp4 or tcp6 alone.
func (n *Network) dialOver(ctx context.Context, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err //nolint:wrapcheck // the programs print it
	}
	ips, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return nil, err //nolint:wrapcheck // the programs tell by its type
	}
	for i, ip := range ips {
		ips[i] = ip.Unmap()
		if forbiddenIP(ips[i]) {
			return nil, errForbidden
		}
	}
	if n.isOwn(ctx, address, ips, port) {
		return nil, errForbidden
	}
	dialer := net.Dialer{Timeout: 30 * time.Second}
	var failures []error
	for _, ip := range ips {
		conn, err := dialer.DialContext(ctx, network, net.JoinHostPort(ip.String(), port))
		if err == nil {
			return conn, nil
		}
		failures = append(failures, err)
	}
	if len(failures) == 0 {
		return nil, fmt.Errorf("%s has no address", host)
	}
	return nil, failures[0]
}

func forbiddenIP(ip netip.Addr) bool {
	return !ip.IsValid() || ip.IsLinkLocalUnicast() || ip.IsMulticast() || ip.IsUnspecified() || slices.ContainsFunc(metadata, func(p netip.Prefix) bool { return p.Contains(ip) })
}

// isOwn reports whether an address is Wardroom's own: by name, by one of its addresses, or by the same port on this machine.
func (n *Network) isOwn(ctx context.Context, address string, ips []netip.Addr, port string) bool {
	for _, own := range n.Own {
		host, ownPort, err := net.SplitHostPort(own)
		if err != nil || ownPort != port {
			continue
		}
		if own == address {
			return true
		}
		everywhere := host == "" || host == "0.0.0.0" || host == "::"
		var mine []netip.Addr
		if !everywhere {
			mine, _ = net.DefaultResolver.LookupNetIP(ctx, "ip", host)
		}
		for _, ip := range ips {
			if everywhere && isLocal(ip) || slices.ContainsFunc(mine, func(m netip.Addr) bool { return m.Unmap() == ip }) {
				return true
			}
		}
	}
	return false
}

// isLocal reports whether an address belongs to this machine.
func isLocal(ip netip.Addr) bool {
	if ip.IsLoopback() {
		return true
	}
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return true // better refused than guessed
	}
	for _, addr := range addrs {
		if prefix, err := netip.ParsePrefix(addr.String()); err == nil && prefix.Addr().Unmap() == ip {
			return true
		}
	}
	return false
}

// isTimeout reports whether a connection failed by time.
func isTimeout(err error) bool {
	var netErr net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &netErr) && netErr.Timeout()
}
