package queue_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"goniec/inbox"
	"goniec/pdu"
	"goniec/queue"
	"goniec/store"
	"goniec/store/boltstore"
)

// The pages of a file of bbolt: two that name the newest tree, in turn, then the trees.
// A commit writes pages of the tree, waits until they are on disk, writes one of the
// first two, and waits again.
const (
	boltPage = 4096
	metaHead = 16            // of a page, before what a meta page says
	metaUsed = metaHead + 40 // number of the first page that is not in use
	metaID   = metaHead + 48
	metaEnd  = metaHead + 64 // the checksum is the last of it
	sector   = 512           // of which a disk writes all or nothing
)

// filmed is a store of which the file is kept as it was after each commit.
type filmed struct {
	store.Store
	t      *testing.T
	path   string
	frames [][]byte
}

func (f *filmed) Update(ctx context.Context, fn func(store.Tx) error) error {
	if err := f.Store.Update(ctx, fn); err != nil {
		return err
	}
	data, err := usedPages(f.path)
	if err != nil {
		f.t.Error(err)
	}
	if n := len(f.frames); n == 0 || !bytes.Equal(f.frames[n-1], data) {
		f.frames = append(f.frames, data)
	}
	return nil
}

// usedPages reads a file up to the last page in use; the room after it, in which it may
// grow, is empty.
func usedPages(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	metas := make([]byte, 2*boltPage)
	if _, err := io.ReadFull(file, metas); err != nil {
		return nil, err
	}
	used := binary.LittleEndian.Uint64(metas[newestMeta(metas)*boltPage+metaUsed:])
	data := make([]byte, used*boltPage)
	if _, err := file.ReadAt(data, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return data, nil
}

// tear is one way in which a power cut leaves a commit that was under way.
type tear struct {
	name  string
	whole bool // the commit may have taken effect
	file  func(random *rand.Rand, before, after []byte) []byte
}

func tears() []tear {
	// some returns before with those pages of after that keep chooses.
	some := func(before, after []byte, keep func(page int) bool) []byte {
		file := append(bytes.Clone(before), make([]byte, max(0, len(after)-len(before)))...)
		for at := 0; at < len(after); at += boltPage {
			if keep(at / boltPage) {
				copy(file[at:at+boltPage], after[at:])
			}
		}
		return file
	}
	tree := func(page int) bool { return page > 1 }
	return []tear{
		{"no page is written", false, func(_ *rand.Rand, before, _ []byte) []byte { return before }},
		{"some pages of the tree are", false, func(r *rand.Rand, before, after []byte) []byte {
			return some(before, after, func(p int) bool { return tree(p) && r.IntN(2) == 0 })
		}},
		{"some sectors of its pages are", false, func(r *rand.Rand, before, after []byte) []byte {
			file := some(before, after, func(int) bool { return false })
			for at := 2 * boltPage; at < len(after); at += sector {
				if r.IntN(2) == 0 {
					copy(file[at:at+sector], after[at:])
				}
			}
			return file
		}},
		{"new pages hold noise", false, func(r *rand.Rand, before, after []byte) []byte {
			file := some(before, after, tree)
			for at := 2 * boltPage; at < len(after); at += boltPage {
				if at >= len(before) || !bytes.Equal(before[at:at+boltPage], after[at:at+boltPage]) {
					for i := range boltPage {
						file[at+i] = byte(r.Uint32())
					}
				}
			}
			return file
		}},
		{"the file had not grown yet", false, func(_ *rand.Rand, before, after []byte) []byte {
			return some(before, after, tree)[:len(before)]
		}},
		{"the whole tree is, not what names it", false, func(_ *rand.Rand, before, after []byte) []byte {
			return some(before, after, tree)
		}},
		{"what names it is written in part", true, func(r *rand.Rand, before, after []byte) []byte {
			file := some(before, after, tree)
			at := newestMeta(after) * boltPage
			copy(file[at:at+metaHead+r.IntN(metaEnd-metaHead)], after[at:])
			return file
		}},
		{"what names it is noise", false, func(r *rand.Rand, before, after []byte) []byte {
			file := some(before, after, tree)
			at := newestMeta(after) * boltPage
			for i := range metaEnd {
				file[at+i] = byte(r.Uint32())
			}
			return file
		}},
		{"everything is, and nobody was told", true, func(_ *rand.Rand, _, after []byte) []byte { return after }},
	}
}

// newestMeta returns which of the first two pages names the newest tree.
func newestMeta(file []byte) int {
	id := func(page int) uint64 { return binary.LittleEndian.Uint64(file[page*boltPage+metaID:]) }
	if id(1) > id(0) {
		return 1
	}
	return 0
}

// contents returns all that is in a store.
func contents(t *testing.T, s store.Store) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := s.View(t.Context(), func(r store.Reader) error {
		pairs, err := r.Scan("", "", 0)
		for _, p := range pairs {
			all[p.Key] = string(p.Value)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// mended opens a file as the daemon does, checks what is in it, and lets it take
// another message.
func mended(t *testing.T, path string, file []byte) map[string]string {
	t.Helper()
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := boltstore.Open(path, boltstore.Options{})
	if err != nil {
		t.Errorf("open: %v", err)
		return nil
	}
	all := contents(t, s)
	queue.CheckInvariants(t, s)
	err = s.View(t.Context(), func(r store.Reader) error {
		return inbox.Verify(r, func(f store.Finding) { t.Errorf("%s: %s", f.Record, f.What) }, nil)
	})
	if err != nil {
		t.Error(err)
	}
	b := newBoxOn(t, s)
	if _, err := b.Recover(t.Context()); err != nil {
		t.Errorf("recover: %v", err)
	}
	b.put()
	queue.CheckInvariants(t, s)
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	return all
}

// TestTornWrites cuts the power in the middle of each commit of a working queue, in
// every way that a disk that keeps its promises can leave it: what was acknowledged
// before is there, of the commit under way all or nothing, and the queue goes on.
func TestTornWrites(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	path := filepath.Join(folder, "goniec.db")
	s, err := boltstore.Open(path, boltstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	f := &filmed{Store: s, t: t, path: path}
	work(newBoxOn(t, f))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	torn := filepath.Join(folder, "torn.db")
	count := 0
	before := mended(t, torn, f.frames[0])
	for i, frame := range f.frames[1:] {
		after := mended(t, torn, frame)
		for _, c := range tears() {
			got := mended(t, torn, c.file(random, f.frames[i], frame))
			count++
			if !maps.Equal(got, before) && (!c.whole || !maps.Equal(got, after)) {
				t.Errorf("commit %d, %s: %d records, %d before and %d after it", i+1, c.name, len(got), len(before), len(after))
			}
		}
		before = after
	}
	t.Logf("%d commits torn in %d ways: what was acknowledged is there, 0 findings", len(f.frames)-1, count)
}

// work is a little of everything that a queue writes.
func work(b *box) {
	b.t.Helper()
	for i := range 6 {
		m := b.put(func(d *queue.Draft) {
			if i%2 == 0 {
				long(d)
			}
		})
		b.send(byte(10 * i))
		for k := range m.Parts {
			b.report(byte(10*i+k), 0)
		}
		b.receive(fmt.Sprintf("TAK %d", i))
		b.tend()
	}
	var batch []queue.Draft
	for range 200 {
		batch = append(batch, draft(b.t, long))
	}
	if _, _, err := b.Enqueue(b.t.Context(), key("batch", "body"), batch); err != nil {
		b.t.Fatal(err)
	}
	s := b.claim()
	b.record(s, unknown())
	b.claimBy(worker(1)) // in the air to the end
	b.tend()
}

// receive has a text of the patient come into the inbox that is beside the queue.
func (b *box) receive(text string) {
	b.t.Helper()
	in, err := inbox.New(inbox.Config{Store: b.store, Events: b.events, Queue: b.Queue})
	if err != nil {
		b.t.Fatal(err)
	}
	if err := in.Receive(b.t.Context(), worker(0), inbox.Decode(deliver(b.t, text), time.Now())); err != nil {
		b.t.Fatal(err)
	}
}

// deliver returns a PDU with a text from the patient.
func deliver(t testing.TB, text string) []byte {
	t.Helper()
	ud, err := pdu.TextUserData(text, pdu.GSM7, nil)
	if err != nil {
		t.Fatal(err)
	}
	tpdu, err := pdu.Deliver{OA: address(t, patient), SCTS: time.Now().Truncate(time.Second), UD: ud}.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return pdu.WithSMSC(nil, tpdu)
}
