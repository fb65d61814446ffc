package modem

import "context"

// ProbeResult is what a device answered.
type ProbeResult struct {
	Device  string
	Answers bool // it answered AT
	Info    Info
	SIM     string            // answer to +CPIN?: "READY", "SIM PIN", or the error
	Refused map[string]string // command → error, of those it refused
}

// Probe opens a device, asks what it is and closes it again. It changes no
// setting that lasts, enters no PIN and sends nothing.
func Probe(ctx context.Context, device string, baud int) (ProbeResult, error) {
	return ProbeResult{}, nil
}
