package reader

// RuleUnknownWords is the rule of a reply that holds a word of no table and of no
// question: whoever reads it as an answer to several questions learns from it that
// the words are those of another one.
const RuleUnknownWords = ruleUnknownWords

// RuleNamed is the rule of a reply that names one of several questions, where the answer was
// given before.
const RuleNamed = ruleChoiceLabel
