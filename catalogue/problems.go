package catalogue

// MessageOther is said of a message that is not delivered for a reason without words
// of its own.
const MessageOther Key = "message.other" // code
