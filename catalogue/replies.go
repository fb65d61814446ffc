package catalogue

// What has to do with answers of patients: the texts that go back by themselves, the
// mistakes in their configuration, problems, and what the command line says.
const (
	ConfigReplyWord       Key = "config.reply_word" // word, reason
	ConfigReplyWordRemedy Key = "config.reply_word.remedy"
	ConfigNoChoices       Key = "config.no_choices"
	ConfigNoChoicesRemedy Key = "config.no_choices.remedy"
	ConfigNoPhone         Key = "config.no_phone"
	ConfigNoPhoneRemedy   Key = "config.no_phone.remedy"

	CommandReply             Key = "command.reply"
	CommandReplyRead         Key = "command.reply.read"
	CommandReplyReplay       Key = "command.reply.replay"
	CommandReplyReplayLong   Key = "command.reply.replay.long"
	CommandReplyWords        Key = "command.reply.words"
	CommandReplyWordsLong    Key = "command.reply.words.long"
	FlagLeast                Key = "flag.least"
	HeadWord                 Key = "head.word"
	HeadLanguage             Key = "head.language"
	HeadDecidedYes           Key = "head.decided_yes"
	HeadDecidedNo            Key = "head.decided_no"
	HeadList                 Key = "head.list"
	WordsLine                Key = "words.line" // line for the configuration
	RereadSame               Key = "reread.same"
	RereadClearNow           Key = "reread.clear_now"
	RereadUnclearNow         Key = "reread.unclear_now"
	RereadOpposite           Key = "reread.opposite"
	RereadTextGone           Key = "reread.text_gone"
	RereadAskedBack          Key = "reread.asked_back"
	HeadReadAgain            Key = "head.read_again"
	HeadReplies              Key = "head.replies"
	HeadThen                 Key = "head.then"
	HeadNow                  Key = "head.now"
	FlagQuestion             Key = "flag.question"
	FlagQuestionAbout        Key = "flag.question_about"
	FlagQuestionLanguage     Key = "flag.question_language"
	FlagQuestionLabel        Key = "flag.question_label"
	CommandSuppression       Key = "command.suppression"
	CommandSuppressionList   Key = "command.suppression.list"
	CommandSuppressionAdd    Key = "command.suppression.add"
	CommandSuppressionRemove Key = "command.suppression.remove"
	FlagSuppressionTo        Key = "flag.suppression_to"
	FlagSuppressionPurpose   Key = "flag.suppression_purpose"
	FlagNote                 Key = "flag.note"
	HeadID                   Key = "head.id"
	HeadNumber               Key = "head.number"
	HeadPurpose              Key = "head.purpose"
	HeadSinceWhen            Key = "head.since_when"
	HeadSource               Key = "head.source"
	HeadNote                 Key = "head.note"
	DemoAnswers              Key = "demo.answers" // yes, no, unclear, waiting
)

// ReplyText returns the built-in text of a kind that goes back to a patient, in the
// languages of the catalogue; ok is false for another language.
func ReplyText(language, kind string) (text string, ok bool) {
	lang := Language(language)
	if lang != Polish && lang != English && lang != Spanish {
		return "", false
	}
	key := Key("reply." + kind)
	return Text(lang, key), Has(key)
}
