package modem

// ProbeWith is Probe on any port.
var ProbeWith = probe
