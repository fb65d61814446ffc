package emulator

import "time"

// Profiles returns every profile, by which a modem can be chosen by name.
func Profiles() []Profile {
	return []Profile{
		Generic(), HuaweiE3372(), HuaweiE173(), QuectelEC25(), QuectelEP06(), QuectelM26(), SIM800(), SIM7600(), A7670(),
		Cinterion(), ZTE(), Telit(), Sierra(), TeltonikaTRM240(), WavecomFastrack(), QuectelEG25(), SIM7600Hat(), HuaweiE220(), Refuser(),
	}
}

// Generic is a modem that does all that the standards say, and nothing else.
func Generic() Profile {
	return Profile{
		Name: "generic", Manufacturer: "Goniec", Model: "Emulator", Revision: "1.0",
		Memories: []string{memorySIM, memoryME, memoryAll, memoryReports}, IndexBase: 1,
	}
}

// HuaweiE3372 is an LTE stick: signal lines in the middle of everything,
// indexes from 0, all three parameters of +CPMS, packed USSD.
func HuaweiE3372() Profile {
	return Profile{
		Name: "huawei-e3372", Manufacturer: "huawei", Model: "E3372", Revision: "21.200.07.00.00", TAC: "86131803",
		Boot:     []string{"^BOOT:20789420,0,0,0,20", "^SIMST:1", "^SRVST:2"},
		BootTime: 8 * time.Second, RegisterTime: 3 * time.Second, DropsPort: true,
		Noise:      []string{"^RSSI:18", `^HCSQ:"LTE",47,40,111,22`, "^RSSI:19", "^DSFLOWRPT:00000000,00000000,00000000,00000000,00000000,00000000,00000000"},
		NoiseEvery: 2 * time.Second, NoiseOff: "^CURC=0", Interleaves: true,
		Memories: []string{memorySIM, memoryME}, Capacity: 23, IndexBase: 0, CPMSThree: true,
		CNMI:     [5][]int{{0, 1, 2}, {0, 1, 2, 3}, {0, 2}, {0, 1, 2}, {0, 1}},
		FullLine: `^SMMEMFULL: "SM"`,
		Refused:  []string{"+CCID"},
		Vendor: map[string]string{
			"^CURC": "", "^PORTSEL": "", "^ICCID": "^ICCID: {iccid}", "^SYSINFOEX": `^SYSINFOEX:2,3,0,1,,6,"LTE",101,"LTE"`, "^CPIN": "^CPIN: READY,,10,3,10,3",
			"^HCSQ": `^HCSQ:"LTE",47,40,111,22`,
		},
		USSD: USSDPacked,
	}
}

// HuaweiE173 is an older stick: as the E3372, over 3G, and with one-parameter
// +CPMS.
func HuaweiE173() Profile {
	p := HuaweiE3372()
	p.Name, p.Model, p.Revision, p.TAC = "huawei-e173", "E173", "11.126.85.00.00", "35304504"
	p.CPMSThree = false
	p.Noise = []string{"^RSSI:16", "^RSSI:15", "^MODE:5,4"}
	p.NoiseEvery = time.Second
	return p
}

// QuectelEC25 is an LTE module: it announces a start with RDY, lists +CDS and
// refuses an acknowledgement that nobody expects.
func QuectelEC25() Profile {
	return Profile{
		Name: "quectel-ec25", Manufacturer: "Quectel", Model: "EC25", Revision: "EC25EFAR06A06M4G", TAC: "86772303",
		Boot:     []string{"RDY", "+CFUN: 1", "+CPIN: READY", "+QUSIM: 1", "+QIND: SMS DONE", "+QIND: PB DONE"},
		BootTime: 12 * time.Second, RegisterTime: 4 * time.Second, DropsPort: true,
		Memories: []string{memorySIM, memoryME, memoryAll}, Capacity: 255, Preferred: memoryME, IndexBase: 0,
		FullLine: `+QIND: "smsfull","ME"`, EmptySlotOK: true,
		Vendor: map[string]string{
			"+QCCID": "+QCCID: {iccid}", "+QINDCFG": "", "+QCFG": "", "+QNWINFO": `+QNWINFO: "FDD LTE","26099","LTE BAND 3",1300`,
			"+QPINC": `+QPINC: "SC",3,10`, "+QURCCFG": `+QURCCFG: "urcport","usbat"`,
		},
	}
}

// QuectelEP06 answers +CMGL in PDU mode with error 303: texts are read slot by
// slot.
func QuectelEP06() Profile {
	p := QuectelEC25()
	p.Name, p.Model, p.Revision = "quectel-ep06", "EP06", "EP06ALAR03A07M4G"
	p.ListFails = cmsNotSupported
	return p
}

// QuectelM26 is a 2G module without +CSMS=1.
func QuectelM26() Profile {
	return Profile{
		Name: "quectel-m26", Manufacturer: "Quectel_Ltd", Model: "Quectel_M26", Revision: "M26FBR03A13", TAC: "86531403",
		Boot:     []string{"RDY", "+CFUN: 1", "+CPIN: READY", "Call Ready", "SMS Ready"},
		BootTime: 5 * time.Second, RegisterTime: 3 * time.Second,
		Memories: []string{memorySIM, memoryME, memoryAll}, IndexBase: 1,
		Services: []int{0, 128}, EmptySlotOK: true,
		Refused: []string{"+CEREG"},
	}
}

// SIM800 is a 2G module that says when it is ready, slowly.
func SIM800() Profile {
	return Profile{
		Name: "sim800", Manufacturer: "SIMCOM_Ltd", Model: "SIMCOM_SIM800L", Revision: "1418B05SIM800L24", TAC: "86685702",
		Boot:     []string{"RDY", "+CFUN: 1", "+CPIN: READY", "Call Ready", "SMS Ready"},
		BootTime: 6 * time.Second, RegisterTime: 4 * time.Second,
		Memories: []string{memorySIM, memoryME, "SM_P", "ME_P", memoryAll}, Capacity: 10, IndexBase: 1, EmptySlotOK: true,
		CNMI:    [5][]int{{0, 1, 2}, {0, 1, 2, 3}, {0, 2}, {0, 1}, {0, 1}},
		Refused: []string{"+CEREG", "+CPINR"},
		Vendor:  map[string]string{"+CIURC": "", "+CSCLK": "+CSCLK: 0", "+SPIC": "+SPIC: 3,10,3,10"},
	}
}

// SIM7600 is an LTE module with indexes from 0 and lines of its own after a
// start.
func SIM7600() Profile {
	return Profile{
		Name: "sim7600", Manufacturer: "SIMCOM INCORPORATED", Model: "SIMCOM_SIM7600E-H", Revision: "LE20B04SIM7600M22", TAC: "86190103",
		Boot:     []string{"RDY", "+CPIN: READY", "SMS DONE", "PB DONE"},
		BootTime: 12 * time.Second, RegisterTime: 3 * time.Second, DropsPort: true,
		CardTime: 5 * time.Second,
		Noise:    []string{"+CSQ: 21,99"}, NoiseEvery: 30 * time.Second, NoiseOff: "+AUTOCSQ=0",
		Memories: []string{memoryME, memoryAll, memorySIM, memoryReports}, Preferred: memoryME, IndexBase: 0,
		Vendor: map[string]string{"+AUTOCSQ": "", "+CNSMOD": "+CNSMOD: 0,8", "+CPSI": "+CPSI: LTE,Online,260-99,0x1A2B,29742309,301,EUTRAN-BAND3,1300,5,5,-94,-850,-540,15"},
	}
}

// A7670 is an LTE module that refuses status reports to the host.
func A7670() Profile {
	p := SIM7600()
	p.Name, p.Manufacturer, p.Model, p.Revision, p.TAC = "a7670", "INCORPORATED", "A7670E-LASE", "A7670M7_V1.11.1", "86294604"
	p.Boot = []string{"*ATREADY: 1", "+CPIN: READY", "SMS DONE", "PB DONE"}
	p.CNMIRefused = [][5]int{{-1, -1, -1, 1, -1}, {-1, -1, -1, 2, -1}}
	p.LTEOnly = true
	return p
}

// Cinterion offers no status reports to the host.
func Cinterion() Profile {
	return Profile{
		Name: "cinterion", Manufacturer: "Cinterion", Model: "BGS2-W", Revision: "REVISION 01.301", TAC: "35802503",
		Boot: []string{"^SYSSTART"}, BootTime: 4 * time.Second, RegisterTime: 3 * time.Second,
		Memories: []string{memorySIM, memoryME, memoryAll}, IndexBase: 1,
		CNMI:    [5][]int{{0, 1, 2}, {0, 1}, {0, 2}, {0}, {1}},
		Refused: []string{"+CEREG"},
		Vendor:  map[string]string{"^SMGO": "^SMGO: 0,0", "^SCID": "^SCID: {iccid}", "^SPIC": "^SPIC: 3", `\Q`: ""},
	}
}

// ZTE is a stick with lines of its own at the start.
func ZTE() Profile {
	return Profile{
		Name: "zte", Manufacturer: "ZTE CORPORATION", Model: "MF190", Revision: "BD_MF190V1.0.0B01", TAC: "86316301",
		Boot:     []string{"+ZUSIMR:2", `+ZDONR: "Goniec",260,99,"CS_ONLY","ROAM_OFF"`, "+ZPASR: \"HSPA\""},
		BootTime: 8 * time.Second, RegisterTime: 4 * time.Second, DropsPort: true,
		Noise: []string{"+ZUSIMR:2"}, NoiseEvery: 2 * time.Second, NoiseOff: "+CPMS?", Interleaves: true,
		Memories: []string{memorySIM, memoryME, memoryReports}, Capacity: 100, IndexBase: 0,
		CNMI:    [5][]int{{0, 1, 2, 3}, {0, 1, 2, 3}, {0, 2}, {0, 1, 2}, {0, 1}},
		Refused: []string{"+CCID", "+CEREG"},
		Vendor:  map[string]string{"+ZCDRUN": "", "+ZOPRT": "", "+ZSNT": "+ZSNT: 0,0,0"},
		USSD:    USSDUCS2,
	}
}

// Telit is a module with little patience for +CNMA.
func Telit() Profile {
	return Profile{
		Name: "telit", Manufacturer: "Telit", Model: "HE910", Revision: "12.00.026", TAC: "35789204",
		BootTime: 5 * time.Second, RegisterTime: 3 * time.Second,
		Memories: []string{memorySIM, memoryME, memoryReports}, Capacity: 50, IndexBase: 1,
		AcknowledgeTime: 5 * time.Second,
		CNMI:            [5][]int{{0, 1, 2, 3}, {0, 1, 2, 3}, {0, 2, 3}, {0, 1, 2}, {0, 1}},
		Vendor:          map[string]string{"#CCID": "#CCID: {iccid}", "#BND": "#BND: 0,0", "#QSS": "#QSS: 0,1"},
	}
}

// Sierra answers +CPIN? without OK.
func Sierra() Profile {
	return Profile{
		Name: "sierra", Manufacturer: "Sierra Wireless", Model: "SL8084T", Revision: "R7.52.0", TAC: "35796304",
		BootTime: 6 * time.Second, RegisterTime: 3 * time.Second,
		Memories: []string{memoryME, memorySIM, memoryReports}, Preferred: memoryME, IndexBase: 1, BareCPIN: true,
		Vendor: map[string]string{"+WIND": "+WIND: 0", "+KSREP": "+KSREP: 0"},
	}
}

// TeltonikaTRM240 stores status reports in SR.
func TeltonikaTRM240() Profile {
	return Profile{
		Name: "teltonika-trm240", Manufacturer: "Teltonika", Model: "TRM240", Revision: "TRM240_R_00.01.06", TAC: "86656905",
		Boot: []string{"RDY", "+CPIN: READY", "+QIND: SMS DONE"}, BootTime: 8 * time.Second, RegisterTime: 3 * time.Second, DropsPort: true,
		Memories: []string{memorySIM, memoryME, memoryReports}, Capacity: 255, Preferred: memoryME, IndexBase: 0, EmptySlotOK: true,
		CNMI: [5][]int{{0, 1, 2}, {0, 1, 2, 3}, {0, 2}, {0, 2}, {0, 1}},
	}
}

// QuectelEG25 stores status reports in SR, announces them as in SM, and its clock is
// UTC with the zone of the place behind it.
func QuectelEG25() Profile {
	p := QuectelEC25()
	p.Name, p.Model, p.Revision = "quectel-eg25", "EG25", "EG25GGBR07A08M2G"
	p.Memories = []string{memorySIM, memoryME, memoryAll, memoryReports}
	p.Places = map[string]int{memoryReports: 20}
	p.CDSI = `"SM",0`
	p.Clock = ClockUTC
	return p
}

// SIM7600Hat offers a storage for status reports that has no place.
func SIM7600Hat() Profile {
	p := SIM7600()
	p.Name, p.Model, p.Revision = "sim7600-hat", "SIMCOM_SIM7600G-H", "LE20B03SIM7600G22"
	p.Places = map[string]int{memoryReports: 0}
	return p
}

// HuaweiE220 knows its service centre, and uses it only when it has been told it back.
func HuaweiE220() Profile {
	p := HuaweiE173()
	p.Name, p.Model, p.Revision, p.TAC = "huawei-e220", "E220", "11.117.10.05.00", "35819301"
	p.CentreUntold = true
	return p
}

// WavecomFastrack is a 2G modem that is busy for three seconds after each text, shows UTC with the zone of the place behind it
// and gives the text of +CUSD as hexadecimal ASCII.
func WavecomFastrack() Profile {
	return Profile{
		Name: "wavecom-fastrack", Manufacturer: "WAVECOM MODEM", Model: "MULTIBAND  900E  1800", Revision: "657e09gg.Q2406B", TAC: "33289505",
		BootTime: 6 * time.Second, RegisterTime: 3 * time.Second,
		Memories: []string{memorySIM}, IndexBase: 1,
		CNMI:    [5][]int{{0, 1, 2}, {0, 1, 2, 3}, {0, 2}, {0, 1, 2}, {0, 1}},
		Refused: []string{"+CEREG"},
		Vendor:  map[string]string{"+WIND": "+WIND: 0", "+KSREP": "+KSREP: 0"},
		USSD:    USSDHex,
		Clock:   ClockUTC,
	}
}

// Refuser refuses what a modem may lack: what is left is enough to send and to
// receive.
func Refuser() Profile {
	return Profile{
		Name: "refuser", Manufacturer: "Nobody", Model: "AT", Revision: "0",
		Memories: []string{memorySIM}, IndexBase: 1, EmptySlotOK: true,
		CNMI:     [5][]int{{0, 1, 2}, {0, 1}, {0}, {0}, {0}},
		Services: []int{0},
		Refused: []string{
			"+CSMS", "+CSCS", "+CMMS", "+CCID", "+ICCID", "+CNUM", "+CEREG", "+CGREG", "+CPINR", "+CLIP", "+CRC", "+CUSD",
			"+CBC", "+CPBS", "+CPBR", "+CPBF", "+COPS", "+CMGW", "+CMSS", "+CSMP", "+CSDH", "+GCAP", "+CCLK", "+CLCK", "+CGATT",
		},
	}
}
