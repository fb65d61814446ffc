package catalogue

// What goniec doctor says: a finding, and with Remedy behind its key what to do.
const (
	CommandDoctor      Key = "command.doctor"
	DoctorOK           Key = "doctor.ok"
	DoctorWarning      Key = "doctor.warning"
	DoctorProblem      Key = "doctor.problem"
	DoctorSummary      Key = "doctor.summary" // problems, warnings
	DoctorConfigGood   Key = "doctor.config_good"
	DoctorConfigNone   Key = "doctor.config_none"
	DoctorDataGood     Key = "doctor.data_good"     // directory, free
	DoctorDataMissing  Key = "doctor.data_missing"  // directory
	DoctorDataHidden   Key = "doctor.data_hidden"   // directory
	DoctorDataMisowned Key = "doctor.data_misowned" // directory, files
	DoctorDataReadOnly Key = "doctor.data_readonly" // directory
	DoctorDataOpen     Key = "doctor.data_open"     // directory, mode
	DoctorDiskLow      Key = "doctor.disk_low"      // directory, free
	DoctorStoreGood    Key = "doctor.store_good"
	DoctorStoreNone    Key = "doctor.store_none"
	DoctorStoreHeld    Key = "doctor.store_held"
	DoctorStoreDamaged Key = "doctor.store_damaged" // file
	DoctorStoreFailed  Key = "doctor.store_failed"  // file, error
	DoctorDaemonReady  Key = "doctor.daemon_ready"  // version
	DoctorDaemonWaits  Key = "doctor.daemon_waits"  // detail
	DoctorDaemonStarts Key = "doctor.daemon_starts"
	DoctorDaemonDown   Key = "doctor.daemon_down"
	DoctorDaemonHidden Key = "doctor.daemon_hidden"
	DoctorClockGood    Key = "doctor.clock_good"   // now
	DoctorClockWrong   Key = "doctor.clock_wrong"  // now
	DoctorClockBehind  Key = "doctor.clock_behind" // now, of the data
	DoctorClockAlone   Key = "doctor.clock_alone"  // now
	DoctorWebhookOut   Key = "doctor.webhook_out"  // name, address
	DoctorNoPorts      Key = "doctor.no_ports"
	DoctorPortGood     Key = "doctor.port_good"    // port, product
	DoctorPortDenied   Key = "doctor.port_denied"  // port
	DoctorPortHeld     Key = "doctor.port_held"    // port, who
	DoctorManager      Key = "doctor.manager"      //
	DoctorUSBStorage   Key = "doctor.usb_storage"  // product, id
	DoctorUSBNetwork   Key = "doctor.usb_network"  // product, id
	DoctorUSBDriver    Key = "doctor.usb_driver"   // product, id
	DoctorModemReady   Key = "doctor.modem_ready"  // name, operator, signal
	DoctorModemState   Key = "doctor.modem_state"  // name, state
	DoctorModemWeak    Key = "doctor.modem_weak"   // name, signal
	DoctorModemFull    Key = "doctor.modem_full"   // name, used, total
	DoctorModemTexts   Key = "doctor.modem_texts"  // name, port
	DoctorModemSilent  Key = "doctor.modem_silent" // name, port
	DoctorModemPort    Key = "doctor.modem_port"   // name, reason
	DoctorModemHeld    Key = "doctor.modem_held"   // name, port, who
	DoctorModemSought  Key = "doctor.modem_sought" // name, IMEI
	DoctorNoToken      Key = "doctor.no_token"
	DoctorTokens       Key = "doctor.tokens" // number
)

// DoctorRemedy returns the key of what to do about a finding.
func DoctorRemedy(key Key) Key { return key + ".remedy" }
