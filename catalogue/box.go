package catalogue

// What the gateway says of itself as a whole: its alarms and its clock.
const (
	CommandClock        Key = "command.clock"
	CommandClockConfirm Key = "command.clock.confirm"
	ClockShows          Key = "clock.shows"     // time
	ClockConfirmed      Key = "clock.confirmed" // by what
	ClockTrusted        Key = "clock.trusted"
	ClockDoubted        Key = "clock.doubted"
	ClockOther          Key = "clock.other" // what, by how much
	ClockAhead          Key = "clock.ahead" // how much
	ClockBehind         Key = "clock.behind"

	DoctorNoAlarms Key = "doctor.no_alarms"
	DoctorCause    Key = "doctor.cause" // in English
)

// ClockSource returns the name of a source of time, as the API calls it, in words.
func ClockSource(lang Language, source string) string { return Text(lang, Key("clock.source."+source)) }
