package configs

import (
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf16"

	"goniec/catalogue"
	replies "goniec/reply/reader"
)

// Replies says what becomes of what patients write.
type Replies struct {
	Language string `mapstructure:"language"` // of a patient of whom nothing is known: one of ReplyLanguages
	// Send are the kinds of texts that go back by themselves: of ReplyTexts.
	Send        []string    `mapstructure:"send"`
	Phone       string      `mapstructure:"phone"` // for {phone} in the texts
	OfficeHours OfficeHours `mapstructure:"office_hours"`
	// AnswerWithin is how long a question without an end may be answered.
	AnswerWithin time.Duration `mapstructure:"answer_within"`
	PerNumber    int           `mapstructure:"per_number"` // texts back in 24 hours
	PerBox       int           `mapstructure:"per_box"`    // texts back in an hour
	Words        replies.Words `mapstructure:"words"`      // that the reader does not know
	Texts        SpokenReplies `mapstructure:"texts"`
}

// OfficeHours are the hours in which somebody reads what waits.
type OfficeHours struct {
	From    string   `mapstructure:"from"` // "08:00", local time
	To      string   `mapstructure:"to"`   // equal to From: always
	DaysOff []string `mapstructure:"days_off"`
}

// SpokenReplies are texts of the clinic's own, by language.
type SpokenReplies struct {
	PL ReplyTexts `mapstructure:"pl"`
	EN ReplyTexts `mapstructure:"en"`
	ES ReplyTexts `mapstructure:"es"`
	UK ReplyTexts `mapstructure:"uk"`
}

// ReplyTexts are the texts of one language; empty: the built-in one, of Ukrainian that
// of Replies.Language.
type ReplyTexts struct {
	ThanksYes string `mapstructure:"thanks_yes"`
	ThanksNo  string `mapstructure:"thanks_no"`
	Thanks    string `mapstructure:"thanks"`
	Unclear   string `mapstructure:"unclear"`
	// UnclearChoice is Unclear of a question that is not answered by yes or no.
	UnclearChoice string `mapstructure:"unclear_choice"`
	// UnclearWhich is Unclear while several questions are open. It goes where Unclear goes.
	UnclearWhich string `mapstructure:"unclear_which"`
	Which        string `mapstructure:"which"`
	Every        string `mapstructure:"every"`
	Reschedule   string `mapstructure:"reschedule"`
	Person       string `mapstructure:"person"`
	Late         string `mapstructure:"late"`
	OutOfHours   string `mapstructure:"out_of_hours"`
	Unknown      string `mapstructure:"unknown"`
	Stopped      string `mapstructure:"stopped"`
	Started      string `mapstructure:"started"`
}

// Kind returns the text of a kind, by its key; empty: there is none of the clinic's own.
func (t ReplyTexts) Kind(kind string) string { return t.kinds()[kind] }

func (t ReplyTexts) kinds() map[string]string {
	return map[string]string{
		"thanks_yes": t.ThanksYes, "thanks_no": t.ThanksNo, "thanks": t.Thanks, "unclear": t.Unclear, "unclear_choice": t.UnclearChoice, "unclear_which": t.UnclearWhich, "which": t.Which, "every": t.Every,
		"reschedule": t.Reschedule, "person": t.Person, "late": t.Late, "out_of_hours": t.OutOfHours, "unknown": t.Unknown,
		"stopped": t.Stopped, "started": t.Started,
	}
}

// Language returns the texts of a language.
func (s SpokenReplies) Language(code string) ReplyTexts {
	switch code {
	case "pl":
		return s.PL
	case "en":
		return s.EN
	case "es":
		return s.ES
	case "uk":
		return s.UK
	default:
		return ReplyTexts{}
	}
}

// ReplyKinds lists what may stand in Replies.Send.
func ReplyKinds() []string {
	return []string{
		"thanks_yes", "thanks_no", "thanks", "unclear", "unclear_choice", "which", "reschedule", "person", "late", "out_of_hours", "unknown", "stopped", "started",
	}
}

// defaultReplies answers what needs an answer, and costs no text for anything else.
func defaultReplies() Replies {
	none := func() replies.ForLanguage {
		return replies.ForLanguage{
			Yes: []string{}, No: []string{}, Reschedule: []string{}, Late: []string{}, Stop: []string{}, Start: []string{}, WrongPerson: []string{}, Ignore: []string{},
		}
	}
	return Replies{
		Language:     "pl",
		Send:         []string{"unclear", "unclear_choice", "which", "reschedule", "late", "stopped", "started"},
		OfficeHours:  OfficeHours{From: "00:00", To: "00:00", DaysOff: []string{}},
		AnswerWithin: 168 * time.Hour, PerNumber: 5, PerBox: 60,
		Words: replies.Words{PL: none(), EN: none(), ES: none(), UK: none()},
	}
}

// The limits of values that are numbers or lengths of time.
const (
	minAnswerWithin = time.Hour
	maxAnswerWithin = 366 * 24 * time.Hour
	maxPerNumber    = 50
	maxPerBox       = 5000
)

func (k *checker) replies(r Replies, maxParts int) {
	k.choice("replies.language", r.Language, "pl", "en", "es", "uk")
	for i, kind := range r.Send {
		k.choice(item("replies.send", i), kind, ReplyKinds()...)
	}
	k.phone("replies.phone", r.Phone)
	k.clock("replies.office_hours.from", r.OfficeHours.From)
	k.clock("replies.office_hours.to", r.OfficeHours.To)
	k.daysOff("replies.office_hours.days_off", r.OfficeHours.DaysOff)
	k.duration("replies.answer_within", r.AnswerWithin, minAnswerWithin, maxAnswerWithin)
	k.number("replies.per_number", r.PerNumber, 1, maxPerNumber)
	k.number("replies.per_box", r.PerBox, 1, maxPerBox)
	k.words(r.Words)
	for _, code := range []string{"pl", "en", "es", "uk"} {
		k.replyTexts("replies.texts."+code, r.Texts.Language(code), r.Phone, maxParts)
	}
}

// words notes every further word that the reader cannot take.
func (k *checker) words(w replies.Words) {
	err := w.Validate()
	if err == nil {
		return
	}
	all := []error{err}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		all = joined.Unwrap()
	}
	for _, err := range all {
		var wrong *replies.WordError
		if errors.As(err, &wrong) {
			k.add("replies.words."+wrong.Key(), wrong.Word, say(catalogue.ConfigReplyWord, wrong.Word, string(wrong.Reason)), say(catalogue.ConfigReplyWordRemedy))
		}
	}
}

// replyTexts checks the texts of one language: their length, and what they have to hold.
func (k *checker) replyTexts(at string, t ReplyTexts, phone string, maxParts int) {
	const inPart = 67
	most := inPart * min(max(maxParts, 1), MaxParts)
	kinds := t.kinds()
	for _, kind := range append(ReplyKinds(), "every") {
		text := kinds[kind]
		if text == "" {
			continue
		}
		key := at + "." + kind
		switch length := len(utf16.Encode([]rune(text))); {
		case strings.TrimSpace(text) == "":
			k.add(key, text, say(catalogue.ConfigBlank), say(catalogue.ConfigBlankRemedy))
		case length > most:
			k.add(key, "", say(catalogue.ConfigTextTooLong, length), say(catalogue.ConfigTextTooLongRemedy, most))
		case (kind == "which" || kind == "unclear_choice" || kind == "unclear_which") && !strings.Contains(text, "{choices}"):
			k.add(key, text, say(catalogue.ConfigNoChoices), say(catalogue.ConfigNoChoicesRemedy))
		case strings.Contains(text, "{phone}") && phone == "":
			k.add(key, text, say(catalogue.ConfigNoPhone), say(catalogue.ConfigNoPhoneRemedy))
		}
	}
}

// daysOff checks the names of days.
func (k *checker) daysOff(key string, days []string) {
	week := []string{"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}
	for i, day := range days {
		k.choice(item(key, i), day, append(week, Holidays)...)
	}
	if !slices.ContainsFunc(week, func(day string) bool { return !slices.Contains(days, day) }) {
		k.add(key, strings.Join(days, ", "), say(catalogue.ConfigNoDay), say(catalogue.ConfigNoDayRemedy))
	}
}
