package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"goniec/api/client"
	"goniec/app"
	"goniec/catalogue"
	"goniec/configs"
	"goniec/modem"
)

const (
	defaultBaud    = 115200           // of --baud
	probeTimeout   = 20 * time.Second // for one port to answer
	daemonPatience = 5 * time.Second  // for a daemon to answer what its modems do
)

// portResult is one port as modem list prints it for programs.
type portResult struct {
	Device    string `json:"device"`
	ByID      string `json:"by_id,omitempty"`
	USB       string `json:"usb,omitempty"` // "12d1:1506"
	Vendor    string `json:"vendor,omitempty"`
	Product   string `json:"product,omitempty"`
	Serial    string `json:"serial,omitempty"`
	Interface string `json:"interface,omitempty"`
	Driver    string `json:"driver,omitempty"`
}

// listResult is what modem list prints for programs.
type listResult struct {
	Ports  []portResult   `json:"ports"`
	Modems []client.Modem `json:"modems,omitempty"` // of the daemon, if it runs
}

func modemCommand(t *terminal) *cobra.Command {
	list := newCommand(t, command{use: "list", short: catalogue.CommandModemList, config: true, output: true, run: listModems})
	addConnection(t, list)
	probe := newCommand(t, command{use: "probe [DEVICE…]", short: catalogue.CommandModemProbe, optional: 64, output: true, run: probePorts})
	probe.Flags().Int("baud", defaultBaud, t.say(catalogue.FlagBaud))
	return newGroup(t, "modem", catalogue.CommandModem, list, probe, modemTestCommand(t), modemTraceCommand(t),
		newCommand(t, command{use: "ussd NAME CODE", short: catalogue.CommandModemUSSD, args: 2, output: true, ask: askUSSD}),
		newCommand(t, command{use: "restart NAME", short: catalogue.CommandModemRestart, args: 1, output: true, ask: restartModem}),
		modemCertifyCommand(t))
}

// listModems prints the modems of the daemon and the serial ports of this computer, or the
// modems of the gateway that --url names.
func listModems(ctx context.Context, c *call) error {
	if err := c.checkRemoteFlags(); err != nil {
		return err
	}
	if c.remote() {
		return listRemoteModems(ctx, c)
	}
	ports, err := modem.Ports()
	if err != nil {
		return err
	}
	results := make([]portResult, len(ports))
	for i, port := range ports {
		results[i] = portResult{
			Device: port.Device, ByID: port.ByID, Vendor: port.Vendor, Product: port.Product,
			Serial: port.Serial, Interface: port.Interface, Driver: port.Driver,
		}
		if port.VendorID != "" {
			results[i].USB = port.VendorID + ":" + port.ProductID
		}
	}
	running, err := runningModems(ctx, c)
	if err != nil {
		return err
	}
	if c.asJSON {
		return c.printJSON(listResult{Ports: results, Modems: running})
	}
	if err := printModems(c.terminal, running); err != nil {
		return err
	}
	if len(results) == 0 && len(running) > 0 {
		return nil // the modems are wired or emulated, so missing ports are no fault
	}
	return printPorts(c.terminal, results)
}

// listRemoteModems prints the modems of the gateway that --url names. The ports of this
// computer are not those of the gateway.
func listRemoteModems(ctx context.Context, c *call) error {
	gateway, err := connect(ctx, c)
	if err != nil {
		return err
	}
	modems, err := gateway.Modems(ctx)
	switch {
	case err != nil:
		return gateway.explain(err)
	case c.asJSON:
		return c.printJSON(listResult{Ports: []portResult{}, Modems: modems})
	case len(modems) == 0:
		c.tell(catalogue.ModemsNone)
		return nil
	}
	return printModems(c.terminal, modems)
}

// runningModems returns the modems of the daemon of this computer; nil if no daemon runs,
// or this user may not ask it, because modem list shows the ports without a daemon too.
func runningModems(ctx context.Context, c *call) ([]client.Modem, error) {
	config, _ := configs.Load(c.configPath()) // with mistakes, askable tells them or there is no daemon
	socket := app.SocketPath(config.DataDir)
	if !app.Answers(ctx, socket) {
		if isHidden(socket) {
			c.tell(catalogue.ModemsHidden)
		}
		return nil, nil
	}
	gateway, err := connect(ctx, c)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, daemonPatience)
	defer cancel()
	modems, err := gateway.Modems(ctx)
	return modems, gateway.explain(err)
}

// printModems prints the modems of the daemon, and below the table what is wrong with
// them.
func printModems(t *terminal, modems []client.Modem) error {
	if len(modems) == 0 {
		return nil
	}
	rows := make([][]string, len(modems))
	var troubles []string
	for i, m := range modems {
		var briefs []string
		all := slices.Clone(m.Alarms)
		if m.LastError != nil {
			all = append([]client.ModemError{*m.LastError}, all...)
		}
		for _, e := range all {
			briefs = append(briefs, brief(e.Detail))
			troubles = append(troubles, m.Name+": "+e.Detail+" "+e.Remedy)
		}
		signal := ""
		if m.SignalDBM != nil {
			signal = strconv.Itoa(*m.SignalDBM) + " dBm"
		}
		rows[i] = []string{m.Name, t.sayModemState(m.State), signal, m.Operator, m.Device, strings.TrimSpace(m.Manufacturer + " " + m.Model), m.Profile, strings.Join(briefs, "; ")}
	}
	err := t.printTable([]catalogue.Key{
		catalogue.HeadName, catalogue.HeadState, catalogue.HeadSignal, catalogue.HeadOperator, catalogue.HeadDevice, catalogue.HeadModem, catalogue.HeadProfile, catalogue.HeadTrouble,
	}, rows)
	for _, trouble := range troubles {
		fmt.Fprintln(t.stdout, trouble)
	}
	fmt.Fprintln(t.stdout)
	return err
}

func printPorts(t *terminal, ports []portResult) error {
	if len(ports) == 0 {
		t.tell(catalogue.NoPorts)
		return nil
	}
	rows := make([][]string, len(ports))
	for i, port := range ports {
		product := strings.TrimSpace(port.Vendor + " " + port.Product)
		rows[i] = []string{port.Device, strings.TrimSpace(port.USB + " " + product), port.Serial, port.Interface, port.Driver, port.ByID}
	}
	return t.printTable([]catalogue.Key{
		catalogue.HeadDevice, catalogue.HeadProduct, catalogue.HeadSerial, catalogue.HeadInterface, catalogue.HeadDriver, catalogue.HeadLink,
	}, rows)
}

// probeResult is what one port answered, as modem probe prints it for programs.
type probeResult struct {
	Device       string            `json:"device"`
	Answers      bool              `json:"answers"`
	Texts        bool              `json:"texts"` // the modem can send texts in PDU mode
	Error        string            `json:"error,omitempty"`
	Manufacturer string            `json:"manufacturer,omitempty"`
	Model        string            `json:"model,omitempty"`
	Revision     string            `json:"revision,omitempty"`
	IMEI         string            `json:"imei,omitempty"`
	SIM          string            `json:"sim,omitempty"`
	Operator     string            `json:"operator,omitempty"`
	SignalDBM    int               `json:"signal_dbm,omitempty"`
	CS           string            `json:"registration_cs,omitempty"`
	EPS          string            `json:"registration_eps,omitempty"`
	Refused      map[string]string `json:"refused,omitempty"`

	network modem.Registration
}

// probePorts asks the modems at the devices of its arguments, else at all serial ports.
// It fails if no modem answers.
func probePorts(ctx context.Context, c *call) error {
	devices := c.args
	if len(devices) == 0 {
		ports, err := modem.Ports()
		if err != nil {
			return err
		}
		for _, port := range ports {
			devices = append(devices, port.Device)
		}
	}
	results := make([]probeResult, len(devices))
	for i, device := range devices {
		results[i] = probePort(ctx, c, device)
	}
	var err error
	if c.asJSON {
		err = c.printJSON(results)
	} else {
		err = printProbes(c.terminal, results)
	}
	if err == nil && !slices.ContainsFunc(results, func(r probeResult) bool { return r.Answers }) {
		return errExplained
	}
	return err
}

func probePort(ctx context.Context, c *call, device string) probeResult {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	answer, err := modem.Probe(ctx, device, must(c.cmd.Flags().GetInt("baud")))
	result := probeResult{
		Device: device, Answers: answer.Answers, Texts: answer.Texts, SIM: answer.SIM, Refused: answer.Refused,
		Manufacturer: answer.Info.Manufacturer, Model: answer.Info.Model, Revision: answer.Info.Revision,
		IMEI: answer.Info.IMEI, Operator: answer.Info.Operator, SignalDBM: answer.Info.Signal.DBm,
	}
	if answer.Answers {
		result.network = answer.Info.Registration
		result.CS, result.EPS = answer.Info.Registration.CS.String(), answer.Info.Registration.EPS.String()
	}
	if err != nil && !answer.Answers {
		result.Error = explainPort(c.terminal, err)
	}
	return result
}

// explainPort returns why a port cannot be asked; empty if the port can be asked and no
// modem answers.
func explainPort(t *terminal, err error) string {
	for _, known := range []struct {
		err  error
		text catalogue.Key
	}{
		{modem.ErrNoDevice, catalogue.PortMissing},
		{modem.ErrPermission, catalogue.PortDenied},
		{modem.ErrBusy, catalogue.PortBusy},
		{modem.ErrNotSerial, catalogue.PortNone},
	} {
		if errors.Is(err, known.err) {
			return t.say(known.text)
		}
	}
	return ""
}

// printProbes prints a table of the modems that answer, and a line for each port without
// an answer.
func printProbes(t *terminal, results []probeResult) error {
	if len(results) == 0 {
		t.tell(catalogue.NoPorts)
	}
	var rows [][]string
	for _, r := range results {
		switch {
		case r.Answers:
			rows = append(rows, probeRow(t, r))
		case r.Error != "":
			t.tell(catalogue.ProbeFailed, r.Device, r.Error)
		default:
			t.tell(catalogue.ProbeNothing, r.Device)
		}
	}
	if len(rows) == 0 {
		return nil
	}
	return t.printTable([]catalogue.Key{
		catalogue.HeadDevice, "SMS", catalogue.HeadModem, "IMEI", catalogue.HeadSIM, catalogue.HeadOperator, catalogue.HeadSignal, catalogue.HeadNetwork,
	}, rows)
}

func probeRow(t *terminal, r probeResult) []string {
	signal := ""
	if r.SignalDBM != 0 {
		signal = strconv.Itoa(r.SignalDBM) + " dBm"
	}
	texts := catalogue.WordNo
	if r.Texts {
		texts = catalogue.WordYes
	}
	return []string{r.Device, t.say(texts), strings.TrimSpace(r.Manufacturer + " " + r.Model), r.IMEI, t.saySIM(r.SIM), r.Operator, signal, r.network.CS.In(t.lang) + " / " + r.network.EPS.In(t.lang)}
}

// askUSSD sends a USSD code to the network and prints the answer.
func askUSSD(ctx context.Context, c *call, gateway *connection) error {
	text, err := gateway.USSD(ctx, c.args[0], c.args[1])
	if err != nil {
		return gateway.explainModem(ctx, err)
	}
	if c.asJSON {
		return c.printJSON(client.USSDAnswer{Text: text})
	}
	fmt.Fprintln(c.stdout, text)
	return nil
}

func restartModem(ctx context.Context, c *call, gateway *connection) error {
	state, err := gateway.RestartModem(ctx, c.args[0])
	if err != nil {
		return gateway.explainModem(ctx, err)
	}
	if c.asJSON {
		return c.printJSON(state)
	}
	c.tell(catalogue.ModemRestarts, state.Name)
	return nil
}

// explainModem is explain for a call that names a modem.
func (g *connection) explainModem(ctx context.Context, err error) error {
	return g.explainName(err, unknownName{code: "modem_not_found", is: catalogue.ModemUnknown, list: func() ([]string, error) {
		all, err := g.Modems(ctx)
		names := make([]string, len(all))
		for i, m := range all {
			names[i] = m.Name
		}
		return names, err
	}})
}
