package auth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"time"

	"golang.org/x/crypto/argon2"

	"wardroom/internal/errs"
)

// cost is what one hash takes; it stands in front of every hash, so that it can be
// raised later.
type cost struct {
	memory  uint32 // KiB
	passes  uint32
	threads uint8
}

// current is OWASP's second choice of equal strength: 19 MiB, two passes, one thread.
var current = cost{memory: 19 << 10, passes: 2, threads: 1}

const (
	saltBytes = 16
	keyBytes  = 32
)

// hasher bounds how many passwords are hashed at the same moment: each takes 19 MiB.
type hasher struct {
	slots chan struct{}
	wait  time.Duration // for a slot
	dummy string        // a hash of nothing that anybody knows, for names that do not exist
}

func newHasher() *hasher {
	salt, key := make([]byte, saltBytes), make([]byte, keyBytes)
	_, _ = rand.Read(salt)
	_, _ = rand.Read(key)
	return &hasher{
		slots: make(chan struct{}, max(2, runtime.GOMAXPROCS(0))), wait: 15 * time.Second,
		dummy: encode(current, salt, key),
	}
}

func (h *hasher) key(ctx context.Context, c cost, password string, salt []byte, size uint32) ([]byte, error) {
	wait, cancel := context.WithTimeout(ctx, h.wait)
	defer cancel()
	select {
	case h.slots <- struct{}{}:
		defer func() { <-h.slots }()
		return argon2.IDKey([]byte(password), salt, c.passes, c.memory, c.threads, size), nil
	case <-wait.Done():
		return nil, errs.Wrap(errs.Unavailable, "Too many people sign in right now. Try again in a moment.", context.Cause(wait))
	}
}

// hash gives the PHC string of a new password.
func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltBytes)
	_, _ = rand.Read(salt)
	key, err := h.key(ctx, current, password, salt, keyBytes)
	if err != nil {
		return "", err
	}
	return encode(current, salt, key), nil
}

// verify says whether password belongs to phc. An empty phc (nobody has that name, or no
// password yet) takes the same time and is never right.
func (h *hasher) verify(ctx context.Context, password, phc string) (bool, error) {
	stored := phc
	if stored == "" {
		stored = h.dummy
	}
	c, salt, want, err := decode(stored)
	if err != nil {
		return false, err
	}
	got, err := h.key(ctx, c, password, salt, uint32(len(want))) //nolint:gosec // decode bounds it
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(got, want) == 1 && phc != "", nil
}

// outdated says whether phc should be replaced the next time the password is known.
func outdated(phc string) bool {
	c, salt, key, err := decode(phc)
	return err != nil || c != current || len(salt) != saltBytes || len(key) != keyBytes
}

func encode(c cost, salt, key []byte) string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.memory, c.passes, c.threads,
		b64.EncodeToString(salt), b64.EncodeToString(key))
}

var errPHC = errors.New("auth: stored password hash is malformed")

// decode reads a PHC string of argon2id. Its bounds keep a damaged row from taking all
// memory; the error never holds the string.
func decode(phc string) (c cost, salt, key []byte, err error) {
	parts := strings.Split(phc, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return cost{}, nil, nil, errPHC
	}
	if _, scanErr := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &c.memory, &c.passes, &c.threads); scanErr != nil {
		return cost{}, nil, nil, errPHC
	}
	b64 := base64.RawStdEncoding.Strict()
	salt, saltErr := b64.DecodeString(parts[4])
	key, keyErr := b64.DecodeString(parts[5])
	sane := c.memory >= 8 && c.memory <= 256<<10 && c.passes >= 1 && c.passes <= 16 && c.threads >= 1 &&
		len(salt) >= 8 && len(salt) <= 64 && len(key) >= 16 && len(key) <= 64
	if saltErr != nil || keyErr != nil || !sane || encode(c, salt, key) != phc {
		return cost{}, nil, nil, errPHC
	}
	return c, salt, key, nil
}
