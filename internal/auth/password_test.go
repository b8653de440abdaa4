package auth

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/argon2"
	"pgregory.net/rapid"

	"wardroom/internal/errs"
)

func TestHashesVerifyTheirPasswordOnly(t *testing.T) {
	t.Parallel()
	h := newHasher()
	for _, password := range []string{"correct horse battery", "пароль из слов", " spaces matter ", "nul\x00byte", strings.Repeat("x", 256)} {
		phc, err := h.hash(t.Context(), password)
		if err != nil {
			t.Fatal(err)
		}
		again, err := h.hash(t.Context(), password)
		if err != nil || again == phc {
			t.Errorf("two hashes of one password are alike: %v", err)
		}
		if right, err := h.verify(t.Context(), password, phc); !right || err != nil {
			t.Errorf("%q does not verify: %v", password, err)
		}
		if right, err := h.verify(t.Context(), strings.TrimSpace(password)+" ", phc); right || err != nil {
			t.Errorf("something like %q verifies: %v", password, err)
		}
		if outdated(phc) {
			t.Error("a new hash is outdated")
		}
	}
	if right, err := h.verify(t.Context(), "", ""); right || err != nil {
		t.Errorf("no hash verifies: %v", err)
	}
}

func TestHashingIsBounded(t *testing.T) {
	t.Parallel()
	h := newHasher()
	for range cap(h.slots) {
		h.slots <- struct{}{}
	}
	h.wait = 0
	if _, err := h.hash(t.Context(), "correct horse battery"); errs.KindOf(err) != errs.Unavailable {
		t.Errorf("no slot is free, and the answer is %v", err)
	}
}

func TestDecodeIsTheInverseOfEncode(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := cost{
			memory: rapid.Uint32Range(8, 256<<10).Draw(t, "memory"), passes: rapid.Uint32Range(1, 16).Draw(t, "passes"),
			threads: rapid.Uint8Range(1, 255).Draw(t, "threads"),
		}
		salt := rapid.SliceOfN(rapid.Byte(), 8, 64).Draw(t, "salt")
		key := rapid.SliceOfN(rapid.Byte(), 16, 64).Draw(t, "key")
		gotCost, gotSalt, gotKey, err := decode(encode(c, salt, key))
		if err != nil || gotCost != c || string(gotSalt) != string(salt) || string(gotKey) != string(key) {
			t.Fatalf("%v %x %x %v", gotCost, gotSalt, gotKey, err)
		}
	})
}

// A damaged row is refused; it neither panics nor takes all memory.
func FuzzDecode(f *testing.F) {
	valid := encode(current, make([]byte, saltBytes), make([]byte, keyBytes))
	f.Add(valid)
	f.Add("")
	f.Add(strings.Replace(valid, "m=19456", "m=4294967295", 1))
	f.Add(strings.Replace(valid, "t=2", "t=0", 1))
	f.Add(strings.Replace(valid, "argon2id", "argon2i", 1))
	f.Add(fmt.Sprintf("$argon2id$v=%d$m=19456,t=2,p=1$$", argon2.Version))
	f.Fuzz(func(t *testing.T, phc string) {
		c, salt, key, err := decode(phc)
		if err == nil && (encode(c, salt, key) != phc || c.memory > 256<<10 || c.threads == 0) {
			t.Errorf("accepted %q", phc)
		}
	})
}

func TestPasswordPolicy(t *testing.T) {
	t.Parallel()
	for password, good := range map[string]bool{
		"elevenchars":                       false,
		"twelve chars":                      true,
		"äöüßäöüßéèêë":                      true, // characters, not bytes
		strings.Repeat("ab9 ", 3):           false,
		strings.Repeat("lorem ipsum ", 21):  true,
		strings.Repeat("lorem ipsum ", 22):  false, // 264
		"correct horse battery staple":      true,
		"Password2026!":                     false,
		"passwordpassword":                  false,
		"Qwerty123456":                      false,
		"1234567890987654321":               false,
		"aaaaaaaaaaaaaaaa":                  false,
		"121212121212":                      false,
		"administrator":                     false,
		"WardroomWardroom1":                 false,
		"ana.lima@example":                  false,
		"ana lima paints seven blue houses": true,
	} {
		err := checkPassword(password, "ana", "Ana Lima", "ana.lima@example")
		if (err == nil) != good {
			t.Errorf("%q: %v, want accepted %v", password, err, good)
		}
		if err != nil && errs.KindOf(err) != errs.Invalid {
			t.Errorf("%q: %v", password, err)
		}
	}
}

func TestTheListOfCommonPasswords(t *testing.T) {
	t.Parallel()
	if n := len(common()); n < 3000 || common()["# permission is hereby granted, free of charge, to any person obtaining"] {
		t.Errorf("the list has %d entries", n)
	}
}

func TestWaitsGrowAndAreBounded(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		l := rapid.SampledFrom([]limit{perPair, perAddress, perName}).Draw(t, "limit")
		n := rapid.Int64Range(0, 1<<40).Draw(t, "attempts")
		wait, next := l.wait(n), l.wait(n+1)
		if (wait == 0) != (n < l.free) || next < wait || wait > l.most || wait < 0 {
			t.Fatalf("%d attempts: %v, then %v", n, wait, next)
		}
	})
}

func TestNetworks(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"192.0.2.7": "192.0.2.7", "::ffff:192.0.2.7": "192.0.2.7", "2001:db8:1:2:3::4": "2001:db8:1:2::/64",
		"fe80::1%eth0": "fe80::/64", "": "", "@\x00": "@",
	} {
		if got := network(address); got != want {
			t.Errorf("%q: %q, want %q", address, got, want)
		}
	}
}

func TestSpelledWaits(t *testing.T) {
	t.Parallel()
	for wait, want := range map[time.Duration]string{
		time.Millisecond: "1 second", 29500 * time.Millisecond: "30 seconds", 90 * time.Second: "90 seconds",
		91 * time.Second: "2 minutes", 15 * time.Minute: "15 minutes",
	} {
		if got := spell(wait); got != want {
			t.Errorf("%v: %q, want %q", wait, got, want)
		}
	}
}
