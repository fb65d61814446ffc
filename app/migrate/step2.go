package migrate

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"goniec/store"
)

// message2 holds the fields of m/<id> in schema 2 that keys depend on.
type message2 struct {
	To       string     `json:"to"` // as people write it, or type,plan,number
	Tries    int        `json:"tries"`
	Attempts []attempt2 `json:"try"`
}

type attempt2 struct {
	Number  int       `json:"n"`
	SIM     string    `json:"sim"`
	At      time.Time `json:"at"`
	Outcome string    `json:"out"`
	MR      int       `json:"mr"` // TP-MR, -1 unknown
}

// inbound2 holds the fields of in/<id> in schema 2 that keys depend on.
type inbound2 struct {
	From string `json:"from"`
}

// reindex is the step from schema 2. It also makes to/ and from/, which most data of schema 1
// does not have. New keys are written in the order of messages and old keys deleted in key
// order, so that both go from page to page. A record that cannot be read is left to
// verification.
func reindex(ctx context.Context, s store.Store, changed func()) error {
	messages := func(tx store.Tx, p store.Pair) (bool, error) {
		var m message2
		if json.Unmarshal(p.Value, &m) != nil {
			return false, nil //nolint:nilerr // left to verification
		}
		return putMissing(tx, m.keys3(strings.TrimPrefix(p.Key, "m/")))
	}
	if err := walk(ctx, s, store.Prefix("m/"), messages, changed); err != nil {
		return err
	}
	received := func(tx store.Tx, p store.Pair) (bool, error) {
		var in inbound2
		if json.Unmarshal(p.Value, &in) != nil || in.From == "" {
			return false, nil //nolint:nilerr // left to verification
		}
		return putMissing(tx, []string{"from/" + private3(in.From) + "/" + strings.TrimPrefix(p.Key, "in/")})
	}
	if err := walk(ctx, s, store.Prefix("in/"), received, changed); err != nil {
		return err
	}
	for _, old := range []struct {
		prefix string
		at     int // the segment that holds the number, in schema 2 but not in schema 3
	}{{"mr/", 3}, {"unc/", 2}, {"to/", 1}} {
		in := store.Prefix(old.prefix)
		in.Where = func(p store.Pair) bool {
			segments := strings.Split(p.Key, "/")
			return len(segments) > old.at && strings.HasPrefix(segments[old.at], "{")
		}
		err := walk(ctx, s, in, func(tx store.Tx, p store.Pair) (bool, error) { return true, tx.Delete(p.Key) }, changed)
		if err != nil {
			return err
		}
	}
	return nil
}

// putMissing writes those of keys that do not exist.
func putMissing(tx store.Tx, keys []string) (changed bool, err error) {
	for _, key := range keys {
		value, err := tx.Get(key)
		if err == nil && value == nil {
			changed = true
			err = tx.Put(key, nil)
		}
		if err != nil {
			return false, err
		}
	}
	return changed, nil
}

// keys3 returns the keys of a message in schema 3 that differ from schema 2:
// to/<week>/<number>/<id>, mr/<day>/<sim>/<mr>/<tail>/<time><id>/<attempt> and
// unc/<day>/<sim>/<tail>/<time><id>/<attempt>.
func (m *message2) keys3(id string) []string {
	var keys []string
	if m.Tries > 0 {
		keys = append(keys, "to/"+five3(day3(idTime3(id))/7)+"/"+private3(m.To)+"/"+id)
	}
	for _, a := range m.Attempts {
		at := max(0, a.At.UnixMilli())
		sim, tail := url.PathEscape(a.SIM), private3(tail3(m.To))
		end := fmt.Sprintf("/%015d%s/%d", at, id, a.Number)
		switch a.Outcome {
		case "accepted", "set_aside":
			if a.MR >= 0 {
				keys = append(keys, "mr/"+five3(day3(at))+"/"+sim+"/"+strconv.Itoa(a.MR&0xff)+"/"+tail+end)
				continue
			}
		case "uncertain":
		default:
			continue
		}
		keys = append(keys, "unc/"+five3(day3(at))+"/"+sim+"/"+tail+end)
	}
	return keys
}

// private3 marks a number in a key.
func private3(number string) string { return "{" + url.PathEscape(number) + "}" }

// tail3 returns the last seven digits of a stored number.
func tail3(stored string) string {
	number := stored
	if fields := strings.SplitN(stored, ",", 3); len(fields) == 3 {
		number = fields[2]
	}
	number = strings.TrimPrefix(number, "+")
	return number[max(0, len(number)-7):]
}

// day3 returns the day of a Unix time in milliseconds, from 1970 on.
func day3(ms int64) int64 { return ms / (24 * time.Hour).Milliseconds() }

// five3 writes a day or a week.
func five3(n int64) string { return fmt.Sprintf("%05d", n) }

// idTime3 returns the time of a UUIDv7 in milliseconds; 0 for any other id.
func idTime3(id string) int64 {
	const digits = 12
	hex := strings.ReplaceAll(id, "-", "")
	if len(hex) != 32 {
		return 0
	}
	ms, err := strconv.ParseInt(hex[:digits], 16, 64)
	if err != nil {
		return 0
	}
	return ms
}
