package reply

import (
	"goniec/event"
	"goniec/reply/reader"
)

// Facts lists the events of this package.
func Facts() event.Kinds {
	return event.Kinds{
		{Fact: QuestionAnswered{}, Meaning: "A question has an answer, or another one than before."},
		{Fact: QuestionUnclear{}, Meaning: "A text has come in answer to a question and could not be read."},
		{Fact: QuestionExpired{}, Meaning: "The time to answer a question is over, and it has no answer."},
		{Fact: ConversationUpdated{}, Meaning: "Something was said in a conversation, or its state has changed."},
	}
}

// QuestionAnswered tells what a text has answered to a question.
type QuestionAnswered struct {
	ID          string            `json:"id" doc:"Of the message that asked."`
	Reference   string            `json:"reference,omitempty" doc:"The name that the caller gave the message."`
	InboundID   string            `json:"inbound_id" doc:"Of the text that answered."`
	Value       reader.Value      `json:"value" doc:"The answer."`
	Choice      int               `json:"choice,omitempty" doc:"Of a choice: which one, from 1."`
	Number      *int              `json:"number,omitempty" doc:"Of a question for a number: the number."`
	Intents     []reader.Intent   `json:"intents,omitempty" doc:"What the text asks for besides."`
	LateMinutes int               `json:"late_minutes,omitempty" doc:"By how many minutes the person will be late."`
	Rule        reader.Rule       `json:"rule" doc:"The rule by which the text was read."`
	Match       Match             `json:"matched" doc:"How the text was matched with the question."`
	Confidence  reader.Confidence `json:"confidence" doc:"How sure the reading is."`
	Changed     bool              `json:"changed,omitempty" doc:"There was another answer before."`
	Previous    reader.Value      `json:"previous,omitempty" doc:"The answer before."`
}

func newAnswered(q Question, a Answer) QuestionAnswered {
	fact := QuestionAnswered{
		ID: q.ID, Reference: q.Reference, InboundID: a.InboundID, Value: a.Value, Choice: a.Choice, Intents: a.Intents, LateMinutes: a.LateMinutes,
		Rule: a.Rule, Match: a.Match, Confidence: a.Confidence,
	}
	if a.Value == reader.Counted {
		fact.Number = &a.Number
	}
	return fact
}

// EventType is "question.answered".
func (QuestionAnswered) EventType() string { return "question.answered" }

// About returns the message that asked, and the text that answered.
func (f QuestionAnswered) About() []string { return []string{f.ID, f.InboundID} }

// QuestionUnclear tells that a text has come in answer to a question and could not be
// read. Its fields are those of an answer.
type QuestionUnclear QuestionAnswered

// EventType is "question.unclear".
func (QuestionUnclear) EventType() string { return "question.unclear" }

// About returns the message that asked, and the text that could not be read.
func (f QuestionUnclear) About() []string { return []string{f.ID, f.InboundID} }

// QuestionExpired tells that a question has got no answer in its time.
type QuestionExpired struct {
	ID        string `json:"id" doc:"Of the message that asked."`
	Reference string `json:"reference,omitempty" doc:"The name that the caller gave the message."`
	Unclear   bool   `json:"unclear,omitempty" doc:"A text has come in answer that could not be read."`
}

// EventType is "question.expired".
func (QuestionExpired) EventType() string { return "question.expired" }

// About returns the message that asked.
func (f QuestionExpired) About() []string { return []string{f.ID} }

// ConversationUpdated tells where the conversation with a number stands.
type ConversationUpdated struct {
	ID         string            `json:"id" doc:"Of the conversation."`
	State      ConversationState `json:"state" doc:"Whether it waits for staff."`
	Reason     Match             `json:"reason,omitempty" doc:"Why it waits: how the text was matched that made it wait."`
	Unread     int               `json:"unread" doc:"How many texts in it nobody has read."`
	AssignedTo string            `json:"assigned_to,omitempty" doc:"Who takes care of it."`
	InboundID  string            `json:"inbound_id,omitempty" doc:"Of the text that has come, if one has."`
}

// EventType is "conversation.updated".
func (ConversationUpdated) EventType() string { return "conversation.updated" }

// About returns the conversation, and the text that has come.
func (f ConversationUpdated) About() []string { return []string{f.ID, f.InboundID} }
