package reader

import "slices"

// Rule names what decided a reading. The names are stable: reception's page, the
// API and reports show them.
type Rule string

// in tells whether a rule is one of several.
func (r Rule) in(rules ...Rule) bool { return slices.Contains(rules, r) }

// The rules. Rules lists them with an example each.
const (
	ruleYesWord      Rule = "yes.word"
	ruleYesVerb      Rule = "yes.verb"
	ruleYesEmoji     Rule = "yes.emoji"
	ruleYesDigit     Rule = "yes.digit"
	ruleNoWord       Rule = "no.word"
	ruleNoVerb       Rule = "no.negated_verb"
	ruleNoCancel     Rule = "no.cancel"
	ruleNoEmoji      Rule = "no.emoji"
	ruleNoDigit      Rule = "no.digit"
	ruleChoiceNumber Rule = "choice.number"
	ruleChoiceLabel  Rule = "choice.label"
	ruleNumber       Rule = "number.value"
	ruleText         Rule = "text"

	ruleEmpty         Rule = "unclear.empty"
	ruleTooLong       Rule = "unclear.too_long"
	ruleQuoted        Rule = "unclear.only_quotation"
	ruleAutomatic     Rule = "unclear.automatic"
	ruleDeceased      Rule = "unclear.deceased"
	ruleWrongPerson   Rule = "unclear.wrong_person"
	ruleStop          Rule = "unclear.stop"
	ruleStopDoubted   Rule = "unclear.stop_doubted"
	ruleStart         Rule = "unclear.start"
	ruleHostile       Rule = "unclear.hostile"
	ruleContradiction Rule = "unclear.contradiction"
	ruleNegatedNo     Rule = "unclear.negated_cancel"
	ruleNegatedOther  Rule = "unclear.negated_other"
	ruleReschedule    Rule = "unclear.reschedule"
	ruleElse          Rule = "unclear.other_visit"
	ruleHedged        Rule = "unclear.hedged"
	ruleBut           Rule = "unclear.but"
	ruleQuestion      Rule = "unclear.question"
	ruleRegret        Rule = "unclear.regret"
	ruleReason        Rule = "unclear.reason"
	ruleUnknownWords  Rule = "unclear.unknown_words"
	ruleLate          Rule = "unclear.late"
	ruleThanks        Rule = "unclear.courtesy"
	ruleNoAnswer      Rule = "unclear.no_answer"
	ruleLanguages     Rule = "unclear.languages_disagree"
	ruleSeveral       Rule = "unclear.several"
	ruleOutOfRange    Rule = "unclear.out_of_range"
	ruleNotWhole      Rule = "unclear.not_whole"
)

// RuleInfo tells what a rule stands for.
type RuleInfo struct {
	Rule    Rule
	Meaning string   // an English sentence
	Example string   // a reply to Question that it decides
	To      Question // the question
}

// Rules lists every rule, in the order in which docs/replies.md tells them.
func Rules() []RuleInfo {
	visit := Question{Kind: YesNo, Language: "pl", Text: "Przypominamy o wizycie jutro o 10:00. Odpisz TAK lub NIE."}
	digits := Question{Kind: YesNo, Language: "pl", Text: "Wizyta jutro o 10:00. Odpisz 1 = tak, 2 = nie.", Digits: true}
	choice := Question{Kind: Choice, Language: "pl", Labels: []string{"rano", "wieczór"}}
	score := Question{Kind: Number, Language: "pl", Min: 0, Max: 10}
	return []RuleInfo{
		{ruleYesWord, "A word that says yes.", "Tak, dziękuję", visit},
		{ruleYesVerb, "A verb that says the patient comes or confirms.", "Dzień dobry, będę jutro", visit},
		{ruleYesEmoji, "An emoji that says yes.", "👍", visit},
		{ruleYesDigit, "1, where the question offers it.", "1", digits},
		{ruleNoWord, "A word that says no, with nothing behind it that it could negate.", "Niestety nie", visit},
		{ruleNoVerb, "A verb of coming, negated.", "nie dam rady", visit},
		{ruleNoCancel, "A word that cancels.", "Proszę odwołać wizytę", visit},
		{ruleNoEmoji, "An emoji that says no.", "❌", visit},
		{ruleNoDigit, "2, where the question offers it.", "2", digits},
		{ruleChoiceNumber, "The number of a choice.", "nr 2", choice},
		{ruleChoiceLabel, "Words that only one choice has.", "wieczorem", choice},
		{ruleNumber, "One whole number in the range.", "8/10", score},
		{ruleText, "Any text, to a free question.", "Miła obsługa", Question{Kind: Free, Language: "pl"}},
		{ruleEmpty, "Nothing that can be read.", "…", visit},
		{ruleTooLong, "More than 2000 characters.", "", visit},
		{ruleQuoted, "Nothing but words of the question itself.", "Przypominamy o wizycie jutro o 10:00. Odpisz TAK lub NIE.", visit},
		{ruleAutomatic, "A machine wrote it: an operator, a mailbox, an automatic reply.", "Abonent próbował się z Tobą skontaktować", visit},
		{ruleDeceased, "The patient has died.", "mąż nie żyje", visit},
		{ruleWrongPerson, "The number is somebody else's.", "To nie ten numer", visit},
		{ruleStop, "Wants no more messages. It outranks whatever else the reply says.", "proszę nie przysyłać więcej sms", visit},
		{ruleStopDoubted, "A word or phrase of STOP that is negated, asked, limited, or speaks of something else: nobody is struck off.", "Proszę nie pisać po 20", visit},
		{ruleStart, "Wants messages again.", "START", visit},
		{ruleHostile, "Anger.", "dajcie mi spokój", visit},
		{ruleContradiction, "Both a yes and a no.", "nie, będę", visit},
		{ruleNegatedNo, "A cancellation, negated: \"nie, odwołuję\" without its comma reads the same.", "nie odwołuję", visit},
		{ruleNegatedOther, "Something else is negated than coming.", "nie jutro", visit},
		{ruleReschedule, "Wants another time, or names one that the question does not.", "Tak, ale o 11", visit},
		{ruleElse, "Names another doctor than the question.", "Tak, u dr Malinowskiej", Question{Kind: YesNo, Language: "pl", Text: "Przypominamy o wizycie jutro o 10:00. Odpisz TAK lub NIE.", About: "jutro 10:00, dr Nowak"}},
		{ruleHedged, "Doubt or a condition.", "raczej tak", visit},
		{ruleBut, "A word that turns the sense of what stands before it.", "tak, ale z mężem", visit},
		{ruleQuestion, "A question, or an answer with a question mark.", "tak?", visit},
		{ruleRegret, "A yes with regret: perhaps a no with a word forgotten.", "niestety tak", visit},
		{ruleReason, "A reason not to come, without a no.", "jestem chora", visit},
		{ruleUnknownWords, "A word that is in no table.", "tak kwiaty", visit},
		{ruleLate, "Comes late, and does not say yes.", "spóźnię się 15 min", visit},
		{ruleThanks, "Courtesy alone. Thanks are no yes.", "Dziękuję bardzo", visit},
		{ruleNoAnswer, "Known words that answer nothing.", "wizyta jutro", visit},
		{ruleLanguages, "Languages read opposite things in it, or the word means something else in the question's.", "no", Question{Kind: YesNo}},
		{ruleSeveral, "More than one choice or number, or none of them.", "1 i 2", choice},
		{ruleOutOfRange, "A number that the question does not offer.", "11", score},
		{ruleNotWhole, "No whole number.", "7,5", score},
	}
}
