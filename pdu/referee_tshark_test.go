package pdu_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"goniec/pdu"
	"goniec/scripts/testtools"
)

// dissected is what the referee reads in a TPDU, and what we meant to write.
type dissected struct {
	Type        int
	Address     string
	AddressType int
	AddressPlan int
	MR          string
	PID         string
	DCS         string
	Times       []string // RFC 3339
	Part        string   // "reference: number of total"
	Text        string
	Status      string // error and reason
}

// TestAgainstDissector has Wireshark's dissector read what we write. It knows
// TPDUs toward the device only, so the user data of an SMS-SUBMIT is put behind
// the header of an SMS-DELIVER.
func TestAgainstDissector(t *testing.T) {
	t.Parallel()
	g := newGenerator(21)
	var tpdus [][]byte
	var want []dissected
	add := func(tpdu []byte, err error, meant dissected) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		tpdus, want = append(tpdus, tpdu), append(want, meant)
	}
	for range refereed {
		dcs, ud, text := g.dissectedMessage(t)
		d := g.deliver(dcs, ud)
		d.OA = g.dissectedAddress()
		tpdu, err := d.Marshal()
		add(tpdu, err, meant(0, d.OA, d.PID, dcs, ud, text, d.SCTS))

		dcs, ud, text = g.dissectedMessage(t)
		s := g.submit(t, dcs, ud)
		s.DA = g.dissectedAddress()
		tpdu, err = s.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		taken := g.time()
		tpdu, err = asDeliver(tpdu, taken)
		add(tpdu, err, meant(0, s.DA, s.PID, dcs, ud, text, taken))
	}
	for range 100 {
		dcs, ud, text := g.dissectedMessage(t)
		r := g.statusReport()
		r.RA = g.dissectedAddress()
		r.Parameters, r.DCS, r.UD = pdu.ReportHasPID|pdu.ReportHasDCS|pdu.ReportHasUserData, dcs, ud
		tpdu, err := r.Marshal()
		m := meant(2, r.RA, r.PID, dcs, ud, text, r.SCTS, r.Discharge)
		m.MR = strconv.Itoa(int(r.MR))
		m.Status = fmt.Sprintf("%d %d", byte(r.Status)>>5&3, byte(r.Status)&0x1f)
		add(tpdu, err, m)
	}

	got := dissect(t, tpdus)
	if len(got) != len(want) {
		t.Fatalf("dissector read %d TPDUs of %d", len(got), len(want))
	}
	wrong := 0
	for i := range want {
		if diff := cmp.Diff(want[i], got[i]); diff != "" {
			t.Errorf("%X (-we meant +dissector read):\n%s", tpdus[i], diff)
			if wrong++; wrong == 5 {
				t.FailNow()
			}
		}
	}
}

// asDeliver puts the recipient, coding and user data of a SUBMIT, octet for
// octet, into a DELIVER.
func asDeliver(submit []byte, taken time.Time) ([]byte, error) {
	first := submit[0]
	address := submit[2:][:2+(int(submit[2])+1)/2]
	pidDCS := submit[2+len(address):][:2]
	validity := []int{0, 7, 1, 7}[first>>3&3]
	userData := submit[2+len(address)+2+validity:]
	frame, err := pdu.Deliver{SCTS: taken}.Marshal()
	if err != nil {
		return nil, err
	}
	timestamp := frame[len(frame)-8:][:7]
	return bytes.Join([][]byte{{first & 0xc0}, address, pidDCS, timestamp, userData}, nil), nil
}

func meant(kind int, a pdu.Address, pid byte, d pdu.DCS, u pdu.UserData, text string, times ...time.Time) dissected {
	m := dissected{
		Type: kind, Address: a.Number, AddressType: int(a.Type), AddressPlan: int(a.Plan),
		PID: strconv.Itoa(int(pid)), DCS: strconv.Itoa(int(d)), Text: text,
	}
	for _, at := range times {
		m.Times = append(m.Times, at.Format("06-01-02T15:04:05Z07:00"))
	}
	if c, ok := u.Header.Concatenation(); ok {
		m.Part = fmt.Sprintf("%d: %d of %d", c.Reference, c.Number, c.Total)
	}
	return m
}

// dissectedMessage makes a text in any coding scheme of its alphabet.
func (g generator) dissectedMessage(t *testing.T) (pdu.DCS, pdu.UserData, string) {
	t.Helper()
	d, u, text := g.textMessage(t)
	schemes := []pdu.DCS{d, d | 0x10, d | 0x13, 0xd8, 0xc0, 0xf1, 0xf2}
	if d.Alphabet() == pdu.UCS2 {
		schemes = []pdu.DCS{d, d | 0x10, d | 0x13, 0xe8}
	}
	return pick(g, schemes...), u, text
}

func (g generator) dissectedAddress() pdu.Address {
	a := g.address()
	for a.Number == "" {
		a = g.address()
	}
	return a
}

// dissect has tshark read the TPDUs.
func dissect(t *testing.T, tpdus [][]byte) []dissected {
	t.Helper()
	testtools.Need(t, "tshark")
	capture := filepath.Join(t.TempDir(), "tpdus.pcap")
	if err := os.WriteFile(capture, pcap(tpdus), 0o600); err != nil {
		t.Fatal(err)
	}
	const p = "gsm_sms."
	fields := []string{
		p + "tp-mti", p + "tp-oa", p + "tp-ra", p + "dis_field_addr.num_type", p + "dis_field_addr.num_plan",
		p + "tp-mr", p + "tp-pid", p + "tp-dcs", p + "scts.year", p + "scts.month", p + "scts.day",
		p + "scts.hour", p + "scts.minutes", p + "scts.seconds", p + "udh.mm.msg_id", p + "udh.mm.msg_parts",
		p + "udh.mm.msg_part", p + "sms_text", p + "dis_field.st_error", p + "dis.field_st_reason",
	}
	args := []string{"-T", "json"}
	for _, f := range fields {
		args = append(args, "-e", f)
	}
	var packets []struct {
		Source struct {
			Layers map[string][]string `json:"layers"`
		} `json:"_source"`
	}
	if err := json.Unmarshal(tshark(t, capture, args...), &packets); err != nil {
		t.Fatal(err)
	}
	zones := dissectZones(t, capture)
	var all []dissected
	for _, packet := range packets {
		layers := packet.Source.Layers
		one := func(field string) string { return strings.Join(layers[p+field], "|") }
		number := func(field string, i int) int {
			n, err := strconv.Atoi(layers[p+field][i])
			if err != nil {
				t.Fatalf("%s: %v", field, err)
			}
			return n
		}
		d := dissected{
			Type: number("tp-mti", 0), Address: one("tp-oa") + one("tp-ra"), AddressType: number("dis_field_addr.num_type", 0),
			AddressPlan: number("dis_field_addr.num_plan", 0), MR: one("tp-mr"), PID: one("tp-pid"), DCS: one("tp-dcs"),
			Text: one("sms_text"),
		}
		for i := range layers[p+"scts.year"] {
			d.Times = append(d.Times, fmt.Sprintf("%02d-%02d-%02dT%02d:%02d:%02d%s",
				number("scts.year", i), number("scts.month", i), number("scts.day", i),
				number("scts.hour", i), number("scts.minutes", i), number("scts.seconds", i), zones[0]))
			zones = zones[1:]
		}
		if _, ok := layers[p+"udh.mm.msg_id"]; ok {
			d.Part = fmt.Sprintf("%s: %s of %s", one("udh.mm.msg_id"), one("udh.mm.msg_part"), one("udh.mm.msg_parts"))
		}
		if _, ok := layers[p+"dis_field.st_error"]; ok {
			d.Status = one("dis_field.st_error") + " " + one("dis.field_st_reason")
		}
		all = append(all, d)
	}
	return all
}

// dissectZones returns the time zones in the capture, in order: their sign is to
// be had in words only.
func dissectZones(t *testing.T, capture string) []string {
	t.Helper()
	var zones []string
	for line := range strings.Lines(string(tshark(t, capture, "-V"))) {
		var sign string
		var hours, minutes int
		if n, _ := fmt.Sscanf(strings.TrimSpace(line), "Timezone: GMT %s %d hours %d minutes", &sign, &hours, &minutes); n != 3 {
			continue
		}
		zone := fmt.Sprintf("%s%02d:%02d", sign, hours, minutes)
		if hours == 0 && minutes == 0 {
			zone = "Z"
		}
		zones = append(zones, zone)
	}
	return zones
}

func tshark(t *testing.T, capture string, args ...string) []byte {
	t.Helper()
	// Reassembly would put the texts of parts that happen to share a reference
	// together.
	args = append([]string{
		"-r", capture, "-o", `uat:user_dlts:"User 0 (DLT=147)","gsm_sms","0","","0",""`, "-o", "gsm_sms.reassemble:FALSE",
	}, args...)
	var problems bytes.Buffer
	cmd := exec.CommandContext(t.Context(), "tshark", args...)
	cmd.Stderr = &problems
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("tshark: %v\n%s", err, problems.Bytes())
	}
	return out
}

// pcap is a capture file with a packet for each TPDU, of the link type that the
// user may give a meaning to.
func pcap(tpdus [][]byte) []byte {
	const linkTypeUser0 = 147
	var file []byte
	word := func(values ...uint32) {
		for _, v := range values {
			file = binary.LittleEndian.AppendUint32(file, v)
		}
	}
	word(0xa1b2c3d4, 4<<16|2, 0, 0, 65535, linkTypeUser0)
	for _, tpdu := range tpdus {
		size := uint32(len(tpdu))
		word(0, 0, size, size)
		file = append(file, tpdu...)
	}
	return file
}
