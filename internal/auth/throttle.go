package auth

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"wardroom/internal/errs"
	"wardroom/internal/postgres/dbgen"
)

// window is how long an attempt counts.
const window = 15 * time.Minute

// limit says how many attempts are free and how long the wait after them grows.
type limit struct {
	free int64
	most time.Duration
}

var (
	perPair    = limit{free: 5, most: window}
	perAddress = limit{free: 20, most: window}
	perName    = limit{free: 25, most: time.Minute} // short: others must not be able to lock somebody out
)

// wait is how long after the latest attempt the next one has to wait.
func (l limit) wait(attempts int64) time.Duration {
	if attempts < l.free {
		return 0
	}
	return min(l.most, 30*time.Second<<min(attempts-l.free, 10))
}

// attempt is one look at a password, written down before it happens: attempts at the
// same moment see each other.
type attempt struct {
	ids      []int64
	personal []string // subjects that a success clears
}

// begin writes an attempt down and refuses it with RateLimited and the wait when there
// were too many. A refused attempt does not count.
func (s *Service) begin(ctx context.Context, name, address string) (attempt, error) {
	name, address = strings.ToLower(strings.TrimSpace(name)), network(address)
	limits := map[string]limit{subject("pair", name, address): perPair, subject("name", name): perName}
	a := attempt{}
	for personal := range limits {
		a.personal = append(a.personal, personal)
	}
	if address != "" {
		limits[subject("address", address)] = perAddress
	}
	subjects := make([]string, 0, len(limits))
	for one := range limits {
		subjects = append(subjects, one)
	}
	var err error
	if a.ids, err = s.db.AddSignInAttempt(ctx, subjects); err != nil {
		return attempt{}, fmt.Errorf("auth: record attempt: %w", err)
	}
	counts, err := s.db.CountSignInAttempts(ctx, dbgen.CountSignInAttemptsParams{
		Subjects: subjects, WindowSeconds: window.Seconds(), Own: a.ids,
	})
	if err != nil {
		return attempt{}, fmt.Errorf("auth: count attempts: %w", err)
	}
	var wait time.Duration
	for _, c := range counts {
		if pause := limits[c.Subject].wait(c.Attempts); pause > 0 {
			wait = max(wait, c.Latest.Add(pause).Sub(c.Now))
		}
	}
	if wait <= 0 {
		return a, nil
	}
	s.forget(ctx, a)
	s.log.WarnContext(ctx, "sign-in attempt refused: too many", "wait", wait, "address", address)
	return attempt{}, errs.Newf(errs.RateLimited, "Too many attempts. Try again in %s.", spell(wait))
}

// forget takes an attempt back that said nothing about the password.
func (s *Service) forget(ctx context.Context, a attempt) {
	err := s.db.DeleteSignInAttempts(context.WithoutCancel(ctx), dbgen.DeleteSignInAttemptsParams{Ids: a.ids, Subjects: []string{}})
	if err != nil {
		s.log.WarnContext(ctx, "attempt was not taken back", "err", err)
	}
}

// subject hashes what was typed: people type passwords into the field for the name.
func subject(kind string, parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return kind + ":" + hex.EncodeToString(sum[:16])
}

// network is whom an address stands for: one customer gets a whole /64 of IPv6.
func network(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return clean(address, 64)
	}
	if ip = ip.Unmap(); ip.Is4() {
		return ip.String()
	}
	prefix, err := ip.WithZone("").Prefix(64)
	if err != nil {
		return ip.String()
	}
	return prefix.String()
}

// spell says a wait in words, rounded up.
func spell(wait time.Duration) string {
	if seconds := int((wait + time.Second - 1) / time.Second); seconds == 1 {
		return "1 second"
	} else if seconds <= 90 {
		return fmt.Sprintf("%d seconds", seconds)
	}
	return fmt.Sprintf("%d minutes", int((wait+time.Minute-1)/time.Minute))
}
