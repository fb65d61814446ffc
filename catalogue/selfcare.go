package catalogue

// What modems do for themselves: calls, credit and self-tests.
const (
	ConfigBlank             Key = "config.blank"
	ConfigBlankRemedy       Key = "config.blank.remedy"
	ConfigTextTooLong       Key = "config.text_too_long"        // characters
	ConfigTextTooLongRemedy Key = "config.text_too_long.remedy" // most
	ConfigUSSD              Key = "config.ussd"                 // value
	ConfigUSSDRemedy        Key = "config.ussd.remedy"
	ConfigPattern           Key = "config.pattern" // reason
	ConfigPatternRemedy     Key = "config.pattern.remedy"
	ConfigPhone             Key = "config.phone" // value
	ConfigPhoneRemedy       Key = "config.phone.remedy"

	CommandModemTest   Key = "command.modem.test"
	FlagTestTimeout    Key = "flag.test_timeout"
	ModemTestBegun     Key = "modem_test.begun"     // modem
	ModemTestPassed    Key = "modem_test.passed"    // modem, seconds
	ModemTestFailed    Key = "modem_test.failed"    // modem, what, remedy
	ModemTestNoTurn    Key = "modem_test.no_turn"   // modem
	ModemTestUndecided Key = "modem_test.undecided" // modem
)
