package reply

import (
	"goniec/event"
	"goniec/reply/reader"
)

// Facts lists the events of this package.
func Facts() event.Kinds {
	return event.Kinds{
		{Fact: QuestionAnswered{}, Meaning: "A question has an answer, or another answer than before."},
		{Fact: QuestionUnclear{}, Meaning: "A text has come in answer to a question, and no clear answer can be read from it."},
		{Fact: QuestionExpired{}, Meaning: "The time to answer a question is over, and the question has no answer."},
		{Fact: QuestionClosed{}, Meaning: "No answer to a question is awaited: the message that asked has ended without arriving, or the patient has answered STOP. An answer that comes all the same is told by question.answered."},
		{Fact: ConversationUpdated{}, Meaning: "A text has come in a conversation, or the state, the assignment or the number of unread texts of the conversation has changed."},
	}
}

// QuestionAnswered tells what a text has answered to a question.
type QuestionAnswered struct {
	ID          string            `json:"id" doc:"The id of the message that asked."`
	Reference   string            `json:"reference,omitempty" doc:"The reference that the caller gave the message."`
	Item        int               `json:"item,omitempty" doc:"If the question has items: the number of the item that is answered, from 1."`
	InboundID   string            `json:"inbound_id" doc:"The id of the received text: see GET /v1/inbox/{id}."`
	Value       reader.Value      `json:"value" enum:"yes,no,unclear,choice,number,text" doc:"The answer."`
	Choice      int               `json:"choice,omitempty" doc:"If the value is choice: the number of the chosen label, from 1."`
	Number      *int              `json:"number,omitempty" doc:"If the value is number: the number."`
	Intents     []reader.Intent   `json:"intents,omitempty" nullable:"false" enum:"reschedule,late,stop,start,wrong_person,deceased,hostile,automatic,question_back,thanks" doc:"What else the text says."`
	LateMinutes int               `json:"late_minutes,omitempty" doc:"How late the patient will come, in minutes, if the text says it."`
	Rule        reader.Rule       `json:"rule" doc:"The rule that decided how the text was read: docs/replies.md lists the rules."`
	Match       Match             `json:"matched" doc:"How the question was found that the text answers: docs/replies.md lists the values."`
	Confidence  reader.Confidence `json:"confidence" enum:"high,medium,low" doc:"How plainly the text says it."`
	Changed     bool              `json:"changed,omitempty" doc:"Whether there was another answer before."`
	Previous    reader.Value      `json:"previous,omitempty" enum:"yes,no,unclear,choice,number,text" doc:"The answer before."`
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
	ID        string `json:"id" doc:"The id of the message that asked."`
	Reference string `json:"reference,omitempty" doc:"The reference that the caller gave the message."`
	Unclear   bool   `json:"unclear,omitempty" doc:"Whether a text has come from which no clear answer can be read."`
}

// EventType is "question.expired".
func (QuestionExpired) EventType() string { return "question.expired" }

// About returns the message that asked.
func (f QuestionExpired) About() []string { return []string{f.ID} }

// QuestionClosed tells that no answer to a question is awaited: its message has not arrived,
// or the patient wants no more texts.
type QuestionClosed struct {
	ID        string      `json:"id" doc:"The id of the message that asked."`
	Reference string      `json:"reference,omitempty" doc:"The reference that the caller gave the message."`
	Reason    CloseReason `json:"reason" enum:"failed,expired,cancelled,stop" doc:"failed, expired and cancelled: the message that asked has ended so, without arriving. stop: a text of the patient says STOP."`
	ErrorCode string      `json:"error_code,omitempty" doc:"The error code of the message: docs/api.md lists the codes."`
}

// EventType is "question.closed".
func (QuestionClosed) EventType() string { return "question.closed" }

// About returns the message that asked.
func (f QuestionClosed) About() []string { return []string{f.ID} }

// ConversationUpdated tells where the conversation with a number stands.
type ConversationUpdated struct {
	ID         string            `json:"id" doc:"The id of the conversation: see GET /v1/conversations/{id}."`
	State      ConversationState `json:"state" enum:"open,waiting,closed" doc:"The state of the conversation. waiting: for staff."`
	Reason     Reason            `json:"reason,omitempty" enum:"deceased,wrong_person,hostile,stop,reschedule,late,question_back,unclear,several_open,too_late,wavering,nothing_asked,incomplete,not_text" doc:"Why the conversation waits: docs/replies.md says what each means. Events of former versions may have other values."`
	Unread     int               `json:"unread" doc:"The number of texts that are not marked as read."`
	AssignedTo string            `json:"assigned_to,omitempty" doc:"The person to whom the conversation is assigned."`
	InboundID  string            `json:"inbound_id,omitempty" doc:"The id of the text that has come, if the event tells of one: see GET /v1/inbox/{id}."`
}

// EventType is "conversation.updated".
func (ConversationUpdated) EventType() string { return "conversation.updated" }

// About returns the conversation, and the text that has come.
func (f ConversationUpdated) About() []string { return []string{f.ID, f.InboundID} }
