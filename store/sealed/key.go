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

// keySize is the length of a Key in octets.
const keySize = 32

// Key is a master key. Keys for sealing and for its id are derived from it.
type Key [keySize]byte

// NewKey returns a random key.
func NewKey() Key {
	var k Key
	_, _ = rand.Read(k[:]) // never fails: the program ends instead
	return k
}

// String returns the id, so that no key is logged.
func (k Key) String() string { return k.ID() }

// ID identifies the key without revealing it: eight hexadecimal digits.
func (k Key) ID() string { return k.id().String() }

// keyID is the key id within a sealed value.
type keyID [idSize]byte

func (id keyID) String() string { return hex.EncodeToString(id[:]) }

func (k Key) id() keyID { return keyID(k.derive("goniec key id", idSize)) }

// aead returns the cipher of the key.
func (k Key) aead() (cipher.AEAD, error) {
	return chacha20poly1305.NewX(k.derive("goniec values", chacha20poly1305.KeySize))
}

// derive returns a key for one purpose, RFC 5869.
func (k Key) derive(purpose string, size int) []byte {
	derived, err := hkdf.Key(sha256.New, k[:], nil, purpose, size)
	if err != nil { // impossible below 255 hashes
		panic(fmt.Sprintf("derive key: %v", err))
	}
	return derived
}

// letters are the 32 letters of a written key, without the ambiguous I, L, O and U.
const letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// A written key consists of groups of five letters: four of five key bits each and one
// check letter of the group and its place. The last four bits check the whole key.
const (
	Groups    = 13
	groupSize = 5
)

// Text returns the key in its written form for ParseKey.
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

// check returns the value of the check letter of a group. In the field of 32 elements
// each letter has another power of two as its weight, so that one wrong letter, or two
// exchanged ones, are always found.
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

// KeyTextError describes the mistakes in a typed key.
type KeyTextError struct {
	Groups []int // wrong groups, from 1; empty: only the check of the whole key failed
	Count  int   // groups found, if their count is wrong
}

// Error implements error. It reveals nothing of the key.
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

// ParseKey reads the form of Text as typed by a person: hyphens, spaces, line breaks
// and case are ignored, and letters that look like digits are read as digits. An error
// is a *KeyTextError.
func ParseKey(text string) (Key, error) {
	typed := significant(text)
	if len(typed) != Groups*groupSize {
		return Key{}, &KeyTextError{Count: max(1, TypedGroups(text))}
	}
	var wrong []int
	bits := make([]byte, keySize+1)
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
	k := Key(bits[:keySize])
	if sum := sha256.Sum256(k[:]); len(wrong) > 0 || sum[0]&0xf0 != bits[keySize] {
		return Key{}, &KeyTextError{Groups: wrong}
	}
	return k, nil
}

// putFive is the inverse of five, on zero bits.
func putFive(b []byte, bit int, v byte) {
	word := uint(v) << (11 - bit%8)
	b[bit/8] |= byte(word >> 8)
	if bit/8+1 < len(b) {
		b[bit/8+1] |= byte(word)
	}
}

// TypedGroups returns the count of typed groups, unfinished ones included.
func TypedGroups(text string) int { return (len(significant(text)) + groupSize - 1) / groupSize }

// significant returns the significant letters of a typed key.
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
