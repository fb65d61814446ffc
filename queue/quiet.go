package queue

import "time"

// QuietHours are the times when messages of priority Normal and Low wait. Equal
// From and To mean none, whatever the days off.
type QuietHours struct {
	From     time.Duration  // since midnight, by the clock on the wall
	To       time.Duration  // since midnight; not after From: on the next day
	Weekdays []time.Weekday // days off: quiet from midnight to midnight
	Holidays bool           // the public holidays of Poland are days off, too
}
