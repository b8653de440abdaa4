package auth

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
)

// newToken gives 256 random bits for a cookie or a link, and the hash that is stored. A
// plain hash is enough: nobody can search so many tokens.
func newToken() (token string, hash []byte) {
	var random [32]byte
	_, _ = rand.Read(random[:]) // never fails: crypto/rand ends the process instead
	token = base64.RawURLEncoding.EncodeToString(random[:])
	return token, hashToken(token)
}

func hashToken(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// idOf names a stored hash in a form; knowing it lets nobody in.
func idOf(hash []byte) string { return hex.EncodeToString(hash) }

// hashOf is the way back; what is no id gives a hash that nothing has.
func hashOf(id string) []byte {
	hash, err := hex.DecodeString(id)
	if err != nil {
		return nil
	}
	return hash
}
