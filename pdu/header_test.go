package pdu_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"goniec/pdu"
)

func TestConcatenation(t *testing.T) {
	t.Parallel()
	narrow := func(data ...byte) pdu.Element { return pdu.Element{ID: 0x00, Data: data} }
	wide := func(data ...byte) pdu.Element { return pdu.Element{ID: 0x08, Data: data} }
	other := pdu.Element{ID: 0x05, Data: []byte{0x0b, 0x84, 0x23, 0xf0}}
	tests := []struct {
		name   string
		header pdu.Header
		want   *pdu.Concatenation // nil: none
	}{
		{"no header", nil, nil},
		{"8-bit reference", pdu.Header{narrow(7, 3, 2)}, &pdu.Concatenation{Reference: 7, Total: 3, Number: 2}},
		{"16-bit reference", pdu.Header{wide(0x12, 0x34, 3, 2)}, &pdu.Concatenation{Reference: 0x1234, Wide: true, Total: 3, Number: 2}},
		{"behind a port", pdu.Header{other, narrow(7, 1, 1)}, &pdu.Concatenation{Reference: 7, Total: 1, Number: 1}},
		{"the last one counts", pdu.Header{narrow(7, 3, 2), wide(0, 9, 4, 4)}, &pdu.Concatenation{Reference: 9, Wide: true, Total: 4, Number: 4}},
		{"one that cannot be is passed over", pdu.Header{narrow(7, 3, 2), narrow(8, 3, 4)}, &pdu.Concatenation{Reference: 7, Total: 3, Number: 2}},
		{"part 0", pdu.Header{narrow(7, 3, 0)}, nil},
		{"of 0", pdu.Header{narrow(7, 0, 0)}, nil},
		{"beyond the last", pdu.Header{wide(0, 7, 3, 4)}, nil},
		{"too short", pdu.Header{narrow(7, 3), wide(0, 7, 3)}, nil},
		{"too long", pdu.Header{narrow(7, 3, 2, 1), wide(0, 7, 3, 2, 1)}, nil},
		{"empty", pdu.Header{narrow(), wide()}, nil},
		{"a port alone", pdu.Header{other}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c, ok := test.header.Concatenation()
			if test.want == nil {
				if ok {
					t.Errorf("Concatenation() = %+v, want none", c)
				}
				return
			}
			if diff := cmp.Diff(*test.want, c); !ok || diff != "" {
				t.Errorf("Concatenation() ok = %t (-want +got):\n%s", ok, diff)
			}
		})
	}
}

func TestConcatenationThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	for _, c := range []pdu.Concatenation{
		{},
		{Total: 3},
		{Total: 3, Number: 4},
		{Total: 3, Number: -1},
		{Total: 256, Number: 1},
		{Reference: 256, Total: 3, Number: 1},
	} {
		if u, err := pdu.TextUserData("TAK", pdu.GSM7, &c); !errors.Is(err, pdu.ErrHeader) {
			t.Errorf("TextUserData with %+v = %+v, %v, want ErrHeader", c, u, err)
		}
	}
}

func TestUnknownElementsAreKept(t *testing.T) {
	t.Parallel()
	want := pdu.Header{
		{ID: 0x70, Data: []byte{1, 2, 3}},
		{ID: 0xa5},
		{ID: 0x00, Data: []byte{7, 2, 1}},
		{ID: 0x00, Data: []byte{8, 2, 2}},
	}
	d := pdu.Deliver{
		OA: international("48600100200"), SCTS: newGenerator(1).time(),
		UD: pdu.UserData{Header: want, Data: []byte{'T', 'A', 'K'}},
	}
	tpdu, err := d.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	got, err := pdu.ParseDeliver(tpdu)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got.UD.Header); diff != "" {
		t.Errorf("header (-want +got):\n%s", diff)
	}
	if got.Text() != "TAK" {
		t.Errorf("text behind the header is %q", got.Text())
	}
}

func TestParsedMessageDoesNotHoldItsOctets(t *testing.T) {
	t.Parallel()
	tpdu := octets(t, "44 0B918406100002F0 00 04 62112281030000 08 05000307 0201 AABB")
	want, err := pdu.ParseDeliver(append([]byte(nil), tpdu...))
	if err != nil {
		t.Fatal(err)
	}
	got, err := pdu.ParseDeliver(tpdu)
	if err != nil {
		t.Fatal(err)
	}
	clear(tpdu)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the message changed with the buffer it was read from (-before +after):\n%s", diff)
	}
}
