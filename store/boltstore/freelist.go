package boltstore

// The freelist of a file, which pages are to be had, is either written with a
// commit or found out by whoever opens the file next, who must read all of it for
// that: a minute for a gigabyte on a card. It is as long as there are free pages, so
// it is written while it is short, which is nearly always, since retention frees
// about as much as comes in; after a great purge it would be the greater part of each
// commit, and is left out until the space has been used again. A store that is closed
// leaves it in the file in any case.

// freelistPages is how many pages of freelist a commit may write.
const freelistPages = 4

// maxListed is how many free pages are listed by those.
const maxListed = freelistPages*(pageSize/idSize) - headerSize/idSize

// chooseFreelist has the next commit write the freelist, or not. Only the goroutine
// that commits calls it.
func (s *Store) chooseFreelist() {
	stats := s.db.Stats()
	s.db.NoFreelistSync = stats.FreePageN+stats.PendingPageN > maxListed
}

// writeFreelist leaves the freelist in a file that is about to be closed. Whatever
// hinders it costs the next start time and nothing else. The goroutine that commits
// has ended.
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
		_ = tx.Rollback() // whether a panic has left it open or not
	}
}
