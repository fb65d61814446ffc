package gateway

// Care is what is known of a modem's SIM and how it is looked after; it can change
// while the modem runs.
type Care struct {
	Number string // of the SIM in E.164; empty: what the card tells
}
