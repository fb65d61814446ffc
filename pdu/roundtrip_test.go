package pdu_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"goniec/pdu"
)

// generated is how many messages of each kind the round trips walk through.
const generated = 3000

func TestSubmitRoundTrip(t *testing.T) {
	t.Parallel()
	g := newGenerator(1)
	for range generated {
		d, u := g.userData()
		want := g.submit(t, d, u)
		tpdu, err := want.Marshal()
		if err != nil {
			t.Fatalf("%+v: %v", want, err)
		}
		got, err := pdu.ParseSubmit(tpdu)
		if err != nil {
			t.Fatalf("%+v written as %X: %v", want, tpdu, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%X (-written +read):\n%s", tpdu, diff)
		}
	}
}

func TestDeliverRoundTrip(t *testing.T) {
	t.Parallel()
	g := newGenerator(2)
	for range generated {
		want := g.deliver(g.userData())
		tpdu, err := want.Marshal()
		if err != nil {
			t.Fatalf("%+v: %v", want, err)
		}
		got, err := pdu.ParseDeliver(tpdu)
		if err != nil {
			t.Fatalf("%+v written as %X: %v", want, tpdu, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%X (-written +read):\n%s", tpdu, diff)
		}
	}
}

func TestStatusReportRoundTrip(t *testing.T) {
	t.Parallel()
	g := newGenerator(3)
	for range generated {
		want := g.statusReport()
		tpdu, err := want.Marshal()
		if err != nil {
			t.Fatalf("%+v: %v", want, err)
		}
		got, err := pdu.ParseStatusReport(tpdu)
		if err != nil {
			t.Fatalf("%+v written as %X: %v", want, tpdu, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%X (-written +read):\n%s", tpdu, diff)
		}
	}
}

// TestTextRoundTrip sends texts, and expects of Read no repair and the same
// text, part number and sender.
func TestTextRoundTrip(t *testing.T) {
	t.Parallel()
	g := newGenerator(4)
	for range generated {
		d, u, text := g.textMessage(t)
		want := g.deliver(d, u)
		tpdu, err := want.Marshal()
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		smsc := international("48601000310")
		in, err := pdu.Read(pdu.WithSMSC(&smsc, tpdu), receivedAt)
		if err != nil {
			t.Fatalf("%q written as %X: %v", text, tpdu, err)
		}
		if in.Deliver == nil || in.SMSC != smsc || len(in.Repairs) > 0 && !in.Deliver.OA.IsAlphanumeric() {
			t.Fatalf("%q written as %X is read as %+v", text, tpdu, in)
		}
		if got := in.Deliver.Text(); got != text {
			t.Fatalf("%X reads %q, want %q", tpdu, got, text)
		}
		gotPart, gotOK := in.Deliver.UD.Header.Concatenation()
		wantPart, wantOK := u.Header.Concatenation()
		if gotPart != wantPart || gotOK != wantOK {
			t.Fatalf("%X is part %+v, want %+v", tpdu, gotPart, wantPart)
		}
	}
}

// TestEveryCharacterAtEveryPlace sends each character of the GSM 7-bit alphabet
// at the places where packing differs, and at the end of a part, where a
// septet of zeros, the @, could be lost.
func TestEveryCharacterAtEveryPlace(t *testing.T) {
	t.Parallel()
	for _, r := range gsm7Characters {
		for before := range 9 {
			text := "abcdefghi"[:before] + string(r)
			for _, c := range []*pdu.Concatenation{nil, {Total: 2, Number: 1}, {Total: 2, Number: 2, Wide: true}} {
				s := pdu.Submit{DA: international("48600100200"), UD: part(t, text, pdu.GSM7, c)}
				tpdu, err := s.Marshal()
				if err != nil {
					t.Fatal(err)
				}
				back, err := pdu.ParseSubmit(tpdu)
				if err != nil {
					t.Fatal(err)
				}
				if got := back.Text(); got != text {
					t.Errorf("%q came back as %q", text, got)
				}
			}
		}
	}
}
