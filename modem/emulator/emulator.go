// Package emulator is a mobile network in memory: SIM cards, a service centre,
// handsets, and modems that speak AT commands as 3GPP TS 27.005 and 27.007 ask
// and as real sticks do.
//
// The emulator stands in for hardware in goniec demo, in tests and in bug reports. It
// owns all that lies beyond the serial line. It shares no code with the packages that
// drive modems, so that no mistake hides by being made twice; only TPDUs are read and
// written by package pdu. The tests run gammu and smstools against the emulator.
//
// Modems are connected by a net.Pipe (Modem.Pipe, Modem.Dial), which works
// within testing/synctest, or by a pseudo-terminal that any program can open
// (Modem.OpenPTY). A Profile says what kind of modem it is, Modem.Inject decides what
// goes wrong, and Network.Accepted tells what was really on the air.
//
// # Magic numbers
//
// The last five digits of the recipient's number, if it has at least nine, can decide
// what becomes of a text:
//
//	99901  delivered, but no report ever comes
//	99902  number not obtainable, report 0x43
//	99903  the service centre gives up, report 0x62
//	99904  report 0x22 (still trying), delivered after 10 minutes
//	99905  switched off: report 0x46 when the validity ends
//	99906  delivered, the report comes twice
//	99907  the report comes before the answer of the modem
//	99908  delivered, the report comes an hour later
//	99909  the report gives the number in national format
//	99910  delivered without confirmation, report 0x01
//	99911  +CMS ERROR: 1 (unassigned number)
//	99912  +CMS ERROR: 10 (call barred)
//	99913  +CMS ERROR: 21 (rejected)
//	99914  +CMS ERROR: 38 (network out of order)
//	99915  +CMS ERROR: 42 (congestion)
//	99916  +CMS ERROR: 500 (unknown error)
//	99917  +CMS ERROR: 512 (vendor)
//	99918  +CMS ERROR: 41 twice, then accepted
//	99919  +CMS ERROR: 332 (network timeout), although it was sent
//	99920  +CMS ERROR: 332, and it was not sent
//	99921  the modem does not answer, although it was sent
//	99922  the modem does not answer, and it was not sent
//	99923  the modem answers 30 seconds late
//	99924  part 2 of a long text is not obtainable, report 0x43
//	99931  the patient answers TAK
//	99932  the patient answers NIE
//	99933  the patient answers with an emoji
//	99934  the patient answers Tak after two hours
//	99935  the patient answers STOP
//	99936  the patient answers neither yes nor no, in three parts
//
// The rest of the number is free. Reports come only if they were asked for
// (TP-SRR).
package emulator
