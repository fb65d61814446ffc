package sealed

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"strings"
)

// names replaces private segments in keys, see store.Private: "{+48600100200}" becomes
// "{#", 26 characters and "}", equal for equal segments. The original is sealed in the
// value, from which a scan restores it.
type names struct {
	key []byte // of the HMAC; constant, so that stored keys stay valid
}

// nameSize bounds the growth of a key.
const nameSize = 30

// stored returns the stored form of a key or a bound of a scan. In a bound by
// store.PrefixEnd the last octet of the segment may be one greater.
func (n names) stored(key string) string {
	k, found := cutPrivate(key)
	if !found {
		return key
	}
	mac := hmac.New(sha256.New, n.key)
	_, _ = mac.Write([]byte(k.content)) // never fails
	name := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(mac.Sum(nil)[:16])
	return k.before + "{#" + strings.ToLower(name) + k.end + k.after
}

// parted is a key with a private segment.
type parted struct{ before, content, end, after string }

// cutPrivate splits key around its private segment.
func cutPrivate(key string) (k parted, found bool) {
	open := strings.IndexByte(key, '{')
	if open < 0 {
		return parted{}, false
	}
	segment := key[open+1:]
	if slash := strings.IndexByte(segment, '/'); slash >= 0 {
		segment = segment[:slash]
	}
	end := strings.IndexByte(segment, '}')
	if end < 0 {
		if end = len(segment) - 1; end < 0 || segment[end] != '}'+1 {
			return parted{}, false
		}
	}
	return parted{before: key[:open], content: segment[:end], end: segment[end : end+1], after: key[open+1+end+1:]}, true
}
