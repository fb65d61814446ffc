package webhook

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"
)

func TestNetworks(t *testing.T) {
	t.Parallel()
	r := Receiver{URL: "http://192.168.7.7/sms", Networks: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("fd12::/16")}}
	for address, want := range map[string]bool{
		"8.8.8.8": true, "192.0.2.10": true, "2a00:1450::1": true,
		"10.1.2.3": true, "::ffff:10.1.2.3": true, "fd12::1": true, // listed
		"192.168.7.7": true, "192.168.7.8": false, // written in the URL, and its neighbour
		"10.2.0.1": false, "172.16.0.1": false, "fd13::1": false, "127.0.0.1": false, "::1": false, "::ffff:127.0.0.1": false,
		"169.254.169.254": false, "fe80::1%eth0": false, "fd00:ec2::254": false, "100.100.100.200": false, // metadata of clouds
		"0.0.0.0": false, "::": false, "224.0.0.1": false, "255.255.255.255": false, "240.0.0.1": false, "0.1.2.3": false,
		"64:ff9b::7f00:1": false, "2002:7f00:1::": false,
	} {
		if err := r.permits(netip.MustParseAddr(address)); (err == nil) != want {
			t.Errorf("%s: %v, want permitted: %t", address, err, want)
		}
	}
	metadata := Receiver{URL: "http://169.254.169.254/latest"}
	if metadata.permits(netip.MustParseAddr("169.254.169.254")) == nil {
		t.Error("a link-local address is permitted because it is in the URL")
	}
}

// TestNameOfAPrivateAddress goes by a name, which is resolved when it is dialled.
func TestNameOfAPrivateAddress(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer server.Close()
	w := newWorld()
	w.config.Receivers[0].URL = strings.Replace(server.URL, "127.0.0.1", "localhost", 1)
	w.config.Receivers[0].Timeout = 5 * time.Second
	trial, err := New(w.config).Test(t.Context(), "his")
	if err != nil || trial.Err == nil || !strings.Contains(trial.Err.Error(), "allow_networks") {
		t.Errorf("by a name of this machine: %+v, %v", trial, err)
	}
	w.config.Receivers[0].Networks = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	if trial, err = New(w.config).Test(t.Context(), "his"); err != nil || trial.Err != nil {
		t.Errorf("with its network listed: %+v, %v", trial, err)
	}
}
