package access

import (
	"crypto/rand"
	"crypto/sha256"
	"hash/crc32"
	"math/big"
	"strings"
)

// A token is tokenPrefix, 32 random bytes and their checksum, both in base62 with
// leading zeros. The checksum distinguishes a badly copied token from a revoked one.
const (
	tokenPrefix    = "gnc_"
	secretLength   = 43 // base62 digits of 32 bytes
	checksumLength = 6  // base62 digits of 4 bytes
	tokenLength    = len(tokenPrefix) + secretLength + checksumLength
	shownLength    = len(tokenPrefix) + 4 // kept to recognise a token
)

// newSecret returns a new token.
func newSecret() string {
	random := make([]byte, sha256.Size)
	rand.Read(random) // never fails
	secret := base62(random, secretLength)
	return tokenPrefix + secret + checksum(secret)
}

// wellFormed reports whether s has the form and checksum of a token.
func wellFormed(s string) bool {
	if len(s) != tokenLength || !strings.HasPrefix(s, tokenPrefix) {
		return false
	}
	secret := s[len(tokenPrefix) : len(tokenPrefix)+secretLength]
	return checksum(secret) == s[len(tokenPrefix)+secretLength:]
}

func checksum(secret string) string {
	sum := crc32.ChecksumIEEE([]byte(secret))
	return base62([]byte{byte(sum >> 24), byte(sum >> 16), byte(sum >> 8), byte(sum)}, checksumLength)
}

// base62 writes data, read as one big number, with digits, upper and lower case
// letters, padded with zeros to length.
func base62(data []byte, length int) string {
	// The digit order 0-9a-zA-Z of math/big is as good as any.
	digits := new(big.Int).SetBytes(data).Text(62)
	return strings.Repeat("0", length-len(digits)) + digits
}
