// Package wire converts records that several resources show to their wire types, those
// of package client.
package wire

import (
	"time"

	"goniec/api/client"
	"goniec/catalogue"
	"goniec/inbox"
	"goniec/queue"
)

// Message converts a message of the queue to its wire type.
func Message(m *queue.Message, lang catalogue.Language) client.Message {
	out := client.Message{
		ID:          m.ID,
		Status:      client.Status(m.Status),
		To:          m.To.String(),
		Text:        m.Text,
		Reference:   m.Reference,
		SendAt:      Time(m.SendAt),
		ExpiresAt:   Time(m.ExpiresAt),
		Priority:    client.Priority(m.Priority),
		Encoding:    client.Encoding(m.Encoding),
		Purpose:     client.Purpose(m.Purpose),
		Origin:      client.Origin(m.Origin),
		Modem:       m.Modem,
		Flash:       m.Flash,
		CreatedAt:   m.CreatedAt,
		SentAt:      Time(m.SentAt),
		DeliveredAt: Time(m.DeliveredAt),
		Parts:       make([]client.Part, len(m.Parts)),
		Attempts:    attempts(m),
	}
	if out.Encoding == "" {
		out.Encoding = client.EncodingAuto
	}
	if n := len(m.Attempts); n > 0 {
		out.Modem = m.Attempts[n-1].Modem
	}
	for i, p := range m.Parts {
		part := client.Part{
			Number:      i + 1,
			Status:      client.Status(p.Status),
			SentAt:      Time(p.SentAt),
			DeliveredAt: Time(p.DeliveredAt),
		}
		if p.Status == queue.PartInFlight {
			part.Status = client.StatusSending
		}
		if p.MR >= 0 {
			part.MR = &p.MR
		}
		out.Parts[i] = part
	}
	if m.Error != nil {
		out.Error = &client.MessageError{
			Code:    m.Error.Code,
			Detail:  messageErrorText(lang, m, time.Now()),
			Cause:   m.Error.Detail,
			Final:   m.Status.Final(),
			RetryAt: Time(m.Error.RetryAt),
		}
	}
	return out
}

// attempts returns the greatest count of attempts of a part. Of very many attempts the
// queue keeps the latest only; the removed ones failed and count for the same part.
func attempts(m *queue.Message) int {
	most, tries := 0, make([]int, len(m.Parts))
	for _, a := range m.Attempts {
		if a.Part < len(tries) {
			tries[a.Part]++
			most = max(most, tries[a.Part])
		}
	}
	return most + m.AttemptCount - len(m.Attempts)
}

// Inbound converts a received message to its wire type.
func Inbound(m *inbox.Message) client.Inbound {
	return client.Inbound{
		ID:         m.ID,
		From:       m.From.String(),
		Kind:       string(m.Kind),
		Encoding:   string(m.Encoding),
		Text:       m.Text,
		ReceivedAt: m.ReceivedAt,
		SentAt:     Time(m.SentAt),
		Modem:      m.Modem,
		Parts:      m.Parts,
		Complete:   m.Complete,
		Missing:    m.Missing,
	}
}

// Time returns nil for the zero time.
func Time(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
