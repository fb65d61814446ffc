package boltstore

// The freelist names the free pages. It is written with a commit or rebuilt by the next
// opener, which must read the whole file: a minute for a gigabyte on a card. Its length
// grows with the count of free pages. A short freelist is written with each commit, the
// usual case since retention frees about as much as comes in; after a large purge it
// would dominate each commit and is left out until the space is used again. Closing the
// store always writes it.

// freelistPages bounds the freelist pages of a commit.
const freelistPages = 4

// maxListed is the count of free pages that fit into freelistPages.
const maxListed = freelistPages*(pageSize/idSize) - headerSize/idSize

// chooseFreelist decides whether the next commit writes the freelist. Only the
// committing goroutine calls it.
func (s *Store) chooseFreelist() {
	stats := s.db.Stats()
	s.db.NoFreelistSync = stats.FreePageN+stats.PendingPageN > maxListed
}

// writeFreelist writes the freelist before the file is closed. A failure only slows the
// next start. The committing goroutine has ended.
func (s *Store) writeFreelist() {
	if !s.db.NoFreelistSync {
		return
	}
	tx, err := s.db.Begin(true)
	if err != nil {
		return
	}
	s.db.NoFreelistSync = false
	if catchDamage(tx.Commit) != nil {
		_ = tx.Rollback() // open after a panic only
	}
}
