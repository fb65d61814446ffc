// Package emulator is a mobile network in memory: SIM cards, a service centre,
// handsets, and modems that speak AT commands as 3GPP TS 27.005 and 27.007 ask
// and as real sticks do.
//
// It stands in for hardware in goniec demo, in tests and in bug reports. It owns
// all that lies beyond the serial line; it shares no code with the packages that
// drive modems, so that a mistake cannot hide by being made twice. Modems are
// connected by a net.Pipe, which works within testing/synctest, or by a
// pseudo-terminal that any program can open.
package emulator
