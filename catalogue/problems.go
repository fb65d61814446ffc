package catalogue

import "time"

// MessageOther is said of a message that is not delivered for a reason without words
// of its own.
const MessageOther Key = "message.other" // code

// What is said of a message with a code whose usual text advises to release it, where that
// is not possible.
const (
	MessageQuietLater   Key = "message.quiet_hours_later" // its time to send lies in quiet hours
	MessageSIMGoneAgain Key = "message.sim_gone_again"    // every part is sent again already
)

// MessageRefused is said of one whose code has words in the table of faults.
const MessageRefused Key = "message.refused" // what the fault means, code

// WarningReportOverdue is said of a message that was sent and has no report yet.
const WarningReportOverdue Key = "warning.report_overdue" // how long, modem, usual time

// Durations as they stand behind "for" and "within".
const (
	DurationSeconds Key = "duration.seconds" // number
	DurationMinutes Key = "duration.minutes" // number
	DurationHours   Key = "duration.hours"   // number
	DurationDays    Key = "duration.days"    // number
)

// Duration returns d in words, rounded down to seconds, minutes, hours or days, in the
// greatest unit of which d has at least 2 if possible.
func Duration(lang Language, d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d < 2*time.Minute:
		return Text(lang, DurationSeconds, int(d/time.Second))
	case d < 2*time.Hour:
		return Text(lang, DurationMinutes, int(d/time.Minute))
	case d < 2*day:
		return Text(lang, DurationHours, int(d/time.Hour))
	default:
		return Text(lang, DurationDays, int(d/day))
	}
}
