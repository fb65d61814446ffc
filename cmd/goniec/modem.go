package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"goniec/api/client"
	"goniec/catalogue"
	"goniec/modem"
)

// probeTimeout is how long one port may take to answer.
const probeTimeout = 20 * time.Second

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

func (p *program) modemListCommand() *cobra.Command {
	cmd := p.command("list", catalogue.CommandModemList, 0, 0, func(cmd *cobra.Command, _ []string) error {
		asJSON, err := p.wantsJSON(cmd)
		if err != nil {
			return err
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
		running := p.running(cmd)
		if asJSON {
			return p.printJSON(listResult{Ports: results, Modems: running})
		}
		if err := p.printModems(running); err != nil {
			return err
		}
		if len(results) == 0 && len(running) > 0 {
			return nil // wired, or emulated: that there are no ports is no news
		}
		return p.printPorts(results)
	})
	p.addOutput(cmd)
	p.addConnection(cmd)
	return cmd
}

func (p *program) printPorts(ports []portResult) error {
	if len(ports) == 0 {
		fmt.Fprintln(p.stderr, p.say(catalogue.NoPorts))
		return nil
	}
	rows := make([][]string, len(ports))
	for i, port := range ports {
		product := strings.TrimSpace(port.Vendor + " " + port.Product)
		rows[i] = []string{port.Device, strings.TrimSpace(port.USB + " " + product), port.Serial, port.Interface, port.Driver, port.ByID}
	}
	return p.printTable([]catalogue.Key{
		catalogue.HeadDevice, catalogue.HeadProduct, catalogue.HeadSerial, catalogue.HeadInterface, catalogue.HeadDriver, catalogue.HeadLink,
	}, rows)
}

// probeResult is what one port answered, as modem probe prints it for programs.
type probeResult struct {
	Device       string            `json:"device"`
	Answers      bool              `json:"answers"`
	Texts        bool              `json:"texts"` // it can send texts in PDU mode
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
}

func (p *program) modemProbeCommand() *cobra.Command {
	cmd := p.command("probe [DEVICE…]", catalogue.CommandModemProbe, 0, 64, func(cmd *cobra.Command, devices []string) error {
		asJSON, err := p.wantsJSON(cmd)
		if err != nil {
			return err
		}
		baud, err := cmd.Flags().GetInt("baud")
		if err != nil {
			return err
		}
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
			results[i] = p.probe(cmd.Context(), device, baud)
		}
		return p.printProbes(results, asJSON)
	})
	cmd.Flags().Int("baud", 115200, p.say(catalogue.FlagBaud))
	p.addOutput(cmd)
	return cmd
}

func (p *program) probe(ctx context.Context, device string, baud int) probeResult {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	answer, err := modem.Probe(ctx, device, baud)
	result := probeResult{
		Device: device, Answers: answer.Answers, Texts: answer.Texts, SIM: answer.SIM, Refused: answer.Refused,
		Manufacturer: answer.Info.Manufacturer, Model: answer.Info.Model, Revision: answer.Info.Revision,
		IMEI: answer.Info.IMEI, Operator: answer.Info.Operator, SignalDBM: answer.Info.Signal.DBm,
	}
	if answer.Answers {
		result.CS, result.EPS = answer.Info.Registration.CS.String(), answer.Info.Registration.EPS.String()
	}
	if err != nil && !answer.Answers {
		result.Error = p.portTrouble(err)
	}
	return result
}

// portTrouble says why a port cannot be asked; empty if it can and nothing answers.
func (p *program) portTrouble(err error) string {
	for _, known := range []struct {
		err  error
		says catalogue.Key
	}{
		{modem.ErrNoDevice, catalogue.PortMissing},
		{modem.ErrPermission, catalogue.PortDenied},
		{modem.ErrBusy, catalogue.PortBusy},
		{modem.ErrNotSerial, catalogue.PortNone},
	} {
		if errors.Is(err, known.err) {
			return p.say(known.says)
		}
	}
	return ""
}

// printProbes prints what answers as a table and says what does not. It fails if
// nothing answers.
func (p *program) printProbes(results []probeResult, asJSON bool) error {
	answering := 0
	var rows [][]string
	for _, r := range results {
		if !r.Answers {
			continue
		}
		answering++
		signal := ""
		if r.SignalDBM != 0 {
			signal = strconv.Itoa(r.SignalDBM) + " dBm"
		}
		texts := catalogue.WordNo
		if r.Texts {
			texts = catalogue.WordYes
		}
		rows = append(rows, []string{r.Device, p.say(texts), strings.TrimSpace(r.Manufacturer + " " + r.Model), r.IMEI, r.SIM, r.Operator, signal, r.CS + " / " + r.EPS})
	}
	if asJSON {
		if err := p.printJSON(results); err != nil {
			return err
		}
	} else if err := p.printAnswers(results, rows); err != nil {
		return err
	}
	if answering == 0 {
		return errSaid
	}
	return nil
}

func (p *program) printAnswers(results []probeResult, rows [][]string) error {
	if len(results) == 0 {
		fmt.Fprintln(p.stderr, p.say(catalogue.NoPorts))
	}
	for _, r := range results {
		switch {
		case r.Answers:
		case r.Error != "":
			fmt.Fprintln(p.stderr, p.say(catalogue.ProbeFailed, r.Device, r.Error))
		default:
			fmt.Fprintln(p.stderr, p.say(catalogue.ProbeNothing, r.Device))
		}
	}
	if len(rows) == 0 {
		return nil
	}
	return p.printTable([]catalogue.Key{
		catalogue.HeadDevice, "SMS", catalogue.HeadModem, "IMEI", catalogue.HeadSIM, catalogue.HeadOperator, catalogue.HeadSignal, catalogue.HeadNetwork,
	}, rows)
}
