package views

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"strings"
	"time"
)

// newKey makes the idempotency key of one rendered form, a UUIDv7: pressing a button twice, or going back and pressing it again,
// does the thing once.
func newKey() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the process instead
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(time.Now().UnixMilli())<<16)
	copy(b[:6], ms[:6])
	b[6] = b[6]&0x0f | 0x70
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// ElementID turns identifiers such as a step's heading path into something usable as the end of an element id and of a URL's
// fragment. Different identifiers give different results.
func ElementID(parts ...string) string {
	whole := strings.Join(parts, "\x00")
	var b strings.Builder
	for _, r := range strings.ToLower(parts[len(parts)-1]) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
		if b.Len() >= 40 {
			break
		}
	}
	h := fnv.New32a()
	_, _ = h.Write([]byte(whole))
	return fmt.Sprintf("%s-%08x", strings.Trim(b.String(), "-"), h.Sum32())
}
