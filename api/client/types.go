package client

import (
	"encoding/json"
	"time"
)

// Status is the state of a message or part.
type Status string

// The states of a message. A part has those from StatusQueued to StatusFailed,
// StatusCancelled, StatusExpired and StatusUncertain.
const (
	StatusScheduled Status = "scheduled" // waits for its send_at
	StatusQueued    Status = "queued"    // waits for a modem
	StatusSending   Status = "sending"   // a part is with a modem
	StatusSent      Status = "sent"      // the service centre accepted every part
	StatusDelivered Status = "delivered" // every part is on the handset
	StatusFailed    Status = "failed"
	StatusExpired   Status = "expired" // was not sent before its expires_at
	StatusCancelled Status = "cancelled"
	StatusHeld      Status = "held"      // waits for the end of quiet hours, for the recipient cap or for a person
	StatusUncertain Status = "uncertain" // handed to a modem without an answer
)

// Final reports whether the state is final.
func (s Status) Final() bool {
	switch s {
	case StatusDelivered, StatusFailed, StatusExpired, StatusCancelled:
		return true
	default:
		return false
	}
}

// Priority decides which message goes first and whether quiet hours hold a message.
type Priority string

// The priorities. Quiet hours hold normal and low ones.
const (
	PriorityHigh   Priority = "high"
	PriorityNormal Priority = "normal"
	PriorityLow    Priority = "low"
)

// Encoding is the requested encoding of a text.
type Encoding string

// The encodings that a sender may request.
const (
	EncodingAuto Encoding = "auto" // GSM 7-bit where the text allows it, else UCS-2
	EncodingGSM7 Encoding = "gsm7" // refused when a character does not fit
	EncodingUCS2 Encoding = "ucs2"
	EncodingFold Encoding = "fold" // letters outside GSM 7-bit lose their marks where all can
)

// Purpose is the purpose of a message to its recipient.
type Purpose string

// The purposes. Messages to staff pass quiet hours.
const (
	PurposeCare        Purpose = "care"
	PurposeInformation Purpose = "information"
	PurposeMarketing   Purpose = "marketing"
	PurposeStaff       Purpose = "staff"
)

// Origin says where a message comes from.
type Origin string

// The origins of a message.
const (
	OriginAPI      Origin = "api"       // a program or a person had it sent
	OriginReply    Origin = "reply"     // the gateway answers a received text
	OriginCall     Origin = "call"      // the gateway answers a call
	OriginSelfTest Origin = "self_test" // a modem tests itself
)

// MessageRequest is a message as a caller posts it.
type MessageRequest struct {
	To        string           `json:"to" minLength:"1" maxLength:"64" example:"+48600100200" doc:"Recipient: E.164 with a leading plus, a national number of the configured region, or a short code."`
	Text      string           `json:"text" example:"Wizyta jutro o 10:00. Odpisz TAK lub NIE." doc:"The text. Long ones are cut into parts; preview says how many."`
	Reference string           `json:"reference,omitempty" maxLength:"128" example:"visit-17" doc:"The caller's own id, given back with the message and its events. No control characters; put no name and no number into it."`
	SendAt    *time.Time       `json:"send_at,omitempty" example:"2026-11-23T08:00:00+01:00" doc:"Not before this time. Without it: at once. A time more than 24 hours past is refused."`
	ExpiresAt *time.Time       `json:"expires_at,omitempty" example:"2026-11-23T18:00:00+01:00" doc:"Not after this time: a message that is still waiting then is dropped, not sent late. A message that cannot go before it, because of send_at, quiet hours or days off, is refused."`
	Priority  Priority         `json:"priority,omitempty" enum:"high,normal,low" doc:"Which goes first; normal if absent. Quiet hours hold normal and low ones."`
	Encoding  Encoding         `json:"encoding,omitempty" enum:"auto,gsm7,ucs2,fold" doc:"auto, also if absent: GSM 7-bit where the text allows it, else UCS-2. fold: letters lose their marks where that makes the text GSM 7-bit. gsm7: refused if a character does not fit."`
	Purpose   Purpose          `json:"purpose,omitempty" enum:"care,information,marketing,staff" doc:"Why this person may be written to; if absent, it counts as care. Messages to staff pass quiet hours."`
	Modem     string           `json:"modem,omitempty" maxLength:"64" example:"sim-a" doc:"Send through this modem only."`
	Question  *QuestionRequest `json:"question,omitempty" doc:"What the text asks; the answer is then found, read and told."`
	Flash     bool             `json:"flash,omitempty" doc:"Show the text at once instead of storing it (class 0). Some phones show it without its sender."`
}

// Message is a message as the gateway keeps it.
type Message struct {
	ID          string        `json:"id" example:"019aa8f0-5c1e-7d3a-9b42-6f0e8c2d1a57" doc:"Names the message. Ids ascend with time."`
	Status      Status        `json:"status" enum:"scheduled,queued,sending,sent,delivered,failed,expired,cancelled,held,uncertain" doc:"Where the message stands. uncertain: it left the box and no answer came, so it is not known yet whether it was sent."`
	To          string        `json:"to" example:"+48600100200" doc:"Recipient in E.164, or a short code."`
	Text        string        `json:"text" example:"Wizyta jutro o 10:00." doc:"The text as it goes out, after normalisation and folding. Empty once its retention is over."`
	Reference   string        `json:"reference,omitempty" doc:"The caller's own id."`
	SendAt      *time.Time    `json:"send_at,omitempty" doc:"Not before this time."`
	ExpiresAt   *time.Time    `json:"expires_at,omitempty" doc:"Not after this time: the one posted, or until of the question if that comes first."`
	Priority    Priority      `json:"priority" enum:"high,normal,low" doc:"Which goes first."`
	Encoding    Encoding      `json:"encoding" enum:"auto,gsm7,ucs2,fold" doc:"What the caller allowed."`
	Purpose     Purpose       `json:"purpose,omitempty" enum:"care,information,marketing,staff" doc:"Why this person may be written to."`
	Origin      Origin        `json:"origin" enum:"api,reply,call,self_test" doc:"Where the message comes from. api: a program or a person had it sent. reply: the gateway answers a received text, as with a question back or the confirmation of a STOP. call: the gateway answers a call. self_test: a modem tests itself."`
	Modem       string        `json:"modem,omitempty" doc:"The modem asked for, or the one that sent it."`
	Flash       bool          `json:"flash,omitempty" doc:"Shown at once instead of stored."`
	CreatedAt   time.Time     `json:"created_at" doc:"When it was accepted."`
	SentAt      *time.Time    `json:"sent_at,omitempty" doc:"When the service centre had taken every part."`
	DeliveredAt *time.Time    `json:"delivered_at,omitempty" doc:"When the last part reached the handset."`
	Parts       []Part        `json:"parts" nullable:"false" doc:"The SMS that the message is made of."`
	Attempts    int           `json:"attempts" doc:"How often the part that needed most was handed to a modem: 1 when every part went at the first try."`
	Error       *MessageError `json:"error,omitempty" doc:"Why it is not sent (yet)."`
	Question    *Question     `json:"question,omitempty" doc:"What the text asks."`
	Answer      *Answer       `json:"answer,omitempty" doc:"What was answered; absent while nothing was."`
	Warnings    []Warning     `json:"warnings,omitempty" nullable:"false" doc:"What looks odd: of a message just accepted, in the answer to its POST; of one that was sent, in the answer to its GET, that its delivery report is overdue."`
}

// Part is one SMS of a message.
type Part struct {
	Number      int        `json:"number" example:"1" doc:"Counts from 1."`
	Status      Status     `json:"status" enum:"queued,sending,sent,delivered,failed,expired,cancelled,uncertain" doc:"Where the part stands."`
	MR          *int       `json:"mr,omitempty" doc:"Message reference given by the modem (TP-MR), 0 to 255."`
	SentAt      *time.Time `json:"sent_at,omitempty" doc:"When the service centre took it."`
	DeliveredAt *time.Time `json:"delivered_at,omitempty" doc:"When it reached the handset, by the service centre's clock."`
}

// The kinds of Step.
const (
	StepAccepted   = "accepted"    // the message was accepted and on disk
	StepDue        = "due"         // the message was due
	StepBegun      = "begun"       // an attempt at a part was recorded, before it was made
	StepHandedOver = "handed_over" // the modem had received the whole text of the part
	StepAnswered   = "answered"    // the attempt ended; Outcome says how
	StepReported   = "reported"    // the service centre reported on it
	StepEnded      = "ended"       // the message ended otherwise than delivered; Status says how
)

// Step is an event in the history of a message.
type Step struct {
	At                time.Time `json:"at" doc:"When."`
	Step              string    `json:"step" enum:"accepted,due,begun,handed_over,answered,reported,ended" doc:"What. begun was written down before the attempt was made; handed_over: from then on the part may have left."`
	Part              int       `json:"part,omitempty" doc:"The part, counted from 1."`
	Attempt           int       `json:"attempt,omitempty" doc:"Which attempt of the message, counted from 1."`
	Modem             string    `json:"modem,omitempty" doc:"By which modem."`
	Outcome           string    `json:"outcome,omitempty" enum:"open,accepted,refused,retry,given_back,uncertain,set_aside" doc:"How the attempt ended."`
	Status            Status    `json:"status,omitempty" enum:"failed,expired,cancelled" doc:"How the message ended."`
	MR                *int      `json:"mr,omitempty" doc:"Message reference given by the modem (TP-MR), 0 to 255."`
	Code              string    `json:"code,omitempty" example:"cms_38" doc:"Stable; made for programs."`
	Detail            string    `json:"detail,omitempty" example:"validity period expired (0x46)" doc:"What happened, in the language of Accept-Language."`
	Cause             string    `json:"cause,omitempty" example:"validity period expired (0x46)" doc:"What the modem or the network said, in English."`
	PossibleDuplicate bool      `json:"possible_duplicate,omitempty" doc:"It was known that this attempt may make a second copy."`
}

// MessageError is why a message is not sent.
type MessageError struct {
	Code    string     `json:"code" example:"quiet_hours" doc:"Stable; made for programs. docs/errors.md lists the codes."`
	Detail  string     `json:"detail" doc:"What happened and what to do, in the language of Accept-Language."`
	Final   bool       `json:"final" doc:"Whether the message has ended: the gateway does not send it any more. Only a delivery report that comes late can still show that it has arrived; then its status is delivered."`
	Cause   string     `json:"cause,omitempty" example:"the network is congested" doc:"What the modem or the network said, in English."`
	RetryAt *time.Time `json:"retry_at,omitempty" doc:"When it is tried next, or when a held one goes."`
}

// Warning is an anomaly of an accepted or sent message.
type Warning struct {
	Field  string `json:"field" example:"to" doc:"The field it is about."`
	Code   string `json:"code" example:"report_overdue" doc:"Stable; made for programs."`
	Detail string `json:"detail" doc:"In the language of Accept-Language."`
}

// BatchRequest is several messages in one call.
type BatchRequest struct {
	Messages []MessageRequest `json:"messages" minItems:"1" maxItems:"1000" nullable:"false" doc:"Each is accepted or refused on its own."`
}

// BatchResponse has one result for each message, in the order of the request.
type BatchResponse struct {
	Accepted int           `json:"accepted" example:"2" doc:"How many messages were accepted."`
	Refused  int           `json:"refused" example:"0" doc:"How many messages were refused: the problem of their result says why."`
	Results  []BatchResult `json:"results" nullable:"false" doc:"One a message, in the order of the request."`
}

// BatchResult is the result of one message of a batch: an ID or a Problem.
type BatchResult struct {
	ID       string    `json:"id,omitempty" doc:"The message was accepted under this id."`
	Warnings []Warning `json:"warnings,omitempty" nullable:"false" doc:"What looks odd about a message that was accepted."`
	Problem  *Problem  `json:"problem,omitempty" doc:"The message was refused; pointers are relative to it."`
}

// PreviewRequest requests the composition of a text.
type PreviewRequest struct {
	Text     string   `json:"text" example:"Zażółć gęślą jaźń" doc:"The text."`
	Encoding Encoding `json:"encoding,omitempty" enum:"auto,gsm7,ucs2,fold" doc:"As in a message; auto if absent."`
}

// Preview is the composition of a text.
type Preview struct {
	Alphabet string        `json:"alphabet" enum:"gsm7,ucs2" doc:"What the parts are encoded in."`
	Text     string        `json:"text" doc:"The text as it would go out."`
	Parts    []string      `json:"parts" nullable:"false" doc:"The text of each part."`
	Units    int           `json:"units" doc:"Septets (gsm7) or 16-bit units (ucs2) that the text takes."`
	Left     int           `json:"left" doc:"Units left in the last part."`
	Foreign  []ForeignRune `json:"foreign" nullable:"false" doc:"Characters outside GSM 7-bit, and what each costs."`
	Folded   *Folded       `json:"folded,omitempty" doc:"What encoding fold would make of it; absent if that changes nothing."`
}

// ForeignRune is a character outside the GSM 7-bit alphabet.
type ForeignRune struct {
	Character   string `json:"character" example:"ż" doc:"The character."`
	Count       int    `json:"count" doc:"How often it occurs."`
	Replacement string `json:"replacement,omitempty" example:"z" doc:"What folding would put in its place; absent if there is nothing."`
	Costs       int    `json:"costs" doc:"Parts saved if this character alone were replaced."`
}

// Folded is the composition with encoding fold.
type Folded struct {
	Alphabet string   `json:"alphabet" enum:"gsm7,ucs2" doc:"What the parts are encoded in."`
	Text     string   `json:"text" doc:"The folded text."`
	Parts    []string `json:"parts" nullable:"false" doc:"The text of each part."`
	Units    int      `json:"units" doc:"Units that the text takes."`
	Left     int      `json:"left" doc:"Units left in the last part."`
}

// Inbound is a received message.
type Inbound struct {
	ID         string     `json:"id" doc:"Names the message. Ids ascend with time."`
	From       string     `json:"from" example:"+48600100200" doc:"Sender: a number, a short code or a name."`
	Kind       string     `json:"kind" enum:"text,binary,voicemail" doc:"text; binary: text holds 8-bit data as encoding says, and it is never taken for an answer; voicemail: the network says that voicemail waits."`
	Encoding   string     `json:"encoding,omitempty" enum:"hex,ascii" doc:"If kind is binary: the form of text. hex: two digits an octet. ascii: all of it is printable and for no port, so it stands as it is."`
	Text       string     `json:"text" doc:"The text. Empty once its retention is over."`
	ReceivedAt time.Time  `json:"received_at" doc:"When its first part arrived here."`
	SentAt     *time.Time `json:"sent_at,omitempty" doc:"When the service centre took it, by its clock."`
	Modem      string     `json:"modem" doc:"The modem it came in through."`
	Parts      int        `json:"parts" doc:"How many SMS it is made of."`
	Complete   bool       `json:"complete" doc:"False if parts have not arrived."`
	// MessageID to Reading show how the text was interpreted.
	MessageID      string   `json:"message_id,omitempty" doc:"The message whose question it answers, clearly or not; absent if it answers none."`
	Reference      string   `json:"reference,omitempty" doc:"The reference that the caller gave that message."`
	Questions      []string `json:"questions,omitempty" doc:"All messages whose questions it answers, clearly or not."`
	Answer         *Answer  `json:"answer,omitempty" doc:"What it answers to the question of message_id; absent if it answers none. The value is unclear where nothing was decided."`
	Reading        *Reading `json:"reading,omitempty" doc:"How the text was read where it decides nothing: only for people. Absent beside a clear answer, and for a moment after the text came in."`
	ConversationID string   `json:"conversation_id,omitempty" doc:"The conversation with the sender."`
	Missing        []int    `json:"missing,omitempty" nullable:"false" doc:"Numbers of the parts that have not arrived, from 1."`
}

// Modem is the state of one modem.
type Modem struct {
	Name          string          `json:"name" example:"sim-a" doc:"Its name in the configuration."`
	State         string          `json:"state" enum:"absent,opening,initialising,sim_locked,registering,ready,faulted,parked" doc:"ready: it can send. parked: out of service; it is looked at again by itself, and at once when it is restarted."`
	Since         *time.Time      `json:"since,omitempty" doc:"When it came into this state."`
	Device        string          `json:"device" example:"/dev/ttyUSB2" doc:"The port."`
	Manufacturer  string          `json:"manufacturer,omitempty" doc:"As the modem says."`
	Model         string          `json:"model,omitempty" doc:"As the modem says."`
	Revision      string          `json:"revision,omitempty" doc:"Firmware, as the modem says."`
	Profile       string          `json:"profile,omitempty" example:"huawei-lte" doc:"What it was set up by: the name of a profile file that was made with this model and firmware, or of a family of modems; absent: neither is known."`
	IMEI          string          `json:"imei,omitempty" doc:"Serial number of the modem."`
	SIM           string          `json:"sim,omitempty" doc:"Serial number of the card (ICCID)."`
	Number        string          `json:"number,omitempty" example:"+48600700800" doc:"Number of the card, as configured or as the card tells it."`
	Operator      string          `json:"operator,omitempty" doc:"The network it is on."`
	SignalDBM     *int            `json:"signal_dbm,omitempty" example:"-73" doc:"Received signal strength in dBm; above -85 is good, below -105 poor."`
	SignalHistory []SignalQuarter `json:"signal_history,omitempty" nullable:"false" doc:"The signal of the last 24 hours by quarters of an hour, oldest first. Only of a single modem, not in the list."`
	Registration  *Registration   `json:"registration,omitempty" doc:"Whether the network has let it in."`
	Storage       *Storage        `json:"storage,omitempty" doc:"Places for received texts."`
	Counters      Counters        `json:"counters" doc:"Since the daemon started."`
	Credit        *Credit         `json:"credit,omitempty" doc:"What the card has left; absent while that is not known."`
	SelfTest      *SelfTest       `json:"self_test,omitempty" doc:"Whether texts arrive; absent while no test has begun."`
	LastError     *ModemError     `json:"last_error,omitempty" doc:"What went wrong last."`
	Alarms        []ModemError    `json:"alarms,omitempty" nullable:"false" doc:"What a person should look into although the modem works."`
}

// SignalQuarter is the signal within a quarter of an hour.
type SignalQuarter struct {
	From    time.Time `json:"from" doc:"When it began."`
	MinDBM  int       `json:"min_dbm" example:"-81" doc:"The weakest, in dBm."`
	MeanDBM int       `json:"mean_dbm" example:"-75" doc:"The mean, in dBm."`
	MaxDBM  int       `json:"max_dbm" example:"-71" doc:"The strongest, in dBm."`
}

// Registration is the registration of a modem with the two networks that carry texts.
type Registration struct {
	CS  string `json:"cs" enum:"unknown,none,searching,denied,home,roaming" doc:"Circuit-switched (2G, 3G)."`
	EPS string `json:"eps" enum:"unknown,none,searching,denied,home,roaming" doc:"LTE."`
}

// Storage counts places for received texts.
type Storage struct {
	Used  int `json:"used" doc:"Taken."`
	Total int `json:"total" doc:"There are."`
}

// Counters count the messages of a modem since the start of the daemon.
type Counters struct {
	Sent     uint64 `json:"sent" doc:"Parts that the service centre took."`
	Failed   uint64 `json:"failed" doc:"Parts that it refused."`
	Received uint64 `json:"received" doc:"Texts and reports that came in."`
}

// ModemError is a fault of a modem, or a condition that may become one.
type ModemError struct {
	Code   string    `json:"code" example:"sim_pin_required" doc:"Stable; made for programs."`
	Detail string    `json:"detail" doc:"What happened, in the language of Accept-Language."`
	Remedy string    `json:"remedy" doc:"What to do now, in the same language."`
	Cause  string    `json:"cause,omitempty" example:"+CME ERROR: 11" doc:"The modem's own words."`
	At     time.Time `json:"at" doc:"When it happened."`
}

// Event is one entry of the event log. It contains ids and facts, no text and no
// number.
type Event struct {
	ID   string          `json:"id" example:"box-1742_d7n1k0q3m9ps" doc:"Names the event for good, also across a restore. Opaque; what Last-Event-ID takes."`
	Type string          `json:"type" example:"message.sent" doc:"The type of the event; docs/webhooks.md lists the types and their data."`
	At   time.Time       `json:"at" doc:"When the event was logged, in whole milliseconds."`
	Data json.RawMessage `json:"data" doc:"What happened, by the type: ids and facts."`
}

// Token is an API token without its secret.
type Token struct {
	ID       string     `json:"id" doc:"Names the token for good; a new token of the same name has another."`
	Name     string     `json:"name" example:"clinic" doc:"Its name."`
	Prefix   string     `json:"prefix" example:"gnc_4fGh" doc:"The first characters of the secret, to recognise it by."`
	Scopes   []string   `json:"scopes" nullable:"false" doc:"What it may do."`
	Created  time.Time  `json:"created" doc:"When it was made."`
	LastUsed *time.Time `json:"last_used,omitempty" doc:"When it was used last, to the minute."`
}

// TokenRequest asks for a new token.
type TokenRequest struct {
	Name   string   `json:"name" minLength:"1" maxLength:"64" pattern:"^[A-Za-z0-9][A-Za-z0-9._-]*$" example:"clinic" doc:"Letters, digits, dot, underscore and hyphen."`
	Scopes []string `json:"scopes" minItems:"1" maxItems:"16" nullable:"false" enum:"messages:send,messages:read,inbox:read,inbox:write,modems:read,modems:write,events:read,metrics:read,admin" doc:"What it may do; admin may do everything."`
}

// NewToken is a new token with its secret, which is returned only once.
type NewToken struct {
	Token
	Secret string `json:"secret" doc:"The token itself. It is shown this once; only its hash is kept."`
}

// Page is one page of a list.
type Page[T any] struct {
	Items []T    `json:"items" nullable:"false" doc:"Newest first."`
	Next  string `json:"next,omitempty" doc:"Give it as cursor for the next page; absent on the last."`
}

// Health is the answer of the health checks.
type Health struct {
	Status  string `json:"status" enum:"alive,ready" doc:"alive: the daemon runs. ready: it can take and send."`
	Version string `json:"version,omitempty" example:"v1.0.0" doc:"The version of the program; only of /healthz."`
}
