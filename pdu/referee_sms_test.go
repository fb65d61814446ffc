package pdu_test

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/warthog618/sms/encoding/gsm7/charset"
	"github.com/warthog618/sms/encoding/tpdu"

	"goniec/pdu"
)

// TestMain has the referee make its tables, which it does on first use and
// without a lock, before tests that run at the same time can race for them.
func TestMain(m *testing.M) {
	for language := range 14 {
		charset.NewDecoder(language)
		charset.NewEncoder(language)
		charset.NewExtDecoder(language)
		charset.NewExtEncoder(language)
	}
	os.Exit(m.Run())
}

// refereed is how many messages of each kind the referees see. What a referee is
// known to get wrong is not shown to it; each such case says why.
const refereed = 800

// TestSubmitAgainstReferee has warthog618/sms read what we write and write what
// we read.
func TestSubmitAgainstReferee(t *testing.T) {
	t.Parallel()
	g := newGenerator(11)
	for range refereed {
		d, u, text := g.refereedMessage(t)
		s := g.submit(t, d, u)
		for !refereeReads(s.DA) || !refereeReadsTime(s.VP.Until) {
			s = g.submit(t, d, u)
		}
		ours, err := s.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		theirs := tpdu.TPDU{Direction: tpdu.MO}
		if err := theirs.UnmarshalBinary(bytes.Clone(ours)); err != nil {
			t.Fatalf("referee refuses %X: %v", ours, err)
		}
		want := tpdu.TPDU{
			Direction: tpdu.MO, FirstOctet: tpdu.FirstOctet(ours[0]), MR: s.MR, DA: refereeAddress(s.DA),
			PID: s.PID, DCS: tpdu.DCS(s.DCS), VP: refereeValidity(s.VP), UDH: refereeHeader(u.Header), UD: u.Data,
		}
		compareWithReferee(t, ours, want, theirs, text)
		first := theirs.FirstOctet
		flags := []bool{s.RejectDuplicates, s.ReportRequest, s.ReplyPath, len(u.Header) > 0}
		if got := []bool{first&tpdu.FoRD != 0, first&tpdu.FoSRR != 0, first.RP(), first.UDHI()}; !cmp.Equal(flags, got) {
			t.Fatalf("%X: referee reads flags %v, want %v", ours, got, flags)
		}
		if s.VP.Format != pdu.ValidityRelative { // those it rounds down, if not worse
			compareOctets(t, ours, want)
		}
	}
}

func TestDeliverAgainstReferee(t *testing.T) {
	t.Parallel()
	g := newGenerator(12)
	for range refereed {
		d, u, text := g.refereedMessage(t)
		m := g.deliver(d, u)
		for !refereeReads(m.OA) || !refereeReadsTime(m.SCTS) {
			m = g.deliver(d, u)
		}
		ours, err := m.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		theirs := tpdu.TPDU{Direction: tpdu.MT}
		if err := theirs.UnmarshalBinary(bytes.Clone(ours)); err != nil {
			t.Fatalf("referee refuses %X: %v", ours, err)
		}
		want := tpdu.TPDU{
			Direction: tpdu.MT, FirstOctet: tpdu.FirstOctet(ours[0]), OA: refereeAddress(m.OA),
			PID: m.PID, DCS: tpdu.DCS(m.DCS), SCTS: tpdu.Timestamp{Time: m.SCTS}, UDH: refereeHeader(u.Header), UD: u.Data,
		}
		compareWithReferee(t, ours, want, theirs, text)
		compareOctets(t, ours, want)
		first := theirs.FirstOctet
		flags := []bool{!m.MoreMessages, m.LoopPrevention, m.ReportIndication, m.ReplyPath, len(u.Header) > 0}
		if got := []bool{first.MMS(), first.LP(), first&tpdu.FoSRI != 0, first.RP(), first.UDHI()}; !cmp.Equal(flags, got) {
			t.Fatalf("%X: referee reads flags %v, want %v", ours, got, flags)
		}
	}
}

func TestStatusReportAgainstReferee(t *testing.T) {
	t.Parallel()
	g := newGenerator(13)
	for range refereed {
		d, u, text := g.refereedMessage(t)
		r := g.statusReport()
		for !refereeReads(r.RA) || !refereeReadsTime(r.SCTS) || !refereeReadsTime(r.Discharge) {
			r = g.statusReport()
		}
		r.UD, r.DCS = pdu.UserData{}, 0
		if r.Parameters&pdu.ReportHasUserData != 0 {
			r.Parameters |= pdu.ReportHasDCS
			r.UD = u
		} else {
			text = ""
		}
		if r.Parameters&pdu.ReportHasDCS != 0 {
			r.DCS = d
		}
		ours, err := r.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		theirs := tpdu.TPDU{Direction: tpdu.MT}
		if err := theirs.UnmarshalBinary(bytes.Clone(ours)); err != nil {
			t.Fatalf("referee refuses %X: %v", ours, err)
		}
		want := tpdu.TPDU{
			Direction: tpdu.MT, FirstOctet: tpdu.FirstOctet(ours[0]), MR: r.MR, RA: refereeAddress(r.RA),
			SCTS: tpdu.Timestamp{Time: r.SCTS}, DT: tpdu.Timestamp{Time: r.Discharge}, ST: byte(r.Status),
			PI: tpdu.PI(r.Parameters), PID: r.PID, DCS: tpdu.DCS(r.DCS), UDH: refereeHeader(r.UD.Header), UD: r.UD.Data,
		}
		compareWithReferee(t, ours, want, theirs, text)
		compareOctets(t, ours, want)
		first := theirs.FirstOctet
		flags := []bool{!r.MoreMessages, r.LoopPrevention, r.ForCommand}
		if got := []bool{first.MMS(), first.LP(), first&tpdu.FoSRQ != 0}; !cmp.Equal(flags, got) {
			t.Fatalf("%X: referee reads flags %v, want %v", ours, got, flags)
		}
	}
}

// compareWithReferee compares what we wrote with what the referee read.
func compareWithReferee(t *testing.T, ours []byte, want, got tpdu.TPDU, text string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("%X (-we wrote +referee read):\n%s", ours, diff)
	}
	alphabet, err := got.Alphabet()
	if err != nil {
		t.Fatal(err)
	}
	if alphabet == tpdu.Alpha8Bit {
		return // no text to speak of
	}
	read, err := tpdu.DecodeUserData(got.UD, got.UDH, alphabet)
	if err != nil {
		t.Fatalf("referee cannot decode the text of %X: %v", ours, err)
	}
	if string(read) != text {
		t.Fatalf("%X: referee reads %q, want %q", ours, read, text)
	}
}

// compareOctets compares what we wrote with what the referee writes.
func compareOctets(t *testing.T, ours []byte, message tpdu.TPDU) {
	t.Helper()
	theirs, err := message.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(ours, theirs) {
		t.Fatalf("we write\n%X\nand the referee\n%X", ours, theirs)
	}
}

// refereedMessage makes a text, sometimes 8-bit data behind any header.
func (g generator) refereedMessage(t *testing.T) (d pdu.DCS, u pdu.UserData, text string) {
	t.Helper()
	if g.IntN(5) == 0 {
		for d.Alphabet() != pdu.Data8 || d.Compressed() || len(u.Data) == 0 {
			d, u = g.userData() // to the referee compressed text is text
		}
		return d, u, ""
	}
	for text == "" { // the referee forgets fill bits that nothing follows
		d, u, text = g.textMessage(t)
	}
	return d, u, text
}

// refereeReads excludes names with escape pairs, which the referee refuses.
func refereeReads(a pdu.Address) bool {
	return !a.IsAlphanumeric() || !strings.ContainsFunc(a.Number, isExtension)
}

// refereeReadsTime excludes years the referee takes for the last century.
func refereeReadsTime(t time.Time) bool {
	return t.Year() < 2070
}

func refereeAddress(a pdu.Address) tpdu.Address {
	return tpdu.Address{Addr: a.Number, TOA: 0x80 | byte(a.Type)<<4 | byte(a.Plan)}
}

func refereeHeader(h pdu.Header) tpdu.UserDataHeader {
	var theirs tpdu.UserDataHeader
	for _, e := range h {
		theirs = append(theirs, tpdu.InformationElement{ID: e.ID, Data: e.Data})
	}
	return theirs
}

func refereeValidity(v pdu.Validity) tpdu.ValidityPeriod {
	theirs := tpdu.ValidityPeriod{Format: tpdu.ValidityPeriodFormat(v.Format), Duration: v.Period}
	if v.Format == pdu.ValidityAbsolute {
		theirs.Time = tpdu.Timestamp{Time: v.Until}
	}
	return theirs
}
