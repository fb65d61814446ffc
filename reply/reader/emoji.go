package reader

// Words that stand for emoji in the tables. No patient can type them: tokens
// splits at colons.
const (
	emojiYes    = ":yes"
	emojiNo     = ":no"
	emojiThanks = ":thanks"
	emojiDoubt  = ":doubt"
	emojiAsk    = ":ask"
)

// emojiWord gives the word for an emoji that says something. Faces, hearts, flags
// and skin tones say nothing about a visit and give "".
func emojiWord(r rune) string {
	switch r {
	case '👍', '✅', '✔', '☑', '👌', '🆗':
		return emojiYes
	case '👎', '❌', '✖', '🚫', '⛔', '🙅':
		return emojiNo
	case '🙏':
		return emojiThanks
	case '🤷', '🤔':
		return emojiDoubt
	case '❓', '❔':
		return emojiAsk
	}
	return ""
}
