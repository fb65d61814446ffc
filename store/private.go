package store

// Private marks the segment of a key that tells who somebody is, a number or a part
// of one, so that a store can put something in its place that tells nothing. The
// segment holds no slash and no brace, which url.PathEscape sees to; no other part of
// a key holds a brace, and no key has two such segments.
func Private(segment string) string { return "{" + segment + "}" }
