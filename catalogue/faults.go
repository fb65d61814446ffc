package catalogue

// FaultText returns the key of why a modem, its SIM or the network has refused something.
// name is that of a rule in the tables of package modem. The text begins with a small letter.
func FaultText(name string) Key { return Key("fault." + name) }

// ReportText returns the key of what a service centre reports of a part. name is that of a
// TP-Status (3GPP TS 23.040 9.2.3.15). The text begins with a small letter.
func ReportText(name string) Key { return Key("report." + name) }

// ModemState returns the key of the word for a state of a modem.
func ModemState(state string) Key { return Key("state." + state) }

// RegistrationText returns the key of the word for a registration with a network.
func RegistrationText(name string) Key { return Key("registration." + name) }

// SIMText returns the key of the word for what a SIM asks for.
func SIMText(name string) Key { return Key("sim." + name) }
