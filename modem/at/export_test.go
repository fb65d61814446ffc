package at

// Errors that only tests compare.
var (
	ErrClosed    = errClosed
	ErrOutOfStep = errOutOfStep
)

// Transcript returns where the lines of the dialogue are kept.
func (c *Conn) Transcript() *Transcript { return c.log }

// Counted returns how many octets were noise, and how many answers nobody waited for.
func (c *Conn) Counted() (noise, strays int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.stats.Noise, c.stats.Strays
}
