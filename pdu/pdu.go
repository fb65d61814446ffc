// Package pdu turns texts and addresses into the transfer PDUs of the short
// message service and back: SMS-SUBMIT, SMS-DELIVER and SMS-STATUS-REPORT of
// 3GPP TS 23.040, in the alphabets of 3GPP TS 23.038.
//
// It owns the wire format, how a text is made fit for the air and cut into
// parts (Compose, NewPreview), and how incoming PDUs are read:
// strictly first, leniently after (Read). It is pure: no I/O, no clock, no
// state. It does not own which number may be written to, which reference a
// long message gets, how its parts find each other again, or the AT commands
// that carry the octets.
//
// On the way out a Composition is cut into parts, each becomes the user data
// of a Submit, and Marshal gives the octets:
//
//	c, err := pdu.Compose(text, pdu.ComposeOptions{})
//	ud, err := pdu.TextUserData(c.Parts[0], c.Alphabet, nil)
//	tpdu, err := pdu.Submit{DA: to, DCS: pdu.TextDCS(c.Alphabet, false), UD: ud}.Marshal()
//
// On the way in Read takes what the modem gave, service centre address and
// all, and returns a Deliver or a StatusReport.
//
// Fields bear the names of the standard without their prefix: Submit.DA is
// TP-Destination-Address. The bits in comments are numbered from 0, the least
// significant one, as in the standard.
package pdu
