package catalogue

// MessageOther is said of a message that is not delivered for a reason without words
// of its own.
const MessageOther Key = "message.other" // code

// WarningReportOverdue is said of a message that was sent and has no report yet.
const WarningReportOverdue Key = "warning.report_overdue" // how long, modem, usual time

// Durations as they stand behind "for" and "within".
const (
	DurationSeconds Key = "duration.seconds" // number
	DurationMinutes Key = "duration.minutes" // number
	DurationHours   Key = "duration.hours"   // number
	DurationDays    Key = "duration.days"    // number
)
