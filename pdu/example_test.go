package pdu_test

import (
	"encoding/hex"
	"fmt"
	"time"

	"goniec/pdu"
)

// A text of any length becomes one SMS-SUBMIT a part. Every part of a long one
// bears the same reference.
func Example() {
	to, err := pdu.ParseAddress("+48600100200")
	if err != nil {
		fmt.Println(err)
		return
	}
	c, err := pdu.Compose("Wizyta jutro o 9:30. Odpisz TAK albo NIE.", pdu.ComposeOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for i, text := range c.Parts {
		var place *pdu.Concatenation
		if len(c.Parts) > 1 {
			place = &pdu.Concatenation{Reference: 7, Total: len(c.Parts), Number: i + 1}
		}
		ud, err := pdu.TextUserData(text, c.Alphabet, place)
		if err != nil {
			fmt.Println(err)
			return
		}
		s := pdu.Submit{ReportRequest: true, DA: to, DCS: pdu.TextDCS(c.Alphabet, false), UD: ud}
		tpdu, err := s.Marshal()
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("AT+CMGS=%d\n%X\n", len(tpdu), pdu.WithSMSC(nil, tpdu))
	}
	// Output:
	// AT+CMGS=49
	// 0021000B918406100002F0000029D7B43E4F0F83D475BAFC0D7A8372BA19CC057A92E1E9B91E440D2E4161B6F80D72268B2E
}

// Read takes what a modem gives and says what it had to overlook. This message
// came with an impossible timestamp and an octet too many.
func ExampleRead() {
	raw, err := hex.DecodeString("07918406010013F0" + "040B918406100002F0000000000000000000" + "03D4E01200")
	if err != nil {
		fmt.Println(err)
		return
	}
	in, err := pdu.Read(raw, time.Date(2026, 11, 22, 19, 0, 0, 0, time.UTC))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(in.SMSC, in.Deliver.OA, in.Deliver.Text(), in.Deliver.SCTS.Format(time.DateTime))
	for _, repair := range in.Repairs {
		fmt.Println("overlooked:", repair)
	}
	// Output:
	// +48601000310 +48600100200 TAK 2026-11-22 19:00:00
	// overlooked: TP-SCTS: not a time: month 0, 0:0:0
	// overlooked: TP-UD: octets behind the end: 1
}
