package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"goniec/api/client"
	"goniec/app"
	"goniec/catalogue"
	"goniec/configs"
	"goniec/modem"
)

// weakSignal is where texts begin to get lost: <rssi> 8 of +CSQ.
const weakSignal = -97 // dBm

// examineDaemon asks the daemon whether it can send. It returns nil if none can be
// asked.
func (d *doctor) examineDaemon(ctx context.Context, config configs.Config) *client.Client {
	const check = "daemon"
	socket := app.SocketPath(config.DataDir)
	c, err := client.New("unix:"+socket, "", client.WithLanguage(string(d.lang)))
	if err != nil {
		d.told(check, levelProblem, err.Error(), "")
		return nil
	}
	if !app.Answers(ctx, socket) {
		if isHidden(socket) {
			d.found(check, levelWarning, catalogue.DoctorDaemonHidden)
		} else {
			d.found(check, levelProblem, catalogue.DoctorDaemonDown)
		}
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, daemonPatience)
	defer cancel()
	err = c.Ready(ctx)
	var problem *client.Problem
	switch {
	case err == nil:
		d.found(check, levelOK, catalogue.DoctorDaemonReady)
		d.examineAlarms(ctx, c)
	case errors.As(err, &problem) && isStarting(ctx, c, problem):
		d.found(check, levelWarning, catalogue.DoctorDaemonStarts)
	case errors.As(err, &problem):
		reasons := []string{}
		for _, e := range problem.Errors {
			reasons = append(reasons, e.Detail)
		}
		d.found(check, levelProblem, catalogue.DoctorDaemonWaits, strings.Join(reasons, " "))
	default:
		d.found(check, levelProblem, catalogue.DoctorDaemonWaits, err)
	}
	return c
}

// isStarting reports whether a daemon is not ready only because modems are still being set
// up, as in the first seconds after its start. A modem that takes too long has an alarm.
func isStarting(ctx context.Context, c *client.Client, problem *client.Problem) bool {
	for _, e := range problem.Errors {
		if e.Code != "no_modem_ready" {
			return false
		}
	}
	modems, err := c.Modems(ctx)
	return err == nil && slices.ContainsFunc(modems, func(m client.Modem) bool {
		return slices.Contains([]string{"opening", "initialising", "registering"}, m.State) && m.LastError == nil && len(m.Alarms) == 0
	})
}

// examineDaemonClock asks the daemon whether it believes its clock: what "goniec clock"
// shows.
func (d *doctor) examineDaemonClock(ctx context.Context, c *client.Client) {
	const check = "clock"
	ctx, cancel := context.WithTimeout(ctx, daemonPatience)
	defer cancel()
	clock, err := c.Clock(ctx)
	if err != nil {
		d.told(check, levelProblem, err.Error(), "")
		return
	}
	lines := d.describeClock(clock)
	if clock.Believed {
		d.told(check, levelOK, strings.Join(lines, " "), "")
		return
	}
	remedy := lines[1]
	d.told(check, levelWarning, strings.Join(slices.Delete(lines, 1, 2), " "), remedy)
}

// isHidden reports whether this user may not connect to the socket.
func isHidden(socket string) bool {
	_, err := os.Stat(socket)
	return errors.Is(err, fs.ErrPermission) || err == nil && unix.Access(socket, unix.W_OK) != nil
}

// examineAlarms asks a daemon that is ready what is the matter all the same.
func (d *doctor) examineAlarms(ctx context.Context, c *client.Client) {
	const check = "alarms"
	alarms, err := c.Alarms(ctx)
	if err != nil {
		d.told(check, levelProblem, err.Error(), "")
		return
	}
	if len(alarms) == 0 {
		d.found(check, levelOK, catalogue.DoctorNoAlarms)
	}
	for _, a := range alarms {
		d.told(check, levelWarning, a.Detail+" "+d.say(catalogue.DoctorCause, a.Cause), a.Remedy)
	}
}

// examineModems asks the daemon for its modems. Without a daemon it asks each configured
// modem whose port is free, and names the program that holds any other port.
func (d *doctor) examineModems(ctx context.Context, config configs.Config, daemon *client.Client) {
	const check = "modem"
	if daemon == nil {
		for _, m := range config.Modems {
			d.examineIdle(ctx, m)
		}
		return
	}
	ctx, cancel := context.WithTimeout(ctx, daemonPatience)
	defer cancel()
	modems, err := daemon.Modems(ctx)
	if err != nil {
		d.told(check, levelProblem, err.Error(), "")
		return
	}
	for _, m := range modems {
		d.examineServing(m)
	}
}

// examineServing looks at a modem of the daemon.
func (d *doctor) examineServing(m client.Modem) {
	const check = "modem"
	signal := "? dBm"
	if m.SignalDBM != nil {
		signal = strconv.Itoa(*m.SignalDBM) + " dBm"
	}
	switch {
	case m.LastError != nil && m.State != "ready":
		d.told(check, levelProblem, m.Name+": "+m.LastError.Detail, m.LastError.Remedy)
	case m.State != "ready":
		d.found(check, levelWarning, catalogue.DoctorModemState, m.Name, d.sayModemState(m.State))
	default:
		operator := m.Operator
		if operator == "" {
			operator = "?"
		}
		d.found(check, levelOK, catalogue.DoctorModemReady, m.Name, operator, signal)
	}
	if m.LastError != nil && m.State == "ready" {
		d.told(check, levelWarning, m.Name+": "+m.LastError.Detail, m.LastError.Remedy)
	}
	for _, alarm := range m.Alarms {
		d.told(check, levelWarning, m.Name+": "+alarm.Detail, alarm.Remedy)
	}
	if m.SignalDBM != nil && *m.SignalDBM < weakSignal {
		d.found(check, levelWarning, catalogue.DoctorModemWeak, m.Name, *m.SignalDBM)
	}
	if s := m.Storage; s != nil && (modem.Storage{Used: s.Used, Total: s.Total}).NearlyFull() {
		d.found(check, levelWarning, catalogue.DoctorModemFull, m.Name, s.Used, s.Total)
	}
}

// examineIdle asks a modem that no daemon has.
func (d *doctor) examineIdle(ctx context.Context, m configs.Modem) {
	const check = "modem"
	if m.Device == "" {
		d.found(check, levelOK, catalogue.DoctorModemSought, m.Name, m.IMEI)
		return
	}
	if holders := d.holders(m.Device); len(holders) > 0 {
		d.found(check, levelProblem, catalogue.DoctorModemHeld, m.Name, m.Device, strings.Join(holders, ", "))
		return
	}
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	result, err := d.probe(ctx, m.Device, m.BaudRate)
	switch trouble := explainPort(d.terminal, err); {
	case err != nil && trouble != "":
		d.found(check, levelProblem, catalogue.DoctorModemPort, m.Name, trouble)
	case err != nil || !result.Texts:
		d.found(check, levelProblem, catalogue.DoctorModemSilent, m.Name, m.Device)
	default:
		d.found(check, levelOK, catalogue.DoctorModemTexts, m.Name, m.Device)
	}
}

// examineTokens looks whether anybody can use the API.
func (d *doctor) examineTokens(ctx context.Context, daemon *client.Client) {
	if daemon == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, daemonPatience)
	defer cancel()
	tokens, err := daemon.Tokens(ctx)
	switch {
	case err != nil:
		d.told("token", levelWarning, err.Error(), "")
	case len(tokens) == 0:
		d.found("token", levelWarning, catalogue.DoctorNoToken)
	default:
		d.found("token", levelOK, catalogue.DoctorTokens, len(tokens))
	}
}
