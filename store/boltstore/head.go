package boltstore

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"
)

// head holds fields of the meta pages that bbolt does not expose before it opens the
// file for writing, which without a freelist reads the whole file.
type head struct {
	pages uint64 // of the file, used and free
	free  int    // free pages; -1: the last commit wrote no freelist
}

// The layout of the pages of bbolt v1.5.0, the version that go.mod pins, in the order of octets of the machine. A page begins
// with its id (8 octets), flags (2), count (2) and overflow (4).
const (
	headerSize   = 16
	flagsAt      = 8
	countAt      = 10
	freelistFlag = 0x10
	countIsFirst = 0xffff // the count exceeds its field and precedes the ids
	idSize       = 8

	metaSize   = 64 // without the header
	metaMagic  = 0xed0cdaed
	magicAt    = 0
	freelistAt = 32
	pagesAt    = 40
	txidAt     = 48
	sumAt      = 56

	noFreelist = ^uint64(0)
)

// readHead reads the head of the database at path, which must not be written meanwhile.
// An error wraps ErrDamaged if the file is truncated or its freelist invalid.
func readHead(path string) (h head, err error) {
	f, err := os.Open(path)
	if err != nil {
		return head{}, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	newest, err := newestMeta(f)
	if err != nil {
		return head{}, err
	}
	order := binary.NativeEndian
	h = head{pages: order.Uint64(newest[pagesAt:]), free: -1}
	info, err := f.Stat()
	if err != nil {
		return head{}, err
	}
	if have := uint64(info.Size()) / pageSize; have < h.pages {
		return head{}, fmt.Errorf("%w: it is cut short, %d pages of %d are there", ErrDamaged, have, h.pages)
	}
	at := order.Uint64(newest[freelistAt:])
	if at == noFreelist {
		return h, nil
	}
	page := make([]byte, headerSize+idSize)
	if at >= h.pages {
		return head{}, fmt.Errorf("%w: its freelist is behind its end", ErrDamaged)
	}
	if _, err := f.ReadAt(page, int64(at)*pageSize); err != nil {
		return head{}, err
	}
	free := uint64(order.Uint16(page[countAt:]))
	if free == countIsFirst {
		free = order.Uint64(page[headerSize:])
	}
	if order.Uint16(page[flagsAt:]) != freelistFlag || order.Uint64(page) != at || free >= h.pages {
		return head{}, fmt.Errorf("%w: page %d is no freelist", ErrDamaged, at)
	}
	h.free = int(free)
	return h, nil
}

// newestMeta returns the meta page of the last commit without its header: the valid one
// with the higher transaction number.
func newestMeta(f io.ReaderAt) (newest []byte, err error) {
	order := binary.NativeEndian
	for i := range int64(2) {
		meta := make([]byte, metaSize)
		if _, err := f.ReadAt(meta, i*pageSize+headerSize); err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		sum := fnv.New64a()
		_, _ = sum.Write(meta[:sumAt]) // a hash never fails
		if order.Uint32(meta[magicAt:]) != metaMagic || order.Uint64(meta[sumAt:]) != sum.Sum64() {
			continue
		}
		if newest == nil || order.Uint64(meta[txidAt:]) > order.Uint64(newest[txidAt:]) {
			newest = meta
		}
	}
	if newest == nil {
		return nil, fmt.Errorf("%w: it has no meta page", ErrDamaged)
	}
	return newest, nil
}
