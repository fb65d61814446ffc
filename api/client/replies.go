package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// QuestionRequest is the question of a message to send.
type QuestionRequest struct {
	Kind        string        `json:"kind" enum:"yes_no,choice,number,free" example:"yes_no" doc:"What sort of answer is wanted."`
	Labels      []string      `json:"labels,omitempty" minItems:"2" maxItems:"9" doc:"If kind is choice: the answers, up to 40 characters each; the patient answers with one of them or with its number, from 1."`
	Min         int           `json:"min,omitempty" doc:"If kind is number: the least that counts."`
	Max         int           `json:"max,omitempty" doc:"If kind is number: the greatest that counts."`
	About       string        `json:"about,omitempty" maxLength:"60" example:"Ania, wt 10:00" doc:"What is asked about, so that the patient can tell it from other questions that are open."`
	Items       []ItemRequest `json:"items,omitempty" minItems:"2" maxItems:"8" doc:"If kind is yes_no: several things that the one text asks about, instead of about, such as the visits of a family. A plain yes is for all of them; after a plain no the patient is asked which."`
	Language    string        `json:"language,omitempty" enum:"pl,en,es,uk" doc:"Of the text, and of the texts that go back. Without it: replies.language of the configuration."`
	Until       *time.Time    `json:"until,omitempty" example:"2026-11-24T09:00:00+01:00" doc:"Answers count before, and the message is not sent after. Without it: replies.answer_within after it goes."`
	ChangeUntil *time.Time    `json:"change_until,omitempty" doc:"Until when the patient may change the answer; after that a person decides. Without it: until."`
	AlsoFrom    []string      `json:"also_from,omitempty" maxItems:"5" doc:"Other numbers of the same person, from which an answer counts as well."`
}

// ItemRequest is one of several things that one text asks about.
type ItemRequest struct {
	About string `json:"about" minLength:"1" maxLength:"60" example:"Ania, wt 10:00" doc:"What is asked about, in words for the patient; each item has other words."`
}

// Item is one of several things that one text asks about, with its answer.
type Item struct {
	About  string  `json:"about" doc:"What is asked about."`
	Answer *Answer `json:"answer,omitempty" doc:"The latest clear answer."`
}

// Question is the question of a message, with its state.
type Question struct {
	Kind        string    `json:"kind" enum:"yes_no,choice,number,free" doc:"What sort of answer is wanted."`
	Status      string    `json:"status" enum:"open,answered,expired,superseded,closed" doc:"open: no answer that can be read. superseded: asked anew with the same reference. closed: the message has ended without arriving, or the patient has written STOP."`
	Labels      []string  `json:"labels,omitempty" doc:"If kind is choice: the answers."`
	Min         *int      `json:"min,omitempty" doc:"If kind is number: the least that counts."`
	Max         *int      `json:"max,omitempty" doc:"If kind is number: the greatest that counts."`
	About       string    `json:"about,omitempty" doc:"What is asked about."`
	Items       []Item    `json:"items,omitempty" doc:"What is asked about, where there are several. The question is answered when all of them are; the answer of the message is that of all, where they agree."`
	Language    string    `json:"language,omitempty" doc:"The language of the text."`
	Until       time.Time `json:"until" doc:"Answers count before."`
	ChangeUntil time.Time `json:"change_until" doc:"Until when an answer may be changed."`
}

// Answer is a text as an answer to a question.
type Answer struct {
	Value       string    `json:"value" enum:"yes,no,unclear,choice,number,text" doc:"unclear: a person has to read it, or the patient is asked again."`
	Choice      int       `json:"choice,omitempty" doc:"If value is choice: the number of the chosen label, from 1."`
	Label       string    `json:"label,omitempty" doc:"If value is choice: the chosen label."`
	Number      *int      `json:"number,omitempty" doc:"If value is number: the number."`
	Text        string    `json:"text,omitempty" doc:"What was written. Gone once its retention is over."`
	At          time.Time `json:"at" doc:"When it came."`
	Rule        string    `json:"rule" example:"yes.word" doc:"What in the text decided; docs/replies.md lists the rules."`
	Matched     string    `json:"matched" example:"one_open" doc:"How it was found which question it answers."`
	Confidence  string    `json:"confidence,omitempty" enum:"high,medium,low" doc:"How plainly it was put."`
	Intents     []string  `json:"intents,omitempty" doc:"What else it says: reschedule, late, stop, start, wrong_person, question_back, thanks, deceased, hostile, automatic."`
	LateMinutes int       `json:"late_minutes,omitempty" doc:"How late the patient comes, if that was said."`
	InboundID   string    `json:"inbound_id,omitempty" doc:"The received message."`
	DecidedBy   string    `json:"decided_by,omitempty" doc:"If matched is decided, in the answer of a message: the token of the person who has read the text. rule then says why the gateway could not."`
}

// DecisionRequest says how a person reads a received message.
type DecisionRequest struct {
	Value     string `json:"value" enum:"yes,no,choice,number,text" doc:"The answer, of the kind that the question wants."`
	Choice    int    `json:"choice,omitempty" doc:"If value is choice: the number of the label, from 1."`
	Number    *int   `json:"number,omitempty" doc:"If value is number: the number."`
	MessageID string `json:"message_id,omitempty" maxLength:"64" doc:"The message whose question is answered. Needed where the text was taken for an answer to several questions, or to none."`
	Item      int    `json:"item,omitempty" doc:"If the question has items: the number of the item, from 1. Without it: all items of which the text does not speak clearly."`
}

// Words are the words that the reader of replies lacks.
type Words struct {
	Items []Word `json:"items" nullable:"false" doc:"The most frequent first."`
}

// Word is a word of no table, with what persons have decided about replies that hold it.
type Word struct {
	Word     string `json:"word" example:"gitara" doc:"In small letters, without marks."`
	Language string `json:"language" example:"pl" doc:"Of the questions."`
	Yes      int    `json:"yes" doc:"In how many replies that were decided yes."`
	No       int    `json:"no" doc:"In how many replies that were decided no."`
	Decides  int    `json:"decides" doc:"How many of these replies say nothing else, so that the word is the answer."`
	Beside   int    `json:"beside" doc:"How many of these replies are the answer without the word, so that the word says nothing."`
}

// Reading is how a text was read that answers no question clearly.
type Reading struct {
	Value       string   `json:"value" enum:"yes,no,unclear,choice,number,text" doc:"What the text would say if it were an answer. It decides nothing: which question is meant is not known, or no question was open, or its time is over."`
	Choice      int      `json:"choice,omitempty" doc:"If value is choice: the number of the label, from 1."`
	Number      *int     `json:"number,omitempty" doc:"If value is number: the number."`
	Rule        string   `json:"rule" example:"yes.word" doc:"What in the text was read so; docs/replies.md lists the rules."`
	Matched     string   `json:"matched" example:"several_open" doc:"How the text was matched with questions; docs/replies.md lists the values."`
	Confidence  string   `json:"confidence,omitempty" enum:"high,medium,low" doc:"How plainly it was put."`
	Intents     []string `json:"intents,omitempty" nullable:"false" doc:"What else it says, as in an answer."`
	LateMinutes int      `json:"late_minutes,omitempty" doc:"How late the patient comes, if that was said."`
	Reason      string   `json:"reason,omitempty" enum:"deceased,wrong_person,hostile,stop,reschedule,late,question_back,unclear,several_open,too_late,wavering,nothing_asked,incomplete,not_text" doc:"Why a person has to look at the text, as in a conversation; absent: no person has to."`
}

// Suppression forbids writing to a number for a purpose.
type Suppression struct {
	ID      string    `json:"id" doc:"Names the suppression. Ids ascend with time."`
	To      string    `json:"to" example:"+48600100200" doc:"The number."`
	Purpose Purpose   `json:"purpose" enum:"care,information,marketing,staff,all" doc:"For what it must not be written to."`
	Since   time.Time `json:"since" doc:"Since when."`
	Source  string    `json:"source" enum:"api,sms" doc:"sms: the person wrote STOP."`
	By      string    `json:"by,omitempty" doc:"The token that added it."`
	Note    string    `json:"note,omitempty" doc:"Why."`
}

// SuppressionRequest adds a suppression.
type SuppressionRequest struct {
	To      string  `json:"to" minLength:"1" maxLength:"64" example:"+48600100200" doc:"The number."`
	Purpose Purpose `json:"purpose,omitempty" enum:"care,information,marketing,staff,all" doc:"For what it must not be written to; all if absent."`
	Note    string  `json:"note,omitempty" maxLength:"200" doc:"Why."`
}

// SuppressionFilter selects suppressions.
type SuppressionFilter struct{ To, Purpose string }

// Conversation is the exchange with one number.
type Conversation struct {
	ID         string    `json:"id" doc:"Names the conversation."`
	With       string    `json:"with" example:"+48600100200" doc:"The number."`
	State      string    `json:"state" enum:"open,waiting,closed" doc:"waiting: for staff."`
	Reason     string    `json:"reason,omitempty" enum:"deceased,wrong_person,hostile,stop,reschedule,late,question_back,unclear,several_open,too_late,wavering,nothing_asked,incomplete,not_text" doc:"Why it waits; docs/replies.md says what each means. Absent where a person has made it wait."`
	Unread     int       `json:"unread" doc:"The number of texts that are not marked as read and that the gateway has not dealt with by itself."`
	AssignedTo string    `json:"assigned_to,omitempty" doc:"Who looks after it."`
	Notes      int       `json:"notes" doc:"How many notes there are."`
	Since      time.Time `json:"since" doc:"When it began."`
	At         time.Time `json:"at" doc:"When something was said or changed last."`
}

// ConversationChange changes a conversation; absent fields stay.
type ConversationChange struct {
	State      *string `json:"state,omitempty" enum:"open,waiting,closed" doc:"closed: a person is done with it; the next text opens it again."`
	AssignedTo *string `json:"assigned_to,omitempty" maxLength:"64" doc:"The person who looks after it; empty: no person."`
	Read       bool    `json:"read,omitempty" doc:"Everything has been read."`
}

// Entry is one item of a conversation; one of its three kinds is set.
type Entry struct {
	At      time.Time `json:"at" doc:"When."`
	Message *Message  `json:"message,omitempty" doc:"A text to the number."`
	Inbound *Inbound  `json:"inbound,omitempty" doc:"A text from the number."`
	Note    *Note     `json:"note,omitempty" doc:"What a person wrote down; it is never sent."`
}

// Note is a person's note about a conversation.
type Note struct {
	ID   string    `json:"id" doc:"Names the note."`
	Text string    `json:"text" doc:"The note."`
	By   string    `json:"by,omitempty" doc:"The token that wrote it."`
	At   time.Time `json:"at" doc:"When."`
}

// NoteRequest adds a note.
type NoteRequest struct {
	Text string `json:"text" minLength:"1" maxLength:"2000" doc:"The note."`
}

// ConversationFilter selects conversations. Unread selects those with unread texts.
type ConversationFilter struct {
	State, AssignedTo, With string
	Unread                  bool
}

// Suppress adds a suppression, or returns the existing one.
func (c *Client) Suppress(ctx context.Context, r SuppressionRequest) (Suppression, error) {
	var answer Suppression
	err := c.do(ctx, call{method: http.MethodPost, path: "/v1/suppressions", body: r, answer: &answer})
	return answer, err
}

// Unsuppress removes a suppression.
func (c *Client) Unsuppress(ctx context.Context, id string) error {
	return c.do(ctx, call{method: http.MethodDelete, path: "/v1/suppressions/" + url.PathEscape(id), once: true})
}

// Suppressions iterates over the suppressions that match the filter, newest first. It
// ends with the first error.
func (c *Client) Suppressions(ctx context.Context, f SuppressionFilter) iter.Seq2[Suppression, error] {
	query := url.Values{}
	setString(query, "to", f.To)
	setString(query, "purpose", f.Purpose)
	return pages[Suppression](ctx, c, "/v1/suppressions", query)
}

// Conversations iterates over the conversations that match the filter, the latest
// active first. It ends with the first error.
func (c *Client) Conversations(ctx context.Context, f ConversationFilter) iter.Seq2[Conversation, error] {
	query := url.Values{}
	setString(query, "state", f.State)
	setString(query, "assigned_to", f.AssignedTo)
	setString(query, "with", f.With)
	if f.Unread {
		query.Set("unread", "true")
	}
	return pages[Conversation](ctx, c, "/v1/conversations", query)
}

// Conversation returns a conversation.
func (c *Client) Conversation(ctx context.Context, id string) (Conversation, error) {
	var answer Conversation
	err := c.do(ctx, call{method: http.MethodGet, path: "/v1/conversations/" + url.PathEscape(id), answer: &answer})
	return answer, err
}

// Entries iterates over the entries of a conversation, newest first. It ends with the
// first error.
func (c *Client) Entries(ctx context.Context, id string) iter.Seq2[Entry, error] {
	return pages[Entry](ctx, c, "/v1/conversations/"+url.PathEscape(id)+"/entries", url.Values{})
}

// ChangeConversation changes a conversation.
func (c *Client) ChangeConversation(ctx context.Context, id string, change ConversationChange) (Conversation, error) {
	var answer Conversation
	err := c.do(ctx, call{method: http.MethodPatch, path: "/v1/conversations/" + url.PathEscape(id), body: change, answer: &answer})
	return answer, err
}

// Decide files a received message as a person reads it, and returns it.
func (c *Client) Decide(ctx context.Context, inboundID string, d DecisionRequest) (Inbound, error) {
	var answer Inbound
	err := c.do(ctx, call{method: http.MethodPost, path: "/v1/inbox/" + url.PathEscape(inboundID) + "/decision", body: d, answer: &answer})
	return answer, err
}

// TakeBack takes back what was decided about a received message, and returns it.
func (c *Client) TakeBack(ctx context.Context, inboundID string) (Inbound, error) {
	var answer Inbound
	err := c.do(ctx, call{method: http.MethodDelete, path: "/v1/inbox/" + url.PathEscape(inboundID) + "/decision", once: true, answer: &answer})
	return answer, err
}

// Words returns the words that the reader of replies lacks.
func (c *Client) Words(ctx context.Context) ([]Word, error) {
	var answer Words
	err := c.do(ctx, call{method: http.MethodGet, path: "/v1/replies/words", answer: &answer})
	return answer.Items, err
}

// AddNote adds a note to a conversation.
func (c *Client) AddNote(ctx context.Context, id string, n NoteRequest) (Note, error) {
	var answer Note
	err := c.do(ctx, call{method: http.MethodPost, path: "/v1/conversations/" + url.PathEscape(id) + "/notes", body: n, once: true, answer: &answer})
	return answer, err
}
