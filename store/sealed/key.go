package sealed

import (
	"bytes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"golang.org/x/crypto/chacha20poly1305"
)

// KeySize is the length of a Key in octets.
const KeySize = 32

// Key is what everything is sealed by. It is never used itself: what seals, and what
// names it, is derived from it.
type Key [KeySize]byte

// NewKey returns a random key.
func NewKey() Key {
	var k Key
	_, _ = rand.Read(k[:]) // never fails: the program ends instead
	return k
}

// String returns the id, so that no key gets into a log.
func (k Key) String() string { return k.ID() }

// ID names the key and tells nothing of it: eight hexadecimal digits.
func (k Key) ID() string { return k.id().String() }

// keyID is what a sealed value names its key by.
type keyID [idSize]byte

func (id keyID) String() string { return hex.EncodeToString(id[:]) }

func (k Key) id() keyID { return keyID(k.derive("goniec key id", idSize)) }

// aead returns what seals and opens.
func (k Key) aead() (cipher.AEAD, error) {
	return chacha20poly1305.NewX(k.derive("goniec values", chacha20poly1305.KeySize))
}

// derive returns a key for one purpose, RFC 5869.
func (k Key) derive(purpose string, size int) []byte {
	derived, err := hkdf.Key(sha256.New, k[:], nil, purpose, size)
	if err != nil { // only for a size beyond 255 hashes
		panic(fmt.Sprintf("derive key: %v", err))
	}
	return derived
}

// letters are those of a key written down: without I, L, O and U, which are mistaken
// for others.
const letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// A written key is groups of five letters: four of the key, each five bits, and one
// that checks them and their place. The last four bits check the whole.
const (
	Groups    = 13
	groupSize = 5
)

// Text returns the key as it is written down, to be read by ParseKey.
func (k Key) Text() string {
	sum := sha256.Sum256(k[:])
	bits := append(bytes.Clone(k[:]), sum[0]&0xf0)
	var b bytes.Buffer
	for group := range Groups {
		if group > 0 {
			b.WriteByte('-')
		}
		var values [groupSize - 1]byte
		for i := range values {
			values[i] = five(bits, (group*len(values)+i)*5)
			b.WriteByte(letters[values[i]])
		}
		b.WriteByte(letters[check(group, values)])
	}
	return b.String()
}

// five returns the five bits of b from bit on.
func five(b []byte, bit int) byte {
	word := uint(b[bit/8]) << 8
	if bit/8+1 < len(b) {
		word |= uint(b[bit/8+1])
	}
	return byte(word >> (11 - bit%8) & 31)
}

// check returns what the last letter of a group stands for. In the field of 32
// elements each letter is weighed by another power of two, so that one wrong letter,
// or two exchanged, are always found.
func check(group int, values [groupSize - 1]byte) byte {
	sum := byte(group + 1)
	for _, v := range values {
		sum = double(sum) ^ v
	}
	return double(sum)
}

// double multiplies by x modulo x^5+x^2+1.
func double(v byte) byte {
	v <<= 1
	if v&32 != 0 {
		v ^= 0b100101
	}
	return v
}

// KeyTextError says what is wrong with a key that somebody has typed.
type KeyTextError struct {
	Groups []int // with a mistake, counted from 1; empty: each is right, but not the whole
	Count  int   // of groups found, if it is not Groups
}

// Error implements error. It holds nothing of the key.
func (e *KeyTextError) Error() string {
	switch {
	case e.Count != 0:
		return fmt.Sprintf("key has %d groups of five letters, not %d", e.Count, Groups)
	case len(e.Groups) > 0:
		return fmt.Sprintf("key is mistyped in groups %v", e.Groups)
	default:
		return "key is mistyped: every group is right, but they are not of one key"
	}
}

// ParseKey reads what Text wrote and a person may have typed: hyphens, spaces, line
// breaks and case do not matter, and letters that look like digits are those. The
// error is a *KeyTextError.
func ParseKey(text string) (Key, error) {
	typed := significant(text)
	if len(typed) != Groups*groupSize {
		return Key{}, &KeyTextError{Count: max(1, TypedGroups(text))}
	}
	var wrong []int
	bits := make([]byte, KeySize+1)
	for group := range Groups {
		var values [groupSize - 1]byte
		good := true
		for i := range groupSize {
			v := bytes.IndexByte([]byte(letters), typed[group*groupSize+i])
			switch {
			case v < 0:
				good = false
			case i < len(values):
				values[i] = byte(v)
				putFive(bits, (group*len(values)+i)*5, byte(v))
			default:
				good = good && byte(v) == check(group, values)
			}
		}
		if !good {
			wrong = append(wrong, group+1)
		}
	}
	k := Key(bits[:KeySize])
	if sum := sha256.Sum256(k[:]); len(wrong) > 0 || sum[0]&0xf0 != bits[KeySize] {
		return Key{}, &KeyTextError{Groups: wrong}
	}
	return k, nil
}

// putFive is the contrary of five, on bits that are zero.
func putFive(b []byte, bit int, v byte) {
	word := uint(v) << (11 - bit%8)
	b[bit/8] |= byte(word >> 8)
	if bit/8+1 < len(b) {
		b[bit/8+1] |= byte(word)
	}
}

// TypedGroups returns how many groups have been typed, also unfinished ones.
func TypedGroups(text string) int { return (len(significant(text)) + groupSize - 1) / groupSize }

// significant returns what counts of a key that was typed.
func significant(text string) []byte {
	typed := []byte{}
	for _, c := range bytes.ToUpper([]byte(text)) {
		switch c {
		case ' ', '-', '\t', '\r', '\n', '.', ',':
			continue
		case 'O':
			c = '0'
		case 'I', 'L':
			c = '1'
		}
		typed = append(typed, c)
	}
	return typed
}
