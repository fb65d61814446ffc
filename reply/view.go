package reply

import (
	"context"

	"goniec/store"
)

// View reads in one consistent state: see ReadQuestion and ReadHeard.
func (r *Replies) View(ctx context.Context, fn func(store.Reader) error) error {
	return r.store.View(ctx, fn)
}
